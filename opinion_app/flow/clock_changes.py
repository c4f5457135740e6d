"""What changes the dates of clocks that run: suspended, resumed, begun anew, extended, merged, put under other rules.

Each change keeps the inputs it found, so that no minute is lost or won; each moved date is entered in the clock's `dates`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, extension_data, facts_of, settle, span_of
from opinion_app.flow.clocks import (
    ACTIVE,
    MERGED,
    OPEN,
    ahead_of,
    apply_rule,
    choice_for,
    end_clock,
    letter_of,
    open_clocks,
    open_event,
    refresh,
    reply_clock,
    rule_of,
    shift_inner,
    start_clock,
)
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Extension
from opinion_app.rules.deadline_checks import check_restart, check_resumption, check_suspension
from opinion_app.rules.deadline_rules import Choice, ClockStage, StartEvent
from opinion_app.rules.errors import Refused
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, UnitRole
from opinion_app.rules.zone import local_date

ANSWERING = (ClockStage.REPLY.value, ClockStage.REPORT_BACK.value)
COPIED = (
    "owed_by start_at amount amount_unit fixed_on fixed_why receipt rule_id source warning due_at "
    "original_due_at pauses extensions restarts adoptions state"
)
DateMoved = tuple[str, datetime | None, datetime | None]


def running_reply(session: Session, case: Case) -> Clock:
    """The reply's clock, running or suspended. Raises Refused where there is none."""
    clock = reply_clock(session, case.id)
    if clock is None or clock.state not in OPEN:
        raise Refused("本件没有正在计时的答复时限。")
    return clock


def suspend(session: Session, case: Case, ground: SuspensionGround, at: datetime, reason: str, now: datetime) -> Clock:
    """Let the reply's clock, and the units' under it, stand still from `at`; nothing else stops.

    Raises DeadlineRefused where the clock does not run at that moment or has run out."""
    clock = running_reply(session, case)
    check_suspension(facts_of(clock), at, work_calendar(session), now)
    entry = {"since": at.isoformat(), "until": None, "reason": ground.label, "ground": ground.value, "note": reason}
    clock.pauses = [*clock.pauses, entry]
    _follow(session, case, clock, Cause(now, f"中止计时（{ground.label}）"))
    return clock


def resume(session: Session, case: Case, at: datetime, now: datetime) -> Clock:
    """Let the clock run on from `at` with all that was left. Raises DeadlineRefused where it does not stand still."""
    clock = running_reply(session, case)
    check_resumption(facts_of(clock), at, now)
    clock.pauses = [*clock.pauses[:-1], clock.pauses[-1] | {"until": at.isoformat()}]
    _follow(session, case, clock, Cause(now, "恢复计时"))
    return clock


def restart(session: Session, case: Case, at: datetime, reason: str, now: datetime) -> Clock:
    """Begin the whole time anew from `at` (信息公开条例 30: 自收到补正之日起重新计算). Raises DeadlineRefused."""
    clock = running_reply(session, case)
    check_restart(facts_of(clock), at, now)
    clock.pauses = [*clock.pauses[:-1], clock.pauses[-1] | {"until": at.isoformat()}]
    clock.restarts = [*clock.restarts, {"at": at.isoformat(), "reason": reason}]
    _follow(session, case, clock, Cause(now, reason))
    return clock


def extend(session: Session, case: Case, clock: Clock, extension: Extension) -> None:
    """Add granted time to a clock and to what hangs on it; the original date is kept for statistics.

    What the issuer of a letter grants for the reply it grants for the report back to itself (decisions 10)."""
    cause = Cause(extension.granted_at, f"批准延期：{extension.reason}")
    clock.extensions = [*clock.extensions, extension_data(extension)]
    _follow(session, case, clock, cause)
    if extension.granted_by:
        for report in open_clocks(session, case.id):
            if report.stage == ClockStage.REPORT_BACK.value and report.due_at != clock.due_at:
                until = local_date(clock.due_at) if clock.due_at is not None else extension.until
                granted = replace(extension, span=None, until=until) if until is not None else extension
                report.extensions = [*report.extensions, extension_data(granted)]
                _follow(session, case, report, cause)


def _follow(session: Session, case: Case, clock: Clock, cause: Cause) -> None:
    settle(clock, work_calendar(session), ahead_of(session, clock), cause)
    shift_inner(session, case, cause)
    refresh(session, case)


