"""The pages of handling: one form for each act, opened in place on the case page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.attach import attach
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import open_case
from opinion_app.flow.clock_dates import span_of
from opinion_app.flow.due import clock_words
from opinion_app.flow.move import move
from opinion_app.flow.outbox import members_of
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.clock_facts import UNIT_WORDS
from opinion_app.rules.day_off import chosen_day_words
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.public_files import FileUse
from opinion_app.rules.words import FindingKind, Role
from opinion_app.rules.zone import SHANGHAI
from opinion_app.steps.handling import extending, forms, operations
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

bp = Blueprint("handling", __name__, url_prefix="/office/cases/<number>")
SHOWN_FOR = timedelta(minutes=10)


def _case(number: str, act: str) -> Case:
    return open_case(db.session(), number, actor(), act)[0]


def _handler_form(case: Case) -> forms.SignForForm:
    unit_id = actor().unit_id
    people = members_of(db.session(), unit_id, Role.HANDLER, Role.UNIT_HEAD) if unit_id is not None else []
    form: forms.SignForForm = posted(forms.SignForForm, version=case.version, handler=case.handler_id or actor().id)
    form.handler.choices = choices((person.id, _named(person)) for person in people)
    return form


def _named(person: Person) -> str:
    return f"{person.name}（{person.title}）" if person.title else person.name


@bp.route("/sign_for", methods=["GET", "POST"])
@requires("worklist")
def sign_for(number: str) -> ResponseReturnValue:
    """签收."""
    case = _case(number, "sign_for")
    form = _handler_form(case)
    if request.method == "POST" and form.validate():
        try:
            operations.sign_for(db.session(), case, actor(), clock.now(), form.handler.data, form.seen_version)
            return done(links.case(case.number), f"{case.number} 已签收。")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "sign_for", form, said="签收后由承办人办理；如不属本单位职责，请申请退回。")


@bp.route("/name_handler", methods=["GET", "POST"])
@requires("worklist")
def name_handler(number: str) -> ResponseReturnValue:
    """指定承办人."""
    case = _case(number, "name_handler")
    form = _handler_form(case)
    if request.method == "POST" and form.validate():
        try:
            person = operations.name_handler(db.session(), case, actor(), clock.now(), form.handler.data, form.seen_version)
            return done(links.case(case.number), f"已指定{person.name}承办。")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "name_handler", form)


@bp.route("/ask_return", methods=["GET", "POST"])
@requires("worklist")
def ask_return(number: str) -> ResponseReturnValue:
    """申请退回."""
    session = db.session()
    case, facts = open_case(session, number, actor(), "ask_return")
    form = posted(forms.AskReturnForm, version=case.version)
    if request.method == "POST" and form.validate():
        operations.ask_return(session, case, actor(), clock.now(), form.reason.data, form.seen_version)
        return done(links.case(case.number), "退回申请已提交，请等办公室审核；审核前仍由您单位负责。")
    until = operations.return_until(session, operations.own_part(session, facts, actor()))
    return act_page(case, "ask_return", form, template="steps/handling/ask_return.html", until=until)


@bp.route("/note", methods=["GET", "POST"])
@requires("worklist")
def note(number: str) -> ResponseReturnValue:
    """办理记录."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    case, session, now = _case(number, "note"), db.session(), clock.now()
    form = posted(forms.NoteForm, version="")
    if request.method == "POST" and form.accepts(wrong):
        at = form.happened_at.data.replace(tzinfo=SHANGHAI) if form.happened_at.data else None
        try:
            finding = operations.note(session, case, actor(), now, FindingKind.of(form.kind.data), form.text.data, at)
            attach(session, case, files, actor(), now, owner="finding", owner_id=finding.id)
            return done(links.case(case.number), "办理记录已保存。")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "note", form, template="steps/handling/with_files.html", files=True)


@bp.route("/attach", methods=["GET", "POST"])
@requires("worklist")
def attach_files(number: str) -> ResponseReturnValue:
    """上传附件."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    case, session, now = _case(number, "attach"), db.session(), clock.now()
    form = posted(forms.AttachForm, version="")
    if request.method == "POST" and form.accepts(wrong):
        if files:
            use = FileUse.of(form.use.data)
            attach(session, case, files, actor(), now, owner=use.value)
            detail = {"names": [file.name for file in files], "use": use.label}
            move(session, case, "attach", actor(), now, detail=detail)
            return done(links.case(case.number), f"已上传 {len(files)} 个附件。")
        form.take(Invalid("请选择要上传的文件。"))
    return act_page(case, "attach", form, template="steps/handling/with_files.html", files=True)


@bp.route("/report_support", methods=["GET", "POST"])
@requires("worklist")
def report_support(number: str) -> ResponseReturnValue:
    """报协办结果."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    case, session, now = _case(number, "report_support"), db.session(), clock.now()
    form = posted(forms.SupportReportForm, version="")
    if request.method == "POST" and form.accepts(wrong):
        finding = operations.report_support(session, case, actor(), now, form.text.data)
        attach(session, case, files, actor(), now, owner="finding", owner_id=finding.id)
        return done(links.case(case.number), "协办情况已报主办单位。")
    return act_page(case, "report_support", form, template="steps/handling/with_files.html", files=True)


