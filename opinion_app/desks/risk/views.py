"""The acts of risk on a case: the sheet, the leader's word, the reports and responses; and the versions to read and print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.risk import queries
from opinion_app.desks.risk.forms import ApproveForm, ReportForm, SheetForm, initial
from opinion_app.desks.risk.reporting import REPORTS, Report, report
from opinion_app.desks.risk.sheet import SHEET, sheet_context
from opinion_app.flow import assess as acts
from opinion_app.flow.attach import attach
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import open_case
from opinion_app.flow.due import clock_due, stage_words
from opinion_app.flow.moved_dates import moved_sentence
from opinion_app.forms import choices
from opinion_app.records.assessment import Assessment
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules import links
from opinion_app.rules.assessment import plan_wanted, propose
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.response_plan import is_written
from opinion_app.rules.words import RiskFactor
from opinion_app.rules.zone import SHANGHAI
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done, page, paper
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

bp = Blueprint("risk", __name__, url_prefix="/office")


@bp.post("/risk/propose")
@requires("policies", read_only=True)
def proposal() -> ResponseReturnValue:
    """The level the grades chosen so far lead to; changes nothing."""
    grades, scale = SheetForm(request.form).grades(), acts.scale(db.session())
    return page("desks/risk/_proposal.html", proposal=propose(grades, scale), graded=len(grades), wanted=len(RiskFactor))


@bp.route("/cases/<number>/assess", methods=["GET", "POST"])
@requires("worklist")
def assess(number: str) -> ResponseReturnValue:
    """风险研判: the sheet of factors; a person decides."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "assess")
    before = acts.latest(session, case)
    form = posted(SheetForm, version=case.version, **initial(before))
    if request.method == "POST" and form.accepts(wrong):
        try:
            row = acts.assess(session, case, actor(), now, form.sheet(), form.seen_version)
            attach(session, case, files, actor(), now, owner="assessment", owner_id=row.id)
            return done(links.case(case.number), _assessed_words(case, row, planned=is_written(row.plan) or bool(files)))
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "assess", form, template=SHEET, **sheet_context(session, form), before=before, subject=case)


def _assessed_words(case: Case, row: Assessment, *, planned: bool) -> str:
    if case.risk_level is not row.level:
        held = case.risk_level.label if case.risk_level else ""
        return f"研判已保存：拟降为“{row.level.label}”，经领导审定后生效；审定前仍按“{held}”办理。"
    plan = "请尽快补充应对处置预案。" if plan_wanted(row.level) and not planned else ""
    return f"研判已保存，定为“{row.level.label}”，已通知领导审定。{plan}"


@bp.route("/cases/<number>/approve_assessment", methods=["GET", "POST"])
@requires("worklist")
def approve_assessment(number: str) -> ResponseReturnValue:
    """审定研判: by a leader other than the assessor."""
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "approve_assessment")
    form = posted(ApproveForm, version=case.version)
    if request.method == "POST" and form.validate():
        passed, opinion, known = form.passed.data == "yes", form.opinion.data or "", form.know_late.data
        try:
            with session.begin_nested():
                row, moved = acts.approve(
                    session, case, actor(), now, passed=passed, opinion=opinion, know_late=known, seen=form.seen_version
                )
            words = f"研判已审定：“{row.level.label}”。" if passed else "已退回，请研判人重新研判。"
            return done(links.case(case.number), words + moved_sentence(moved, now))
        except Invalid as refusal:
            form.take(refusal)
    newest, words = queries.history(session, case)[:1], "提交审定意见"
    template, acting = "desks/risk/approve.html", case.risk_level
    return act_page(case, "approve_assessment", form, template=template, versions=newest, acting=acting, button_words=words)


@bp.route("/cases/<number>/report_risk", methods=["GET", "POST"])
@requires("worklist")
def report_risk(number: str) -> ResponseReturnValue:
    """舆情报告与回应: one form for every duty of the level; each meets its own clock."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "report_risk")
    duties = queries.duties(session, case)
    form = _report_form(case, duties)
    if request.method == "POST" and form.accepts(wrong):
        try:
            row = report(session, case, actor(), now, _said(form), form.seen_version)
            attach(session, case, files, actor(), now, owner="risk_report", owner_id=row.id)
            return done(links.case(case.number), f"已登记：{dict(REPORTS)[row.act]}。")
        except Invalid as refusal:
            form.take(refusal)
    shown = [_shown(duty, now) for duty in duties]
    template, said = "desks/risk/report.html", "时限按实际办理的时间计算，登记时间另记入留痕。"
    return act_page(case, "report_risk", form, template=template, said=said, files=True, duties=shown, button_words="登记")


def _shown(duty: Clock, now: datetime) -> dict[str, Any]:
    """One duty of the level as the list of clocks shows it."""
    due = clock_due(duty, now, work_calendar(db.session()))
    return {"words": stage_words(duty.stage), "due": due, "when": duty.source, "open": duty.ended_at is None}


def _report_form(case: Case, duties: Sequence[Clock]) -> ReportForm:
    owed = [clock.met_by_act for clock in duties if clock.ended_at is None]
    form: ReportForm = posted(ReportForm, version=case.version, act=owed[0] if owed else "record_response")
    words = {act: f"{label}（待办）" if act in owed else label for act, label in REPORTS}
    form.act.choices = choices(sorted(words.items(), key=lambda pair: pair[0] not in owed))
    return form


def _said(form: ReportForm) -> Report:
    at = form.happened_at.data.replace(tzinfo=SHANGHAI) if form.happened_at.data else None
    return Report(form.act.data, form.receiver.data or "", form.text.data or "", form.link.data or "", at)


@bp.get("/cases/<number>/assessments")
@requires("worklist")
def assessments(number: str) -> ResponseReturnValue:
    """Every version of a case's assessment, with what changed."""
    case, _facts = open_case(db.session(), number, actor())
    versions = queries.history(db.session(), case)
    return page("desks/risk/versions.html", subject=case, href=links.case(case.number), versions=versions)


@bp.get("/cases/<number>/assessments/<int(max=2147483647):version_no>")
@requires("worklist")
def printed(number: str, version_no: int) -> ResponseReturnValue:
    """研判表: one version on paper."""
    case, _facts = open_case(db.session(), number, actor())
    wanted = [version for version in queries.history(db.session(), case) if version.row.version_no == version_no]
    if not wanted:
        raise NotFound("没有这一版研判。")
    return paper("desks/risk/paper.html", subject=case, version=wanted[0], back=f"{links.case(case.number)}/assessments")
