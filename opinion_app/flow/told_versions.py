"""The versions a clock's date had before the present one, and which of them a rung still counts as told of (N01, N02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from opinion_app.flow.clock_dates import facts_of
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import Anchor, Rung, moment_of
from opinion_app.rules.still_told import StillTold, Version, still_told
from opinion_app.rules.workdays import WorkCalendar


def versions_of(row: Clock) -> list[Version]:
    """The versions of a date, as far as they are known, the oldest first; the last is the present one."""
    found, begun = [], row.start_at
    for entry in row.dates:
        before = entry.get("before")
        found.append(Version(int(entry["version"]) - 1, datetime.fromisoformat(before) if before is not None else None, begun))
        begun = datetime.fromisoformat(entry["at"])
    return [*found, Version(row.deadline_version, row.due_at, begun)]


def told_still(row: Clock, clock: OpenClock, rung: Rung, calendar: WorkCalendar, morning: time) -> StillTold:
    """Of which earlier versions of the date of `row`, read as `clock`, a rung that was told counts as told of the present one."""
    facts = facts_of(row)

    def moment_under(due: datetime) -> datetime | None:
        warned = clock.warn_at + (due - clock.due_at) if clock.warn_at is not None else None  # kept of the present date alone
        return moment_of(rung, replace(clock, due_at=due, warn_at=warned), facts, calendar, morning)

    ahead = rung.anchor in (Anchor.ELAPSED, Anchor.WARNING) or (rung.anchor is Anchor.DUE and clock.span.unit.in_days)
    return still_told(versions_of(row), moment_under, late=not ahead)
