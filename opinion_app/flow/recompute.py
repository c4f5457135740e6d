"""Open clocks under a changed calendar or rule: first as a preview that writes nothing, then for good (D15, decisions 23)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, adoptions_of, facts_of, inner_day, is_copy, run_for, settle
from opinion_app.flow.clocks import OUT_OF_USE, end_clock, refresh, reported_by, shift_inner
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.due import SUPPORT_ACT, waits_words
from opinion_app.flow.extension_requests import void_stale
from opinion_app.flow.governing import AS_CHANGED, Change, Governing, put_under
from opinion_app.flow.issuer_dates import readopted
from opinion_app.flow.ladder import ladder
from opinion_app.flow.merged_dates import answer_for_merged, come_under
from opinion_app.flow.progress import promise
from opinion_app.flow.reply_owed import WAITS_ANEW
from opinion_app.flow.risk_clocks import cap_now
from opinion_app.flow.row_order import hold_all_open
from opinion_app.flow.rungs_anew import look_when_they_come
from opinion_app.flow.standing import Standing
from opinion_app.flow.trail import Values
from opinion_app.flow.which_rule import ahead_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import DeadlineRefused, Pause
from opinion_app.rules.deadline import derive
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.errors import Invalid
from opinion_app.rules.next_digest import told_at_once
from opinion_app.rules.shown import mark_of
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import latest

FROM_ACCEPTANCE = "受理后起算"
ASKED_NO_MORE = "不再计时"
STOPS_LATE = "；现已逾期，随之停止计算"
NAMED = 5  # cases that a sentence names


class NotLooked(Invalid):
    """A change that moves open clocks, by somebody who has not seen which; `moved` are those clocks."""

    def __init__(self, moved: Moves) -> None:
        self.moved = moved
        late = sum(row.becomes_late for row in moved)
        said = f"会变动 {len(moved)} 项在办时限" + (f"，其中 {late} 项会变为逾期" if late else "")
        super().__init__(f"还没有保存：{said}。请看过下面的清单，确认后再保存一次。")


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock of an open case that another calendar or rule moves; `becomes_late` where it was in time until then.

    One that stands still has no date, but a rule changes what is left of it: `left_before`, `left_after` say how much.
    `puts_aside`: time granted to it counts no longer, because it counts hours now or days; `by_support`: a supporting unit owes
    it. `waits`: a reply that rests until its case is accepted, in words. `told`: by a letter at once, as it would be late by the
    next digest. `guess_before`, `guess_after`: that date rests on a year not loaded (D02)."""

    case_id: int
    number: str
    stage: str
    before: datetime | None
    after: datetime | None
    becomes_late: bool
    puts_aside: bool = False
    left_before: str = ""
    left_after: str = ""
    by_support: bool = False
    waits: str = ""
    told: bool = False
    guess_before: bool = False
    guess_after: bool = False

    @property
    def due_before(self) -> DueDate | None:
        """The date it has now, as it is said."""
        return due_date(self.before, guess=self.guess_before)

    @property
    def due_after(self) -> DueDate | None:
        """The date it would have, as it is said."""
        return due_date(self.after, guess=self.guess_after)

    @property
    def words(self) -> str:
        """What the clock waits for, in the words every other place has for it."""
        return waits_words(self.stage, by_support=self.by_support)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that stays as it is because its own facts contradict themselves; `why` says how."""

    number: str
    why: str


class Moves(list[Moved]):
    """The clocks that move, and the cases `left_out` of it: one that cannot be derived never holds up the others."""

    def __init__(self, moved: Iterable[Moved] = (), left_out: Iterable[LeftOut] = ()) -> None:
        super().__init__(moved)
        self.left_out = list(left_out)

    @property
    def telling(self) -> str:
        """Who hears that dates move: nobody, save of those that the next digest would find late (rules/next_digest)."""
        told = sum(row.told for row in self)
        return f"除变为今天到期（下次通报前到期）的{f' {told} 项' if told else ''}以外，不为此发出提醒"

    @property
    def summary(self) -> str:
        """How many clocks move, how many of them become late, and who hears of it."""
        return f"{len(self)} 项，其中 {sum(row.becomes_late for row in self)} 项会变为逾期；{self.telling}"

    @property
    def stayed(self) -> str:
        """Which cases stay as they are, to go on with a sentence about those that move; empty where none does."""
        named = "、".join(case.number for case in self.left_out[:NAMED])
        more = f"等 {len(self.left_out)} 件" if len(self.left_out) > NAMED else ""
        return f"；{named}{more}的时限记录有矛盾，推算不出，没有变动，请逐件核对" if self.left_out else ""

    @property
    def values(self) -> Values:
        """The same for the trail."""
        left_out = "、".join(case.number for case in self.left_out)
        return {"变动的时限": (None, len(self))} | ({"推算不出的件": (None, left_out)} if left_out else {})


def marks(moved: Iterable[Moved]) -> str:
    """A mark of what somebody was shown: the same clocks moved from and to the same moments."""
    return mark_of(sorted(f"{row.case_id} {row.stage} {_mark(row.before)} {_mark(row.after)} {row.left_after}" for row in moved))


def _mark(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment is not None else ""  # the same read from the database or just derived


def check_looked(moved: Moves, looked: str | None) -> None:
    """Raises NotLooked where clocks move and `looked` is not the mark of these; None: asked elsewhere whether to go on."""
    if looked is not None and moved and looked != marks(moved):
        raise NotLooked(moved)


def open_by_case(session: Session) -> Iterator[tuple[Case, list[Clock]]]:
    """Every case with open clocks and those clocks, the inner deadlines last because they follow the reply's."""
    query = (
        select(Clock)
        .options(joinedload(Clock.case))
        .where(Clock.state.in_(OPEN_CLOCK))
        .order_by(Clock.case_id, Clock.stage == ClockStage.DRAFT.value, Clock.id)
    )
    for case, clocks in groupby(session.scalars(query), key=lambda clock: clock.case):
        yield case, list(clocks)


