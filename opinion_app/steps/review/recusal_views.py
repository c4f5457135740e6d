"""The page of recusals: who keeps out of the case, one more, one lifted."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.cases import open_case
from opinion_app.forms import choices, row_id
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.steps.review import recusing
from opinion_app.steps.review.forms import RecusalForm
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("recusal", __name__, url_prefix="/office/cases/<number>")


@bp.route("/recuse", methods=["GET", "POST"])
@requires("worklist")
def recuse(number: str) -> ResponseReturnValue:
    """登记回避."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "recuse")
    form = posted(RecusalForm, version=case.version, person=str(actor().id))
    form.person.choices = choices(recusing.people(session, actor()))
    if request.method == "POST" and form.validate():
        try:
            person = row_id(form.person.data) or 0
            recusing.recuse(session, case, actor(), clock.now(), person, form.reason.data, form.seen_version)
            return done(links.case(case.number), "回避已登记。请及时改派或指定其他人办理。")
        except Invalid as refusal:
            form.take(refusal)
    said = "回避的人只能查看，不能再办理、审核、签发和公开这件。"
    held = recusing.in_force(session, case.id)
    may_lift = actor().has(*recusing.FOR_OTHERS)
    return act_page(case, "recuse", form, template="steps/review/recuse.html", said=said, held=held, may_lift=may_lift)


@bp.post("/recuse/<int(max=2147483647):recusal_id>/lift")
@requires("worklist")
def lift(number: str, recusal_id: int) -> ResponseReturnValue:
    """取消回避."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "lift_recusal")
    recusing.lift(session, case, actor(), clock.now(), recusal_id)
    return done(links.case(case.number), "已取消回避。")
