"""并案 and 拆分: the date a case takes over from one merged into it; it binds whatever becomes of its own (D13)."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.calendar import hold, work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, granted_in, is_copy, settle
from opinion_app.flow.clocks import (
    MERGED,
    apply_rule,
    begun,
    end_clock,
    open_clocks,
    open_event,
    refresh,
    reply_clock,
    run_on,
    shift_inner,
)
from opinion_app.flow.due import ground_words
from opinion_app.flow.ledger import carry_over
from opinion_app.flow.lived import Lived, give_back, lived, until
from opinion_app.flow.reply_owed import BEFORE_ANSWER, RESTING, owe_reply, reply_rule, resting_reply
from opinion_app.flow.which_rule import ahead_of, letter_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, if_resumed, is_late
from opinion_app.rules.deadline_rules import Choice, ClockStage, OwedBy, StartEvent
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.words import OPEN_CLOCK, ClockState, Stage
from opinion_app.rules.workdays import WorkCalendar

ANSWERING = (ClockStage.REPLY.value, ClockStage.REPORT_BACK.value)
COPIED = "start_at amount amount_unit fixed_on fixed_why receipt rule_id source warning original_due_at extensions restarts"
APART = "拆分"
Entry = dict[str, Any]


def adopt_earlier(session: Session, survivor: Case, merged: Case, now: datetime) -> None:
    """The case that survives a merge answers by the earlier of the two dates, by the other's where it has none yet (D13).

    One that stands still lends the date it would have if it ran on from the merge: what it waited for, the survivor now waits for
    and is suspended for itself. What the survivor waits for holds the date it takes over, whether its own reply stands still or
    rests suspended. A survivor that is answered answers the other with what it said, and owes nothing more."""
    own, calendar = reply_clock(session, survivor.id), work_calendar(session)
    lent = [(lent_by(clock, now, calendar), clock) for clock in open_clocks(session, merged.id) if clock.stage in ANSWERING]
    if not lent or survivor.stage is Stage.ANSWERED:
        return
    date, other = min(lent, key=lambda pair: (datetime.fromisoformat(pair[0]["due"]), pair[1].id))
    cause = Cause(now, f"{MERGED}：按较早的时限")
    bound = own if own is not None and own.state in OPEN_CLOCK else other  # what happened to it so far lies before the merge
    entry = {"at": facts_of(bound).adopted_at(now).isoformat(), **date, "clock": other.id, "number": merged.number}
    if bound is other:
        rests = resting_reply(session, survivor)
        mine = lived(session, rests) if rests is not None else None
        _answer_by(session, survivor, other, [entry | {"copied": True}], cause, rests, mine)
    else:
        bound.adoptions = [*bound.adoptions, entry]
        settle(bound, calendar, ahead_of(session, bound), cause)
    shift_inner(session, survivor, cause)
    refresh(session, survivor)


def rests_with(session: Session, survivor: Case, merged: Case) -> str:
    """What a page says of a merged case's date that ran and now stands still with the other's; empty where none does (D13)."""
    own = reply_clock(session, merged.id)
    due = own.due_date if own is not None and own.fixed_on is None else None
    if not survivor.suspended_for or due is None:
        return ""
    why = ground_words(survivor.suspended_for)
    return f"{survivor.number} 正在中止计时（{why}），{merged.number} 的答复时限（{due.iso}）随之中止，恢复后接着计算。"


def lent_by(clock: Clock, at: datetime, calendar: WorkCalendar) -> Entry:
    """The date a clock of a merged case lends, as this calendar has it: where it stood still, as if it ran on from `at`.

    `issuer`: whoever sent the letter has set it."""
    derivation = derive(if_resumed(facts_of(clock), at), calendar)
    lent = {"due": cast(datetime, derivation.due_at).isoformat(), "provisional": derivation.provisional}
    if clock.fixed_on is None:
        return lent
    return lent | {"issuer": True, "original": cast(datetime, derivation.original_due_at).isoformat()}


def copies_alone(session: Session) -> list[Case]:
    """The cases that answer by a merged one's date alone, though their own reply waits for nothing: nobody counts that."""
    lies = aliased(Case)
    into = exists().where(lies.merged_into_id == Case.id)
    query = select(Clock, Case).join(Case, Case.id == Clock.case_id).where(Case.stage.in_(BEFORE_ANSWER), into)
    query = query.where(Clock.stage == ClockStage.REPLY.value, Clock.state.in_(OPEN_CLOCK)).order_by(Case.id)
    held = [case for clock, case in session.execute(query) if is_copy(clock)]
    return [case for case in held if reply_rule(session, case, letter_of(session, case))[1] is not None]