def preview(session: Session, now: datetime, calendar: WorkCalendar, change: Change = facts_of) -> Moves:
    """What would move if `calendar` were in force and `change` gave a clock's facts; nothing is written."""
    moved, hears = Moves(), hears_of(session, now, calendar)
    for case, clocks in open_by_case(session):
        dues = _known(session, case, clocks, now, calendar, change, moved)
        moved.extend(_moved(case, before, after, now, hears) for before, after in dues if not before.same_as(after))
    return moved


def _known(
    session: Session, case: Case, clocks: list[Clock], now: datetime, calendar: WorkCalendar, change: Change, moved: Moves
) -> list[tuple[Standing, Standing]]:
    """The clocks of a case as they are and as they would be; none, and the case left out, where its facts are in conflict."""
    try:
        return list(_dues(session, clocks, now, calendar, change))
    except DeadlineRefused as refusal:
        moved.left_out.append(LeftOut(case.number, refusal.message))
        return []


def _dues(
    session: Session, clocks: Iterable[Clock], now: datetime, calendar: WorkCalendar, change: Change
) -> Iterator[tuple[Standing, Standing]]:
    reply: datetime | None = None
    still: Pause | None = None
    guessed = False
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
            inner = inner_day(clock, facts.span.amount, reply, calendar, now)
            facts = replace(facts, fixed_date=inner, latest=reply, pauses=())
        elif draft and still is not None:  # as `settle_inner` holds it
            facts = replace(facts, latest=None, pauses=(replace(still, suspended_at=latest(still.suspended_at, facts.start)),))
        derivation = derive(facts, calendar)
        if clock.stage == ClockStage.REPLY.value:
            reply, guessed = derivation.due_at, derivation.provisional
            still = next((pause for pause in facts.pauses if pause.resumed_at is None), None) if reply is None else None
        guess = derivation.provisional or bool(cap and cap.provisional) or (draft and guessed)  # as `settle_inner` has it
        after = Standing(clock, derivation.due_at, len(facts.extensions), derivation.held or "", guess)
        yield Standing.of(clock, calendar), after


Hears = Callable[[datetime | None, datetime | None], bool]


def hears_of(session: Session, now: datetime, calendar: WorkCalendar) -> Hears:
    """Of which old and new date a letter goes out at once."""
    return partial(told_at_once, now=now, calendar=calendar, morning=ladder(session).morning)


def _moved(case: Case, before: Standing, after: Standing, now: datetime, hears: Hears) -> Moved:
    return Moved(
        case.id,
        case.number,
        before.clock.stage,
        before.due_at,
        after.due_at,
        becomes_late=after.late(now) and not before.late(now),
        puts_aside=after.granted < before.granted,
        left_before=before.left,
        left_after=after.left,
        by_support=before.clock.met_by_act == SUPPORT_ACT,
        waits=_waits(before, now) if after.rests else "",
        told=hears(before.due_at, after.due_at),
        guess_before=before.guess,
        guess_after=after.guess,
    )


def _waits(before: Standing, now: datetime) -> str:
    said = FROM_ACCEPTANCE if before.clock.stage == ClockStage.REPLY.value else ASKED_NO_MORE
    return said + (STOPS_LATE if before.late(now) else "")


def recompute_open(session: Session, now: datetime, why: str = "工作日历有变") -> Moves:
    """Derive every open clock anew under the calendar in force; what is met or stopped stays as it was (D15).

    A moved date is a new deadline version; rungs whose moment has passed do not ring again (decisions 23). The rungs of a date
    that stays may come on other days now (flow/rungs_anew)."""
    moved = _rewrite(session, Cause(now, why), facts_of)
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


def _rewrite(session: Session, cause: Cause, change: Change, rule: _Changed | None = None) -> Moves:
    """Derive every case that `preview` would show with `change`; those it would leave out stay as they are.

    So do those the changed rule says nothing of, most of an office's: they are looked at and not written again."""
    hold_all_open(session)
    moved, hears = Moves(), hears_of(session, cause.at, work_calendar(session))
    for case, clocks in list(open_by_case(session)):
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
        moved.extend(_moved(case, before, after, cause.at, hears) for before, after in done if not before.same_as(after))
    return moved


def _concerns(rule: _Changed, known: list[tuple[Standing, Standing]]) -> bool:
    return any(rule.asks(before.clock) is not None or not before.same_as(after) for before, after in known)
