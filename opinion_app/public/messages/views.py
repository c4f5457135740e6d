"""The pages on which citizens leave a message and are given number and query code."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from opinion_app import clock
from opinion_app.files.received import Received
from opinion_app.flow import inbox
from opinion_app.flow.attempts import Limit, address_key, note_attempt, wait_words, waiting_time
from opinion_app.flow.settings import areas
from opinion_app.forms import choices
from opinion_app.public.messages import forms
from opinion_app.public.messages.words import INBOX_ONLY, ONCE_MORE, column, lapsed_words, tidy_number
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import CITIZEN_LIMITS, MEGABYTE, UploadLimits
from opinion_app.rules.query_code import code_for, show_code
from opinion_app.web.access import public_page
from opinion_app.web.answers import private_page
from opinion_app.web.posted import came_with_cookie, came_with_files, posted
from opinion_app.web.transaction import form_key
from opinion_app.web.uploads import receive

bp = Blueprint("messages", __name__)
KEYS = "message_keys"
KEYS_KEPT = 5
FILLED_IN = "浏览器或插件自动填了一栏看不见的内容，现在已经清空。请核对后再点一次“提交留言”；选过的照片和文件要重新选。"


@bp.route("/messages/new", methods=["GET", "POST"])
@public_page
def new() -> ResponseReturnValue:
    """我要留言."""
    files, refused = _received()
    form, key = _form(), _key()
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


def _form() -> forms.MessageForm:
    form: forms.MessageForm = posted(forms.MessageForm, area="其他", kind="")
    form.area.choices = choices((area, area) for area in areas(db.session()))
    return form


@bp.errorhandler(CSRFError)
def lapsed(_error: CSRFError) -> ResponseReturnValue:
    """A form that has lapsed, or whose browser keeps no cookie: nothing is taken; what was typed comes back with what to do."""
    form = _form()
    form.form_errors = [lapsed_words(cookie=came_with_cookie(), files=came_with_files())]
    return _form_page(form, _fresh_key(), 400)


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
    if form.leave_empty.data:
        return FILLED_IN  # the page never gives the words back: whoever did not type them could not take them out
    return "" if key else ONCE_MORE


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
        submission = inbox.submit(held, form.fields(), files, now, secret, key, address)
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
    page = column("我要留言", "咨询、求助、投诉、建议", "new")
    problem = refused.fields.get("files", "") if refused is not None else ""
    return private_page(
        "public/messages/new.html",
        status,
        page=page,
        form=form,
        key=key,
        files_problem=problem,
        megabytes=settings_of().public_file_mb,
        letters=_letters(),
    )


def _letters() -> str:
    """Whether letters to writers leave this office; a wing of its own does not know, it has no mail server to ask."""
    if settings_of().smtp_url:
        return "yes"
    return "perhaps" if current_app.config.get(INBOX_ONLY) else ""


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
    page = column("留言已收到", "编号和查询码", "new")
    return private_page(
        "public/messages/received.html",
        page=page,
        number=number,
        code=code,
        track=links.absolute(settings_of().base_url, "/messages/track"),
    )
