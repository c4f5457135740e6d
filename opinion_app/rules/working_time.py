"""Working-hour arithmetic: the stretches of work after a moment, and the time of work between two moments."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from opinion_app.rules.workdays import ONE_DAY, WorkCalendar, count_rest, step_day
from opinion_app.rules.zone import after, local, local_date, start_of_day

Stretch = tuple[datetime, datetime]


def working_stretches(calendar: WorkCalendar, start: datetime) -> Iterator[Stretch]:
    """The frames of work from `start` on, in UTC, the first one cut at `start`; without end.

    Raises CalendarWithoutWorkingDays after a year without work.
    """
    begin, day, rested = local(start).astimezone(UTC), local_date(start), 0
    while True:
        frames = frames_of_day(calendar, day)
        rested = 0 if frames else count_rest(rested, day)
        for opens, closes in frames:
            if closes > begin:
                yield max(opens, begin), closes
        day = step_day(day, ONE_DAY)


def frames_of_day(calendar: WorkCalendar, day: date) -> tuple[Stretch, ...]:
    """The frames of work of one day as instants in UTC; none when the office rests."""
    frames = calendar.frames_on(day)
    if not frames:
        return ()
    midnight = start_of_day(day)
    return tuple((_minute(midnight, frame.opens), _minute(midnight, frame.closes)) for frame in frames)


def add_working_time(calendar: WorkCalendar, start: datetime, amount: timedelta) -> datetime:
    """The moment by which `amount` of working time has passed; a moment at closing time is not carried further."""
    stretches = working_stretches(calendar, start)
    opens, closes = next(stretches)
    while closes - opens < amount:
        amount -= closes - opens
        opens, closes = next(stretches)
    return after(opens, amount)


def working_time_between(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """The working time from one moment to another; negative when `end` lies before `start`."""
    if end < start:
        return -working_time_between(calendar, end, start)
    passed, day, last = timedelta(), local_date(start), local_date(end)
    while day <= last:
        for opens, closes in frames_of_day(calendar, day):
            passed += max(timedelta(), min(closes, end) - max(opens, start))
        day = step_day(day, ONE_DAY)
    return passed


def _minute(midnight: datetime, minute: int) -> datetime:
    """A frame's edge by the wall clock: summer time would move the edge, not the reading of the clock."""
    wall = midnight.replace(tzinfo=None) + timedelta(minutes=minute)
    return wall.replace(tzinfo=midnight.tzinfo).astimezone(UTC)