def revive(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Let the clocks stopped for `reason` run on as if nothing had been: a merge that was taken apart (D13)."""
    stopped = session.scalars(
        select(Clock).where(Clock.case_id == case.id, Clock.state == ClockState.STOPPED, Clock.end_reason == reason)
    )
    for clock in stopped:
        clock.state, clock.ended_at, clock.end_reason = ClockState.RUNNING, None, ""
        settle(clock, work_calendar(session), ahead_of(session, clock), Cause(now, "拆分后恢复"))
    shift_inner(session, case, Cause(now, "拆分后恢复"))
    refresh(session, case)


def adopt_earlier(session: Session, survivor: Case, merged: Case, now: datetime) -> None:
    """The case that survives a merge answers by the earlier of the two dates, by the other's where it has none yet (D13)."""
    own = reply_clock(session, survivor.id)
    lent = [clock for clock in open_clocks(session, merged.id) if clock.stage in ANSWERING and clock.due_at is not None]
    if not lent:
        return
    other = lent[0]  # the earliest due
    entry = {"at": now.isoformat(), "due": cast(datetime, other.due_at).isoformat(), "provisional": other.provisional}
    entry |= {"clock": other.id, "number": merged.number}
    if own is None or own.state not in OPEN:
        own = _copy(session, survivor, other)
        entry["copied"] = True
    own.adoptions = [*own.adoptions, entry]
    _follow(session, survivor, own, Cause(now, f"{MERGED}：按较早的时限"))


def _copy(session: Session, case: Case, other: Clock) -> Clock:
    """The merged case's clock as one of the survivor's own, with everything that made its date."""
    reply = ClockStage.REPLY.value
    clock = Clock(
        case_id=case.id,
        stage=reply,
        met_by_act="answer",
        deadline_version=1,
        dates=[],
        **{name: getattr(other, name) for name in COPIED.split()},
    )
    session.add(clock)
    session.flush()
    return clock


def release(session: Session, survivor: Case, number: str, now: datetime) -> None:
    """Give up the date taken over from the case `number`, which goes its own way again (D13)."""
    for clock in open_clocks(session, survivor.id):
        mine = [entry for entry in clock.adoptions if entry.get("number") == number]
        if not mine:
            continue
        clock.adoptions = [entry for entry in clock.adoptions if entry not in mine]
        if any(entry.get("copied") for entry in mine):
            end_clock(clock, now, "拆分", ClockState.STOPPED)
            if survivor.accepted_at is not None:
                open_event(session, survivor, StartEvent.ACCEPTED, survivor.accepted_at, frozenset(_begun(session, survivor)))
        else:
            settle(clock, work_calendar(session), ahead_of(session, clock), Cause(now, "拆分后恢复原时限"))
    shift_inner(session, survivor, Cause(now, "拆分"))
    refresh(session, survivor)


def _begun(session: Session, case: Case) -> set[str]:
    """The stages that run or were met; what was stopped may begin again."""
    query = select(Clock.stage).where(Clock.case_id == case.id, Clock.state != ClockState.STOPPED)
    return set(session.scalars(query))


def reclassify(session: Session, case: Case, now: datetime) -> list[DateMoved]:
    """Put the running clocks under the rules of the case's present kind, urgency and procedure, from their old start; what these
    rules ask for and did not run begins.

    Answers stage, old and new due moment of each clock that moved, so that nobody becomes late unnoticed (D12)."""
    letter, moved = letter_of(session, case), []
    cause = Cause(now, "修改分类")
    for clock in open_clocks(session, case.id):
        stage = ClockStage.of(clock.stage)
        if clock.assessment_id is not None or stage is ClockStage.DRAFT or stage.value.startswith("risk_"):
            continue
        choice = choice_for(session, case, stage, clock.start_at, letter)
        if choice is None:
            continue
        before = clock.due_at
        _put_under(session, case, clock, choice, cause)
        if clock.due_at != before:
            moved.append((clock.stage, before, clock.due_at))
    moved += _begin_missing(session, case, now)
    shift_inner(session, case, cause)
    refresh(session, case)
    return moved


def _put_under(session: Session, case: Case, clock: Clock, choice: Choice, cause: Cause) -> None:
    """The clock under another rule; one that begins with acceptance waits for it, or counts from it.

    Where the rule is the same, so is its version: whether open cases follow a new one is the office's to say (D15)."""
    held = rule_of(session, clock)
    if held is not None and held.code == choice.rule.code:
        choice = replace(choice, rule=held)
    if held is not None and held.start_event is not choice.rule.start_event:
        if choice.rule.start_event is StartEvent.ACCEPTED:
            if case.accepted_at is None:
                end_clock(clock, cause.at, "改类后自受理之日起算", ClockState.STOPPED)
                return
            clock.start_at = case.accepted_at
        elif choice.rule.start_event is StartEvent.RECEIVED:
            clock.start_at = case.received_at
    clock.fixed_on = choice.fixed_date
    apply_rule(session, clock, choice)
    # What was granted in days means nothing to a clock of hours, and the other way round.
    in_days = span_of(clock).unit.in_days
    clock.extensions = [entry for entry in clock.extensions if _in_days(entry) is in_days]
    settle(clock, work_calendar(session), choice.rule.warning, cause)


def _in_days(entry: dict[str, Any]) -> bool:
    return "until" in entry or str(entry["unit"]).endswith("_days")


def _begin_missing(session: Session, case: Case, now: datetime) -> list[DateMoved]:
    """Start what the present rules ask for and no clock of this case has waited for yet."""
    begun = _begun(session, case)
    open_event(session, case, StartEvent.RECEIVED, case.received_at, frozenset(begun | {ClockStage.ACCEPT.value}))
    if case.accepted_at is not None:
        open_event(session, case, StartEvent.ACCEPTED, case.accepted_at, frozenset(begun))
    contact = choice_for(session, case, ClockStage.CONTACT, now)
    leading = select(Assignment).where(
        Assignment.case_id == case.id, Assignment.role == UnitRole.LEAD, Assignment.state.in_(ACTIVE)
    )
    lead = session.scalar(leading.order_by(Assignment.id.desc()).limit(1))
    late_start = contact is not None and contact.rule.start_event is StartEvent.ASSIGNED
    if contact is not None and late_start and lead is not None and ClockStage.CONTACT.value not in begun:
        start_clock(session, case, contact, now, lead)
    return [(clock.stage, None, clock.due_at) for clock in open_clocks(session, case.id) if clock.stage not in begun]
