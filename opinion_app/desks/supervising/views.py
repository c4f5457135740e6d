"""The pages of 催办, 督办 and their answer, and the sheet that prints."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.supervising import forms, operations, withdrawing
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import open_case
from opinion_app.flow.supervise import Asked, sheet_of, sheets, title
from opinion_app.forms import choices
from opinion_app.records.assignment import Assignment
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules import links
from opinion_app.rules.day_off import chosen_day_words
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done, paper
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("supervising", __name__, url_prefix="/office/cases/<number>")


def _units(facts: CaseFacts) -> list[tuple[str, str]]:
    session = db.session()
    units = {part.unit_id: session.get_one(Unit, part.unit_id).name for part in facts.active}
    return [(str(unit_id), f"{name}（{_role(facts, unit_id)}）") for unit_id, name in units.items()]


def _role(facts: CaseFacts, unit_id: int) -> str:
    part = facts.of_unit(unit_id)
    return part.role.label if part else ""


@bp.route("/urge", methods=["GET", "POST"])
@requires("worklist")
def urge(number: str) -> ResponseReturnValue:
    """催办."""
    case, facts = open_case(db.session(), number, actor(), "urge")
    form = posted(forms.UrgeForm, version=case.version)
    form.unit_id.choices = choices([("", "现承办环节的责任人"), *_units(facts)])
    return _ask(case, form, SupervisionKind.URGE, "发出后对方在站内和邮箱都会收到，次数自动编号。")


@bp.route("/supervise", methods=["GET", "POST"])
@requires("worklist")
def supervise(number: str) -> ResponseReturnValue:
    """督办."""
    session = db.session()
    case, facts = open_case(session, number, actor(), "supervise")
    lead = facts.lead.unit_id if facts.lead else ""
    form = posted(forms.SuperviseForm, version=case.version, unit_id=lead, due_on=operations.usual_date(session, clock.now()))
    form.unit_id.choices = choices(_units(facts))
    return _ask(case, form, SupervisionKind.SUPERVISE, "发出后承办单位须按期反馈，同时抄送分管领导；督办单可以打印。")


def _ask(case: Case, form: forms.UrgeForm | forms.SuperviseForm, kind: SupervisionKind, said: str) -> ResponseReturnValue:
    if request.method == "POST" and form.validate():
        asked, known = Asked(kind, form.text.data or "", form.unit_id.data, form.due_on.data), form.know_day_off.data
        try:
            issued = operations.ask(db.session(), case, asked, actor(), clock.now(), form.seen_version, know_day_off=known)
        except Invalid as refusal:
            form.take(refusal)
        else:
            noted = chosen_day_words(asked.due_on, work_calendar(db.session()))
            return done(links.case(case.number), issued.words + noted)
    return act_page(case, kind.value, form, said=said)


@bp.route("/supervise_feedback", methods=["GET", "POST"])
@requires("worklist")
def supervise_feedback(number: str) -> ResponseReturnValue:
    """反馈."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "supervise_feedback")
    own = [one for one in sheets(session, case.id, waiting=True) if one.unit_id in (None, actor().unit_id)]
    form = posted(forms.FeedbackForm, version=case.version)
    form.sheet_id.choices = choices((one.id, f"{title(one)}（{one.answer_words} 前）") for one in own)
    if request.method == "POST" and form.validate():
        try:
            operations.reply(session, case, form.sheet_id.data, form.text.data, actor(), clock.now(), form.seen_version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(links.case(case.number), "反馈已提交。")
    return act_page(case, "supervise_feedback", form, template="desks/supervising/feedback.html", own=own, title=title)


@bp.route("/withdraw_sheet", methods=["GET", "POST"])
@requires("worklist")
def withdraw_sheet(number: str) -> ResponseReturnValue:
    """撤销督办."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "withdraw_sheet")
    open_ = sheets(session, case.id, waiting=True)
    own = withdrawing.own_of(actor(), open_)
    form = posted(forms.WithdrawalForm, version=case.version)
    named = [(one.id, f"{title(one)}（{one.unit.name if one.unit else '现承办环节'}）") for one in own]
    form.sheet_id.choices = choices([*([("", "请选择")] if len(own) > 1 else []), *named])  # never the wrong one by default
    if request.method == "POST" and form.validate():
        typed = form.sheet_id.data, form.text.data or ""
        try:
            words = withdrawing.withdraw(session, case, *typed, actor(), clock.now(), form.seen_version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(links.case(case.number), words)
    said = "撤销后不用再反馈，不再提醒，不再影响并案、转出、归档；承办单位会收到通知。"
    return act_page(case, "withdraw_sheet", form, template="desks/supervising/withdraw.html", said=said, own=own, title=title)


@bp.get("/papers/supervision/<int(max=2147483647):sheet_id>")
@requires("worklist")
def sheet(number: str, sheet_id: int) -> ResponseReturnValue:
    """催办通知 or 督办单 on paper."""
    session = db.session()
    case, facts = open_case(session, number, actor())
    held = sheet_of(session, case, sheet_id)
    part = next((one for one in facts.assignments if one.unit_id == held.unit_id), None)
    return paper(
        "desks/supervising/paper.html",
        case=case,
        sheet=held,
        title=title(held),
        part=session.get(Assignment, part.id) if part else None,
        back=links.case(case.number),
        printed_at=clock.now(),
        printed_by=actor().name,
    )
