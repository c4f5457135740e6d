"""Clocks (办理时限) of a case: started, met and stopped by its acts; the earliest unmet one is repeated on the case."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import settle
from opinion_app.flow.deadline_table import rules
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import buffer_before
from opinion_app.rules.deadline_rules import (
    Ahead,
    Choice,
    ClockStage,
    DeadlineRule,
    OwedBy,
    RuleFacts,
    StartEvent,
    choose,
)
from opinion_app.rules.words import ClockState, Source, Stage, UnitRole
from opinion_app.rules.zone import local_date

OPEN = (ClockState.RUNNING, ClockState.SUSPENDED)
MERGED = "并案"
ANSWERED = "已答复"
_ENDING = {
    Stage.DECLINED: "不予受理",
    Stage.REFERRED: "已转出",
    Stage.MERGED: MERGED,
    Stage.CLOSED: "已办结",
    Stage.ARCHIVED: "已归档",
}


def open_clocks(session: Session, case_id: int) -> list[Clock]:
    """The clocks of a case that still run or are suspended, earliest due first."""
    query = select(Clock).where(Clock.case_id == case_id, Clock.state.in_(OPEN)).order_by(Clock.due_at, Clock.id)
    return list(session.scalars(query))


def received_clocks(session: Session, case: Case, letter: Letter | None) -> list[Clock]:
    """What runs from receipt: accepting, the reply, the report back (decisions 3), for a case about to be written.

    The case shows the earliest of them from its first row on; the caller enters the clocks once the case has its id."""
    start = case.received_at
    made = [_clock(session, choice, start) for choice in _owed(session, case, StartEvent.RECEIVED, start, letter)]
    _show_first(case, sorted((clock for clock in made if clock.due_at is not None), key=_due))
    return made


def _due(clock: Clock) -> datetime:
    return cast(datetime, clock.due_at)


def _open_event(session: Session, case: Case, event: StartEvent, start: datetime) -> None:
    for choice in _owed(session, case, event, start, _letter(session, case)):
        start_clock(session, case, choice, start)


def _owed(session: Session, case: Case, event: StartEvent, start: datetime, letter: Letter | None) -> list[Choice]:
    """What an event starts, by the rules in force on its day."""
    owed = []
    for stage in ClockStage:
        choice = choice_for(session, case, stage, start, letter)
        if choice is None or choice.rule.start_event is not event or choice.rule.lapses or choice.rule.back_from:
            continue
        if stage is not ClockStage.REPORT_BACK or (letter is not None and letter.report_owed):
            owed.append(choice)
    return owed


def _letter(session: Session, case: Case) -> Letter | None:
    if case.source is not Source.FORWARDED_LETTER:
        return None
    return session.scalar(select(Letter).where(Letter.case_id == case.id))


def choice_for(
    session: Session,
    case: Case,
    stage: ClockStage,
    start: datetime,
    letter: Letter | None = None,
    *,
    historic: bool = False,
) -> Choice | None:
    """The rule in force on the day of `start` for one stage of this case; None where nobody owes it."""
    facts = RuleFacts(
        case.procedure,
        case.urgency,
        case.kind,
        case.risk_level,
        letter.return_on if letter else None,
        historic,
    )
    return choose(rules(session).values(), facts, stage, local_date(start))


def start_clock(session: Session, case: Case, choice: Choice, start: datetime, assignment: Assignment | None = None) -> Clock:
    """A clock under the chosen rule, running from `start`."""
    clock = _clock(session, choice, start, assignment)
    clock.case_id = case.id
    session.add(clock)
    session.flush()
    return clock


def _clock(session: Session, choice: Choice, start: datetime, assignment: Assignment | None = None) -> Clock:
    rule = choice.rule
    clock = Clock(
        assignment_id=assignment.id if assignment else None,
        stage=rule.stage.value,
        owed_by=rule.owed_by.value,
        unit_id=assignment.unit_id if assignment else None,
        met_by_act=rule.meeting_act,
        start_at=start,
        original_due_at=start,
        fixed_on=choice.fixed_date,
        state=ClockState.RUNNING,
        deadline_version=1,
        pauses=[],
        extensions=[],
    )
    apply_rule(session, clock, choice)
    settle(clock, work_calendar(session), rule.warning)
    return clock


def apply_rule(session: Session, clock: Clock, choice: Choice) -> None:
    """Put the clock under a rule: its span, its source and what a person should know about it."""
    rule = choice.rule
    clock.rule_id = next((row_id for row_id, held in rules(session).items() if held is rule), None)
    clock.amount, clock.amount_unit = rule.span.amount, rule.span.unit.value
    clock.source = f"{rule.name}（{choice.why}）：{rule.source}"
    clock.warning = choice.warning or rule.guidance


def open_assignment(session: Session, case: Case, assignment: Assignment, now: datetime) -> None:
    """Start what a unit owes from its assignment on: signing, and its draft or report before the reply (decisions 4)."""
    signing = choice_for(session, case, ClockStage.SIGN_FOR, now)
    if signing is not None:
        start_clock(session, case, signing, now, assignment)
    contact = choice_for(session, case, ClockStage.CONTACT, now)
    if assignment.role is UnitRole.LEAD and contact is not None and contact.rule.start_event is StartEvent.ASSIGNED:
        start_clock(session, case, contact, now, assignment)
    _open_inner(session, case, assignment, now)
    refresh(session, case)


def _open_inner(session: Session, case: Case, assignment: Assignment, now: datetime) -> None:
    """A unit's inner deadline lies a buffer before the reply's and never after it (decisions 4; D12)."""
    reply = reply_clock(session, case.id)
    choice = choice_for(session, case, ClockStage.DRAFT, now)
    if reply is None or reply.due_at is None or choice is None:
        return
    due = buffer_before(reply.due_at, choice.rule.span.amount, work_calendar(session), now)
    inner = Choice(choice.rule, choice.why, local_date(due))
    clock = start_clock(session, case, inner, now, assignment)
    if assignment.role is UnitRole.SUPPORT:
        clock.met_by_act, clock.source = "report_support", f"协办单位报结果：{choice.rule.source}"
    _settle_inner(session, clock, reply, choice.rule.warning)


def _settle_inner(session: Session, clock: Clock, reply: Clock, ahead: Ahead | None) -> None:
    """Derive an inner deadline under the reply's: a date counted back from a provisional one is as provisional (D02)."""
    clock.latest_at = reply.due_at
    settle(clock, work_calendar(session), ahead)
    clock.provisional = clock.provisional or reply.provisional


