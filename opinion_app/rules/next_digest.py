"""What must be heard before the next digest (待办通报): what is due by then would be found late by it (decisions 21, 25; N02).

One answer for everything that tells of a date between two digests: who stands in, a case that changes hands, a date that moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from opinion_app.rules.ladder import Ladder, Rung, Way, quiet, quiet_ends
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date, on_day


def next_digest(now: datetime, calendar: WorkCalendar, morning: time) -> datetime:
    """The digest that comes after `now`: this morning's where it is still to come, else the next working morning's."""
    today = local_date(now)
    this_morning = on_day(today, morning)
    if now < this_morning and calendar.is_working(today):
        return this_morning
    return on_day(calendar.next_working_day(today), morning)


def last_digest(now: datetime, calendar: WorkCalendar, morning: time) -> datetime:
    """The digest that came last by `now`."""
    today = local_date(now)
    this_morning = on_day(today, morning)
    if now >= this_morning and calendar.is_working(today):
        return this_morning
    return on_day(calendar.add_working_days(today, -1), morning)


def due_before_next(due_at: datetime, now: datetime, calendar: WorkCalendar, morning: time) -> bool:
    """Whether the next digest would find it late: due today, on the days off that follow, in the night, or late already."""
    return due_at < next_digest(now, calendar, morning)


def must_hear(due_at: datetime, now: datetime, calendar: WorkCalendar, morning: time) -> bool:
    """Whether somebody who has not heard of a date must hear of it now, because the next digest would find it late.

    What is late already is told by its own rungs and by the next digest."""
    return now <= due_at and due_before_next(due_at, now, calendar, morning)


def heard_from(due_at: datetime, now: datetime, ladder: Ladder) -> datetime:
    """From when on it may be told: at once, on days off and in the evening too, because no working hour comes before it is late.

    In the quiet hours only where it would be late by their end."""
    if not quiet(now, ladder):
        return now
    ends = quiet_ends(now, ladder)
    return now if due_at < ends else ends


def rung_of_word(passed: Iterable[Rung], ladder: Ladder) -> Rung | None:
    """By which rung of a day clock it is told and kept in the ledger: the highest that came and is more than a hint inside the
    service, else the first the ladder has; None for a ladder of hints alone."""
    come = [rung for rung in passed if rung.way is not Way.INSIDE]
    return come[-1] if come else next((rung for rung in ladder.days if rung.active and rung.way is not Way.INSIDE), None)


def turn_to_look(due_at: datetime, turns: Iterable[datetime], calendar: WorkCalendar, morning: time) -> datetime | None:
    """The first of `turns` (the midnights at which a leave begins or ends) at which a date must be looked at again, because
    whoever has it from then on would hear of it too late by the digest; None where none is."""
    return min((turn for turn in turns if must_hear(due_at, turn, calendar, morning)), default=None)
