"""The lines that explain a date."""

from dataclasses import replace

import pytest

from opinion_app.rules.deadline import Adoption, ClockFacts, Extension, Pause, Receipt, Restart, Span, Unit, derive
from opinion_app.rules.explain import PROVISIONAL_NOTE, explain, explain_text, room_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import DayKind, span_of_rows
from opinion_app.rules.zone import end_of_day
from tests.rules.calendars import CHINA, WH, at, hours, nd, on, wd


def lines(facts: ClockFacts, *, started: str = "收到", collapse: bool = False) -> list[str]:
    return [line.text for line in explain(derive(facts, CHINA), started=started, collapse=collapse)]


def test_each_day_is_counted_or_left_out_with_its_reason() -> None:
    assert lines(ClockFacts(at("2026-09-24T16:20"), wd(2))) == [
        "9月24日 周四 16:20 收到，当日不计",
        "9月25日 周五 中秋节放假，不计",
        "9月26日 周六 中秋节放假，不计",
        "9月27日 周日 中秋节放假，不计",
        "9月28日 周一 第1个工作日",
        "9月29日 周二 第2个工作日",
        "9月29日 周二 到期，当日 24 时前都算按时",
    ]


def test_d01_a_make_up_day_says_why_it_counts_though_its_like_rest() -> None:
    assert lines(ClockFacts(at("2026-09-18T10:00"), wd(2)))[1:] == [
        "9月19日 周六 周末，不计",
        "9月20日 周日 第1个工作日（国庆节调休上班）",
        "9月21日 周一 第2个工作日",
        "9月21日 周一 到期，当日 24 时前都算按时",
    ]
    assert lines(ClockFacts(at("2026-09-15"), wd(8)), collapse=True)[1:-1] == [
        "9月16日 周三 至 9月18日 周五 第1至3个工作日",
        "9月19日 周六 周末，不计",
        "9月20日 周日 第4个工作日（国庆节调休上班）",
        "9月21日 周一 至 9月24日 周四 第5至8个工作日",
    ]


def test_d01_a_due_day_that_is_a_make_up_day_says_so_where_no_count_did() -> None:
    assert lines(ClockFacts(at("2026-09-09"), nd(11)))[-2:] == [
        "9月20日 周日 第11日",
        "9月20日 周日 到期，当日 24 时前都算按时（国庆节调休上班）",
    ]
    fixed = ClockFacts(at("2026-09-09"), wd(7), fixed_date=on("2026-09-20"))
    assert lines(fixed)[-1] == "9月20日 周日 到期，当日 24 时前都算按时（国庆节调休上班）"
    assert lines(ClockFacts(at("2026-09-18"), wd(1)))[-2:] == [
        "9月20日 周日 第1个工作日（国庆节调休上班）",
        "9月20日 周日 到期，当日 24 时前都算按时",
    ]
    assert lines(ClockFacts(at("2026-09-19T10:00"), hours(24)))[-1] == "9月20日 周日 10:00 到期", "hours run whatever day it is"
    carried = ClockFacts(at("2026-09-18T20:15"), wd(1), receipt=Receipt.NEXT_WORKING_DAY)
    assert lines(carried)[1] == "9月20日 周日 下班后收到，视为次一工作日收到，当日不计（国庆节调休上班）"


def test_d01_a_make_up_day_that_is_counted_back_says_so() -> None:
    laid = ClockFacts(at("2026-09-15"), wd(2), fixed_date=on("2026-09-20"), latest=end_of_day(on("2026-09-22")), laid=True)
    assert lines(laid)[1:4] == [
        "9月22日 周二 答复到期，由此往前数，当日不计",
        "9月21日 周一 往前第1个工作日",
        "9月20日 周日 往前第2个工作日（国庆节调休上班）",
    ]


def test_working_hours_say_of_each_day_off_why_it_does_not_count() -> None:
    assert lines(ClockFacts(at("2026-09-30T17:00"), Span(2, WH)), collapse=True)[1:] == [
        "9月30日 周三 17:00 至 18:00 计 1 小时",
        "10月1日 周四 至 10月7日 周三 国庆节放假，不计（7 天）",
        "10月8日 周四 08:30 至 09:30 计 1 小时",
        "10月8日 周四 09:30 到期",
    ]
    begun_off = ClockFacts(at("2026-09-19T10:00"), Span(1, WH))
    assert lines(begun_off)[1:3] == ["9月19日 周六 周末，不计", "9月20日 周日 08:30 至 09:30 计 1 小时（国庆节调休上班）"]
    paused = ClockFacts(at("2026-11-20T17:00"), Span(2, WH), (Pause(at("2026-11-22T12:00"), at("2026-11-24T09:00")),))
    assert lines(paused)[1:] == [
        "11月20日 周五 17:00 至 18:00 计 1 小时",
        "11月21日 周六 周末，不计",
        "11月22日 周日 周末，不计",
        "11月22日 周日 12:00 至 11月24日 周二 09:00 中止计时，不计",
        "11月24日 周二 09:00 至 10:00 计 1 小时",
        "11月24日 周二 10:00 到期",
    ]
    over_a_weekend = replace(paused, pauses=(Pause(at("2026-11-20T17:30"), at("2026-11-23T09:00")),))
    assert lines(over_a_weekend)[1:4] == [
        "11月20日 周五 17:00 至 17:30 计 30 分",
        "11月20日 周五 17:30 至 11月23日 周一 09:00 中止计时，不计",
        "11月23日 周一 09:00 至 10:30 计 1 小时 30 分",
    ]


