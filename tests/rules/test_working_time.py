"""Working hours, against a walk minute by minute."""

import random
from datetime import datetime, timedelta

import pytest

from opinion_app.rules.deadline import ClockFacts, Pause, Span, derive
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.working_time import add_working_time, working_time_between
from tests.rules.calendars import CHINA, WH, at

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T08:00", 1, "2026-11-23T09:30"),
        ("2026-11-23T08:30", 3.5, "2026-11-23T12:00"),
        ("2026-11-23T12:00", 1, "2026-11-23T15:30"),
        ("2026-11-23T13:00", 1, "2026-11-23T15:30"),
        ("2026-11-23T17:00", 2, "2026-11-24T09:30"),
        ("2026-11-27T18:00", 1, "2026-11-30T09:30"),
        ("2026-09-30T17:30", 1, "2026-10-08T09:00"),
    ],
)
def test_working_time_runs_within_the_frames(start: str, hours: float, end: str) -> None:
    due = add_working_time(CHINA, at(start), timedelta(hours=hours))
    assert due == at(end)
    assert working_time_between(CHINA, at(start), due) == timedelta(hours=hours)
    assert working_time_between(CHINA, due, at(start)) == -timedelta(hours=hours)


def _minute_by_minute(calendar: WorkCalendar, start: datetime, amount: int, pauses: tuple[Pause, ...]) -> datetime:
    """The slow, obvious way: look at every minute that passes."""
    moment, left = start, amount
    while left:
        minute = moment.hour * 60 + moment.minute
        works = any(frame.opens <= minute < frame.closes for frame in calendar.frames_on(moment.date()))
        paused = any(pause.suspended_at <= moment < pause.resumed_at for pause in pauses if pause.resumed_at is not None)
        moment += timedelta(minutes=1)
        left -= works and not paused
    return moment


def test_d04_working_hours_equal_a_walk_minute_by_minute() -> None:
    chance = random.Random(20261123)
    for _ in range(150):
        start = at("2026-09-18") + timedelta(minutes=chance.randrange(20_000))
        cuts = sorted(start + timedelta(minutes=chance.randrange(-500, 6_000)) for _ in range(4))
        pauses = (Pause(cuts[0], cuts[1]), Pause(cuts[2], cuts[3]))
        amount = chance.randrange(1, 12)
        derived = derive(ClockFacts(start, Span(amount, WH), pauses=pauses), CHINA)
        assert derived.due_at == _minute_by_minute(CHINA, start, amount * 60, pauses), (start, amount, pauses)
