"""What another ladder would change for the clocks that run: which rungs come anew, at another time, or no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import Anchor, Card, Coming, Ladder, Rung, Who, fresh, plan
from opinion_app.rules.words import Word
from opinion_app.rules.workdays import WorkCalendar


class Shift(Word):
    """What becomes of a rung of one clock."""

    ANEW = "anew", "今后新发"
    MOVED = "moved", "改时间"
    CANCELLED = "cancelled", "不再发"
    OTHERWISE = "otherwise", "照发，内容或收件人按新的"
    KEPT = "kept", "照旧"


CHANGES = tuple(shift for shift in Shift if shift is not Shift.KEPT)


@dataclass
class RungShift:
    """One rung: how many clocks it comes to how, and the first moment at which the changed ladder says it."""

    label: str
    counted: Counter[Shift] = field(default_factory=Counter)
    first: datetime | None = None

    @property
    def changed(self) -> bool:
        """Whether anything becomes different."""
        return any(self.counted[shift] for shift in CHANGES)

    @property
    def words(self) -> str:
        """催办通知 今后新发 3 项、改时间 1 项: what becomes of it, the rest being as it was."""
        return f"{self.label} " + "、".join(f"{shift.label} {self.counted[shift]} 项" for shift in CHANGES if self.counted[shift])


_HEAVY = (Card.NONE, Card.YELLOW, Card.RED)
_WEEK, _WORKDAYS, _HOURS = 7, 5, 24
_BEFORE_DUE = {Anchor.ELAPSED: -2.0, Anchor.WARNING: -1.0, Anchor.DUE: 0.0}


def out_of_order(ladder: Ladder) -> list[tuple[Rung, Rung]]:
    """The rungs in use that come after one with a heavier card, each with that one: 催办 behind 黄牌 is asked for too late.

    Working days count as seven fifths of a day: what lies as close as a holiday, a glance at the two must decide."""
    found = []
    for rungs in (ladder.days, ladder.hours):
        used = [rung for rung in rungs if rung.active]
        for heavy in used:
            behind = (rung for rung in used if _HEAVY.index(rung.card) < _HEAVY.index(heavy.card) and _day(rung) > _day(heavy))
            found += [(rung, heavy) for rung in behind]
    return found


def _day(rung: Rung) -> float:
    """How many days after the due moment a rung comes, by and large; those before it in their order."""
    if rung.anchor in _BEFORE_DUE:
        return _BEFORE_DUE[rung.anchor] + (rung.amount / 100 if rung.anchor is Anchor.ELAPSED else 0)
    if rung.anchor is Anchor.HOURS:
        return rung.amount / _HOURS
    return rung.amount * (_WEEK / _WORKDAYS if rung.anchor is Anchor.WORKING_DAYS else 1)


ToldAll = Callable[[OpenClock, Ladder, Sequence[Coming], Coming], bool]
"""Whether everybody whom a rung to come of a clock names by that ladder was told of it already; with all rungs of the clock."""


def shifts(
    before: Ladder,
    after: Ladder,
    clocks: Iterable[tuple[OpenClock, ClockFacts]],
    calendar: WorkCalendar,
    at: datetime,
    told_all: ToldAll = lambda *_: False,
) -> list[RungShift]:
    """What `after` changes from `at` on, by rung in the order of the ladders; what came until then stays as it was said, and
    what everybody was told of is not said again."""
    found: dict[str, RungShift] = {}
    for rung in (*after.days, *after.hours, *before.days, *before.hours):
        found.setdefault(rung.code, RungShift(rung.label))
    for clock, facts in clocks:
        was, will = (_to_come(ladder, clock, facts, calendar, at, told_all) for ladder in (before, after))
        for code in was.keys() | will.keys():
            shift = _shift(was.get(code), will.get(code), before, after)
            row, new = found[code], will.get(code)
            row.counted[shift] += 1
            if new is not None and shift is not Shift.KEPT:
                row.first = new.speaks_at if row.first is None else min(row.first, new.speaks_at)
    return [row for row in found.values() if row.changed]


def _to_come(
    ladder: Ladder, clock: OpenClock, facts: ClockFacts, calendar: WorkCalendar, at: datetime, told_all: ToldAll
) -> dict[str, Coming]:
    """The rungs of a clock that will be said after `at`, as long as it runs."""
    every = plan(clock, facts, ladder, calendar)
    return {
        coming.rung.code: coming
        for coming in every
        if coming.speaks_at > at and fresh(coming, clock, ladder, calendar, coming.speaks_at)
        if not told_all(clock, ladder, every, coming)
    }


def _shift(was: Coming | None, will: Coming | None, before: Ladder, after: Ladder) -> Shift:
    if was is None:
        return Shift.ANEW
    if will is None:
        return Shift.CANCELLED
    if was.speaks_at != will.speaks_at:
        return Shift.MOVED
    return Shift.KEPT if _told(was.rung, before) == _told(will.rung, after) else Shift.OTHERWISE


def _told(rung: Rung, ladder: Ladder) -> tuple[object, ...]:
    """What a rung says to whom, apart from when."""
    leader = ladder.main_leader_id if Who.MAIN_LEADER in (*rung.to, *rung.copy) else None
    return rung.label, rung.to, rung.copy, rung.way, rung.card, rung.sheet, leader