@pytest.mark.parametrize(
    ("begin", "over", "said"),
    [
        # outside working hours alone it takes nothing and is not told: the days off are
        ("2026-11-20T18:30", "2026-11-23T07:00", ["11月21日 周六 周末，不计", "11月22日 周日 周末，不计"]),
        ("2026-11-21T00:00", "2026-11-22T23:59:59", ["11月21日 周六 周末，不计", "11月22日 周日 周末，不计"]),
        # told, it says enough of each day that it covers from the first second to the last
        ("2026-11-20T17:30", "2026-11-22T23:59:59", ["11月20日 周五 17:30 至 11月22日 周日 23:59 中止计时，不计"]),
        ("2026-11-21T00:00", "2026-11-23T09:00", ["11月21日 周六 00:00 至 11月23日 周一 09:00 中止计时，不计"]),
        (
            "2026-11-21T00:01",
            "2026-11-23T09:00",
            ["11月21日 周六 周末，不计", "11月21日 周六 00:01 至 11月23日 周一 09:00 中止计时，不计"],
        ),
    ],
)
def test_working_hours_say_of_a_weekend_once_why_it_does_not_count(begin: str, over: str, said: list[str]) -> None:
    told = lines(ClockFacts(at("2026-11-20T17:00"), Span(2, WH), (Pause(at(begin), at(over)),)))
    assert [line for line in told if line.endswith("不计")] == said


def test_an_open_suspension_is_told_of_the_day_it_began_and_the_days_off_before_it_too() -> None:
    over_the_weekend = ClockFacts(at("2026-11-20T17:00"), Span(2, WH), (Pause(at("2026-11-22T12:00")),))
    assert lines(over_the_weekend)[1:] == [
        "11月20日 周五 17:00 至 18:00 计 1 小时",
        "11月21日 周六 周末，不计",
        "11月22日 周日 中止计时，尚未恢复；恢复后还有 1 小时",
    ]
    before_it_began = ClockFacts(at("2026-11-23T17:00"), hours(2), (Pause(at("2026-11-22T12:00")),))
    assert lines(before_it_began)[1:] == ["11月23日 周一 中止计时，尚未恢复；恢复后还有 2 小时"]


def test_long_runs_can_be_joined() -> None:
    assert lines(ClockFacts(at("2026-09-24"), wd(5)), collapse=True) == [
        "9月24日 周四 收到，当日不计",
        "9月25日 周五 至 9月27日 周日 中秋节放假，不计（3 天）",
        "9月28日 周一 至 9月30日 周三 第1至3个工作日",
        "10月1日 周四 至 10月7日 周三 国庆节放假，不计（7 天）",
        "10月8日 周四 第4个工作日",
        "10月9日 周五 第5个工作日",
        "10月9日 周五 到期，当日 24 时前都算按时",
    ]


def test_rolling_extending_and_suspending_are_told() -> None:
    facts = ClockFacts(at("2026-08-06"), nd(60), extensions=(Extension(at("2026-10-01"), nd(30)),))
    assert lines(facts, collapse=True) == [
        "8月6日 周四 收到，当日不计",
        "8月7日 周五 至 10月5日 周一 第1至60日",
        "10月5日 周一 至 10月7日 周三 国庆节放假，顺延（3 天）",
        "10月1日 周四 批准延期 30 日，接原到期日计算",
        "10月9日 周五 至 11月7日 周六 延期第1至30日",
        "11月7日 周六 周末，顺延",
        "11月8日 周日 周末，顺延",
        "11月9日 周一 到期，当日 24 时前都算按时",
    ]
    paused = replace(facts, span=wd(1), extensions=(), pauses=(Pause(at("2026-08-06"), at("2026-08-09")),))
    assert lines(paused, collapse=True)[1] == "8月7日 周五 至 8月9日 周日 中止计时，不计（3 天）"


