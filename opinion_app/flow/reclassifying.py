"""修改分类: the clocks of a case put under the rules of its present kind, urgency and procedure (D12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, put_aside, settle, span_of
from opinion_app.flow.clocks import (
    ACTIVE,
    apply_rule,
    begun,
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
from opinion_app.flow.merged_dates import WAITS, answer_for_merged, is_copy, own_again
from opinion_app.flow.moved_dates import DateMoved, what_moved
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.rules.deadline_rules import LAST_RESORT, Choice, ClockStage, StartEvent
from opinion_app.rules.default_rules import STAGES
from opinion_app.rules.words import ClockState, UnitRole
from opinion_app.rules.zone import latest

NOT_ASKED = "改类后不再要求"


def reclassify(session: Session, case: Case, now: datetime) -> list[DateMoved]:
    """Put the clocks that run under the rules of the case's present kind, urgency and procedure, from their old start; end what
    these rules do not ask for or ask of somebody else, and begin what they ask for and did not run.

    Answers stage, old and new due moment of each clock that moved, began (old: None) or ended (new: None), so that nobody becomes
    late unnoticed (D12)."""
    letter, cause = letter_of(session, case), Cause(now, "修改分类")
    held = [(clock, clock.due_at) for clock in _by_classification(session, case)]
    inner = [(clock, clock.due_at) for clock in open_clocks(session, case.id) if clock.stage == ClockStage.DRAFT.value]
    for clock, _due in held:
        begun_at = case.received_at if is_copy(clock) else clock.start_at  # a copy began with the merged case
        choice = choice_for(session, case, ClockStage.of(clock.stage), begun_at, letter)
        _put_under(session, case, clock, choice, cause)
    fresh = _begin_missing(session, case, now)
    shift_inner(session, case, cause)
    refresh(session, case)
    return what_moved([*held, *inner], fresh)


def on_acceptance(session: Session, case: Case, now: datetime, *, ruled: bool) -> list[DateMoved]:
    """Put the clocks under their rules when a case is accepted, where its classification changed with it (`ruled`) or where it
    answered by the date of a merged case alone until now: from now on it has one of its own as well (D13).

    Answers the dates that moved, as `reclassify` does."""
    if ruled or any(is_copy(clock) for clock in open_clocks(session, case.id)):
        return reclassify(session, case, now)
    return []


def _by_classification(session: Session, case: Case) -> list[Clock]:
    """The clocks whose rules the classification chooses, with the reply's where it waits for acceptance.

    Those of a risk level follow the level, a unit's inner date follows the reply's, a 督办单 says its own."""
    reply = reply_clock(session, case.id)
    if reply is not None and reply.state is ClockState.STOPPED and reply.end_reason == WAITS:
        reply.state, reply.ended_at, reply.end_reason = ClockState.RUNNING, None, ""
        session.flush()
    chosen = {stage.value for stage, (event, _act, _owed_by) in STAGES.items() if event is not StartEvent.ASSESSED}
    own = chosen - {ClockStage.DRAFT.value}
    return [clock for clock in open_clocks(session, case.id) if clock.assessment_id is None and clock.stage in own]


def _put_under(session: Session, case: Case, clock: Clock, choice: Choice | None, cause: Cause) -> None:
    """The clock under another rule; one that begins with acceptance waits for it, or counts from it.

    What a unit owes from its assignment on and what the case as a whole is owed are different clocks: the one ends, the other
    begins, so that it is never stopped with a unit that leaves nor asked of somebody else. Where the rule is the same, so is its
    version: whether open cases follow a new one is the office's to say (D15)."""
    held = rule_of(session, clock)
    if choice is not None and held is not None and held.code == choice.rule.code and not is_copy(clock):
        choice = replace(choice, rule=held)
    if choice is None:
        end_clock(clock, cause.at, NOT_ASKED, ClockState.STOPPED)
        return
    if (choice.rule.start_event is StartEvent.ASSIGNED) is not (clock.assignment_id is not None):
        end_clock(clock, cause.at, f"改类后改由{choice.rule.owed_by.label}负责", ClockState.STOPPED)
        return
    lent = is_copy(clock)
    if lent or choice.rule.start_event is not (held or LAST_RESORT).start_event:
        start = _begins_at(session, case, choice.rule.start_event)
        if start is None:
            if not lent:
                answer_for_merged(session, case, clock, WAITS, cause)
            return
        clock.start_at = start
        own_again(session, clock)
    clock.fixed_on, was_in_days = choice.fixed_date, span_of(clock).unit.in_days
    apply_rule(session, clock, choice)
    if span_of(clock).unit.in_days is not was_in_days:
        clock.extensions = put_aside(clock.extensions, was_in_days=was_in_days)
    settle(clock, work_calendar(session), choice.rule.warning, cause)


def _begins_at(session: Session, case: Case, event: StartEvent) -> datetime | None:
    """When a clock of this case that starts with its receipt or acceptance begins; None while it is not accepted.

    A case that was taken up again counts from then on (D11)."""
    moment = case.received_at if event is StartEvent.RECEIVED else case.accepted_at
    if moment is None or case.reply_round == 0:
        return moment
    reopened = session.scalar(select(func.max(Move.at)).where(Move.case_id == case.id, Move.act == "reopen"))
    return latest(moment, reopened)


def _begin_missing(session: Session, case: Case, now: datetime) -> list[Clock]:
    """Start what the present rules ask for and no clock of this case has waited for yet; answers what began."""
    known = {clock.id for clock in open_clocks(session, case.id)}
    done = begun(session, case) - _contacted_by_others(session, case, now)
    for event, besides in ((StartEvent.RECEIVED, {ClockStage.ACCEPT.value}), (StartEvent.ACCEPTED, set())):
        start = _begins_at(session, case, event)
        if start is not None:
            open_event(session, case, event, start, frozenset(done | besides))
    _begin_contact(session, case, now, done)
    return [clock for clock in open_clocks(session, case.id) if clock.id not in known]


def _contacted_by_others(session: Session, case: Case, now: datetime) -> set[str]:
    """The contact, where the present rule asks it of somebody else than whoever made it.

    A unit's call is no 书面告知 of the office (信访工作条例 23), nor the other way round."""
    choice = choice_for(session, case, ClockStage.CONTACT, now)
    contact = ClockStage.CONTACT.value
    query = select(Clock.owed_by).where(Clock.case_id == case.id, Clock.stage == contact, Clock.state != ClockState.STOPPED)
    made_by = set(session.scalars(query))
    return {contact} if choice is not None and choice.rule.owed_by.value not in made_by else set()


def _begin_contact(session: Session, case: Case, now: datetime, done: set[str]) -> None:
    """The first contact as the lead unit's duty runs from now on; from its old start where the unit owed it before."""
    choice, stage = choice_for(session, case, ClockStage.CONTACT, now), ClockStage.CONTACT.value
    if choice is None or choice.rule.start_event is not StartEvent.ASSIGNED or stage in done:
        return
    leading = select(Assignment).where(
        Assignment.case_id == case.id, Assignment.role == UnitRole.LEAD, Assignment.state.in_(ACTIVE)
    )
    lead = session.scalar(leading.order_by(Assignment.id.desc()).limit(1))
    if lead is None:
        return
    before = select(func.min(Clock.start_at)).where(Clock.assignment_id == lead.id, Clock.stage == stage)
    start_clock(session, case, choice, session.scalar(before) or now, lead)
