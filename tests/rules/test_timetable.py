"""When a job is due: the last slot only, within its hours, on working days where it says so (N07, N08, N12)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.spoken import due_day_words, duration_words
from opinion_app.rules.timetable import CLOSING, Daily, Every, digest_time, timetable
from opinion_app.rules.zone import SHANGHAI, parse_moment

CALENDAR = seed_calendar()
DIGEST = Daily(time(8, 30), CLOSING, working_days=True)
NIGHT = Daily(time(2, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-24T08:29", None),
        ("2026-11-24T08:30", "2026-11-24T08:30"),
        ("2026-11-24T18:00", "2026-11-24T08:30"),
        ("2026-11-24T18:01", None),
        ("2026-11-28T09:00", None),  # Saturday
        ("2026-09-20T09:00", "2026-09-20T08:30"),  # Sunday, make-up day
        ("2026-10-01T09:00", None),  # National Day
    ],
)
def test_the_digest_has_its_hours(now: str, slot: str | None) -> None:
    assert DIGEST.latest(at(now), CALENDAR) == (at(slot) if slot else None)


def test_the_backup_is_caught_up_whenever_the_clock_is_back() -> None:
    assert NIGHT.latest(at("2026-11-24T01:00"), CALENDAR) == at("2026-11-23T02:30")
    assert NIGHT.latest(at("2026-11-24T23:00"), CALENDAR) == at("2026-11-24T02:30")


def test_the_next_slot_is_told() -> None:
    assert DIGEST.following(at("2026-11-27T09:00"), CALENDAR) == at("2026-11-30T08:30")
    assert NIGHT.following(at("2026-11-27T01:00"), CALENDAR) == at("2026-11-27T02:30")
    busy = Every(20)
    now = at("2026-11-27T09:00:07")
    assert busy.latest(now, CALENDAR) == at("2026-11-27T09:00:00")
    assert busy.following(now, CALENDAR) == at("2026-11-27T09:00:20")


def test_words_for_people() -> None:
    assert [entry.schedule.words() for entry in timetable()][:4] == [
        "每个工作日 08:30",
        "每 1 分钟",
        "每个工作日 09:00",
        "每 1 分钟",
    ]
    assert NIGHT.words() == "每天 02:30"
    assert digest_time("07:15") == time(7, 15)
    assert len({entry.name for entry in timetable()}) == len(timetable())
    assert timedelta(seconds=timetable()[0].tick) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "30 分"), (71.5, "71 小时 30 分"), (72, "3 天"), (333.5, "13 天 21 小时"), (-80, "3 天 8 小时")]
)
def test_long_stretches_of_hours_are_said_in_days(hours: float, words: str) -> None:
    assert duration_words(timedelta(hours=hours)) == words


def test_a_due_moment_is_said_with_its_time_unless_it_ends_a_day() -> None:
    assert due_day_words(parse_moment("2026-11-24T23:59:59")) == "2026-11-24"
    assert due_day_words(parse_moment("2026-11-24T10:30")) == "2026-11-24 10:30"