def test_a_new_year_is_named_and_provisional_days_are_marked() -> None:
    facts = ClockFacts(at("2026-12-30"), wd(5))
    assert lines(facts, collapse=True)[-3:] == [
        "2027年1月3日 周日 周末，不计（暂定）",
        "2027年1月4日 周一 至 2027年1月6日 周三 第3至5个工作日（暂定）",
        "2027年1月6日 周三 到期，当日 24 时前都算按时（暂定）",
    ]
    text = explain_text(derive(facts, CHINA))
    assert text.startswith("到期：2027-01-06 23:59:59 周三（暂定）\n")
    assert text.endswith(f"注意：{PROVISIONAL_NOTE}")


def test_hours_are_told_as_stretches() -> None:
    pause = Pause(at("2026-11-23T12:00"), at("2026-11-24T12:00"))
    assert lines(ClockFacts(at("2026-11-23T10:15"), hours(24), (pause,))) == [
        "11月23日 周一 10:15 收到",
        "11月23日 周一 10:15 至 12:00 计 1 小时 45 分",
        "11月23日 周一 12:00 至 11月24日 周二 12:00 中止计时，不计",
        "11月24日 周二 12:00 至 11月25日 周三 10:15 计 22 小时 15 分",
        "11月25日 周三 10:15 到期",
    ]
    assert lines(ClockFacts(at("2026-11-23T17:00"), Span(2, WH)))[1:3] == [
        "11月23日 周一 17:00 至 18:00 计 1 小时",
        "11月24日 周二 08:30 至 09:30 计 1 小时",
    ]


def test_events_are_told() -> None:
    received = ClockFacts(at("2026-11-23T20:15"), wd(1), receipt=Receipt.NEXT_WORKING_DAY)
    assert lines(received)[1] == "11月24日 周二 下班后收到，视为次一工作日收到，当日不计"
    rested = ClockFacts(at("2026-11-22T10:00"), wd(1), receipt=Receipt.NEXT_WORKING_DAY)
    assert lines(rested)[1] == "11月23日 周一 休息日收到，视为次一工作日收到，当日不计"
    restarted = replace(received, receipt=Receipt.SAME_DAY, restarts=(Restart(at("2026-11-25T20:00"), "补正材料收到"),))
    assert lines(restarted)[0] == "11月25日 周三 20:00 重新起算（补正材料收到），当日不计"
    unnamed = replace(restarted, restarts=(Restart(at("2026-11-25")),))
    assert lines(unnamed)[0] == "11月25日 周三 重新起算，当日不计"
    capped = ClockFacts(at("2026-11-23"), wd(7), fixed_date=on("2026-11-29"), latest=at("2026-11-28T23:59:59"))
    assert lines(capped)[1:3] == [
        "来文要求 11月29日 周日 前办结",
        "不晚于已有的更早时限，定为 11月28日 周六",
    ]
    last_day = ClockFacts(at("2026-11-23"), wd(1), (Pause(at("2026-11-24T09:00"), at("2026-11-26T09:00")),))
    assert lines(last_day)[2] == "11月26日 周四 到期当日中止计时，恢复当日到期"
    until = ClockFacts(at("2026-11-23"), wd(1), extensions=(Extension(at("2026-11-24"), until=on("2026-12-04")),))
    assert lines(until)[2] == "11月24日 周二 批准延期至 12月4日 周五"


def test_an_open_suspension_says_what_is_left() -> None:
    held = derive(ClockFacts(at("2026-11-23"), wd(5), (Pause(at("2026-11-24")),)), CHINA)
    assert explain(held)[-1].text == "11月25日 周三 中止计时，尚未恢复；恢复后还有 4 个工作日"
    assert explain_text(held).startswith("到期：中止计时，暂不能确定；恢复后还有 4 个工作日\n")


def test_the_text_tells_each_day_by_itself_below_the_due_date_and_the_original_one() -> None:
    more = Extension(at("2026-11-24"), wd(3))
    assert explain_text(derive(ClockFacts(at("2026-11-23"), wd(1), extensions=(more,)), CHINA)).splitlines() == [
        "到期：2026-11-27 23:59:59 周五",
        "原到期：2026年11月24日 周二 23:59",
        "  11月23日 周一 起算，当日不计",
        "  11月24日 周二 第1个工作日",
        "  11月24日 周二 批准延期 3 个工作日，接原到期日计算",
        "  11月25日 周三 延期第1个工作日",
        "  11月26日 周四 延期第2个工作日",
        "  11月27日 周五 延期第3个工作日",
        "  11月27日 周五 到期，当日 24 时前都算按时",
    ]


def test_only_days_left_out_for_the_same_reason_are_joined() -> None:
    shut = span_of_rows(on("2026-11-30"), on("2026-12-02"), DayKind.LOCAL_CLOSURE, "停电")
    calendar = replace(CHINA, rows=(*CHINA.rows, *shut))
    told = explain(derive(ClockFacts(at("2026-11-26"), wd(2)), calendar), collapse=True)
    assert [(line.text, line.kind) for line in told[2:5]] == [
        ("11月28日 周六 周末，不计", StepKind.SKIPPED),
        ("11月29日 周日 周末，不计", StepKind.SKIPPED),
        ("11月30日 周一 至 12月2日 周三 本地休息（停电），不计（3 天）", StepKind.SKIPPED),
    ]


