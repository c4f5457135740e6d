"""One's own page: where one is signed in, and who stands in while one is away."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from opinion_app import clock
from opinion_app.desks.accounts import operations, queries
from opinion_app.desks.accounts.forms import LeaveForm
from opinion_app.records.base import db
from opinion_app.records.person import Person
from opinion_app.rules.errors import Invalid
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page
from opinion_app.web.identity import SignedIn, actor, idle_since
from opinion_app.web.posted import posted

bp = Blueprint("me", __name__, url_prefix="/office/me")


@bp.route("", methods=["GET", "POST"])
@requires("own")
def me() -> ResponseReturnValue:
    """My account."""
    session, person = db.session(), db.session.get_one(Person, actor().id)
    form: Any = posted(LeaveForm, deputy_id=person.deputy_id, leave_from=person.leave_from, leave_until=person.leave_until)
    form.deputy_id.choices = []
    if request.method == "POST" and form.validate():
        try:
            operations.set_leave(session, actor(), form.deputy_id.data, form.leave_from.data, form.leave_until.data, clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("me.me"), "已保存。")
    return form_page(
        "desks/accounts/me.html",
        form=form,
        person=person,
        others=queries.others(session, person.id),
        sessions=queries.open_sessions(session, person.id, idle_since(clock.now())),
        here=cast(SignedIn, current_user).session_id,
    )


@bp.post("/end-sessions")
@requires("own")
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere else."""
    here = cast(SignedIn, current_user).session_id
    ended = operations.end_other_sessions(db.session(), actor(), here, clock.now())
    return done(url_for("me.me"), f"已退出其他 {ended} 处的登录。")
