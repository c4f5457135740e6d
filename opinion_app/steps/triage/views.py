"""The pages of triage: one form for each act, opened in place on the case page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.attach import attach
from opinion_app.flow.cases import open_case
from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.due import draft_passed_words
from opinion_app.flow.moved_dates import moved_sentence
from opinion_app.flow.settings import areas
from opinion_app.flow.units import active_units
from opinion_app.forms import at_noon, choices
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.steps.triage import assigning, forms, operations
from opinion_app.steps.triage.operations import Classification
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

CLASSIFY = "steps/triage/classify.html"
bp = Blueprint("triage", __name__, url_prefix="/office/cases/<number>")


def _case(number: str, act: str) -> Case:
    return open_case(db.session(), number, actor(), act)[0]


def _said(form: forms.ClassifyForm) -> Classification:
    return Classification(
        Kind.of(form.kind.data), form.area.data or "其他", Urgency.of(form.urgency.data), Procedure.of(form.procedure.data)
    )


def _draft_passed(case: Case) -> str:
    return draft_passed_words(reply_clock(db.session(), case.id), clock.now())


F = TypeVar("F", bound=forms.ClassifyForm)


def _classified(form: type[F], case: Case) -> F:
    made: F = posted(form, kind=case.kind, area=case.area, urgency=case.urgency, procedure=case.procedure, version=case.version)
    listed = areas(db.session())
    made.area.choices = choices((area, area) for area in (listed if case.area in listed else [*listed, case.area]))
    return made


def _accept(case: Case, form: forms.ClassifyForm, now: datetime) -> str:
    with db.session().begin_nested():  # a refusal leaves nothing of what was derived on the way to it
        moved = operations.accept(db.session(), case, actor(), now, _said(form), form.seen_version, know_late=form.know_late.data)
    return f"{case.number} 已受理。{moved_sentence(moved, now)}"


@bp.route("/accept", methods=["GET", "POST"])
@requires("worklist")
def accept(number: str) -> ResponseReturnValue:
    """受理."""
    case = _case(number, "accept")
    form = _classified(forms.ClassifyForm, case)
    if request.method == "POST" and form.validate():
        try:
            return done(links.case(case.number), _accept(case, form, clock.now()))
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "accept", form, template=CLASSIFY, said="受理后，网民查询时会看到“已受理”。")


def _classify(case: Case, form: forms.ClassifyForm, now: datetime) -> str:
    with db.session().begin_nested():
        moved = operations.classify(
            db.session(), case, actor(), now, _said(form), form.seen_version, know_late=form.know_late.data
        )
    return f"分类已修改。{moved_sentence(moved, now) or '时限不变。'}"


@bp.route("/classify", methods=["GET", "POST"])
@requires("worklist")
def classify(number: str) -> ResponseReturnValue:
    """修改分类."""
    case = _case(number, "classify")
    form = _classified(forms.ClassifyForm, case)
    if request.method == "POST" and form.validate():
        try:
            return done(links.case(case.number), _classify(case, form, clock.now()))
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "classify", form, template=CLASSIFY, said="时限按新的分类从原起算日重新计算。")


def _assign(case: Case, form: forms.AssignForm, now: datetime) -> str:
    allotment = assigning.Allotment(form.lead.data, [i for i in form.supports.data or [] if i], form.note.data or "")
    with db.session().begin_nested():
        unit, moved = assigning.assign(
            db.session(), case, actor(), now, _said(form), allotment, form.seen_version, know_late=form.know_late.data
        )
    return f"已交办给{unit.name}。{moved_sentence(moved, now)}{_draft_passed(case)}"


@bp.route("/assign", methods=["GET", "POST"])
@requires("worklist")
def assign(number: str) -> ResponseReturnValue:
    """交办."""
    case, session = _case(number, "assign"), db.session()
    form = _classified(forms.AssignForm, case)
    units = active_units(session)
    if request.method == "POST" and form.validate():
        try:
            return done(links.case(case.number), _assign(case, form, clock.now()))
        except Invalid as refusal:
            form.take(refusal)
    said = "交办后，承办单位会收到通知，签收时限开始计算。"
    shown: dict[str, Any] = {"unit_fields": {"lead": units, "supports": units}, "warning": _draft_passed(case)}
    return act_page(case, "assign", form, template="steps/triage/assign.html", said=said, **shown)


def _reassign(case: Case, form: forms.ReassignForm, now: datetime) -> str:
    lead, reason, final, known = form.lead.data, form.reason.data or "", form.final.data, form.know_late.data
    with db.session().begin_nested():
        unit, moved = assigning.reassign(
            db.session(), case, actor(), now, lead, reason, final=final, know_late=known, seen=form.seen_version
        )
    return f"已改派给{unit.name}。{moved_sentence(moved, now)}{_draft_passed(case)}"


@bp.route("/reassign", methods=["GET", "POST"])
@requires("worklist")
def reassign(number: str) -> ResponseReturnValue:
    """改派."""
    case, session = _case(number, "reassign"), db.session()
    form = posted(forms.ReassignForm, version=case.version)
    if request.method == "POST" and form.validate():
        try:
            return done(links.case(case.number), _reassign(case, form, clock.now()))
        except Invalid as refusal:
            form.take(refusal)
    said, passed = "原主办单位不再看到本件；答复时限不变。", _draft_passed(case)
    return act_page(case, "reassign", form, said=said, warning=passed, unit_fields={"lead": active_units(session)})


@bp.route("/add_unit", methods=["GET", "POST"])
@requires("worklist")
def add_unit(number: str) -> ResponseReturnValue:
    """增派协办."""
    case, session = _case(number, "add_unit"), db.session()
    form = posted(forms.AddUnitForm, version=case.version)
    if request.method == "POST" and form.validate():
        note = form.note.data or ""
        try:
            with session.begin_nested():
                unit = assigning.add_unit(
                    session, case, actor(), clock.now(), form.unit.data, note, form.seen_version, know_late=form.know_late.data
                )
            return done(links.case(case.number), f"已增派{unit.name}协办。{_draft_passed(case)}")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "add_unit", form, warning=_draft_passed(case), unit_fields={"unit": active_units(session)})


@bp.route("/decide_return", methods=["GET", "POST"])
@requires("worklist")
def decide_return(number: str) -> ResponseReturnValue:
    """审核退回."""
    case, session = _case(number, "decide_return"), db.session()
    form = posted(forms.DecideReturnForm, version=case.version)
    if request.method == "POST" and form.validate():
        agree, now = form.agree.data == "yes", clock.now()
        row, moved = assigning.decide_return(
            session, case, actor(), now, agree=agree, opinion=form.opinion.data, seen=form.seen_version
        )
        words = f"{row.unit.name}的退回申请{'已同意' if agree else '未予同意'}。"
        return done(links.case(case.number), words + moved_sentence(moved, now))
    return act_page(case, "decide_return", form, said="不同意的，该单位不能就本件再次申请退回。")


@bp.route("/propose", methods=["GET", "POST"])
@requires("worklist")
def propose(number: str) -> ResponseReturnValue:
    """呈批."""
    case = _case(number, "propose")
    form = posted(forms.ProposeForm, version=case.version, proposal=case.proposal)
    if request.method == "POST" and form.validate():
        operations.propose(db.session(), case, actor(), clock.now(), form.proposal.data, form.seen_version)
        return done(links.case(case.number), "已呈领导批示。")
    return act_page(case, "propose", form, said="领导批示之前不能交办；时限照常计算。")


@bp.route("/instruct", methods=["GET", "POST"])
@requires("worklist")
def instruct(number: str) -> ResponseReturnValue:
    """批示."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    case, session, now = _case(number, "instruct"), db.session(), clock.now()
    form = posted(forms.InstructForm, version=case.version)
    if request.method == "POST" and form.accepts(wrong):
        try:
            spoken = at_noon(form.spoken_on.data) if form.spoken_on.data else None
            finding = operations.instruct(
                session, case, actor(), now, form.text.data, form.spoken_by.data, spoken, form.seen_version
            )
            attach(session, case, files, actor(), now, owner="finding", owner_id=finding.id)
            return done(links.case(case.number), "批示已记录。")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "instruct", form, template="steps/triage/instruct.html", files=True)


@bp.route("/grant", methods=["GET", "POST"])
@requires("worklist")
def grant(number: str) -> ResponseReturnValue:
    """指定知情人."""
    case = _case(number, "grant")
    form = posted(forms.GrantForm, version=case.version)
    if request.method == "POST" and form.validate():
        try:
            person = operations.grant(db.session(), case, actor(), clock.now(), form.login.data, form.reason.data)
            return done(links.case(case.number), f"{person.name}现在可以查看本件。")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "grant", form, said="只有知情人能看到本件存在。")
