"""Small things of the engine that a changed line would break: bounds, exact steps, dates taken over, what is left."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opinion_app.rules.clock_facts import Adoption
from opinion_app.rules.deadline import (
    ClockFacts,
    Extension,
    Pause,
    Restart,
    Span,
    Step,
    StepKind,
    derive,
    due_if_resumed,
    remaining,
    warn_at,
)
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.explain import explain
from opinion_app.rules.workdays import (
    LONGEST_RUN_OFF,
    CalendarDay,
    CalendarRefused,
    CalendarWithoutWorkingDays,
    DayFact,
    DayKind,
    WorkCalendar,
    span_of_rows,
)
from tests.rules.calendars import CHINA, WH, at, due, end, hours, nd, on, paused, wd

MERGED = at("2026-11-24T10:00")
TAKEN = ClockFacts(at("2026-11-23T09:00"), wd(5), adoptions=(Adoption(MERGED, end("2026-11-26")),))


def test_d13_the_earlier_date_of_a_merged_case_counts_from_the_merge_on() -> None:
    derived = derive(TAKEN, CHINA)
    assert (derived.due_at, derived.original_due_at) == (end("2026-11-26"), end("2026-11-26"))
    assert [step for step in derived.trace if step.kind is StepKind.ADOPTED] == [
        Step(StepKind.ADOPTED, on("2026-11-24"), "", moment=end("2026-11-26"))
    ]
    said = [line.text for line in explain(derived) if line.kind is StepKind.ADOPTED]
    assert said == ["11月24日 周二 另一件 并入，其到期更早，按其时限 11月26日 周四"]
    named = derive(replace(TAKEN, adoptions=(Adoption(MERGED, end("2026-11-26"), "LY2026-000007"),)), CHINA)
    assert "LY2026-000007" in [step.reason for step in named.trace]
    later = replace(TAKEN, adoptions=(Adoption(MERGED, end("2026-12-10")),))
    assert derive(later, CHINA).due_at == end("2026-11-30")
    same = replace(TAKEN, adoptions=(Adoption(MERGED, end("2026-11-30"), provisional=True),))
    assert (derive(same, CHINA).due_at, derive(same, CHINA).provisional) == (end("2026-11-30"), False)
    to_the_minute = replace(TAKEN, adoptions=(Adoption(MERGED, at("2026-11-26T15:00"), provisional=True),))
    assert (derive(to_the_minute, CHINA).due_at, derive(to_the_minute, CHINA).provisional) == (at("2026-11-26T15:00"), True)


def test_d13_what_happens_after_the_merge_moves_the_date_taken_over() -> None:
    halted = replace(TAKEN, pauses=(Pause(at("2026-11-25"), at("2026-11-26")),))
    assert due(halted) == end("2026-11-27")
    before = replace(TAKEN, pauses=(Pause(at("2026-11-23"), at("2026-11-24")),))
    assert due(before) == end("2026-11-26"), "what stood still before the merge is in the other date already"
    more = replace(TAKEN, extensions=(Extension(at("2026-11-25"), wd(2)),))
    assert (due(more), derive(more, CHINA).original_due_at) == (end("2026-11-30"), end("2026-11-26"))
    granted_before = replace(TAKEN, extensions=(Extension(at("2026-11-23T10:00"), wd(2)),))
    assert (due(granted_before), derive(granted_before, CHINA).original_due_at) == (end("2026-11-26"), end("2026-11-30"))
    held = derive(replace(TAKEN, pauses=(Pause(at("2026-11-25")),)), CHINA)
    assert (held.due_at, held.held) == (None, "3 个工作日")
    again = replace(TAKEN, restarts=(Restart(at("2026-11-25")),))
    assert due(again) == end("2026-11-26"), "a run begun anew is the survivor's own: the merged letter still waits"
    late = replace(TAKEN, pauses=(Pause(at("2026-12-01")),), adoptions=(Adoption(MERGED, end("2026-12-10")),))
    assert (due(late), derive(late, CHINA).held) == (end("2026-11-30"), None)
    assert {step.kind for step in derive(late, CHINA).trace} == {
        StepKind.STARTED,
        StepKind.COUNTED,
        StepKind.SKIPPED,
        StepKind.DUE,
    }
    guess = ClockFacts(at("2026-12-25"), wd(5), adoptions=(Adoption(at("2026-12-25"), end("2027-03-01")),))
    assert derive(guess, CHINA).provisional, "its own date still rests on a year nobody knows"


def test_d13_hours_take_over_a_moment_and_stand_still_to_the_second() -> None:
    taken = ClockFacts(
        at("2026-11-23T09:00"),
        hours(24),
        pauses=(Pause(at("2026-11-23T11:00"), at("2026-11-23T11:30:05")),),
        adoptions=(Adoption(at("2026-11-23T10:00"), at("2026-11-23T15:00")),),
    )
    assert due(taken) == at("2026-11-23T15:30:05")


def test_d09_what_the_date_would_be_if_the_clock_ran_again() -> None:
    held = paused(("2026-11-24T09:00", None))
    assert due_if_resumed(held, CHINA, at("2026-11-26T09:00")) == end("2026-12-02")
    assert due_if_resumed(held, CHINA, at("2026-11-23T09:00")) == end("2026-11-30"), "never before it was suspended"
    twice = paused(("2026-11-24T09:00", "2026-11-25T09:00"), ("2026-11-26T09:00", None))
    assert due_if_resumed(twice, CHINA, at("2026-11-27T09:00")) == end("2026-12-02")
    assert due_if_resumed(paused(), CHINA, at("2026-11-27T09:00")) == end("2026-11-30")


def test_d09_a_clock_that_stands_still_has_no_first_date_either_and_says_all_that_is_left() -> None:
    held = paused(("2026-11-24T09:00", None))
    assert derive(replace(held, latest=end("2026-11-26")), CHINA).original_due_at is None
    more = replace(held, extensions=(Extension(at("2026-11-24T10:00"), until=on("2026-12-18")),))
    assert derive(more, CHINA).held == "4 个工作日，另延期至 12月18日 周五"


def test_d09_a_suspension_says_its_ground_on_each_day() -> None:
    facts = ClockFacts(at("2026-11-23T09:00"), wd(5), (Pause(at("2026-11-24"), at("2026-11-25"), "听证"),))
    assert "11月25日 周三 中止计时（听证），不计" in [line.text for line in explain(derive(facts, CHINA))]
    minutes = ClockFacts(at("2026-11-23T09:00"), hours(4), (Pause(at("2026-11-23T10:00"), at("2026-11-23T11:00"), "听证"),))
    assert any("中止计时（听证），不计" in line.text for line in explain(derive(minutes, CHINA)))


def test_an_inner_date_says_what_it_is_counted_back_from() -> None:
    facts = ClockFacts(at("2026-11-23T09:00"), wd(2), fixed_date=on("2026-11-30"), fixed_why="答复到期前留出 2 个工作日审核签发")
    assert "答复到期前留出 2 个工作日审核签发，定为 11月30日 周一" in [line.text for line in explain(derive(facts, CHINA))]
    own = replace(facts, fixed_why="")
    assert "来文要求 11月30日 周一 前办结" in [line.text for line in explain(derive(own, CHINA))]


def test_d12_the_step_of_a_cap_and_of_an_extension_are_exact() -> None:
    capped = derive(ClockFacts(at("2026-11-23T09:00"), wd(5), latest=end("2026-11-26")), CHINA)
    assert capped.trace[-2:] == (
        Step(StepKind.CAPPED, on("2026-11-26"), "不晚于已有的更早时限", moment=end("2026-11-26")),
        Step(StepKind.DUE, on("2026-11-26"), "到期", 0, False, end("2026-11-26")),
    )
    equal = derive(ClockFacts(at("2026-11-23T09:00"), wd(5), latest=end("2026-11-30")), CHINA)
    assert StepKind.CAPPED not in {step.kind for step in equal.trace}
    granted = at("2026-11-24T09:30")
    for extension, words in (
        (Extension(granted, wd(2)), "延期 2 个工作日，接原到期日计算"),
        (Extension(granted, until=on("2027-01-15")), "延期至 2027年1月15日 周五"),
    ):
        trace = derive(ClockFacts(at("2026-11-23T09:00"), wd(5), extensions=(extension,)), CHINA).trace
        assert Step(StepKind.EXTENDED, on("2026-11-24"), words, moment=granted) in trace
    assert trace[0] == Step(StepKind.STARTED, on("2026-11-23"), "", moment=at("2026-11-23T09:00"))


def test_d10_an_extension_to_the_very_date_leaves_it_as_provisional_as_it_was() -> None:
    facts = ClockFacts(at("2026-12-25"), wd(10), extensions=(Extension(at("2026-12-26"), until=on("2027-01-08")),))
    assert (derive(facts, CHINA).due_at, derive(facts, CHINA).provisional) == (end("2027-01-08"), True)


@pytest.mark.parametrize(("amount", "percent", "day"), [(10, 75, "2026-12-03"), (60, 99, "2027-02-15")])
def test_d16_a_share_of_days_is_rounded_up(amount: int, percent: int, day: str) -> None:
    assert elapsed_at(derive(ClockFacts(at("2026-11-23T09:00"), wd(amount)), CHINA), percent) == end(day)


def test_d16_a_warning_is_said_in_shanghai_time() -> None:
    assert warn_at(end("2026-11-27"), 1, CHINA).utcoffset() == timedelta(hours=8)


def test_what_is_left_of_days_is_the_time_that_really_passes() -> None:
    now = at("2026-11-23T17:00")
    assert remaining(end("2026-11-24"), now, CHINA).time == timedelta(hours=30, minutes=59, seconds=59)
    assert remaining(end("2026-11-24"), now, CHINA, WH).time == timedelta(hours=8)
    assert due(ClockFacts(now, Span(1, WH))) == at("2026-11-23T18:00")


def test_a_moment_is_no_day_for_any_question() -> None:
    moment = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the mistake under test
    for ask in (
        lambda: CHINA.add_working_days(moment, 1),
        lambda: CHINA.count_working_days(moment, on("2026-11-24")),
        lambda: CHINA.count_working_days(on("2026-11-20"), moment),
        lambda: CHINA.day(moment),
    ):
        with pytest.raises(TypeError) as refused:
            ask()
        assert str(refused.value) == "the calendar counts plain dates; take local_date(moment) first"


def test_every_answer_names_its_day_and_whether_it_is_a_guess() -> None:
    rows = (
        CalendarDay(on("2027-10-01"), DayKind.HOLIDAY, "国庆节"),
        CalendarDay(on("2026-10-10"), DayKind.MAKE_UP_DAY, "国庆节"),
    )
    calendar = WorkCalendar(rows, frozenset({2026}))
    assert calendar.day(on("2027-10-01")) == DayFact(on("2027-10-01"), False, DayKind.HOLIDAY, "国庆节放假", True)
    assert calendar.day(on("2026-10-10")) == DayFact(on("2026-10-10"), True, DayKind.MAKE_UP_DAY, "国庆节调休上班", False)
    assert calendar.day(on("2026-11-23")) == DayFact(on("2026-11-23"), True, DayKind.WEEKDAY, "工作日", False)
    assert calendar.day(on("2026-11-22")) == DayFact(on("2026-11-22"), False, DayKind.WEEKEND, "周末", False)


def test_a_stretch_of_days_has_one_row_for_each() -> None:
    first, last = on("2026-10-01"), on("2026-10-03")
    rows = span_of_rows(first, last, DayKind.HOLIDAY, "国庆节", "通知")
    assert rows == tuple(CalendarDay(date(2026, 10, day), DayKind.HOLIDAY, "国庆节", "通知") for day in (1, 2, 3))
    assert span_of_rows(first, first, DayKind.HOLIDAY, "国庆节") == (CalendarDay(first, DayKind.HOLIDAY, "国庆节", ""),)
    with pytest.raises(CalendarRefused) as refused:
        span_of_rows(last, first, DayKind.HOLIDAY, "国庆节")
    assert refused.value.message == "2026-10-03 晚于 2026-10-01，请把起止日期对调。"
    with pytest.raises(CalendarRefused) as week:
        WorkCalendar(weekdays=frozenset({7}))
    assert week.value.message == "每周工作日只能取周一到周日。"


def test_d07_a_year_of_rest_is_bridged_and_a_day_more_is_an_error() -> None:
    start = on("2026-01-04")  # Sunday; Monday the 5th works
    for run, works in ((LONGEST_RUN_OFF, True), (LONGEST_RUN_OFF + 1, False)):
        rows = span_of_rows(start + timedelta(days=1), start + timedelta(days=run), DayKind.LOCAL_CLOSURE, "停")
        week = frozenset(range(7))
        shut, later = WorkCalendar(rows, weekdays=week), start - timedelta(days=1)
        if works:
            assert shut.add_working_days(start, 1) == start + timedelta(days=run + 1)
            assert shut.add_working_days(later, 2) == start + timedelta(days=run + 1), "counted afresh after each working day"
            continue
        with pytest.raises(CalendarWithoutWorkingDays, match="连续一年没有工作日"):
            shut.add_working_days(start, 1)


SHUT_FROM, SHUT_UNTIL = on("2026-01-05"), on("2027-01-05")  # 366 days
LAID = ClockFacts(at("2026-01-01T09:00"), wd(1), fixed_date=on("2026-01-04"), laid=True)


def rest_of(run: int, facts: ClockFacts) -> WorkCalendar:
    """An office that works every day but for so many days in a row, from the first day a walk goes over."""
    first = SHUT_UNTIL - timedelta(days=run - 1) if facts.laid else SHUT_FROM
    rows = span_of_rows(first, first + timedelta(days=run - 1), DayKind.LOCAL_CLOSURE, "停")
    return WorkCalendar(rows, weekdays=frozenset(range(7)))


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        pytest.param(ClockFacts(at("2026-01-04T09:00"), wd(1)), end("2027-01-06"), id="counted"),
        pytest.param(ClockFacts(at("2026-01-03T09:00"), wd(2)), end("2027-01-06"), id="counted afresh after a working day"),
        pytest.param(ClockFacts(at("2026-01-04T09:00"), nd(1)), end("2027-01-06"), id="rolled on"),
        pytest.param(ClockFacts(at("2026-01-05T09:00"), Span(1, WH)), at("2027-01-06T09:30"), id="working hours"),
        pytest.param(ClockFacts(at("2026-01-04T17:30"), Span(1, WH)), at("2027-01-06T09:00"), id="working hours afresh"),
        pytest.param(replace(LAID, latest=end("2027-01-06")), end("2026-01-04"), id="counted back"),
        pytest.param(replace(LAID, span=wd(2), latest=end("2027-01-07")), end("2026-01-04"), id="counted back afresh"),
    ],
)
def test_d07_every_walk_bridges_a_year_of_rest_and_refuses_a_day_more(facts: ClockFacts, result: datetime) -> None:
    derived = derive(facts, rest_of(LONGEST_RUN_OFF, facts))
    assert derived.due_at == result
    if facts.laid:
        back = [step.day for step in derived.trace if step.kind is StepKind.COUNTED_BACK]
        assert (len(back), back[-1]) == (facts.span.amount, facts.fixed_date)
    with pytest.raises(CalendarWithoutWorkingDays, match="连续一年没有工作日"):
        derive(facts, rest_of(LONGEST_RUN_OFF + 1, facts))
