"""Edge cases D01-D08 of the deadline engine: calendar, receipt, units, equality, zones, frames."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from opinion_app.rules.clock_facts import LARGEST
from opinion_app.rules.deadline import (
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Receipt,
    Span,
    StepKind,
    Unit,
    derive,
    is_late,
)
from opinion_app.rules.frames import Frame
from opinion_app.rules.workdays import (
    CalendarDay,
    CalendarRefused,
    CalendarWithoutWorkingDays,
    DayKind,
    WorkCalendar,
)
from opinion_app.rules.working_time import add_working_time
from opinion_app.rules.zone import NaiveMomentError
from tests.rules.calendars import CHINA, WH, at, due, end, hours, nd, on, wd


def test_d01_the_stronger_layer_decides() -> None:
    day = on("2026-10-10")
    layers = [
        CalendarDay(day, DayKind.HOLIDAY, "国庆节"),
        CalendarDay(day, DayKind.MAKE_UP_DAY, "国庆节"),
        CalendarDay(day, DayKind.LOCAL_CLOSURE, "停电"),
    ]
    for shown, kind in zip(range(4), (DayKind.WEEKEND, *(row.kind for row in layers)), strict=True):
        for order in (layers[:shown], layers[:shown][::-1]):
            calendar = WorkCalendar(tuple(order))
            assert calendar.day(day).kind is kind
            assert calendar.is_working(day) is calendar.day(day).working is (kind is DayKind.MAKE_UP_DAY)


def test_d01_duplicates_of_one_layer_are_refused() -> None:
    day = CalendarDay(on("2026-10-10"), DayKind.MAKE_UP_DAY, "国庆节")
    with pytest.raises(CalendarRefused, match="重复"):
        WorkCalendar((day, replace(day, name="中秋节")))


def test_d02_past_the_last_loaded_year_dates_are_provisional() -> None:
    firm = derive(ClockFacts(at("2026-11-23"), wd(20)), CHINA)
    guess = derive(ClockFacts(at("2026-12-25"), wd(5)), CHINA)
    assert (firm.provisional, guess.provisional) == (False, True)
    assert guess.due_at == end("2027-01-01")
    assert [step.provisional for step in guess.trace if step.kind is StepKind.COUNTED] == [False] * 4 + [True]


def test_d02_loading_the_year_makes_the_date_firm() -> None:
    facts = ClockFacts(at("2026-12-25"), wd(5))
    loaded = WorkCalendar((*CHINA.rows, CalendarDay(on("2027-01-01"), DayKind.HOLIDAY, "元旦")), CHINA.years | {2027})
    derived = derive(facts, loaded)
    assert (derived.due_at, derived.provisional) == (end("2027-01-04"), False)


def test_d02_only_the_days_the_calendar_is_asked_for_matter() -> None:
    assert not derive(ClockFacts(at("2026-12-31T10:00"), hours(48)), CHINA).provisional
    assert derive(ClockFacts(at("2026-12-31T16:00"), Span(5, WH)), CHINA).provisional
    assert derive(ClockFacts(at("2026-12-25"), nd(15)), CHINA).provisional
    assert not derive(ClockFacts(at("2026-12-25"), wd(5), fixed_date=on("2027-01-15")), CHINA).provisional


@pytest.mark.parametrize(
    ("received", "same_day", "next_working_day"),
    [
        ("2026-11-23T00:00", "2026-11-24", "2026-11-24"),
        ("2026-11-23T08:30", "2026-11-24", "2026-11-24"),
        ("2026-11-23T12:00", "2026-11-24", "2026-11-24"),
        ("2026-11-23T14:30", "2026-11-24", "2026-11-24"),
        ("2026-11-23T18:00", "2026-11-24", "2026-11-24"),
        ("2026-11-23T18:00:01", "2026-11-24", "2026-11-25"),
        ("2026-11-23T23:59:59", "2026-11-24", "2026-11-25"),
        ("2026-11-21T10:00", "2026-11-23", "2026-11-24"),
        ("2026-10-05T10:00", "2026-10-08", "2026-10-09"),
    ],
)
def test_d03_receipt_at_the_edges_of_a_day(received: str, same_day: str, next_working_day: str) -> None:
    assert due(ClockFacts(at(received), wd(1))) == end(same_day)
    assert due(ClockFacts(at(received), wd(1), receipt=Receipt.NEXT_WORKING_DAY)) == end(next_working_day)


@pytest.mark.parametrize(
    ("received", "guessed", "loaded"),
    [
        (
            "2026-12-31T19:00",
            "2027-01-04",
            "2027-01-05",
        ),  # carried to 1 January until its year is known, then to the 4th
        ("2027-01-01T10:00", "2027-01-04", "2027-01-05"),  # a Friday that turns out to be a holiday
        ("2027-01-02T10:00", "2027-01-05", "2027-01-05"),  # a Saturday, carried either way
        ("2027-01-04T10:00", "2027-01-05", "2027-01-05"),
        ("2027-01-31T10:00", "2027-02-02", "2027-02-01"),  # a Sunday that turns out to be a make-up day
        ("2027-01-31T19:00", "2027-02-02", "2027-02-02"),
    ],
)
def test_d03_a_receipt_is_carried_anew_once_its_year_is_loaded(received: str, guessed: str, loaded: str) -> None:
    new_year = [CalendarDay(on(f"2027-01-0{day}"), DayKind.HOLIDAY, "元旦") for day in (1, 2, 3)]
    make_up = CalendarDay(on("2027-01-31"), DayKind.MAKE_UP_DAY, "春节")
    notice = WorkCalendar((*new_year, make_up), frozenset({2026, 2027}))
    facts = ClockFacts(at(received), wd(1), receipt=Receipt.NEXT_WORKING_DAY)
    before, after = derive(facts, CHINA), derive(facts, notice)
    assert (before.due_at, after.due_at) == (end(guessed), end(loaded))
    assert (before.provisional, after.provisional) == (True, False)
    assert {step.provisional for step in before.trace if step.kind is StepKind.CARRIED} <= {True}
    assert {step.number for step in before.trace if step.kind is StepKind.CARRIED} <= {0}  # not the first day


def test_d03_hours_run_from_the_moment_whatever_the_setting() -> None:
    facts = ClockFacts(at("2026-11-23T20:00"), hours(2), receipt=Receipt.NEXT_WORKING_DAY)
    assert due(facts) == at("2026-11-23T22:00")


@pytest.mark.parametrize(
    ("span", "result"),
    [
        (Span(3, Unit.WORKING_DAYS), "2026-10-10T23:59:59"),
        (Span(3, Unit.NATURAL_DAYS), "2026-10-08T23:59:59"),
        (Span(3, Unit.HOURS), "2026-09-30T20:00:00"),
        (Span(30, Unit.MINUTES), "2026-09-30T17:30:00"),
        (Span(3, Unit.WORKING_HOURS), "2026-10-08T10:30:00"),
    ],
)
def test_d04_every_unit_counts_in_its_own_way(span: Span, result: str) -> None:
    assert due(ClockFacts(at("2026-09-30T17:00"), span)) == at(result)


def test_d04_days_and_hours_are_never_mixed_silently() -> None:
    for span, more in ((wd(5), hours(24)), (hours(24), nd(1))):
        with pytest.raises(DeadlineRefused, match="单位"):
            derive(ClockFacts(at("2026-11-23"), span, extensions=(Extension(at("2026-11-23"), more),)), CHINA)


def test_d05_late_only_after_the_due_moment() -> None:
    day_clock, hour_clock = end("2026-11-24"), at("2026-11-24T10:00")
    assert not is_late(day_clock, at("2026-11-24T23:59:59"))
    assert not is_late(day_clock, at("2026-11-24T23:59:59") + timedelta(microseconds=999_999))
    assert is_late(day_clock, at("2026-11-25T00:00"))
    assert not is_late(hour_clock, hour_clock)
    assert is_late(hour_clock, at("2026-11-24T10:00:01"))


def test_d06_the_local_date_counts_not_the_utc_date() -> None:
    early = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # 07:00 on the 23rd in Shanghai
    assert due(ClockFacts(early, wd(1))) == end("2026-11-24")
    assert is_late(end("2026-11-23"), datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    assert not is_late(end("2026-11-23"), datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))


def test_d06_the_zone_of_the_input_does_not_matter() -> None:
    moment = at("2026-11-23T10:00")
    elsewhere = [moment.astimezone(zone) for zone in (UTC, timezone(timedelta(hours=-5)), ZoneInfo("America/New_York"))]
    for span in (wd(3), nd(3), hours(3), Span(3, WH)):
        assert {due(ClockFacts(start, span)) for start in elsewhere} == {due(ClockFacts(moment, span))}


@pytest.mark.parametrize(
    "facts",
    [
        ClockFacts(datetime(2026, 11, 23), wd(1)),  # noqa: DTZ001
        ClockFacts(at("2026-11-23"), wd(1), latest=datetime(2026, 11, 23)),  # noqa: DTZ001
        ClockFacts(at("2026-11-23"), wd(1), pauses=(Pause(datetime(2026, 11, 23)),)),  # noqa: DTZ001
    ],
)
def test_d06_naive_moments_are_refused(facts: ClockFacts) -> None:
    with pytest.raises(NaiveMomentError):
        derive(facts, CHINA)


def test_d07_long_runs_off_and_long_spans() -> None:
    assert due(ClockFacts(at("2026-02-14"), wd(1))) == end("2026-02-24")
    closed = WorkCalendar(
        tuple(CalendarDay(on("2026-02-02") + timedelta(days=n), DayKind.LOCAL_CLOSURE, "疫情") for n in range(90))
    )
    assert due(ClockFacts(at("2026-02-01"), wd(1)), closed) == end("2026-05-04")
    assert due(ClockFacts(at("2026-01-01"), wd(LARGEST[Unit.WORKING_DAYS]))).year == 2029


@pytest.mark.parametrize("span", [wd(1), nd(1), Span(1, WH)])
def test_d07_a_calendar_without_working_days_is_an_error_not_a_loop(span: Span) -> None:
    with pytest.raises(CalendarWithoutWorkingDays, match="没有工作日"):
        derive(ClockFacts(at("2026-11-23"), span), WorkCalendar(weekdays=frozenset()))


def test_d08_other_frames_and_other_weeks() -> None:
    night = WorkCalendar(frames=(Frame.parse("20:00-24:00"),))
    assert add_working_time(night, at("2026-11-23T23:00"), timedelta(hours=1)) == at("2026-11-24T00:00")
    assert add_working_time(night, at("2026-11-23T23:00"), timedelta(hours=2)) == at("2026-11-24T21:00")
    assert due(ClockFacts(at("2026-11-23T23:59:59"), wd(1), receipt=Receipt.NEXT_WORKING_DAY), night) == end("2026-11-24")
    no_monday = WorkCalendar(weekdays=frozenset({1, 2, 3, 4, 5}))
    assert due(ClockFacts(at("2026-11-20"), wd(2)), no_monday) == end("2026-11-24")
    half = WorkCalendar(special_frames={on("2026-11-24"): (Frame.parse("08:30-12:00"),)})
    assert add_working_time(half, at("2026-11-24T11:00"), timedelta(hours=2)) == at("2026-11-25T09:30")
    assert due(ClockFacts(at("2026-11-23"), wd(1)), half) == end("2026-11-24")
