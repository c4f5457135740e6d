"""The working calendar as a value."""

from datetime import date, datetime

import pytest

from opinion_app.rules.frames import DEFAULT_FRAMES, Frame, FramesRefused
from opinion_app.rules.workdays import (
    CalendarDay,
    CalendarRefused,
    CalendarWithoutWorkingDays,
    DayKind,
    WorkCalendar,
    span_of_rows,
)
from tests.rules.calendars import CHINA, at, on

NATIONAL = span_of_rows(on("2026-10-01"), on("2026-10-07"), DayKind.HOLIDAY, "国庆节", "国办")


@pytest.mark.parametrize(
    ("day", "working", "kind", "reason"),
    [
        ("2026-11-23", True, DayKind.WEEKDAY, "工作日"),
        ("2026-11-22", False, DayKind.WEEKEND, "周末"),
        ("2026-10-01", False, DayKind.HOLIDAY, "国庆节放假"),
        ("2026-10-10", True, DayKind.MAKE_UP_DAY, "国庆节调休上班"),
    ],
)
def test_a_day_says_why(day: str, working: bool, kind: DayKind, reason: str) -> None:
    fact = CHINA.day(on(day))
    assert (fact.working, fact.kind, fact.reason, fact.provisional) == (working, kind, reason, False)
    assert CHINA.is_working(on(day)) is working


@pytest.mark.parametrize(("name", "reason"), [("停电检修", "本地休息（停电检修）"), ("", "本地休息")])
def test_a_local_closure_is_named(name: str, reason: str) -> None:
    calendar = WorkCalendar((CalendarDay(on("2026-11-24"), DayKind.LOCAL_CLOSURE, name),))
    assert calendar.day(on("2026-11-24")).reason == reason


def test_a_free_weekday_of_another_weekly_pattern_is_no_weekend() -> None:
    calendar = WorkCalendar(weekdays=frozenset({1, 2, 3, 4, 5}))
    assert calendar.day(on("2026-11-23")).reason == "休息日"
    assert calendar.is_working(on("2026-11-28"))


@pytest.mark.parametrize(
    ("start", "end", "guess"),
    [
        ("2026-12-01", "2026-12-31", False),
        ("2026-12-31", "2027-01-01", True),
        ("2027-01-01", "2026-12-31", True),
        ("2003-12-31", "2004-01-02", False),  # the day a count begins with is not asked
        ("2003-12-30", "2004-01-02", True),
        ("2004-01-02", "2003-12-30", True),
        ("2026-11-27", "2031-01-01", True),
    ],
)
def test_d02_a_count_of_working_days_knows_whether_it_rests_on_a_guess(start: str, end: str, guess: bool) -> None:
    assert CHINA.guesses_between(on(start), on(end)) is guess


def test_a_year_not_loaded_is_provisional() -> None:
    assert CHINA.provisional(on("2027-01-04"))
    assert CHINA.day(on("2027-01-04")).provisional
    assert not CHINA.provisional(on("2026-12-31"))


def test_a_datetime_is_no_day() -> None:
    with pytest.raises(TypeError, match="local_date"):
        CHINA.day(datetime(2026, 10, 1, 9, 0, tzinfo=at("2026-10-01").tzinfo))


@pytest.mark.parametrize(
    ("start", "amount", "day"),
    [
        ("2026-10-09", -1, "2026-10-08"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", -2, "2026-09-29"),
        ("2026-10-03", 0, "2026-10-03"),
        ("2026-10-03", 1, "2026-10-08"),
    ],
)
def test_working_days_are_added_both_ways(start: str, amount: int, day: str) -> None:
    assert CHINA.add_working_days(on(start), amount) == on(day)


def test_counting_leaves_out_the_start_and_takes_the_end() -> None:
    assert CHINA.count_working_days(on("2026-09-24"), on("2026-10-09")) == 5
    assert CHINA.count_working_days(on("2026-10-09"), on("2026-09-24")) == -5
    assert CHINA.count_working_days(on("2026-10-09"), on("2026-10-09")) == 0


def test_rolling_forward_and_the_next_working_day() -> None:
    assert CHINA.roll_forward(on("2026-10-01")) == on("2026-10-08")
    assert CHINA.roll_forward(on("2026-10-08")) == on("2026-10-08")
    assert CHINA.next_working_day(on("2026-10-08")) == on("2026-10-09")


def test_frames_of_a_day() -> None:
    half = (Frame(8 * 60 + 30, 12 * 60),)
    calendar = WorkCalendar(NATIONAL, special_frames={on("2026-11-24"): half})
    assert calendar.frames_on(on("2026-11-23")) == DEFAULT_FRAMES
    assert calendar.frames_on(on("2026-11-24")) == half
    assert calendar.frames_on(on("2026-10-01")) == ()


def test_a_calendar_is_a_value() -> None:
    assert WorkCalendar(NATIONAL) == WorkCalendar(NATIONAL)
    assert hash(WorkCalendar(NATIONAL)) == hash(WorkCalendar(NATIONAL))
    assert WorkCalendar(NATIONAL) != WorkCalendar(NATIONAL[1:])


@pytest.mark.parametrize(
    "rows",
    [
        (*NATIONAL, NATIONAL[0]),
        (CalendarDay(on("2026-11-23"), DayKind.WEEKDAY),),
    ],
)
def test_contradictory_rows_are_refused(rows: tuple[CalendarDay, ...]) -> None:
    with pytest.raises(CalendarRefused, match="2026-"):
        WorkCalendar(rows)


def test_bad_patterns_are_refused() -> None:
    with pytest.raises(CalendarRefused, match="周一到周日"):
        WorkCalendar(weekdays=frozenset({7}))
    with pytest.raises(FramesRefused):
        WorkCalendar(special_frames={on("2026-11-24"): ()})
    with pytest.raises(CalendarRefused, match="对调"):
        span_of_rows(on("2026-10-07"), on("2026-10-01"), DayKind.HOLIDAY, "国庆节")


def test_the_end_of_all_calendars_is_an_error_in_words() -> None:
    with pytest.raises(CalendarWithoutWorkingDays, match="超出"):
        CHINA.add_working_days(date(9999, 12, 30), 5)
    with pytest.raises(CalendarWithoutWorkingDays, match="超出"):
        CHINA.add_working_days(date(1, 1, 2), -5)