def test_what_has_an_hour_of_its_own_is_joined_with_nothing() -> None:
    pauses = tuple(Pause(at(f"2026-11-23T1{hour}:00"), at(f"2026-11-23T1{hour + 1}:00")) for hour in range(3))
    assert lines(ClockFacts(at("2026-11-23T10:00"), hours(1), pauses), collapse=True)[1:4] == [
        "11月23日 周一 10:00 至 11月23日 周一 11:00 中止计时，不计",
        "11月23日 周一 11:00 至 11月23日 周一 12:00 中止计时，不计",
        "11月23日 周一 12:00 至 11月23日 周一 13:00 中止计时，不计",
    ]


def test_a_step_without_moments_is_still_told() -> None:
    derived = derive(ClockFacts(at("2026-11-23"), Span(1, Unit.HOURS)), CHINA)
    bare = replace(derived, trace=(Step(StepKind.RAN, on("2026-11-23"), "计 1 小时"), Step(StepKind.DUE, on("2026-11-23"))))
    assert [line.text for line in explain(bare)] == [
        "11月23日 周一 计 1 小时",
        "11月23日 周一 到期，当日 24 时前都算按时",
    ]


def test_a_suspension_of_a_settled_date_is_told_once_with_both_its_ends() -> None:
    until = Extension(at("2026-11-24"), until=on("2026-12-04"))
    halted = ClockFacts(at("2026-11-23T09:00"), wd(5), extensions=(until,), pauses=(Pause(at("2026-12-01"), at("2026-12-03")),))
    said = [line.text for line in explain(derive(halted, CHINA)) if line.kind is StepKind.PAUSED]
    assert said == ["12月3日 周四 恢复计时（12月1日 周二 起中止）"]


def test_what_is_due_is_said_by_its_own_moment_and_not_by_the_unit_it_counts_in() -> None:
    bound = ClockFacts(
        at("2026-11-27T04:10"), wd(2), fixed_date=on("2026-11-28"), fixed_why="留审", latest=at("2026-11-28T04:04")
    )
    assert lines(bound, started="交办之时") == [
        "11月27日 周五 04:10 交办之时",
        "留审，定为 11月28日 周六",
        "不晚于已有的更早时限，定为 11月28日 周六 04:04",
        "11月28日 周六 04:04 到期",
    ]
    taken = ClockFacts(at("2026-11-23T10:00"), wd(7), adoptions=(Adoption(at("2026-11-23T11:00"), at("2026-11-24T09:30"), "甲"),))
    assert lines(taken)[-2:] == [
        "11月23日 周一 甲 并入，其到期更早，按其时限 11月24日 周二 09:30",
        "11月24日 周二 09:30 到期",
    ]
    whole = ClockFacts(at("2026-11-23T10:00"), hours(24), extensions=(Extension(at("2026-11-23T11:00"), until=on("2026-11-25")),))
    assert lines(whole)[-1] == "11月25日 周三 到期，当日 24 时前都算按时"


def test_a_date_that_is_set_leaves_no_day_uncounted() -> None:
    assert lines(ClockFacts(at("2026-11-23T10:00"), wd(7), fixed_date=on("2026-12-15"))) == [
        "11月23日 周一 10:00 收到",
        "来文要求 12月15日 周二 前办结",
        "12月15日 周二 到期，当日 24 时前都算按时",
    ]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-26", "答复到期前留出 2 个工作日审核签发"),
        ("2026-11-27", "答复到期前只能留出 1 个工作日审核签发（规则要求 2 个工作日）"),
        ("2026-11-29", "答复到期前只能留出 1 个工作日审核签发（规则要求 2 个工作日）"),
        ("2026-11-30", "答复到期前已没有工作日可留给审核签发（规则要求 2 个工作日）"),
    ],
)
def test_an_inner_date_says_how_many_working_days_it_leaves(day: str, said: str) -> None:
    assert room_words(wd(2), on(day), end_of_day(on("2026-11-30")), CHINA) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-25", "答复到期前留出 2 个工作日审核签发"),
        ("2026-11-26", "从答复到期日往前数 2 个工作日，留作审核签发"),
        ("2026-11-27", "答复到期前已没有工作日可留给审核签发（规则要求 2 个工作日）"),
    ],
)
def test_an_inner_date_before_a_reply_due_on_a_day_off_says_how_it_was_counted(day: str, said: str) -> None:
    assert room_words(wd(2), on(day), end_of_day(on("2026-11-29")), CHINA) == said
