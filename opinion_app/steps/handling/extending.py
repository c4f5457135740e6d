"""延期: a unit asks for more time before the deadline passes, a leader decides, the writer is told (信访条例 34, 安阳 50)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import clocks, outbox, progress
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of, span_of
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.rules.clock_facts import Extension, Span
from opinion_app.rules.deadline_checks import check_extension
from opinion_app.rules.deadline_rules import Allowance
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import local_date


def reply_running(session: Session, case: Case) -> Clock:
    """The reply's clock, if it can be extended at all; raises Refused otherwise."""
    clock = clocks.reply_clock(session, case.id)
    if clock is None or clock.state not in (ClockState.RUNNING, ClockState.SUSPENDED):
        raise Refused("本件没有正在计时的答复时限，不需要延期。")
    return clock


def allowance_of(session: Session, clock: Clock) -> Allowance | None:
    """How often and by how much the rule lets this clock be extended."""
    rule = clocks.rule_of(session, clock)
    return rule.extension if rule is not None else None


def _check(session: Session, clock: Clock, amount: int, now: datetime) -> None:
    extension = Extension(now, Span(amount, span_of(clock).unit))
    try:
        check_extension(facts_of(clock), extension, work_calendar(session), allowance_of(session, clock))
    except Refused as refusal:
        raise Invalid(refusal.message, {"amount": refusal.message}) from refusal


def ask(session: Session, case: Case, actor: Actor, now: datetime, amount: int, reason: str, seen: int | None = None) -> None:
    """申请延期: refused at once when the rule would not allow it."""
    admit(session, case, "ask_extension", actor, seen)
    clock = reply_running(session, case)
    _check(session, clock, amount, now)
    session.add(
        ExtensionRequest(case_id=case.id, clock_id=clock.id, amount=amount, reason=reason, asked_by_id=actor.id, asked_at=now)
    )
    done = move(
        session, case, "ask_extension", actor, now, note=reason, detail={"amount": str(Span(amount, span_of(clock).unit))}
    )
    leaders = outbox.leader_in_charge(session, case.lead_unit_id)
    outbox.tell(session, case, leaders, "申请延期，请审批", f"ask_extension:{done.id}", now, mail=False)


def waiting(session: Session, case: Case) -> ExtensionRequest | None:
    """The request that waits for a decision."""
    query = select(ExtensionRequest).where(ExtensionRequest.case_id == case.id, ExtensionRequest.decided_at.is_(None))
    return session.scalar(query.order_by(ExtensionRequest.id.desc()).limit(1))


def decide(
    session: Session, case: Case, actor: Actor, now: datetime, *, agree: bool, opinion: str, seen: int | None = None
) -> None:
    """审批延期: granted in time only; the original date stays for statistics, the new one is told to the writer."""
    admit(session, case, "decide_extension", actor, seen)
    request = waiting(session, case)
    if request is None:
        raise Refused("没有等待审批的延期申请。")
    if request.asked_by_id == actor.id:
        raise Refused("不能审批自己提出的延期申请，请由其他领导审批。")
    clock = reply_running(session, case)
    if agree:
        _check(session, clock, request.amount, now)
    request.decided_by_id, request.decided_at, request.granted, request.opinion = actor.id, now, agree, opinion
    before = clock.due_at
    if agree:
        clocks.extend(session, case, clock, request.amount, request.reason, now)
    done = move(
        session,
        case,
        "decide_extension",
        actor,
        now,
        note=opinion,
        detail={"agree": agree, "due": clock.due_at.isoformat() if clock.due_at else ""},
        values={"答复时限": (before, clock.due_at)} if agree else None,
    )
    if agree and clock.due_at is not None:
        due = local_date(clock.due_at)
        progress.tell(session, case, why=f"经批准延期至 {due.year}年{due.month}月{due.day}日。原因：{request.reason}")
    if case.lead_unit_id is not None:
        words = "延期申请已批准" if agree else "延期申请未获批准"
        outbox.tell_unit(session, case, case.lead_unit_id, words, f"decide_extension:{done.id}", now, mail=False)
