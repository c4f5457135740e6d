"""Open clocks under a changed calendar or rule: first as a preview that writes nothing, then for good (D15, decisions 23)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, groupby
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import (
    Cause,
    adoptions_of,
    facts_of,
    inner_day,
    is_copy,
    run_for,
    settle,
    span_of,
    warning_moment,
)
from opinion_app.flow.clocks import OUT_OF_USE, end_clock, refresh, reported_by, shift_inner
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.due import SUPPORT_ACT
from opinion_app.flow.extension_requests import void_stale
from opinion_app.flow.governing import AS_CHANGED, Change, Governing, put_under
from opinion_app.flow.issuer_dates import readopted
from opinion_app.flow.merged_dates import answer_for_merged, come_under
from opinion_app.flow.moves import LeftOut, Moved, Moves
from opinion_app.flow.progress import promise
from opinion_app.flow.reply_owed import WAITS_ANEW
from opinion_app.flow.risk_clocks import cap_now
from opinion_app.flow.row_order import hold_all_open
from opinion_app.flow.rungs_anew import look_when_they_come
from opinion_app.flow.said_when_moved import Word, as_moved, told_soon, words_beside, words_of
from opinion_app.flow.standing import Standing
from opinion_app.flow.which_rule import ahead_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts, DeadlineRefused, Pause
from opinion_app.rules.deadline import Derivation, derive
from opinion_app.rules.deadline_rules import Ahead, ClockStage
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import latest

FROM_ACCEPTANCE = "受理后起算"
ASKED_NO_MORE = "不再计时"
STOPS_LATE = "；现已逾期，随之停止计算"
NONE_WARNED: Mapping[int, Ahead] = MappingProxyType({})


def open_by_case(session: Session) -> Iterator[tuple[Case, list[Clock]]]:
    """Every case with open clocks and those clocks, the inner deadlines last because they follow the reply's."""
    query = (
        select(Clock)
        .options(joinedload(Clock.case).joinedload(Case.lead_unit), joinedload(Clock.unit))
        .where(Clock.state.in_(OPEN_CLOCK))
        .order_by(Clock.case_id, Clock.stage == ClockStage.DRAFT.value, Clock.id)
    )
    for case, clocks in groupby(session.scalars(query), key=lambda clock: clock.case):
        yield case, list(clocks)


Pair = tuple[Standing, Standing]
Would = Callable[[Clock, ClockFacts, Derivation], Clock | None]


def preview(
    session: Session, now: datetime, calendar: WorkCalendar, change: Change = facts_of, warned: Mapping[int, Ahead] = NONE_WARNED
) -> Moves:
    """What would move if `calendar` were in force and `change` gave a clock's facts; nothing is written.

    `warned`: when the rules of these facts warn, by clock, as far as they are others."""

    def would(clock: Clock, facts: ClockFacts, derivation: Derivation) -> Clock | None:
        ahead = warned.get(clock.id) or ahead_of(session, clock) or Ahead()
        same = (derivation.due_at, facts.span) == (clock.due_at, span_of(clock))
        stays = same and warning_moment(clock, derivation, calendar, ahead) == clock.warn_at
        return None if stays else as_moved(clock, facts, derivation, ahead, calendar, now)

    moved, pairs, stays = Moves(), list[Pair](), list[Pair]()
    for case, clocks in open_by_case(session):
        for before, after in _known(session, case, clocks, now, calendar, change, moved, would):
            (stays if before.same_as(after) else pairs).append((before, after))
    moved.extend(_told(session, pairs, now, calendar))
    had = told_soon(session, [before.clock for before, _after in stays], now, work_calendar(session))
    moved.beside = words_beside(session, had, [after.would or after.clock for _before, after in stays], now, calendar)
    return moved


def _known(
    session: Session,
    case: Case,
    clocks: list[Clock],
    now: datetime,
    calendar: WorkCalendar,
    change: Change,
    moved: Moves,
    would: Would | None = None,
) -> list[Pair]:
    """The clocks of a case as they are and as they would be; none, and the case left out, where its facts are in conflict."""
    try:
        return list(_dues(session, clocks, now, calendar, change, would))
    except DeadlineRefused as refusal:
        moved.left_out.append(LeftOut(case.number, refusal.message))
        return []


def _dues(
    session: Session, clocks: Iterable[Clock], now: datetime, calendar: WorkCalendar, change: Change, would: Would | None
) -> Iterator[Pair]:
    reply: datetime | None = None
    still: Pause | None = None
    guessed = False
    cause = Cause(now, "", by_calendar=change is facts_of)
    for clock in clocks:
        facts, draft = change(clock), clock.stage == ClockStage.DRAFT.value
        if facts is None:
            yield Standing.of(clock, calendar), Standing.resting(clock)
            continue
        if clock.adoptions:
            facts = replace(facts, adoptions=adoptions_of(readopted(session, clock, calendar)))
        if (cap := cap_now(session, clock, calendar)) is not None:
            facts = replace(facts, latest=cap.due_at)
        if draft and reply is not None:
            inner = inner_day(clock, facts.span.amount, reply, calendar, cause)
            facts = replace(facts, fixed_date=inner, latest=reply, pauses=())
        elif draft and still is not None:  # as `settle_inner` holds it
            facts = replace(facts, latest=None, pauses=(replace(still, suspended_at=latest(still.suspended_at, facts.start)),))
        derivation = derive(facts, calendar)
        if clock.stage == ClockStage.REPLY.value:
            reply, guessed = derivation.due_at, derivation.provisional
            still = next((pause for pause in facts.pauses if pause.resumed_at is None), None) if reply is None else None
        guess = derivation.provisional or bool(cap and cap.provisional) or (draft and guessed)  # as `settle_inner` has it
        held = would(clock, facts, derivation) if would is not None else None
        after = Standing(clock, derivation.due_at, len(facts.extensions), derivation.held or "", guess, would=held)
        yield Standing.of(clock, calendar), after


