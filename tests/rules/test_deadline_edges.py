"""The nineteen edge cases of a deadline engine, D01-D19; each test name bears the number of its case."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from opinion_app.rules.clock_facts import LARGEST
from opinion_app.rules.deadline import (
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Receipt,
    Restart,
    Span,
    StepKind,
    Unit,
    derive,
    earliest,
    elapsed_at,
    is_late,
    remaining,
    warn_at,
)
from opinion_app.rules.deadline_checks import check_extension, check_suspension
from opinion_app.rules.deadline_rules import Allowance, ClockStage
from opinion_app.rules.default_rules import DEFAULT_RULES, RuleFacts, choose
from opinion_app.rules.frames import Frame
from opinion_app.rules.workdays import (
    CalendarDay,
    CalendarRefused,
    CalendarWithoutWorkingDays,
    DayKind,
    WorkCalendar,
)
from opinion_app.rules.working_time import add_working_time
from opinion_app.rules.zone import NaiveMomentError, end_of_day
from tests.rules.calendars import CHINA, WH, at, hours, nd, on, wd

FIVE = wd(5)
ONCE = Allowance(1, wd(5), "单位负责人")


def due(facts: ClockFacts, calendar: WorkCalendar = CHINA) -> datetime:
    derived = derive(facts, calendar).due_at
    assert derived is not None
    return derived


def end(text: str) -> datetime:
    return end_of_day(on(text))


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
    assert due(ClockFacts(at("2026-11-23T23:59:59"), wd(1), receipt=Receipt.NEXT_WORKING_DAY), night) == end(
        "2026-11-24"
    )
    no_monday = WorkCalendar(weekdays=frozenset({1, 2, 3, 4, 5}))
    assert due(ClockFacts(at("2026-11-20"), wd(2)), no_monday) == end("2026-11-24")
    half = WorkCalendar(special_frames={on("2026-11-24"): (Frame.parse("08:30-12:00"),)})
    assert add_working_time(half, at("2026-11-24T11:00"), timedelta(hours=2)) == at("2026-11-25T09:30")
    assert due(ClockFacts(at("2026-11-23"), wd(1)), half) == end("2026-11-24")


def paused(*pauses: tuple[str, str | None], span: Span = FIVE, start: str = "2026-11-23T09:00") -> ClockFacts:
    return ClockFacts(
        at(start), span, pauses=tuple(Pause(at(begin), at(over) if over else None) for begin, over in pauses)
    )


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (paused(), "2026-11-30"),
        # each day D with suspended_on < D <= resumed_on is left out
        (paused(("2026-11-24T09:00", "2026-11-26T09:00")), "2026-12-02"),
        (paused(("2026-11-24T09:00", "2026-11-24T17:00")), "2026-11-30"),
        # touching and several
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-25", "2026-11-26")), "2026-12-02"),
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-30", "2026-12-01")), "2026-12-02"),
        # created while suspended; suspended before the start
        (paused(("2026-11-23T09:00", "2026-11-25T09:00")), "2026-12-02"),
        (paused(("2026-11-20T09:00", "2026-11-24T09:00")), "2026-12-01"),
        # outside hours, over a weekend: no working day lost
        (paused(("2026-11-27T20:00", "2026-11-29T20:00")), "2026-11-30"),
        # over the National Day holiday
        (paused(("2026-09-29T09:00", "2026-10-09T09:00"), start="2026-09-28"), "2026-10-14"),
        # suspended on the very last day: due on the day it resumes, or the next that works
        (paused(("2026-11-30T16:00", "2026-12-03T09:00")), "2026-12-03"),
        (paused(("2026-11-30T16:00", "2026-12-05T09:00")), "2026-12-07"),
        (paused(("2026-11-30T16:00", "2026-12-05T09:00"), ("2026-12-06", "2026-12-08")), "2026-12-09"),
        # suspended after it was already late: nothing is given back
        (paused(("2026-12-01T09:00", "2026-12-10T09:00")), "2026-11-30"),
        (paused(("2026-12-01T09:00", None)), "2026-11-30"),
        # natural days: suspended while the last day rolls over a weekend
        (paused(span=nd(5)), "2026-11-30"),
        (paused(("2026-11-28", "2026-12-02"), span=nd(5)), "2026-12-03"),
        (paused(("2026-11-28", "2026-11-29"), span=nd(5)), "2026-11-30"),
        (paused(("2026-11-24", "2026-11-26"), span=nd(5)), "2026-11-30"),
        (paused(("2026-11-24", "2026-11-27"), span=nd(5)), "2026-12-01"),
    ],
)
def test_d09_day_clocks_leave_out_days_of_suspension(facts: ClockFacts, result: str) -> None:
    assert due(facts) == end(result)


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        (paused(("2026-11-24", None)), "4 个工作日"),
        (paused(("2026-11-30", None)), "恢复计时的当日"),
        (paused(("2026-11-28", None), span=nd(5)), "恢复计时的当日"),
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-26", None)), "3 个工作日"),
        (paused(("2026-11-23T10:30", None), span=hours(4)), "2 小时 30 分"),
        (paused(("2026-11-23T13:00", None), span=Span(4, WH)), "1 小时"),
        (paused(("2026-11-23T08:00", None), span=hours(4)), "4 小时"),
    ],
)
def test_d09_an_open_suspension_leaves_the_date_open_and_says_what_is_left(facts: ClockFacts, held: str) -> None:
    derived = derive(facts, CHINA)
    assert (derived.due_at, derived.original_due_at, derived.open_ended) == (None, None, True)
    assert derived.held == held
    assert derived.trace[-1].kind is StepKind.HELD


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (paused(("2026-11-23T10:00", "2026-11-23T11:30"), span=hours(4)), "2026-11-23T14:30"),
        (paused(("2026-11-23T22:00", "2026-11-24T02:00"), span=hours(24)), "2026-11-24T13:00"),
        (paused(("2026-11-23T13:00", "2026-11-23T14:00"), span=hours(4)), "2026-11-23T13:00"),
        (paused(("2026-11-23T14:00", None), span=hours(4)), "2026-11-23T13:00"),
        (paused(("2026-11-23T12:00", "2026-11-23T14:30"), span=Span(4, WH)), "2026-11-23T15:30"),
        (paused(("2026-11-23T11:00", "2026-11-24T11:00"), span=Span(4, WH)), "2026-11-24T15:30"),
        (paused(("2026-11-23T08:00", "2026-11-26T11:00"), span=Span(4, WH)), "2026-11-26T17:30"),
    ],
)
def test_d09_hour_clocks_leave_out_the_time_of_suspension(facts: ClockFacts, result: str) -> None:
    assert due(facts) == at(result)


def test_d09_a_pause_changed_afterwards_only_changes_the_result() -> None:
    shorter = paused(("2026-11-24", "2026-11-25"))
    assert due(replace(shorter, pauses=(Pause(at("2026-11-24"), at("2026-11-27")),))) == end("2026-12-03")


def test_d09_a_pause_noted_once_although_it_cuts_many_frames() -> None:
    derived = derive(paused(("2026-11-23T11:00", "2026-11-26T11:00"), span=Span(4, WH)), CHINA)
    assert [step.kind for step in derived.trace].count(StepKind.PAUSED) == 1


def test_d09_overlapping_or_backward_suspensions_are_refused() -> None:
    for pauses in (
        (("2026-11-25", "2026-11-24"),),
        (("2026-11-24", "2026-11-26"), ("2026-11-25", "2026-11-27")),
        (("2026-11-24", None), ("2026-11-25", "2026-11-27")),
    ):
        with pytest.raises(DeadlineRefused, match="核对"):
            derive(paused(*pauses), CHINA)
    with pytest.raises(DeadlineRefused, match="到期"):
        check_suspension(paused(), at("2026-12-01"), CHINA)


def extended(*extensions: Extension, span: Span = FIVE, **rest: object) -> ClockFacts:
    return replace(ClockFacts(at("2026-11-23T09:00"), span, extensions=extensions), **rest)  # type: ignore[arg-type]


def test_d10_extensions_count_from_the_current_due_date_and_keep_the_original() -> None:
    granted = at("2026-11-25")
    derived = derive(extended(Extension(granted, wd(5)), Extension(granted, wd(3))), CHINA)
    assert (derived.due_at, derived.original_due_at) == (end("2026-12-10"), end("2026-11-30"))
    assert due(extended(Extension(granted, until=on("2026-12-18")))) == end("2026-12-18")
    assert due(extended(Extension(granted, hours(5)), span=hours(2))) == at("2026-11-23T16:00")
    assert due(extended(Extension(granted, until=on("2026-11-25")), span=hours(2))) == end("2026-11-25")


def test_d10_an_extension_never_shortens_even_when_the_calendar_changed() -> None:
    earlier = Extension(at("2026-11-25"), until=on("2026-11-27"))
    assert due(extended(earlier)) == end("2026-11-30")
    unsure = derive(
        ClockFacts(at("2026-12-25"), wd(10), extensions=(Extension(at("2026-12-26"), until=on("2027-01-04")),)), CHINA
    )
    assert (unsure.due_at, unsure.provisional) == (end("2027-01-08"), True)


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (
            extended(
                Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-30"), at("2026-12-02")),)
            ),
            "2026-12-08",
        ),
        (
            extended(
                Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-05"), at("2026-12-08")),)
            ),
            "2026-12-04",
        ),
        (
            extended(
                Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-04"), at("2026-12-08")),)
            ),
            "2026-12-08",
        ),
        (
            extended(
                Extension(at("2026-11-25"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-24"), at("2026-11-26")),)
            ),
            "2026-12-07",
        ),
        (
            extended(
                Extension(at("2026-11-25"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-23"), at("2026-11-24")),)
            ),
            "2026-12-04",
        ),
        (
            extended(
                Extension(at("2026-11-24"), until=on("2026-12-04")),
                span=nd(5),
                pauses=(Pause(at("2026-11-30"), at("2026-12-02")),),
            ),
            "2026-12-07",
        ),
        (
            extended(Extension(at("2026-11-24"), wd(5)), pauses=(Pause(at("2026-12-01"), at("2026-12-03")),)),
            "2026-12-09",
        ),
    ],
)
def test_d10_a_suspension_after_an_extension_moves_the_new_date(facts: ClockFacts, result: str) -> None:
    assert due(facts) == end(result)


@pytest.mark.parametrize(
    "facts",
    [
        extended(Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-01")),)),
        extended(Extension(at("2026-11-24"), until=on("2026-12-04")), span=hours(4), pauses=(Pause(at("2026-12-01")),)),
        extended(
            Extension(at("2026-11-24"), until=on("2026-12-04")),
            pauses=(Pause(at("2026-12-01"), at("2026-12-02")), Pause(at("2026-12-03"))),
        ),
    ],
)
def test_d10_a_suspension_after_an_explicit_date_keeps_it_open(facts: ClockFacts) -> None:
    assert derive(facts, CHINA).open_ended


def test_d10_hours_suspended_after_an_explicit_date_are_given_back() -> None:
    until = Extension(at("2026-11-23T10:00"), until=on("2026-11-25"))
    pauses = (Pause(at("2026-11-24T09:00"), at("2026-11-24T11:30")),)
    assert due(extended(until, span=hours(4), pauses=pauses)) == at("2026-11-26T02:29:59")
    assert due(extended(until, span=Span(4, WH), pauses=pauses)) == at("2026-11-26T11:00")
    weekend = Extension(at("2026-11-23T10:00"), until=on("2026-11-29"))
    resting = (Pause(at("2026-11-28T09:00"), at("2026-11-30T09:00")),)
    assert due(extended(weekend, span=Span(4, WH), pauses=resting)) == at("2026-11-30T09:00")


def test_d10_an_extension_granted_while_suspended_is_added_to_what_is_left() -> None:
    derived = derive(extended(Extension(at("2026-11-25"), wd(5)), pauses=(Pause(at("2026-11-24")),)), CHINA)
    assert derived.held == "4 个工作日，另延期 5 个工作日"


@pytest.mark.parametrize(
    ("extension", "allowance", "words"),
    [
        (Extension(at("2026-12-01"), wd(5)), ONCE, "到期前"),
        (Extension(at("2026-11-24"), until=on("2026-11-30")), ONCE, "晚于"),
        (Extension(at("2026-11-24"), until=on("2026-11-27")), ONCE, "晚于"),
        (Extension(at("2026-11-24"), wd(6)), ONCE, "最多延长"),
        (Extension(at("2026-11-24"), until=on("2026-12-08")), ONCE, "最多延长"),
        (Extension(at("2026-11-24"), wd(5)), None, "不能延期"),
        (Extension(at("2026-11-24")), ONCE, "只填一项"),
        (Extension(at("2026-11-24"), wd(1), on("2026-12-01")), ONCE, "只填一项"),
        (Extension(at("2026-11-24"), wd(0)), ONCE, "大于 0"),
    ],
)
def test_d10_an_extension_out_of_bounds_is_refused(
    extension: Extension, allowance: Allowance | None, words: str
) -> None:
    with pytest.raises(DeadlineRefused, match=words):
        check_extension(extended(), extension, CHINA, allowance)


def test_d10_the_number_of_extensions_is_limited_and_begins_anew_after_a_restart() -> None:
    first = Extension(at("2026-11-24"), wd(5))
    with pytest.raises(DeadlineRefused, match="最多延期 1 次"):
        check_extension(extended(first), replace(first, granted_at=at("2026-12-01")), CHINA, ONCE)
    restarted = extended(first, restarts=(Restart(at("2026-12-02")),))
    check_extension(restarted, replace(first, granted_at=at("2026-12-03")), CHINA, ONCE)
    assert due(restarted) == end("2026-12-09")


def test_d11_a_reopened_case_gets_a_new_clock_or_what_was_left() -> None:
    answered, reopened = at("2026-11-25T10:00"), at("2026-12-07T10:00")
    assert due(ClockFacts(reopened, wd(5))) == end("2026-12-14")
    left = ClockFacts(at("2026-11-23T09:00"), wd(5), pauses=(Pause(answered, reopened),))
    assert due(left) == end("2026-12-10")
    assert not is_late(due(left), reopened)


def test_d12_returning_or_reassigning_changes_no_fact_of_the_clock() -> None:
    facts = ClockFacts(at("2026-11-23T09:00"), wd(7))
    assert derive(facts, CHINA) == derive(replace(facts), CHINA)


def test_d12_an_inner_deadline_never_passes_the_leads() -> None:
    lead = due(ClockFacts(at("2026-11-23T09:00"), wd(3)))
    inner = derive(ClockFacts(at("2026-11-25T09:00"), wd(5), latest=lead), CHINA)
    assert (inner.due_at, inner.original_due_at) == (lead, lead)
    assert StepKind.CAPPED in {step.kind for step in inner.trace}
    with pytest.raises(DeadlineRefused, match="主办单位"):
        check_extension(
            ClockFacts(at("2026-11-25T09:00"), wd(5), latest=lead), Extension(at("2026-11-25"), wd(1)), CHINA, ONCE
        )


def test_d12_another_rule_that_makes_a_case_late_at_once_can_be_seen_before() -> None:
    now = at("2026-12-02T09:00")
    slow, fast = ClockFacts(at("2026-11-23T09:00"), wd(15)), ClockFacts(at("2026-11-23T09:00"), wd(3))
    assert (is_late(due(slow), now), is_late(due(fast), now)) == (False, True)


def test_d13_of_merged_cases_the_earliest_deadline_survives() -> None:
    dues = [end("2026-12-10"), None, end("2026-11-30").astimezone(UTC), end("2026-12-01")]
    assert earliest(dues) == end("2026-11-30")
    assert earliest([None]) is None


def test_d13_cycles_of_merged_cases_are_no_matter_of_dates() -> None:
    """Refusing a cycle needs the cases; the engine only sees one clock, whose merger ends without a trace of others."""
    assert {field for field in ClockFacts.__dataclass_fields__ if "merge" in field or "case" in field} == set()


def test_d14_the_next_target_is_the_earliest_unmet_one() -> None:
    received = at("2026-11-23T09:00")
    targets = {"sign_for": wd(1), "contact": wd(3), "reply": wd(7)}
    dues = {name: due(ClockFacts(received, span)) for name, span in targets.items()}
    assert earliest(dues.values()) == dues["sign_for"]
    del dues["sign_for"]
    assert earliest(dues.values()) == dues["contact"]


def test_d14_only_the_act_a_rule_names_meets_its_clock() -> None:
    facts = RuleFacts()
    for stage, act in ((ClockStage.ACCEPT, "accept"), (ClockStage.REPLY, "answer"), (ClockStage.DRAFT, "submit_reply")):
        chosen = choose(DEFAULT_RULES, facts, stage, on("2026-11-23"))
        assert chosen is not None
        assert chosen.rule.meeting_act == act


def test_d15_a_changed_calendar_moves_only_what_it_touches() -> None:
    closed = WorkCalendar((*CHINA.rows, CalendarDay(on("2026-11-26"), DayKind.LOCAL_CLOSURE, "停电")), CHINA.years)
    touched, untouched = ClockFacts(at("2026-11-24"), wd(3)), ClockFacts(at("2026-11-23"), wd(2))
    assert (due(touched), due(touched, closed)) == (end("2026-11-27"), end("2026-11-30"))
    assert derive(untouched, closed) == derive(untouched, CHINA)


def test_d15_what_was_once_allowed_is_derived_again_and_never_refused() -> None:
    """After a calendar change an old extension may lie after expiry; recomputing must not break on it."""
    facts = ClockFacts(at("2026-11-23"), wd(1), extensions=(Extension(at("2026-11-30"), wd(1)),))
    assert due(facts) == end("2026-11-25")


@pytest.mark.parametrize(
    ("span", "percent", "moment"),
    [
        (hours(24), 75, "2026-11-24T03:00"),
        (Span(8, WH), 75, "2026-11-23T17:30"),
        (Span(7, WH), 50, "2026-11-23T15:00"),
        (wd(10), 50, "2026-11-30T23:59:59"),
        (wd(1), 50, "2026-11-24T23:59:59"),
        (nd(5), 50, "2026-11-26T23:59:59"),
    ],
)
def test_d16_warning_points_come_from_the_walk_itself(span: Span, percent: int, moment: str) -> None:
    derived = derive(ClockFacts(at("2026-11-23T09:00"), span), CHINA)
    assert elapsed_at(derived, percent) == at(moment)


def test_d16_a_suspension_moves_the_warning_too() -> None:
    facts = paused(("2026-11-23T10:00", "2026-11-23T20:00"), span=hours(4))
    assert elapsed_at(derive(facts, CHINA), 75) == at("2026-11-23T22:00")
    assert elapsed_at(derive(facts, CHINA), 25) == at("2026-11-23T10:00")
    assert elapsed_at(derive(paused(("2026-11-23T10:00", None), span=hours(4)), CHINA), 75) is None


def test_d16_a_fixed_date_is_warned_about_by_its_share_of_time() -> None:
    facts = ClockFacts(end("2026-11-23"), wd(7), fixed_date=on("2026-11-27"))
    assert elapsed_at(derive(facts, CHINA), 50) == end("2026-11-25")


@pytest.mark.parametrize(
    ("before", "moment"), [(0, "2026-10-09T08:30"), (1, "2026-10-08T08:30"), (2, "2026-09-30T08:30")]
)
def test_d16_days_before_due_are_working_days(before: int, moment: str) -> None:
    assert warn_at(end("2026-10-09"), before, CHINA) == at(moment)


def test_d16_a_due_day_off_is_warned_about_from_its_beginning() -> None:
    assert warn_at(end("2026-11-29"), 0, CHINA) == at("2026-11-29T00:00")
    assert warn_at(end("2026-11-29"), 1, CHINA) == at("2026-11-27T08:30")


def test_d17_back_dated_and_future_letters_are_derived_alike() -> None:
    assert due(ClockFacts(at("2010-02-12"), wd(1))) == end("2010-02-20")
    assert derive(ClockFacts(at("2031-01-01"), wd(1)), CHINA).provisional


def test_d17_a_case_without_a_fitting_rule_gets_the_default_and_a_warning() -> None:
    chosen = choose((), RuleFacts(), ClockStage.REPLY, on("2026-11-23"))
    assert chosen is not None
    assert chosen.rule.span == wd(7)
    assert "7 个工作日" in chosen.warning


@pytest.mark.parametrize("amount", [0, -1, 100_001])
@pytest.mark.parametrize("unit", list(Unit))
def test_d17_zero_negative_and_huge_spans_are_refused(amount: int, unit: Unit) -> None:
    with pytest.raises(DeadlineRefused, match="时限"):
        derive(ClockFacts(at("2026-11-23"), Span(amount, unit)), CHINA)


@pytest.mark.parametrize(
    "facts",
    [
        ClockFacts(at("1900-01-01"), wd(1)),
        ClockFacts(at("2026-11-23"), wd(1), fixed_date=date(9999, 12, 31)),
        ClockFacts(at("2026-11-23"), wd(1), extensions=(Extension(at("2026-11-23"), until=date.max),)),
    ],
)
def test_d17_years_no_office_can_mean_are_refused(facts: ClockFacts) -> None:
    with pytest.raises(DeadlineRefused, match="年"):
        derive(facts, CHINA)


@pytest.mark.parametrize(
    ("start", "span", "result"),
    [
        ("2028-02-28", nd(1), "2028-02-29"),
        ("2028-02-25", wd(2), "2028-02-29"),
        ("2026-01-30", wd(1), "2026-02-02"),
        ("2025-12-30", wd(2), "2026-01-04"),
        ("2026-12-31", nd(1), "2027-01-01"),
    ],
)
def test_d18_leap_days_month_ends_and_year_ends(start: str, span: Span, result: str) -> None:
    assert due(ClockFacts(at(start), span)) == end(result)


def test_d18_shanghai_has_no_summer_time_since_1991_and_imported_history_before_it_still_runs_true() -> None:
    """Daylight saving does not apply to any clock of today: every offset since 1992 is +08:00."""
    offsets = {end_of_day(date(year, month, 1)).utcoffset() for year in range(1992, 2101) for month in range(1, 13)}
    assert offsets == {timedelta(hours=8)}
    spring = at("1986-05-03T23:00")  # the clock skipped an hour in that night
    assert due(ClockFacts(spring, hours(24))) == at("1986-05-05T00:00")


def test_d19_the_result_depends_on_nothing_but_facts_and_calendar() -> None:
    facts = paused(("2026-11-24", "2026-11-26"))
    again = WorkCalendar(tuple(random.Random(1).sample(CHINA.rows, len(CHINA.rows))), CHINA.years)
    assert derive(facts, CHINA) == derive(facts, CHINA) == derive(facts, again)


def test_d19_the_trace_counts_exactly_the_span_and_ends_on_the_due_day() -> None:
    derived = derive(
        extended(Extension(at("2026-11-24"), wd(3)), pauses=(Pause(at("2026-11-24"), at("2026-11-26")),)), CHINA
    )
    counted = [step for step in derived.trace if step.kind is StepKind.COUNTED]
    assert [step.number for step in counted] == [1, 2, 3, 4, 5, 1, 2, 3]
    assert derived.trace[-1].moment == derived.due_at
    days = [step.day for step in derived.trace if step.kind in (StepKind.COUNTED, StepKind.SKIPPED, StepKind.PAUSED)]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def test_remaining_is_measured_in_the_clocks_own_unit() -> None:
    left = remaining(at("2026-11-24T10:00"), at("2026-11-23T17:00"), CHINA, WH)
    assert (left.late, left.working_days, left.days, left.time) == (False, 1, 1, timedelta(hours=2.5))
    over = remaining(end("2026-11-20"), at("2026-11-24T09:00"), CHINA)
    assert (over.late, over.working_days, over.days) == (True, -2, -4)