def reply_clock(session: Session, case_id: int) -> Clock | None:
    """The clock of the reply that runs, or the last one that ran."""
    query = select(Clock).where(Clock.case_id == case_id, Clock.stage == ClockStage.REPLY.value)
    return session.scalar(query.order_by(Clock.id.desc()).limit(1))


def after_act(session: Session, case: Case, act: str, now: datetime, unit_id: int | None = None) -> None:
    """What an act does to the clocks: it meets those that wait for it, starts those it begins, ends all when the case rests."""
    for clock in open_clocks(session, case.id):
        if clock.met_by_act == act and (unit_id is None or clock.unit_id in (None, unit_id)):
            end_clock(clock, now, "", ClockState.MET)
    if act == "answer":
        _stop_inner(session, case, now)
    if act == "accept":
        _open_event(session, case, StartEvent.ACCEPTED, now)
    if case.stage in _ENDING:
        stop_all(session, case, _ENDING[case.stage], now)
    refresh(session, case)


def _stop_inner(session: Session, case: Case, now: datetime) -> None:
    """What units owed towards the reply (signing, drafts, reports to the lead) is owed no more once the writer has it."""
    for clock in open_clocks(session, case.id):
        if clock.assignment_id is not None:
            end_clock(clock, now, ANSWERED, ClockState.STOPPED)


def end_clock(clock: Clock, now: datetime, reason: str, state: ClockState) -> None:
    """End one clock as met or stopped."""
    clock.state, clock.ended_at, clock.end_reason = state, now, reason


