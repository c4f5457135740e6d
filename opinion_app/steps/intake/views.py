"""The registration pages: a message, a forwarded letter, and the hint that the same matter is already here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.files.received import Received
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moved_dates import passed_words
from opinion_app.flow.register import Hint, similar
from opinion_app.flow.settings import areas
from opinion_app.flow.units import active_units
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules import links
from opinion_app.rules.day_off import day_off_words
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.registration import check_not_secret
from opinion_app.rules.words import Channel, Procedure, Urgency
from opinion_app.rules.zone import local, local_date
from opinion_app.steps.intake import operations, queries
from opinion_app.steps.intake.forms import ANYWAY, NOT_SECRET, STAFF_CHANNELS, LetterForm, MessageForm, RegisterForm
from opinion_app.web import kept_uploads
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor, requested
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("intake", __name__, url_prefix="/office/register")
add_place(Place("登记", "登记", "/office/register", "register"))


@bp.get("")
@requires("register")
def choose() -> ResponseReturnValue:
    """Which of the two it is, and what this person registered today."""
    return page("steps/intake/choose.html", today=queries.registered_today(db.session(), actor(), clock.now()))


@bp.route("/message", methods=["GET", "POST"])
@requires("register")
def message() -> ResponseReturnValue:
    """网民留言."""
    now = clock.now()
    channel = request.args.get("channel", "")
    known = channel if channel in STAFF_CHANNELS else Channel.LEADER_BOARD
    received = local(now).replace(tzinfo=None, second=0, microsecond=0)
    form = posted(
        MessageForm, channel=known, received_at=received, area="其他", procedure=Procedure.ORDINARY, urgency=Urgency.NORMAL
    )
    return _registering(form, "message", now)


@bp.route("/letter", methods=["GET", "POST"])
@requires("register")
def letter() -> ResponseReturnValue:
    """转来信件."""
    now = clock.now()
    form = posted(
        LetterForm,
        received_on=local_date(now),
        issuer_urgency="平件",
        report_owed=True,
        classification=NOT_SECRET,
        area="其他",
        procedure=Procedure.NOTICE,
    )
    return _registering(form, "letter", now)


@bp.post("/similar")
@requires("register", read_only=True)
def hints() -> ResponseReturnValue:
    """What is already here of the matter being typed; asked by the form while somebody types."""
    form: RegisterForm = posted(LetterForm if "issuer" in request.form else MessageForm)
    found = _similar(form.new_case(clock.now()))
    return page("steps/intake/similar.html", form=form, found=found)


def _similar(new: Any) -> list[Hint]:
    return similar(db.session(), new, actor(), settings_of().secret_key)


def _registering(form: Any, which: str, now: datetime) -> ResponseReturnValue:
    """Open the form, or carry it out; a refused one keeps everything typed and every file sent."""
    found: list[Hint] = []
    if request.method == "POST":
        try:
            check_not_secret(*form.texts)
        except Invalid as refusal:
            return _refused_as_secret(refusal, now)
        files, wrong = _received()
        _fill(form)
        if form.validate() and wrong is None:
            new = form.new_case(now)
            found = [] if form.same.data else _similar(new)
            if not found:
                try:
                    return _registered(operations.take_in(db.session(), new, files, actor(), now, settings_of().secret_key), form)
                except Invalid as refusal:
                    form.take(refusal)
            else:
                form.form_errors = ["系统里可能已有同一件，请在“可能重复”一栏选择怎么办。"]
        if wrong is not None:
            form.take(wrong)
    else:
        _fill(form)
    return _form_page(form, which, now, found)


def _received() -> tuple[Sequence[Received], Invalid | None]:
    try:
        return kept_uploads.receive_again("files", STAFF_LIMITS), None
    except Invalid as refusal:
        return [], refusal


def _fill(form: RegisterForm) -> None:
    form.area.choices = choices((area, area) for area in areas(db.session()))


def _form_page(form: RegisterForm, which: str, now: datetime, found: list[Hint]) -> ResponseReturnValue:
    session = db.session()
    return form_page(
        f"steps/intake/{which}.html",
        form=form,
        which=which,
        found=found,
        units=active_units(session),
        issuers=queries.issuers(session) if which == "letter" else [],
        today=queries.registered_today(session, actor(), now),
        kept=kept_uploads.keep(),
    )


def _registered(case: Case, form: RegisterForm) -> ResponseReturnValue:
    """On to what the clerk chose: the case, assigning it, merging it, or the next message."""
    then, same = request.form.get("then", ""), str(form.same.data or "")
    if not operations.stays_visible(db.session(), case, actor()):
        words = f"{case.number} 已登记。本件涉及您所在的单位，由其他受理人员办理，您不再能查看。"
        return done("/office/register", words)
    words = f"已登记，编号 {case.number}。{passed_words(db.session(), case, clock.now())}{_return_words(form)}"
    if same and same != ANYWAY:
        return done(f"{links.case_act(case.number, 'merge')}?into={same}", f"{words}请确认并入 {same}。")
    if then == "assign":
        return done(links.case_act(case.number, "assign"), words + "请选择承办单位。")
    if then == "next":
        return done(f"{request.path}?channel={case.channel}", words + "可以接着登记下一件。")
    return done(links.case(case.number), words)


def _return_words(form: RegisterForm) -> str:
    """What whoever enters a notice must know of its return date where the office rests on it: it stands, for others set it."""
    said = day_off_words(form.return_on.data, work_calendar(db.session())) if isinstance(form, LetterForm) else ""
    return f"注意：要求反馈的日期 {said}，仍以来文日期为准。" if said else ""


def _refused_as_secret(refusal: Invalid, now: datetime) -> ResponseReturnValue:
    """Nothing that was typed is kept or shown again; only that somebody tried at a time (decisions 18)."""
    db.session.rollback()
    with transaction() as session:
        operations.note_secret_attempt(session, actor(), now, requested().address)
    return page("steps/intake/secret.html", 422, reason=refusal.message)