@bp.route("/ask_extension", methods=["GET", "POST"])
@requires("worklist")
def ask_extension(number: str) -> ResponseReturnValue:
    """申请延期."""
    case, session = _case(number, "ask_extension"), db.session()
    running = extending.extendable(session, case)
    form = posted(forms.ExtensionForm, version=case.version)
    by_issuer = extending.issuer_grants(session, running)
    if by_issuer:
        form.consent_number.flags.required = form.consent_on.flags.required = True
    else:
        del form.consent_number, form.consent_on
    if request.method == "POST" and form.validate():
        try:
            more, known = form.more(), form.know_day_off.data
            extending.ask(session, case, actor(), clock.now(), more, form.reason.data, form.seen_version, know_day_off=known)
            noted = chosen_day_words(more.until, work_calendar(session))
            return done(links.case(case.number), f"延期申请已提交，等领导审批。{noted}")
        except Invalid as refusal:
            form.take(refusal)
    allowance = extending.allowance_of(session, running)
    template = "steps/handling/ask_extension.html"
    unit = UNIT_WORDS[span_of(running).unit].removeprefix("个")
    form.amount.description = f"单位：{unit}"
    shown: dict[str, Any] = {"running": running, "allowance": allowance, "unit": unit, "by_issuer": by_issuer}
    shown |= {
        "what": extending.whose_words(case, running) + clock_words(running),
        "of_reply": running.stage == ClockStage.REPLY.value,
        "against": extending.refused_now(session, running, clock.now()),
        "refused_as": "不能",
    }
    return act_page(case, "ask_extension", form, template=template, **shown)


@bp.route("/withdraw_extension", methods=["GET", "POST"])
@requires("worklist")
def withdraw_extension(number: str) -> ResponseReturnValue:
    """撤回延期申请."""
    case = _case(number, "withdraw_extension")
    form = posted(forms.WithdrawExtensionForm, version=case.version)
    if request.method == "POST" and form.validate():
        extending.withdraw(db.session(), case, actor(), clock.now(), form.reason.data, form.seen_version)
        return done(links.case(case.number), "延期申请已撤回，原时限不变。")
    return act_page(case, "withdraw_extension", form)


@bp.route("/decide_extension", methods=["GET", "POST"])
@requires("worklist")
def decide_extension(number: str) -> ResponseReturnValue:
    """审批延期."""
    case, session = _case(number, "decide_extension"), db.session()
    form = posted(forms.DecideExtensionForm, version=case.version)
    request_ = extending.waiting(session, case)
    running = session.get_one(Clock, request_.clock_id) if request_ is not None else extending.extendable(session, case)
    what = extending.whose_words(case, running) + clock_words(running)
    if request.method == "POST" and form.validate():
        agree = form.agree.data == "yes"
        try:
            extending.decide(session, case, actor(), clock.now(), agree=agree, opinion=form.opinion.data, seen=form.seen_version)
            return done(links.case(case.number), _decided(running, what, agree=agree))
        except Invalid as refusal:
            form.take(refusal)
    more = extending.asked(request_) if request_ is not None else None
    said = more.said(running) if more is not None else ""
    by = extending.granted_words(session, running, more) if more is not None else ""
    template = "steps/handling/decide_extension.html"
    noted = chosen_day_words(more.until, work_calendar(session)) if more is not None else ""
    later = extending.if_granted(session, running, more, clock.now()) if more is not None else None
    shown: dict[str, Any] = {"asked": request_, "said_of": said, "by": by, "running": running, "what": what, "noted": noted}
    return act_page(case, "decide_extension", form, template=template, later=later, **shown)


def _decided(running: Clock, what: str, *, agree: bool) -> str:
    """What became of a request, with the date that holds from now on."""
    due = running.due_date
    if not agree:
        return "已退回延期申请，原时限不变。"
    return f"已同意延期，{what}时限为 {due.words()}。" if due is not None else "已同意延期。"


@bp.route("/reveal_contact", methods=["GET", "POST"])
@requires("worklist")
def reveal_contact(number: str) -> ResponseReturnValue:
    """查看联系方式: the asking is on the trail."""
    case = _case(number, "reveal_contact")
    form = posted(forms.RevealForm, version="")
    if request.method == "POST" and form.validate():
        operations.reveal(db.session(), case, actor(), clock.now(), form.reason.data)
        return done(f"{links.case(case.number)}/contact")
    return act_page(case, "reveal_contact", form, said="您的姓名、时间和用途会记入留痕。")


@bp.get("/contact")
@requires("worklist")
def contact(number: str) -> ResponseReturnValue:
    """The contact data, for ten minutes after it was asked for."""
    case = _case(number, "reveal_contact")
    writer = operations.revealed(db.session(), case, actor(), clock.now() - SHOWN_FOR)
    return page("steps/handling/contact.html", case=case, writer=writer, case_href=links.case(case.number))
