"""Rungs (催办台阶): single moments of a clock at which people are told once for each version of its date (decisions 21, 23)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from opinion_app.rules.digest import OpenClock

LATEST = timedelta(hours=24)  # after a longer silence the morning's digest speaks, not a flood of old alarms (N07)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: its name in the ledger, its word for people, and when it comes for a clock (None: never)."""

    name: str
    label: str
    moment: Callable[[OpenClock], datetime | None]


# What burns is told at once, night or day: clocks of hours and minutes (decisions 21). Rungs of day clocks come with the ladder.
HOUR_RUNGS = (
    Rung("soon", "即将到期", lambda clock: clock.warn_at),
    Rung("overdue", "已逾期", lambda clock: clock.due_at),
)


def ladder(clock: OpenClock) -> tuple[Rung, ...]:
    """The rungs of a clock, the first to come first."""
    return () if clock.span.unit.in_days else HOUR_RUNGS


def due_rung(clock: OpenClock, now: datetime, latest: timedelta = LATEST) -> tuple[Rung, datetime] | None:
    """The highest rung whose moment has come, with that moment; lower ones are taken to be said with it.

    None before the first, and when the highest came longer than `latest` ago. Overdue begins only after the due moment (D05)."""
    come = [
        (rung, moment)
        for rung in ladder(clock)
        if (moment := rung.moment(clock)) is not None and (moment < now if rung.name == "overdue" else moment <= now)
    ]
    if not come or now - come[-1][1] > latest:
        return None
    return come[-1]


def carried_over(moment: datetime, told_at: Iterable[datetime]) -> bool:
    """Whether the rung was told for an earlier version of the date when its new moment had passed already.

    Only a rung whose moment moves into the future rings again; a recomputed calendar makes no storm (decisions 23)."""
    return any(moment <= told for told in told_at)
