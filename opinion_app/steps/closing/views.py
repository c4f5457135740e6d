"""The pages of closing: one form for each act, opened in place on the case page."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.attach import attach
from opinion_app.flow.cases import latest_reply, open_case
from opinion_app.flow.left_open import left_open
from opinion_app.flow.moved_dates import moved_sentence
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.left_open import goes_on_after_closing
from opinion_app.rules.words import AnswerMethod, RetentionPeriod
from opinion_app.rules.zone import SHANGHAI, local_date
from opinion_app.steps.closing import forms, operations
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page, leaving_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

bp = Blueprint("closing", __name__, url_prefix="/office/cases/<number>")


def _case(number: str, act: str) -> Case:
    return open_case(db.session(), number, actor(), act)[0]


@bp.route("/answer", methods=["GET", "POST"])
@requires("worklist")
def answer(number: str) -> ResponseReturnValue:
    """登记答复."""
    case, session = _case(number, "answer"), db.session()
    form = posted(forms.AnswerForm, version=case.version)
    if request.method == "POST" and form.validate():
        at = form.answered_at.data.replace(tzinfo=SHANGHAI) if form.answered_at.data else None
        try:
            operations.answer(
                session, case, actor(), clock.now(), AnswerMethod.of(form.method.data), at, form.note.data, form.seen_version
            )
            return done(links.case(case.number), "已登记答复。")
        except Invalid as refusal:
            form.take(refusal)
    reply = latest_reply(session, case.id)
    said = "留言人凭编号和查询码可以看到答复全文。"
    return act_page(case, "answer", form, template="steps/closing/answer.html", said=said, reply=reply)


@bp.route("/report_back", methods=["GET", "POST"])
@requires("worklist")
def report_back(number: str) -> ResponseReturnValue:
    """反馈来文单位."""
    return _report(number, "report_back", forms.ReportForm, "反馈已登记。")


@bp.route("/object", methods=["GET", "POST"])
@requires("worklist")
def object_to(number: str) -> ResponseReturnValue:
    """向来文单位提出异议."""
    return _report(number, "object", forms.ObjectForm, "异议已登记。来文单位同意后，可以办理“转出”。")


def _report(number: str, act: str, kind: type[forms.ReportForm], words: str) -> ResponseReturnValue:
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    case, session, now = _case(number, act), db.session(), clock.now()
    operation = operations.object_to if act == "object" else operations.report_back
    form = posted(kind, version=case.version, sent_on=local_date(now))
    if request.method == "POST" and form.accepts(wrong):
        try:
            row = operation(
                session,
                case,
                actor(),
                now,
                form.document_number.data,
                form.sent_on.data,
                form.text.data,
                form.seen_version,
            )
            attach(session, case, files, actor(), now, owner="report_back", owner_id=row.id)
            return done(links.case(case.number), words)
        except Invalid as refusal:
            form.take(refusal)
    letter = operations.letter_of(session, case)
    until = operations.objection_until(session, case, letter) if act == "object" else None
    return act_page(case, act, form, template="steps/closing/report.html", files=True, letter=letter, until=until)


@bp.route("/close", methods=["GET", "POST"])
@requires("worklist")
def close(number: str) -> ResponseReturnValue:
    """办结."""
    case, facts = open_case(db.session(), number, actor(), "close")
    form = posted(forms.CloseForm, version=case.version)
    if request.method == "POST" and form.validate():
        left = operations.close(db.session(), case, actor(), clock.now(), form.note.data, form.seen_version)
        return done(links.case(case.number), f"{case.number} 已办结。{goes_on_after_closing(left.sheets)}")
    left = left_open(db.session(), case, facts)
    said = goes_on_after_closing(left.sheets) + "办结后其他时限不再计时；需要时可以重办。"
    return leaving_page(case, facts, "close", form, left, said=said)


@bp.route("/reopen", methods=["GET", "POST"])
@requires("worklist")
def reopen(number: str) -> ResponseReturnValue:
    """重办."""
    case = _case(number, "reopen")
    form = posted(forms.ReopenForm, version=case.version)
    if request.method == "POST" and form.validate():
        now, reason, known = clock.now(), form.reason.data or "", form.know_late.data
        try:
            with db.session().begin_nested():
                moved = operations.reopen(db.session(), case, actor(), now, reason, form.seen_version, know_late=known)
            return done(links.case(case.number), f"{case.number} 已重办。{moved_sentence(moved, now)}")
        except Invalid as refusal:
            form.take(refusal)
    said = "回到原承办单位（没有的回到办公室），时限从今天重新计算（来文定了日期的除外）；已公开的答复在替换或撤回前保留。"
    return act_page(case, "reopen", form, said=said)


@bp.route("/archive", methods=["GET", "POST"])
@requires("worklist")
def archive(number: str) -> ResponseReturnValue:
    """归档."""
    case, facts = open_case(db.session(), number, actor(), "archive")
    form = posted(forms.ArchiveForm, version=case.version)
    if request.method == "POST" and form.validate():
        period = RetentionPeriod.of(form.retention.data)
        operations.archive(db.session(), case, actor(), clock.now(), period, form.archive_number.data, form.seen_version)
        return done(links.case(case.number), f"{case.number} 已归档。")
    left = left_open(db.session(), case, facts)
    return leaving_page(case, facts, "archive", form, left, said="归档后只能查阅；需要时可以重办。")
