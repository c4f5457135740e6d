"""What an act does to the dates of a case: told with old and new date, and never late in silence (D12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import missed
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.due import SUPPORT_ACT, clock_words, waits_words
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import is_late
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import OPEN_CLOCK
from opinion_app.rules.zone import local_date

DateMoved = tuple[str, DueDate | None, DueDate | None]
Held = Sequence[tuple[Clock, DueDate | None]]
KNOW_LATE = "know_late"


def held_dates(session: Session, case: Case) -> Held:
    """The open clocks of a case with the dates they have before an act, those of the units included.

    One that stands still has none, save one that it had missed before."""
    return [(clock, clock.due_date or _missed(session, clock)) for clock in open_clocks(session, case.id)]


def _missed(session: Session, clock: Clock) -> DueDate | None:
    due = missed(clock)
    return DueDate(due, work_calendar(session).provisional(local_date(due))) if due is not None else None


def moved_since(session: Session, case: Case, held: Held) -> list[DateMoved]:
    """What each clock waits for that an act moved, began (old: None) or ended (new: None), with its old and new due moment."""
    known = {clock.id for clock, _due in held}
    return what_moved(held, [clock for clock in open_clocks(session, case.id) if clock.id not in known])


def what_moved(held: Held, fresh: Sequence[Clock]) -> list[DateMoved]:
    """What changed of the dates; a clock that took the place of another of its stage is told with that one's date.

    A unit that is given a day already gone never had that day: it is told as one that began, whoever owed it before. One that
    stood still and does so still moved nowhere, whatever it had missed before."""
    gone = {_waits_for(clock): due for clock, due in held if clock.state not in OPEN_CLOCK}
    running = [(clock, due) for clock, due in held if clock.state in OPEN_CLOCK and (clock.due_at or missed(clock)) != _at(due)]
    moved: list[DateMoved] = [(_waits_for(clock), due, clock.due_date) for clock, due in running]
    for clock in fresh:
        before = gone.pop(_waits_for(clock), None)
        moved.append((_waits_for(clock), None if _handed_late(clock) else before, clock.due_date))
    moved += [(waits_for, due, None) for waits_for, due in gone.items()]
    return [(waits_for, before, after) for waits_for, before, after in moved if _at(before) != _at(after)]


def _at(due: DueDate | None) -> datetime | None:
    return due.at if due is not None else None


def _waits_for(clock: Clock) -> str:
    """The stage a clock waits for; of a supporting unit the act, for it hands in no draft but reports to the lead."""
    return SUPPORT_ACT if clock.met_by_act == SUPPORT_ACT else clock.stage


def _handed_late(clock: Clock) -> bool:
    """Whether a unit was given this duty when its day had passed."""
    return clock.assignment_id is not None and clock.due_at is not None and is_late(clock.due_at, clock.start_at)


def moved_words(moved: Sequence[DateMoved], now: datetime) -> str:
    """Each clock that moved with its old and its new date; empty where none did."""
    return "；".join(dict.fromkeys(_one(entry, now) for entry in moved))  # two units may owe the same by the same date


def moved_sentence(moved: Sequence[DateMoved], now: datetime, whose: str = "") -> str:
    """What a page says after an act about the dates it moved, of another case than the page's with its number."""
    return f"{whose}时限随之变动：{moved_words(moved, now)}。" if moved else ""


def _one(entry: DateMoved, now: datetime) -> str:
    waits_for, before, after = entry
    dates = [due.iso if due is not None else "—" for due in (before, after)]
    late = "（已逾期）" if after is not None and is_late(after.at, now) else ""
    words = waits_words(waits_for, by_support=waits_for == SUPPORT_ACT)
    return f"{words}时限：{dates[0]} → {dates[1]}{late}"


def passed_words(session: Session, case: Case, now: datetime) -> str:
    """What whoever registers a case must know: which dates had passed when it came to the office; empty where none had."""
    dated = ((clock, clock.due_date) for clock in open_clocks(session, case.id))
    said = "、".join(f"{clock_words(clock)}时限（{due.iso}）" for clock, due in dated if due is not None and is_late(due.at, now))
    return f"注意：{said}在登记时已过。" if said else ""


def check_late(moved: Sequence[DateMoved], now: datetime, *, know_late: bool, how: str = "按这样的分类") -> None:
    """Raises Invalid where a clock that was in time is late by its new date, unless whoever acts said they know."""
    late = late_of(moved, now)
    if late and not know_late:
        said = f"{how}，有时限随即逾期。{moved_words(late, now)}。"
        raise Invalid(said, {KNOW_LATE: "确认无误的，请勾选这一项，再提交一次。"})


def late_of(moved: Sequence[DateMoved], now: datetime) -> list[DateMoved]:
    """Those of the dates that were in time, or began only now, and are late."""
    return [entry for entry in moved if _becomes_late(entry, now)]


def _becomes_late(entry: DateMoved, now: datetime) -> bool:
    _waits_for_it, before, after = entry
    return after is not None and is_late(after.at, now) and not (before is not None and is_late(before.at, now))
