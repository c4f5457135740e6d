"""A date that moved, as a recomputation leaves it."""

from __future__ import annotations

from datetime import datetime

from opinion_app.records.clock import Clock
from opinion_app.rules.zone import parse_moment


def move_date(clock: Clock, at: str | datetime, due: str | datetime, *, warned: bool = True) -> None:
    """Move the date of a clock, and with it when it becomes due soon, which is the date itself."""
    moment, new = (parse_moment(one) if isinstance(one, str) else one for one in (at, due))
    before, clock.due_at = clock.due_at, new
    clock.warn_at = new if warned else clock.warn_at
    clock.deadline_version += 1
    said = {"before": before.isoformat() if before else None, "due": new.isoformat(), "why": "载入放假安排"}
    clock.dates = [*clock.dates, {"version": clock.deadline_version, "at": moment.isoformat(), **said}]
