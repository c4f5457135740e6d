"""Rating an answer (评价), with number and query code alone; it may open the case once more."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow import ratings
from opinion_app.public.messages import forms
from opinion_app.public.messages.views import INBOX_ONLY, column_page, look_up, private, progress_page
from opinion_app.records.base import db
from opinion_app.rules import rating
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.web.access import public_page
from opinion_app.web.posted import posted

bp = Blueprint("ratings", __name__)


@bp.post("/messages/rate")
@public_page
def rate() -> ResponseReturnValue:
    """评价: whoever has no right code is told what the page 查询进度 tells, and no more."""
    form = posted(forms.RatingForm)
    told, answer = look_up(form)
    if told is None:
        return answer
    session, now = db.session(), clock.now()
    if not form.validate():
        return progress_page(told, form, 422)
    try:
        row = ratings.leave(session, told, rating.read(form.data), now)
    except Invalid as refusal:
        form.take(refusal)
        return progress_page(told, form, 422)
    except Refused as refusal:
        form.form_errors = [str(refusal)]
        return progress_page(told, form, 409)
    if not current_app.config.get(INBOX_ONLY):
        ratings.take_in(session, row, now)
    return redirect(f"/messages/rated{'?again=1' if row.reopen else ''}", 303)


@bp.get("/messages/rated")
@public_page
def rated() -> ResponseReturnValue:
    """Thanks, and what comes next; says nothing of any message."""
    page = column_page("评价已收到", "感谢您的评价", "track")
    return private("public/messages/rated.html", page=page, again="again" in request.args)