def answer_for_merged(session: Session, case: Case, clock: Clock, reason: str, cause: Cause, own: Lived | None = None) -> None:
    """End the case's own date, or the copy of one; what it took over from merged cases binds on, the earliest as its only date.

    Where nobody knows any more which clocks lent it, the case's own goes on with it. `own`: what happened to the case itself,
    where the clock does not say so any more."""
    lent = _lent_to(session, clock)
    if lent is not None or not clock.adoptions:
        end_clock(clock, cause.at, reason, ClockState.STOPPED)
    if lent is not None:
        _answer_by(session, case, *lent, cause, clock, own or lived(session, clock))


def facts_if_resting(session: Session, clock: Clock) -> ClockFacts | None:
    """The facts the case would answer by if its own reply rested, as `answer_for_merged` leaves it; None where it owes nothing
    then. Nothing is written."""
    lent = _lent_to(session, clock)
    if lent is not None:
        return facts_of(_copy(clock.case, *lent, lived(session, clock)))
    return facts_of(clock) if clock.adoptions else None


def _lent_to(session: Session, clock: Clock) -> tuple[Clock, list[Entry]] | None:
    """The merged case's clock with the earliest date taken over, and all that were, that one as the only date; None where no
    such clock is known."""
    plain = [{key: value for key, value in entry.items() if key != "copied"} for entry in clock.adoptions]
    known = [entry for entry in plain if session.get(Clock, entry.get("clock", 0)) is not None]
    if not known:
        return None
    first = min(known, key=lambda entry: datetime.fromisoformat(entry["due"]))
    adoptions = [entry | {"copied": True} if entry is first else entry for entry in plain]
    return session.get_one(Clock, first["clock"]), adoptions


def come_under(session: Session, clock: Clock, choice: Choice, start: datetime) -> None:
    """Put an open clock under a rule from `start` on, yet to be settled; a copy is the case's own again."""
    clock.start_at, clock.fixed_on = start, choice.fixed_date
    if is_copy(clock):
        for name, value in _own_inputs(session, clock).items():
            setattr(clock, name, value)
    apply_rule(session, clock, choice)


def facts_as_own(session: Session, clock: Clock, choice: Choice, start: datetime) -> ClockFacts:
    """The facts a copy would have as the case's own again under a rule; nothing is written."""
    held = {name: getattr(clock, name) for name in (*COPIED.split(), "stage", "latest_at", "case_id")}
    own, span = Clock(**held | _own_inputs(session, clock)), choice.rule.span
    return replace(facts_of(own, start), span=span, extensions=granted_in(own, span.unit), fixed_date=choice.fixed_date)


def _own_inputs(session: Session, clock: Clock) -> Entry:
    """What a copy is derived from once it is the case's own: what stopped or moved the merged case's date is in the date taken
    over, and in that alone; what happened to the case itself is back as it happened."""
    adoptions = [{key: value for key, value in entry.items() if key != "copied"} for entry in clock.adoptions]
    return asdict(lived(session, clock)) | {"fixed_why": "", "adoptions": adoptions}