def stop_all(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Stop every clock of a case that comes to rest."""
    for clock in open_clocks(session, case.id):
        end_clock(clock, now, reason, ClockState.STOPPED)


def stop_assignment(session: Session, case: Case, assignment_id: int, reason: str, now: datetime) -> None:
    """Stop what a unit owed that no longer takes part; the reply's own clock goes on (D12)."""
    for clock in open_clocks(session, case.id):
        if clock.assignment_id == assignment_id:
            end_clock(clock, now, reason, ClockState.STOPPED)
    refresh(session, case)


def revive(session: Session, case: Case, reason: str) -> None:
    """Let the clocks stopped for `reason` run on as if nothing had been: a merge that was taken apart (D13)."""
    stopped = session.scalars(
        select(Clock).where(Clock.case_id == case.id, Clock.state == ClockState.STOPPED, Clock.end_reason == reason)
    )
    for clock in stopped:
        clock.state, clock.ended_at, clock.end_reason = ClockState.RUNNING, None, ""
        settle(clock, work_calendar(session), ahead_of(session, clock))
    refresh(session, case)


def restart_reply(session: Session, case: Case, now: datetime) -> None:
    """A reopened case gets the time of its rule again, from now on (D11)."""
    choice = choice_for(session, case, ClockStage.REPLY, now)
    if choice is not None:
        start_clock(session, case, choice, now)
    refresh(session, case)


def restart_received(session: Session, case: Case, now: datetime) -> None:
    """A case the office takes up again after it had declined or referred it: the time runs from now on, not from receipt."""
    _open_event(session, case, StartEvent.RECEIVED, now)
    refresh(session, case)


def reclassify(session: Session, case: Case) -> list[tuple[str, datetime | None, datetime | None]]:
    """Put the running clocks under the rules of the case's present kind, urgency and procedure, from their old start.

    Answers stage, old and new due moment of each clock that moved, so that nobody becomes late unnoticed (D12)."""
    letter, moved = _letter(session, case), []
    for clock in open_clocks(session, case.id):
        stage = ClockStage.of(clock.stage)
        if clock.assessment_id is not None or stage in (ClockStage.DRAFT,) or stage.value.startswith("risk_"):
            continue
        choice = choice_for(session, case, stage, clock.start_at, letter)
        if choice is None:
            continue
        before = clock.due_at
        clock.fixed_on = choice.fixed_date
        apply_rule(session, clock, choice)
        settle(clock, work_calendar(session), choice.rule.warning)
        if clock.due_at != before:
            moved.append((clock.stage, before, clock.due_at))
    shift_inner(session, case)
    refresh(session, case)
    return moved


def shift_inner(session: Session, case: Case) -> None:
    """Move the units' inner deadlines after the reply's date has moved."""
    reply = reply_clock(session, case.id)
    if reply is None or reply.due_at is None:
        return
    for clock in open_clocks(session, case.id):
        if clock.stage == ClockStage.DRAFT.value:
            clock.fixed_on = local_date(buffer_before(reply.due_at, clock.amount, work_calendar(session), clock.start_at))
            _settle_inner(session, clock, reply, ahead_of(session, clock))


def extend(session: Session, case: Case, clock: Clock, amount: int, reason: str, now: datetime) -> None:
    """Add granted time to a clock and to what hangs on it; the original date is kept for statistics."""
    entry = {"at": now.isoformat(), "amount": amount, "unit": clock.amount_unit, "reason": reason}
    clock.extensions = [*clock.extensions, entry]
    settle(clock, work_calendar(session), ahead_of(session, clock))
    shift_inner(session, case)
    refresh(session, case)


def rule_of(session: Session, clock: Clock) -> DeadlineRule | None:
    """The rule a clock runs under, if it is still in the table."""
    return rules(session).get(clock.rule_id) if clock.rule_id is not None else None


def ahead_of(session: Session, clock: Clock) -> Ahead | None:
    """When the clock's rule wants to warn; None where the rule is gone."""
    rule = rule_of(session, clock)
    return rule.warning if rule is not None else None


def refresh(session: Session, case: Case) -> None:
    """Repeat the earliest unmet clock on the case, where lists read it (D14)."""
    session.flush()
    _show_first(case, [clock for clock in open_clocks(session, case.id) if clock.due_at is not None])
    session.flush()


def _show_first(case: Case, running: list[Clock]) -> None:
    first = running[0] if running else None
    case.next_due_at = first.due_at if first else None
    case.next_due_stage = first.stage if first else ""
    case.next_warn_at = first.warn_at if first else None
    case.next_due_provisional = bool(first and first.provisional)


def owed_by_office(clock: Clock) -> bool:
    """Whether the clerks themselves owe what the clock waits for."""
    return clock.owed_by == OwedBy.OFFICE.value
