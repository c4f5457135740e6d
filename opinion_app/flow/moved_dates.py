"""What an act does to the dates of a case: told with old and new date, and never late in silence (D12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import missed
from opinion_app.flow.clocks import OPEN, open_clocks
from opinion_app.flow.due import stage_words
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import is_late
from opinion_app.rules.errors import Invalid
from opinion_app.rules.spoken import due_day_words

DateMoved = tuple[str, datetime | None, datetime | None]
Held = Sequence[tuple[Clock, datetime | None]]
KNOW_LATE = "know_late"


def held_dates(session: Session, case: Case) -> Held:
    """The open clocks of a case with the dates they have before an act, those of the units included.

    One that stands still has none, save one that it had missed before."""
    return [(clock, clock.due_at or missed(clock)) for clock in open_clocks(session, case.id)]


def moved_since(session: Session, case: Case, held: Held) -> list[DateMoved]:
    """Stage, old and new due moment of each clock an act moved, began (old: None) or ended (new: None)."""
    known = {clock.id for clock, _due in held}
    return what_moved(held, [clock for clock in open_clocks(session, case.id) if clock.id not in known])


def what_moved(held: Held, fresh: Sequence[Clock]) -> list[DateMoved]:
    """What changed of the dates; a clock that took the place of another of its stage is told with that one's date."""
    gone = {clock.stage: due for clock, due in held if clock.state not in OPEN}
    moved: list[DateMoved] = [(clock.stage, due, clock.due_at) for clock, due in held if clock.state in OPEN]
    moved += [(clock.stage, gone.pop(clock.stage, None), clock.due_at) for clock in fresh]
    moved += [(stage, due, None) for stage, due in gone.items()]
    return [(stage, before, after) for stage, before, after in moved if before != after]


def moved_words(moved: Sequence[DateMoved], now: datetime) -> str:
    """Each clock that moved with its old and its new date; empty where none did."""
    return "；".join(dict.fromkeys(_one(entry, now) for entry in moved))  # two units may owe the same by the same date


def moved_sentence(moved: Sequence[DateMoved], now: datetime, whose: str = "") -> str:
    """What a page says after an act about the dates it moved, of another case than the page's with its number."""
    return f"{whose}时限随之变动：{moved_words(moved, now)}。" if moved else ""


def _one(entry: DateMoved, now: datetime) -> str:
    stage, before, after = entry
    dates = [due_day_words(moment) if moment else "—" for moment in (before, after)]
    late = "（已逾期）" if after is not None and is_late(after, now) else ""
    return f"{stage_words(stage)}时限：{dates[0]} → {dates[1]}{late}"


def check_late(moved: Sequence[DateMoved], now: datetime, *, know_late: bool, how: str = "按这样的分类") -> None:
    """Raises Invalid where a clock that was in time is late by its new date, unless whoever acts said they know."""
    late = [entry for entry in moved if _becomes_late(entry, now)]
    if late and not know_late:
        said = f"{how}，有时限随即逾期。{moved_words(late, now)}。"
        raise Invalid(said, {KNOW_LATE: "确认无误的，请勾选这一项，再提交一次。"})


def _becomes_late(entry: DateMoved, now: datetime) -> bool:
    _stage, before, after = entry
    return after is not None and is_late(after, now) and not (before is not None and is_late(before, now))