def _told(session: Session, pairs: Sequence[Pair], now: datetime, calendar: WorkCalendar) -> Iterator[Moved]:
    """The clocks that move, each with the letter that tells of it."""
    rows = [after.would or after.clock for _before, after in pairs if after.due_at is not None]
    words = words_of(session, rows, now, calendar)
    return (_moved(before, after, now, words.get(after.clock.id)) for before, after in pairs)


def _moved(before: Standing, after: Standing, now: datetime, word: Word | None) -> Moved:
    return Moved(
        before.clock.case_id,
        before.clock.case.number,
        before.clock.stage,
        before.due_at,
        after.due_at,
        becomes_late=after.late(now) and not before.late(now),
        puts_aside=after.granted < before.granted,
        left_before=before.left,
        left_after=after.left,
        by_support=before.clock.met_by_act == SUPPORT_ACT,
        waits=_waits(before, now) if after.rests else "",
        word=word,
        guess_before=before.guess,
        guess_after=after.guess,
    )


def _waits(before: Standing, now: datetime) -> str:
    said = FROM_ACCEPTANCE if before.clock.stage == ClockStage.REPLY.value else ASKED_NO_MORE
    return said + (STOPS_LATE if before.late(now) else "")


def recompute_open(session: Session, now: datetime, why: str = "工作日历有变", was: WorkCalendar | None = None) -> Moves:
    """Derive every open clock anew under the calendar in force, in the place of the one that `was`; what is met or stopped stays
    as it was (D15).

    A moved date is a new deadline version; rungs whose moment has passed do not ring again (decisions 23). The rungs of a date
    that stays may come on other days now (flow/rungs_anew)."""
    moved = _rewrite(session, Cause(now, why, by_calendar=True), facts_of, was=was)
    look_when_they_come(session, now)
    return moved


def apply_to_open(session: Session, governing: Governing, why: str, now: datetime) -> Moves:
    """Put every open clock under the rule that governs it now, a row of the table; answers what moved."""
    numbers, cause = {rule: row_id for row_id, rule in rules(session).items()}, Cause(now, why)

    def rewrite(clock: Clock) -> None:
        governed = governing(clock)
        if governed is None:
            return
        choice, start = governed
        if choice is None:
            end_clock(clock, now, OUT_OF_USE, ClockState.STOPPED)
        elif start is None:
            answer_for_merged(session, clock.case, clock, WAITS_ANEW, cause)
        elif is_copy(clock):
            come_under(session, clock, choice, start)
            clock.rule_id = numbers.get(choice.rule)  # chosen from the table as it was proposed
        elif (clock.rule_id, clock.start_at) != (numbers.get(choice.rule), start):
            clock.start_at = start
            run_for(clock, choice.rule.span)
            clock.rule_id = numbers.get(choice.rule)
            changed = f"{choice.rule.name}（{AS_CHANGED}）：{choice.rule.source}"
            clock.source = reported_by(choice.rule) if clock.met_by_act == SUPPORT_ACT else changed

    return _rewrite(session, cause, put_under(session, governing), _Changed(governing, rewrite))


class _Changed(NamedTuple):
    """A changed rule: what it asks of a clock, None where it says nothing of it, and how a clock is put under it."""

    asks: Governing
    rewrite: Callable[[Clock], None]


def _rewrite(
    session: Session, cause: Cause, change: Change, rule: _Changed | None = None, was: WorkCalendar | None = None
) -> Moves:
    """Derive every case that `preview` would show with `change`; those it would leave out stay as they are.

    So do those the changed rule says nothing of, most of an office's: they are looked at and not written again."""
    hold_all_open(session)
    moved, pairs, stays, cases = Moves(), list[Pair](), list[Clock](), list(open_by_case(session))
    had = told_soon(session, chain.from_iterable(clocks for _case, clocks in cases), cause.at, was or work_calendar(session))
    for case, clocks in cases:
        known = _known(session, case, clocks, cause.at, work_calendar(session), change, moved)
        if not known or (rule is not None and not _concerns(rule, known)):
            continue
        rooms = {clock.id: clock.amount for clock in clocks if clock.stage == ClockStage.DRAFT.value}
        for clock in clocks:
            if rule is not None:
                rule.rewrite(clock)
            if clock.stage != ClockStage.DRAFT.value and clock.state in OPEN_CLOCK:
                if clock.adoptions:
                    clock.adoptions = readopted(session, clock, work_calendar(session))
                cap = cap_now(session, clock, work_calendar(session))
                clock.latest_at = cap.due_at if cap is not None else clock.latest_at
                by_guess = cap is not None and cap.provisional
                settle(clock, work_calendar(session), ahead_of(session, clock), cause, by_guess=by_guess)
        shift_inner(session, case, cause, rooms)
        refresh(session, case)
        if rule is not None:
            void_stale(session, case, cause.at)
        promise(session, case)
        done = [(before, Standing.since(session, before.clock, work_calendar(session))) for before, _told in known]
        pairs += [(before, after) for before, after in done if not before.same_as(after)]
        stays += [before.clock for before, after in done if before.same_as(after)]
    moved.extend(_told(session, pairs, cause.at, work_calendar(session)))
    moved.beside = words_beside(session, had, stays, cause.at, work_calendar(session))
    return moved


def _concerns(rule: _Changed, known: list[Pair]) -> bool:
    return any(rule.asks(before.clock) is not None or not before.same_as(after) for before, after in known)
