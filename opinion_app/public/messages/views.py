"""The pages on which citizens leave a message, are given number and query code, and follow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.files.received import Received
from opinion_app.flow import inbox, ratings
from opinion_app.flow.attempts import Limit, address_key, note_attempt, wait_words, waiting_time
from opinion_app.flow.settings import areas
from opinion_app.forms import choices
from opinion_app.public.messages import forms
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import CITIZEN_LIMITS, MEGABYTE, UploadLimits
from opinion_app.rules.progress import ahead
from opinion_app.rules.query_code import code_for, show_code
from opinion_app.rules.text import fold
from opinion_app.web.access import public_page
from opinion_app.web.posted import posted
from opinion_app.web.transaction import form_key
from opinion_app.web.uploads import receive

bp = Blueprint("messages", __name__)
KEYS = "message_keys"
KEYS_KEPT = 5
INBOX_ONLY = "OPINION_INBOX_ONLY"  # this process may not read the office's tables (create_app sets it)
TOO_LATE = "页面停留太久，或者浏览器没有保存本站的 Cookie。请核对内容后再提交一次。"


def private(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A page about one person's message: kept in no cache."""
    response = make_response(render_template(template, **context), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def column_page(name: str, description: str, current: str) -> dict[str, Any]:
    """What the frame of a page of this column says of it."""
    column = {"name": name, "type": "互动交流", "description": description}
    return {"title": name, "current": current, "column": column, "description": description}


@bp.route("/messages/new", methods=["GET", "POST"])
@public_page
def new() -> ResponseReturnValue:
    """我要留言."""
    files, refused = _received()
    form = posted(forms.MessageForm, area="其他", kind="")
    form.area.choices = choices((area, area) for area in areas(db.session()))
    key = _key()
    if request.method == "GET":
        return _form_page(form, key)
    sound = form.validate()
    if refused is not None:
        form.take(refused)
    problem = _trouble(form, key)
    if problem:
        form.form_errors = [*form.form_errors, problem]
    if not sound or refused or problem:
        return _form_page(form, key or _fresh_key(), 422, refused)
    return _leave(form, files, key)


def _received() -> tuple[list[Received], Invalid | None]:
    """The files, on disk before the first query; a refused one must not cost the writer the text."""
    if request.method == "GET":
        return [], None
    limits = UploadLimits(settings_of().public_file_mb * MEGABYTE, CITIZEN_LIMITS.files, CITIZEN_LIMITS.groups)
    try:
        return receive("files", limits), None
    except Invalid as refusal:
        return [], refusal


def _trouble(form: forms.MessageForm, key: str) -> str:
    if form.website.data:
        return "请把“请不要填写这一栏”清空后再提交（有些浏览器会自动填上）。"
    return "" if key else TOO_LATE


def _key() -> str:
    """The one-time key of this form: made with the page, bound to this browser, the source of the query code."""
    if request.method == "GET":
        return _fresh_key()
    sent = request.form.get("_key", "")
    return sent if sent in session.get(KEYS, []) else ""


def _fresh_key() -> str:
    key = form_key()
    session[KEYS] = [*session.get(KEYS, []), key][-KEYS_KEPT:]
    return key


def _leave(form: forms.MessageForm, files: list[Received], key: str) -> ResponseReturnValue:
    now, held, secret = clock.now(), db.session(), settings_of().secret_key
    address = address_key(secret, request.remote_addr or "")
    wait = waiting_time(held, "message", address, _message_limits(), now)
    if wait is not None:
        return _too_many(form, key, wait)
    try:
        submission = inbox.submit(held, form.fields(), files, now, secret, code_for(secret, key), address)
    except Invalid as refusal:
        form.take(refusal)
        return _form_page(form, key, 422)
    note_attempt(held, "message", address, now)
    if not current_app.config.get(INBOX_ONLY):
        inbox.take_in(held, submission, now, secret)
    return redirect(f"/messages/received?number={submission.number}", 303)


def _message_limits() -> list[Limit]:
    known = settings_of()
    day = timedelta(days=1)
    return [
        Limit(known.public_per_hour, timedelta(hours=1)),
        Limit(known.public_per_day, day),
        Limit(known.public_total_per_day, day, everybody=True),
    ]


def _too_many(form: forms.MessageForm, key: str, wait: timedelta) -> ResponseReturnValue:
    form.form_errors = [f"提交次数太多，请 {wait_words(wait)}后再试。您填写的内容都还在，到时直接再点提交即可；急事请打电话。"]
    response = make_response(_form_page(form, key, 429))
    response.headers["Retry-After"] = str(int(wait.total_seconds()))
    return response


def _form_page(form: forms.MessageForm, key: str, status: int = 200, refused: Invalid | None = None) -> ResponseReturnValue:
    page = column_page("我要留言", "咨询、求助、投诉、建议", "new")
    problem = refused.fields.get("files", "") if refused is not None else ""
    megabytes = settings_of().public_file_mb
    return private("public/messages/new.html", status, page=page, form=form, key=key, files_problem=problem, megabytes=megabytes)


@bp.get("/messages/received")
@public_page
def received() -> ResponseReturnValue:
    """The receipt: number and query code, once, and only in the browser that left the message."""
    number = tidy_number(request.args.get("number", ""))
    secret, held = settings_of().secret_key, db.session()
    keys = session.get(KEYS, [])
    own = next((key for key in keys if inbox.receipt(held, secret, number, code_for(secret, key))), None)
    if own is not None:
        session[KEYS] = [key for key in keys if key != own]
    code = show_code(code_for(secret, own)) if own is not None else ""
    page = column_page("留言已收到", "编号和查询码", "new")
    return private("public/messages/received.html", page=page, number=number, code=code)


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


def _track_page(form: forms.TrackForm, status: int = 200) -> ResponseReturnValue:
    page = column_page("查询进度", "凭编号和查询码查询留言的办理进度", "track")
    return private("public/messages/track.html", status, page=page, form=form)


def progress_page(told: inbox.Told, form: forms.RatingForm, status: int = 200) -> ResponseReturnValue:
    """The progress, with the form for rating while the answer may be rated."""
    held, now = db.session(), clock.now()
    return private(
        "public/messages/progress.html",
        status,
        page=column_page("查询进度", "凭编号和查询码查询留言的办理进度", "track"),
        told=told,
        when=[datetime.fromisoformat(entry["at"]) for entry in told.history],
        ahead=ahead(told.step),
        form=form if ratings.may_rate(held, told, now) else None,
        rated_at=ratings.rated_at(held, told),
    )


def tidy_number(typed: str) -> str:
    """A number as it is stored, out of what a person typed."""
    return fold(typed or "").upper()[:40]
