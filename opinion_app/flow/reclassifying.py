"""修改分类: the clocks of a case put under the rules of its present kind, urgency and procedure (D12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.brought_back import NOT_ASKED, begin, handed_words, let_off
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, is_copy, settle
from opinion_app.flow.clocks import (
    MERGED,
    OUT_OF_USE,
    begun,
    drafts,
    end_clock,
    lead_part,
    open_clocks,
    owed_from,
    refresh,
    run_on,
    shift_inner,
)
from opinion_app.flow.draft_rooms import room_by
from opinion_app.flow.ledger import carry_back
from opinion_app.flow.merged_dates import answer_for_merged, come_under, missed_date, revive
from opinion_app.flow.missing_drafts import open_missing_drafts
from opinion_app.flow.moved_dates import DateMoved, Held, held_dates, moved_since
from opinion_app.flow.reply_owed import WAITS, begins_at, has_reply, owe_reply, reply_rule, resting_reply
from opinion_app.flow.risk_clocks import risk_clocks
from opinion_app.flow.which_rule import choice_for, duty, letter_of, rule_of
from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import Choice, ClockStage, StartEvent
from opinion_app.rules.default_rules import STAGES
from opinion_app.rules.words import OPEN_CLOCK, ClockState


def reclassify(session: Session, case: Case, now: datetime) -> list[DateMoved]:
    """Put the clocks that run under the rules of the case's present kind, urgency and procedure, from their old start; end what
    these rules do not ask for or ask of somebody else, and begin what they ask for and did not run.

    Answers stage, old and new due moment of each clock that moved, began (old: None) or ended (new: None), so that nobody becomes
    late unnoticed (D12)."""
    letter, cause = letter_of(session, case), Cause(now, "修改分类")
    held, waiting = held_dates(session, case), _waiting_reply(session, case)
    for clock in (*_by_classification(session, case), *(clock for clock, _missed in waiting)):
        _put_under(session, case, clock, _governing(session, case, clock, letter), cause)
    _begin_missing(session, case, cause)
    shift_inner(session, case, cause, _rooms(session, case))
    refresh(session, case)
    return _told(session, case, held, waiting)


def _rooms(session: Session, case: Case) -> dict[int, int]:
    """Put the units' inner deadlines under the room for review that the facts of the case give by now; answers the one each was
    laid with. What no rule asks for stays as it is."""
    held = drafts(session, case)
    rooms = {clock.id: clock.amount for clock in held}
    for clock in held:
        choice, _start = _governing(session, case, clock, None)
        if choice is not None and choice.rule != rule_of(session, clock):
            room_by(session, clock, choice)
    return rooms


def on_acceptance(session: Session, case: Case, now: datetime, *, ruled: bool) -> list[DateMoved]:
    """Put the clocks under their rules when a case is accepted, where its classification changed with it (`ruled`) or where it
    answered by the date of a merged case alone until now: from now on it has one of its own as well (D13).

    A reply that waited for acceptance begins, whichever event its rule counts from by now; one that ran because that rule was out
    for a time counts from now on as every other (D15). Answers the dates that moved or began, as `reclassify` does."""
    if ruled or any(is_copy(clock) for clock in open_clocks(session, case.id)):
        return reclassify(session, case, now)
    cause, letter = Cause(now, "受理后按现行规则计时"), letter_of(session, case)
    held, waiting = held_dates(session, case), _waiting_reply(session, case)
    for clock in [clock for clock in open_clocks(session, case.id) if clock.stage == ClockStage.REPLY.value]:
        choice, start = _governing(session, case, clock, letter)
        if start is not None and start != clock.start_at:
            _put_under(session, case, clock, (choice, start), cause)
    owe_reply(session, case, cause)
    shift_inner(session, case, cause)
    refresh(session, case)
    return _told(session, case, held, waiting)


def _told(session: Session, case: Case, held: Held, waiting: Held) -> list[DateMoved]:
    """What moved of all dates of the case, whichever step moved it, and of a reply that rested if it goes on."""
    return moved_since(session, case, [*held, *(entry for entry in waiting if entry[0].state in OPEN_CLOCK)])


def _by_classification(session: Session, case: Case) -> list[Clock]:
    """The open clocks whose rules the classification chooses.

    Those of a risk level follow the level, a unit's inner date follows the reply's, a 督办单 says its own."""
    chosen = {stage.value for stage, (event, _act, _owed_by) in STAGES.items() if event is not StartEvent.ASSESSED}
    own = chosen - {ClockStage.DRAFT.value}
    return [clock for clock in open_clocks(session, case.id) if clock.assessment_id is None and clock.stage in own]


def _waiting_reply(session: Session, case: Case) -> Held:
    """The reply's clock that rests until the case is accepted, where none runs; none of a round that is over (D11).

    It has no date until then, save one that had passed when it began to rest: nothing else was late before (D12)."""
    rests = None if has_reply(session, case) else resting_reply(session, case)
    return [] if rests is None else [(rests, missed_date(rests))]


def taken_apart(session: Session, case: Case, now: datetime) -> list[DateMoved]:
    """拆分: let the clocks the merge stopped run on, under what the office put the cases in hand under meanwhile (D13, D15).

    Answers the dates that began again or moved, as `reclassify` does."""
    letter, cause = letter_of(session, case), Cause(now, "拆分后恢复")
    held = [*held_dates(session, case), *revive(session, case, MERGED, now)]
    for clock in (*_by_classification(session, case), *risk_clocks(session, case)):
        choice, start = _governing(session, case, clock, letter)
        if choice is None:
            end_clock(clock, now, OUT_OF_USE, ClockState.STOPPED)
        elif (choice.rule, start) != (rule_of(session, clock), clock.start_at):
            _put_under(session, case, clock, (choice, start), cause)
    owe_reply(session, case, cause)
    shift_inner(session, case, cause, _rooms(session, case))
    refresh(session, case)
    return moved_since(session, case, held)


def _governing(session: Session, case: Case, clock: Clock, letter: Letter | None) -> tuple[Choice | None, datetime | None]:
    """The rule a clock comes under by the facts of its case, and since when it counts.

    A version that cases were put under before the office's table kept that is not taken from a clock that has it. None where it
    would come under a row by which the same was owed until that went out of use (D15)."""
    stage, held = ClockStage.of(clock.stage), rule_of(session, clock)
    choice: Choice | None
    if stage is ClockStage.REPLY:
        choice, start = reply_rule(session, case, letter)
    elif clock.assessment_id is not None:
        historic = session.get_one(Assessment, clock.assessment_id).historic
        choice, start = choice_for(session, case, stage, clock.start_at, historic=historic), clock.start_at
    else:
        given = session.get_one(Assignment, clock.assignment_id).assigned_at if clock.assignment_id is not None else None
        choice, start = duty(session, case, stage, clock.start_at, letter, given), clock.start_at
        if choice is not None and held is not None and choice.rule.start_event is not held.start_event:
            start = begins_at(session, case, choice.rule.start_event)
    if choice is None or held is None:
        return choice, start
    if held.code == choice.rule.code and not is_copy(clock):
        choice = replace(choice, rule=max(choice.rule, held, key=lambda rule: rule.in_force_from))
    elif held.code != choice.rule.code and choice.rule.code in let_off(session, case, clock.assignment_id):
        return None, start
    return choice, start


def _put_under(
    session: Session, case: Case, clock: Clock, governing: tuple[Choice | None, datetime | None], cause: Cause
) -> None:
    """The clock under another rule; one that begins with acceptance waits for it, or counts from it.

    What a unit owes from its assignment on and what the case as a whole is owed are different clocks: the one ends, the other
    begins, so that it is never stopped with a unit that leaves nor asked of somebody else."""
    choice, start = governing
    if choice is None:
        end_clock(clock, cause.at, NOT_ASKED, ClockState.STOPPED)
        return
    if (choice.rule.start_event is StartEvent.ASSIGNED) is not (clock.assignment_id is not None):
        end_clock(clock, cause.at, handed_words(choice.rule.owed_by), ClockState.STOPPED)
        return
    if start is None:
        if not is_copy(clock) and clock.state in OPEN_CLOCK:
            answer_for_merged(session, case, clock, WAITS, cause)
        return
    if clock.state not in OPEN_CLOCK:
        run_on(clock)
    rested, version = resting_reply(session, case) if is_copy(clock) else None, clock.deadline_version
    come_under(session, clock, choice, start)
    settle(clock, work_calendar(session), choice.rule.warning, cause)
    if rested is not None and clock.deadline_version != version:
        carry_back(session, rested, clock)


def _begin_missing(session: Session, case: Case, cause: Cause) -> None:
    """Start what the present rules ask for and no clock of this case has waited for yet."""
    now = cause.at
    done = begun(session, case)
    for event, besides in ((StartEvent.RECEIVED, {ClockStage.ACCEPT.value}), (StartEvent.ACCEPTED, set())):
        start = begins_at(session, case, event)
        if start is not None:
            held = done - _contacted_by_others(session, case, start)
            for choice in owed_from(session, case, event, start, frozenset(held | besides)):
                begin(session, case, choice, start, cause)
    owe_reply(session, case, cause)
    open_missing_drafts(session, case, now)
    _begin_contact(session, case, cause)


def _contacted_by_others(session: Session, case: Case, start: datetime) -> set[str]:
    """The contact, where the rule for what begins then asks it of somebody else than whoever owes or made it.

    A unit's call is no 书面告知 of the office (信访工作条例 23), nor the other way round."""
    choice = choice_for(session, case, ClockStage.CONTACT, start)
    contact = ClockStage.CONTACT.value
    query = select(Clock.owed_by).where(Clock.case_id == case.id, Clock.stage == contact, Clock.state != ClockState.STOPPED)
    made_by = set(session.scalars(query))
    return {contact} if choice is not None and choice.rule.owed_by.value not in made_by else set()


def _begin_contact(session: Session, case: Case, cause: Cause) -> None:
    """The first contact as the lead unit's duty runs from now on; from its old start where the unit owed it before."""
    stage = ClockStage.CONTACT
    lead = lead_part(session, case)
    if lead is None:
        return
    own = Clock.assignment_id == lead.id, Clock.stage == stage.value
    if session.scalar(select(Clock.id).where(*own, Clock.state != ClockState.STOPPED).limit(1)) is not None:
        return  # what another unit did before is no contact of this one
    start = session.scalar(select(func.min(Clock.start_at)).where(*own)) or cause.at
    choice = duty(session, case, stage, start, asked_at=lead.assigned_at)
    if choice is not None and choice.rule.start_event is StartEvent.ASSIGNED:
        begin(session, case, choice, start, cause, lead)
