"""The days an inner deadline leaves for review are counted one by one, and rest on no guess in silence (decisions 4, 23; D02)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.deadline import ClockFacts, Pause, derive
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.explain import explain
from opinion_app.rules.trace import StepKind
from opinion_app.rules.workdays import CalendarWithoutWorkingDays, DayKind, WorkCalendar, span_of_rows
from tests.rules.calendars import CHINA, at, end, on, wd

HOLIDAYS = span_of_rows(on("2027-01-01"), on("2027-01-03"), DayKind.HOLIDAY, "元旦")
LOADED = replace(CHINA, rows=(*CHINA.rows, *HOLIDAYS), years=CHINA.years | {2027})


def laid(day: str, reply: str, start: str = "2026-11-23T10:00", room: int = 2) -> ClockFacts:
    """A unit's draft, due on `day` before a reply that is due on another."""
    why = f"答复到期前留出 {room} 个工作日审核签发"
    return ClockFacts(at(start), wd(room), fixed_date=on(day), fixed_why=why, latest=end(reply), follows=True, laid=True)


def told(facts: ClockFacts, calendar: WorkCalendar = CHINA, *, collapse: bool = False) -> list[str]:
    return [line.text for line in explain(derive(facts, calendar), started="交办", collapse=collapse)]


def test_d02_a_date_counted_back_over_a_year_nobody_knows_is_told_day_by_day_and_provisional() -> None:
    assert told(laid("2026-12-31", "2027-01-04")) == [
        "11月23日 周一 10:00 交办",
        "2027年1月4日 周一 答复到期，由此往前数，当日不计",
        "2027年1月3日 周日 周末，不计（暂定）",
        "2027年1月2日 周六 周末，不计（暂定）",
        "2027年1月1日 周五 往前第1个工作日（暂定）",
        "12月31日 周四 往前第2个工作日",
        "答复到期前留出 2 个工作日审核签发，定为 12月31日 周四",
        "12月31日 周四 到期，当日 24 时前都算按时（暂定）",
    ]
    assert told(laid("2026-12-30", "2027-01-04"), LOADED)[2:] == [
        "2027年1月3日 周日 元旦放假，不计",
        "2027年1月2日 周六 元旦放假，不计",
        "2027年1月1日 周五 元旦放假，不计",
        "12月31日 周四 往前第1个工作日",
        "12月30日 周三 往前第2个工作日",
        "答复到期前留出 2 个工作日审核签发，定为 12月30日 周三",
        "12月30日 周三 到期，当日 24 时前都算按时",
    ]


@pytest.mark.parametrize(
    ("day", "reply", "guess"),
    [
        ("2026-12-29", "2026-12-31", False),
        ("2026-12-30", "2027-01-01", False),  # whether the reply's own day works plays no part
        ("2026-12-31", "2027-01-02", True),
        ("2026-12-31", "2027-01-04", True),
        ("2027-01-04", "2027-01-04", True),  # no room is left, but another 1 January might leave some
        ("2026-12-15", "2027-01-04", False),  # it had passed when the reply was put off, and stays
    ],
)
def test_d02_what_the_count_went_over_decides_whether_the_date_is_provisional(day: str, reply: str, guess: bool) -> None:
    assert derive(laid(day, reply), CHINA).provisional is guess
    assert derive(laid(day, reply), CHINA).trace[-1].provisional is guess
    assert not derive(laid(day, reply), LOADED).provisional


def test_d02_a_laid_date_that_a_suspension_moved_into_a_year_nobody_knows_is_provisional() -> None:
    moved = replace(
        laid("2026-12-29", "2026-12-31"), latest=end("2027-03-01"), pauses=(Pause(at("2026-12-28"), at("2027-01-04")),)
    )
    short = replace(moved, latest=end("2026-12-31"))
    assert derive(moved, CHINA).provisional
    assert derive(short, CHINA).provisional, "though nothing of the count back lies there"


def kinds(facts: ClockFacts) -> set[StepKind]:
    return {step.kind for step in derive(facts, CHINA).trace}


def test_only_what_is_laid_before_another_and_only_by_the_count_is_counted_back() -> None:
    held = laid("2026-12-02", "2026-12-04")
    assert {StepKind.BACK_FROM, StepKind.COUNTED_BACK} <= kinds(held)
    for other in (
        replace(held, laid=False),
        replace(held, latest=None),
        replace(held, fixed_date=None),
        laid("2026-12-01", "2026-12-04"),
    ):
        assert not {StepKind.BACK_FROM, StepKind.COUNTED_BACK} & kinds(other)
        assert not derive(other, CHINA).provisional


def test_a_long_count_back_is_told_in_stretches() -> None:
    assert told(laid("2026-12-02", "2026-12-11", room=7), collapse=True)[2:5] == [
        "12月10日 周四 至 12月7日 周一 往前第1至4个工作日",
        "12月6日 周日 周末，不计",
        "12月5日 周六 周末，不计",
    ]


def test_where_less_room_is_left_only_what_is_left_is_counted() -> None:
    assert told(laid("2026-12-03", "2026-12-04"))[1:4] == [
        "12月4日 周五 答复到期，由此往前数，当日不计",
        "12月3日 周四 往前第1个工作日",
        "答复到期前留出 2 个工作日审核签发，定为 12月3日 周四",
    ]
    assert told(laid("2026-12-04", "2026-12-04"))[1] == "答复到期前留出 2 个工作日审核签发，定为 12月4日 周五"


def test_what_is_counted_back_is_no_time_that_runs() -> None:
    facts = laid("2026-12-02", "2026-12-04", start="2026-11-27T10:00")
    assert elapsed_at(derive(facts, CHINA), 50) == elapsed_at(derive(replace(facts, laid=False), CHINA), 50)


def test_a_year_without_working_days_is_no_endless_count_back() -> None:
    closed = span_of_rows(on("2025-11-01"), on("2026-12-04"), DayKind.LOCAL_CLOSURE, "迁址")
    with pytest.raises(CalendarWithoutWorkingDays):
        derive(laid("2026-12-02", "2026-12-04"), replace(CHINA, rows=closed))


@given(st.dates(on("2020-01-01"), on("2026-12-31")), st.integers(1, 40))
def test_the_count_back_ends_where_the_calendar_says(reply: date, room: int) -> None:
    day = CHINA.add_working_days(reply, -room)
    steps = derive(laid(day.isoformat(), reply.isoformat(), start="2010-01-04T09:00", room=room), CHINA).trace
    counted = [step for step in steps if step.kind is StepKind.COUNTED_BACK]
    assert [step.number for step in counted] == list(range(1, room + 1))
    assert counted[-1].day == day
    assert {step.number for step in steps if step.kind is StepKind.SKIPPED} <= {0}
    gone = [step.day for step in steps if step.kind in (StepKind.COUNTED_BACK, StepKind.SKIPPED)]
    assert len(gone) == (reply - day).days == len(set(gone))
    assert all(CHINA.is_working(step.day) is (step.kind is StepKind.COUNTED_BACK) for step in steps if step.day in gone[:-1])