def _answer_by(
    session: Session, case: Case, other: Clock, adoptions: list[Entry], cause: Cause, before: Clock | None, own: Lived | None
) -> None:
    """Let the merged case's clock run as one of the survivor's own; `before`: the clock whose place it takes; `own`: what
    happened to the survivor itself."""
    hold(session)
    clock = _copy(case, other, adoptions, own)
    settle(clock, work_calendar(session), ahead_of(session, clock), cause)
    session.add(clock)
    session.flush()
    if before is not None:
        carry_over(session, before, clock)


def _copy(case: Case, other: Clock, adoptions: list[Entry], own: Lived | None) -> Clock:
    """The merged case's clock as one of the survivor's own, with everything that made its date; yet to be settled.

    What happened to the survivor itself counts in it since the merge."""
    since = next(entry["at"] for entry in adoptions if entry.get("copied"))
    clock = Clock(
        case_id=case.id,
        stage=ClockStage.REPLY.value,
        owed_by=OwedBy.HOLDER.value,
        met_by_act="answer",
        deadline_version=1,
        dates=[],
        state=ClockState.RUNNING,
        pauses=until(other.pauses, since),
        adoptions=adoptions,
        **{name: getattr(other, name) for name in COPIED.split()},
    )
    if own is not None:
        counted = own.counted_from(since)
        clock.pauses = [*clock.pauses, *counted.pauses]
        clock.extensions = [*clock.extensions, *counted.extensions]
        clock.restarts = [*clock.restarts, *counted.restarts]
    return clock


def revive(session: Session, case: Case, reason: str, now: datetime) -> list[tuple[Clock, DueDate | None]]:
    """Let the clocks stopped for `reason` run on as if nothing had been: a merge that was taken apart (D13).

    Save that of a report made meanwhile. Answers them with the date each had missed when it stopped; None for one in time."""
    query = select(Clock).where(Clock.case_id == case.id, Clock.state == ClockState.STOPPED, Clock.end_reason == reason)
    letter = letter_of(session, case)
    if letter is not None and letter.reported_at is not None:
        query = query.where(Clock.stage != ClockStage.REPORT_BACK.value)
    stopped = [(clock, missed_date(clock)) for clock in session.scalars(query)]
    for clock, _due in stopped:
        run_on(clock)
        settle(clock, work_calendar(session), ahead_of(session, clock), Cause(now, "拆分后恢复"))
    shift_inner(session, case, Cause(now, "拆分后恢复"))
    refresh(session, case)
    return stopped


def missed_when_stopped(clock: Clock) -> datetime | None:
    """The due moment that had passed already when the clock was stopped; None for one that was in time."""
    due, ended = clock.due_at, clock.ended_at
    return due if due is not None and ended is not None and is_late(due, ended) else None


def missed_date(clock: Clock) -> DueDate | None:
    """The same as it is said."""
    return due_date(missed_when_stopped(clock), guess=clock.provisional)


def release(session: Session, survivor: Case, number: str, now: datetime) -> None:
    """Give up the date taken over from the case `number`, which goes its own way again, in a reply that rests as well (D13)."""
    resting = select(Clock).where(Clock.case_id == survivor.id, Clock.end_reason.in_(RESTING))
    for clock in (*open_clocks(session, survivor.id), *session.scalars(resting)):
        mine = [entry for entry in clock.adoptions if entry.get("number") == number]
        if not mine:
            continue
        copied, own = any(entry.get("copied") for entry in mine), lived(session, clock)
        if copied:
            give_back(session, survivor, own)
        clock.adoptions = [entry for entry in clock.adoptions if entry not in mine]
        if clock.state not in OPEN_CLOCK:
            continue
        if copied:
            answer_for_merged(session, survivor, clock, APART, Cause(now, APART), own)
            owe_reply(session, survivor, Cause(now, APART))
            if survivor.accepted_at is not None:
                open_event(session, survivor, StartEvent.ACCEPTED, survivor.accepted_at, frozenset(begun(session, survivor)))
        else:
            settle(clock, work_calendar(session), ahead_of(session, clock), Cause(now, "拆分后恢复原时限"))
    shift_inner(session, survivor, Cause(now, APART))
    refresh(session, survivor)
