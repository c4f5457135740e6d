"""延期申请 that wait: one whose clock has ended or is counted otherwise by now is void, and whoever asked hears so (D04)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session

from opinion_app.flow import outbox, trail
from opinion_app.flow.clock_dates import span_of
from opinion_app.flow.clocks import reply_clock
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.records.person import Person
from opinion_app.rules.clock_facts import UNIT_WORDS, Span, Unit
from opinion_app.rules.words import OPEN_CLOCK

ENDED = "所申请的时限已经结束"
_WAITING = (
    select(ExtensionRequest, Clock)
    .join(Clock, Clock.id == ExtensionRequest.clock_id)
    .where(ExtensionRequest.case_id == bindparam("of_case", type_=Integer), ExtensionRequest.decided_at.is_(None))
)


def said_of(request: ExtensionRequest) -> str:
    """What was asked for: 5 个工作日, 至 2026-12-18."""
    if request.until is not None:
        return f"至 {request.until.isoformat()}"
    return str(Span(request.amount, Unit(request.amount_unit)))


def void_stale(session: Session, case: Case, now: datetime) -> None:
    """Void what can be granted no longer as it was asked: five working days are not five days, nor a second round's time."""
    for request, clock in session.execute(_WAITING, {"of_case": case.id}).all():
        why = _stale(session, request, clock)
        if why:
            drop(request, now, why)
            trail.record(session, "case.void_extension", case.number, None, now, {"延期申请": (said_of(request), f"作废：{why}")})
            asker = session.get_one(Person, request.asked_by_id)
            words = f"延期申请（{said_of(request)}）作废：{why}，仍需延期的请重新申请"
            outbox.tell(session, case, [asker], words, f"void_extension:{request.id}", now, mail=False)


def _stale(session: Session, request: ExtensionRequest, clock: Clock) -> str:
    if clock.case_id != request.case_id:  # more time for a letter that was merged into the case
        answers = reply_clock(session, request.case_id)
        lies = clock.case.merged_into_id == request.case_id
        return "" if lies and answers is not None and answers.state in OPEN_CLOCK else ENDED
    if clock.state not in OPEN_CLOCK:
        return ENDED
    if request.until is None and request.amount_unit != clock.amount_unit:
        return f"时限改按{UNIT_WORDS[span_of(clock).unit].removeprefix('个')}计算"
    return ""


def drop(request: ExtensionRequest, now: datetime, why: str) -> None:
    """Close a request that nobody granted or refused."""
    request.decided_at, request.granted, request.opinion = now, None, why
