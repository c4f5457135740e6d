"""The clocks of a risk level: a rise adds them, an approved fall puts them under the lower level, acts meet them (decisions 5).

Neither way gains time: what a rise starts anew is due no later than the same duty was before, and what remains after a fall
counts from its old start.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, settle
from opinion_app.flow.clocks import apply_rule, end_clock, open_clocks, refresh, start_clock
from opinion_app.flow.which_rule import ahead_of, choice_for
from opinion_app.records.assessment import Assessment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import Derivation, derive
from opinion_app.rules.deadline_rules import Choice, ClockStage, StartEvent
from opinion_app.rules.left_open import NO_MORE
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar

RISK_STAGES = (
    ClockStage.RISK_PHONE,
    ClockStage.RISK_REPORT,
    ClockStage.RISK_VERIFY,
    ClockStage.RISK_PUBLISH,
    ClockStage.RISK_RESPONSE,
)
TOLD_BY_APPROVAL = "report_to_leader"


def open_assessed(session: Session, case: Case, assessment: Assessment, now: datetime) -> None:
    """Start the clocks of the level the case has risen to, beside whatever runs.

    A duty that already ran is replaced by its counterpart and keeps its date where that was earlier; one met by another act
    (报告领导, 书面报告上级) goes on."""
    held = {(clock.stage, clock.met_by_act): clock for clock in risk_clocks(session, case)}
    for stage in RISK_STAGES:
        choice = _choice(session, case, stage, assessment, now)
        if choice is None:
            continue
        clock = _start(session, case, choice, assessment, now)
        before = held.get((clock.stage, clock.met_by_act))
        if before is not None:
            clock.latest_at = before.due_at
            cause = Cause(now, "不晚于升级前的时限")
            settle(clock, work_calendar(session), choice.rule.warning, cause, by_guess=before.provisional)
            end_clock(before, now, f"升为“{assessment.level.label}”，按新的时限", ClockState.STOPPED)
    refresh(session, case)


def lower(session: Session, case: Case, assessment: Assessment, now: datetime) -> None:
    """Put the running clocks under the lower level a leader approved: those it does not know stop, the others run on from their
    old start by its span; a duty the case never had starts now, save the report to the leader, who has just approved."""
    known = {tuple(row) for row in session.execute(select(Clock.stage, Clock.met_by_act).where(Clock.case_id == case.id))}
    for clock in risk_clocks(session, case):
        choice = _choice(session, case, ClockStage.of(clock.stage), assessment, clock.start_at)
        if choice is None or choice.rule.meeting_act != clock.met_by_act:
            end_clock(clock, now, f"降为“{assessment.level.label}”，{NO_MORE}", ClockState.STOPPED)
            continue
        apply_rule(session, clock, choice)
        clock.assessment_id = assessment.id
        settle(clock, work_calendar(session), choice.rule.warning, Cause(now, f"降为“{assessment.level.label}”"))
    for stage in RISK_STAGES:
        choice = _choice(session, case, stage, assessment, now)
        act = choice.rule.meeting_act if choice else TOLD_BY_APPROVAL
        if choice is not None and act != TOLD_BY_APPROVAL and (stage.value, act) not in known:
            _start(session, case, choice, assessment, now)
    refresh(session, case)


def cap_now(session: Session, clock: Clock, calendar: WorkCalendar) -> Derivation | None:
    """What the duty a clock of a risk level took the place of gives by this calendar, which it may not pass; None where it took
    nobody's. A date guessed for a year not loaded is guessed no longer once the year is (D02)."""
    if clock.assessment_id is None or clock.latest_at is None:
        return None
    query = select(Clock).where(
        Clock.case_id == clock.case_id, Clock.stage == clock.stage, Clock.met_by_act == clock.met_by_act, Clock.id < clock.id
    )
    before = session.scalar(query.order_by(Clock.id.desc()).limit(1))
    if before is None:
        return None
    own = cap_now(session, before, calendar)
    return derive(facts_of(before) if own is None else replace(facts_of(before), latest=own.due_at), calendar)


def risk_clocks(session: Session, case: Case) -> list[Clock]:
    """The clocks of the risk level that still run, earliest due first."""
    return [clock for clock in open_clocks(session, case.id) if ClockStage.of(clock.stage) in RISK_STAGES]


def meet(session: Session, case: Case, acts: tuple[str, ...], at: datetime) -> list[Clock]:
    """End what waits for one of `acts` as met at `at`, the moment it was really done; answers the clocks that were met."""
    met = [clock for clock in risk_clocks(session, case) if clock.met_by_act in acts]
    for clock in met:
        end_clock(clock, max(at, clock.start_at), "", ClockState.MET)
    refresh(session, case)
    return met


def revise_historic(session: Session, case: Case, assessment: Assessment, now: datetime) -> None:
    """Follow the mark 历史遗留 while the level stays: the verification is due by the other span, from its old start."""
    for clock in risk_clocks(session, case):
        choice = _choice(session, case, ClockStage.of(clock.stage), assessment, clock.start_at)
        if choice is not None and clock.stage == ClockStage.RISK_VERIFY.value:
            apply_rule(session, clock, choice)
            settle(clock, work_calendar(session), ahead_of(session, clock), Cause(now, "修改历史遗留标记"))
    refresh(session, case)


def _choice(session: Session, case: Case, stage: ClockStage, assessment: Assessment, start: datetime) -> Choice | None:
    choice = choice_for(session, case, stage, start, historic=assessment.historic)
    return choice if choice is not None and choice.rule.start_event is StartEvent.ASSESSED else None


def _start(session: Session, case: Case, choice: Choice, assessment: Assessment, now: datetime) -> Clock:
    clock = start_clock(session, case, choice, now)
    clock.assessment_id = assessment.id
    return clock
