"""Following a message with number and query code (查询进度), and rating its answer (评价), which may open the case once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from opinion_app import clock
from opinion_app.flow import inbox, ratings
from opinion_app.flow.attempts import Limit, address_key, note_attempt, wait_words, waiting_time
from opinion_app.public.messages import forms
from opinion_app.public.messages.words import INBOX_ONLY, column, lapsed_words, tidy_number
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules import rating
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.progress import ahead, through_another
from opinion_app.web.access import public_page
from opinion_app.web.answers import private_page
from opinion_app.web.posted import came_with_cookie, came_with_files, posted

bp = Blueprint("tracking", __name__)


@bp.route("/messages/track", methods=["GET", "POST"])
@public_page
def track() -> ResponseReturnValue:
    """查询进度: the same answer, after the same work, for an unknown number and for a wrong code."""
    form = posted(forms.TrackForm, number=request.args.get("number", "")[:40])
    if request.method == "GET" or not form.validate():
        return _track_page(form, 200 if request.method == "GET" else 422)
    told, answer = look_up(form)
    if told is None:
        return answer
    return progress_page(told, forms.RatingForm(data={"number": told.number, "code": form.code.data}))


def look_up(form: Any) -> tuple[inbox.Told | None, ResponseReturnValue]:
    """What is told for the number and code of `form`, or the page that says there is nothing, or that one has to wait."""
    held, secret, now = db.session(), settings_of().secret_key, clock.now()
    address = address_key(secret, request.remote_addr or "")
    wait = waiting_time(held, "track", address, [Limit(settings_of().track_per_minute, timedelta(minutes=1))], now)
    asked = forms.TrackForm(data={"number": form.number.data, "code": form.code.data})
    if wait is not None:
        asked.form_errors = [f"查询太频繁，请 {wait_words(wait)}后再试。"]
        answer = make_response(_track_page(asked, 429))
        answer.headers["Retry-After"] = "60"
        return None, answer
    note_attempt(held, "track", address, now)
    told = inbox.progress_of(held, secret, tidy_number(form.number.data), form.code.data or "")
    asked.form_errors = ["没有查到。请核对编号和查询码；查询码遗失的，可以带身份证件到办公室重新取得。"]
    return told, _track_page(asked) if told is None else ""


def _track_page(form: forms.TrackForm, status: int = 200, unsent: str = "") -> ResponseReturnValue:
    page = column("查询进度", "凭编号和查询码查询留言的办理进度", "track")
    return private_page("public/messages/track.html", status, page=page, form=form, unsent=unsent)


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """A form that has lapsed, or whose browser keeps no cookie: nothing is looked up; what was typed comes back."""
    sent = posted(forms.RatingForm)
    form = forms.TrackForm(data={"number": sent.number.data, "code": sent.code.data})
    form.form_errors = [lapsed_words(cookie=came_with_cookie(), files=came_with_files())]
    return _track_page(form, 400, sent.comment.data)


def progress_page(told: inbox.Told, form: forms.RatingForm, status: int = 200) -> ResponseReturnValue:
    """The progress, with the form for rating while the answer may be rated; else with why not and the words that were sent."""
    held, now = db.session(), clock.now()
    open_now = ratings.may_rate(held, told, now)
    return private_page(
        "public/messages/progress.html",
        status,
        page=column("查询进度", "凭编号和查询码查询留言的办理进度", "track"),
        told=told,
        when=[datetime.fromisoformat(entry["at"]) for entry in told.history],
        ahead=ahead(told.step),
        through_another=through_another([str(entry["step"]) for entry in told.history]),
        form=form if open_now else None,
        refused=form.form_errors if status == 409 else [],
        unsent="" if open_now else form.comment.data,
        rated_at=ratings.rated_at(held, told),
    )


@bp.post("/messages/rate")
@public_page
def rate() -> ResponseReturnValue:
    """评价: whoever has no right code is told what the page 查询进度 tells, and no more."""
    form = posted(forms.RatingForm)
    told, answer = look_up(form)
    if told is None:
        return answer
    session, now, shown = db.session(), clock.now(), rating.round_of(form.round.data)
    try:
        ratings.check_open(session, told, shown, now)
        if not form.validate():
            return progress_page(told, form, 422)
        row = ratings.leave(session, told, rating.read(form.data), now, shown)
    except Invalid as refusal:
        form.take(refusal)
        return progress_page(told, form, 422)
    except Refused as refusal:
        return progress_page(told, _again(form, str(refusal), same=shown == told.round), 409)
    if not current_app.config.get(INBOX_ONLY):
        ratings.take_in(session, row, now)
    return redirect(f"/messages/rated{'?again=1' if row.reopen else ''}", 303)


def _again(form: forms.RatingForm, why: str, *, same: bool) -> forms.RatingForm:
    """The form once more with why it was refused; under another answer only the words are kept, the choices were of the last."""
    kept = form if same else forms.RatingForm(data={name: form[name].data for name in ("number", "code", "comment")})
    kept.form_errors = [why]
    return kept


@bp.get("/messages/rated")
@public_page
def rated() -> ResponseReturnValue:
    """Thanks, and what comes next; says nothing of any message."""
    page = column("评价已收到", "感谢您的评价", "track")
    return private_page("public/messages/rated.html", page=page, again="again" in request.args)
