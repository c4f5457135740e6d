"""Every wording and state of a due moment."""

from datetime import datetime

import pytest

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.due_words import BADGES, DueState, due_words
from opinion_app.rules.zone import end_of_day
from tests.rules.calendars import CHINA, WH, at, hours, on, wd

FIVE = wd(5)


def day(text: str) -> datetime:
    return end_of_day(on(text))


@pytest.mark.parametrize(
    ("due", "now", "state", "text"),
    [
        ("2026-10-09", "2026-09-24T10:00", DueState.FAR, "还剩 5 个工作日"),
        ("2026-10-09", "2026-09-28T10:00", DueState.FAR, "还剩 4 个工作日"),
        ("2026-10-09", "2026-09-30T10:00", DueState.SOON, "还剩 2 个工作日"),
        ("2026-10-09", "2026-10-05T10:00", DueState.SOON, "还剩 2 个工作日"),
        ("2026-10-09", "2026-10-09T00:00", DueState.TODAY, "今天到期"),
        ("2026-10-09", "2026-10-09T23:59:59", DueState.TODAY, "今天到期"),
        ("2026-10-09", "2026-10-10T00:00", DueState.OVERDUE, "已逾期 1 个工作日"),
        ("2026-10-09", "2026-10-13T09:00", DueState.OVERDUE, "已逾期 3 个工作日"),
        ("2026-11-20", "2026-11-21T09:00", DueState.OVERDUE, "已逾期 1 天"),
        ("2026-11-20", "2026-11-22T09:00", DueState.OVERDUE, "已逾期 2 天"),
        ("2026-11-29", "2026-11-28T09:00", DueState.SOON, "还剩 1 天，其间没有工作日"),
    ],
)
def test_day_clocks_are_said_in_working_days(due: str, now: str, state: DueState, text: str) -> None:
    words = due_words(day(due), at(now), CHINA, wd(5))
    assert (words.state, words.text) == (state, text)


@pytest.mark.parametrize(
    ("span", "due", "now", "state", "text"),
    [
        (hours(48), "2026-11-25T10:00", "2026-11-23T10:00", DueState.FAR, "还剩 48 小时"),
        (hours(48), "2026-11-25T10:00", "2026-11-24T22:00", DueState.SOON, "还剩 12 小时"),
        (hours(48), "2026-11-25T10:00", "2026-11-24T21:59", DueState.FAR, "还剩 12 小时 1 分"),
        (hours(24), "2026-11-23T13:20", "2026-11-23T10:00", DueState.TODAY, "还剩 3 小时 20 分"),
        (hours(24), "2026-11-23T13:20", "2026-11-23T13:19:30", DueState.TODAY, "还剩 不足 1 分"),
        (hours(24), "2026-11-23T13:20", "2026-11-23T13:20", DueState.TODAY, "还剩 不足 1 分"),
        (hours(24), "2026-11-23T13:20", "2026-11-23T14:25", DueState.OVERDUE, "已逾期 1 小时 5 分"),
        (Span(30, Unit.MINUTES), "2026-11-23T13:20", "2026-11-23T13:05", DueState.TODAY, "还剩 15 分"),
        (Span(8, WH), "2026-11-24T10:00", "2026-11-23T17:00", DueState.FAR, "还剩 工作时间 2 小时 30 分"),
        (Span(16, WH), "2026-11-24T10:00", "2026-11-23T17:00", DueState.SOON, "还剩 工作时间 2 小时 30 分"),
        (Span(8, WH), "2026-11-23T17:00", "2026-11-24T10:00", DueState.OVERDUE, "已逾期 工作时间 2 小时 30 分"),
    ],
)
def test_hour_clocks_are_said_in_hours(span: Span, due: str, now: str, state: DueState, text: str) -> None:
    words = due_words(at(due), at(now), CHINA, span)
    assert (words.state, words.text) == (state, text)


def test_a_clock_that_is_met_stays_met() -> None:
    now, due = at("2026-12-31"), day("2026-11-20")

    def said(met: str, when: datetime | None = due, span: Span = FIVE) -> str:
        words = due_words(when, now, CHINA, span, met_at=at(met))
        assert words.state is DueState.MET
        return words.text

    assert said("2026-11-20T23:59:59") == "按时完成"
    assert said("2026-11-21T00:00") == "逾期完成（1 天）"
    assert said("2026-11-24T10:00") == "逾期完成（2 个工作日）"
    assert said("2026-11-24T10:00", None) == "已完成"
    assert said("2026-11-24T10:00", at("2026-11-24T08:30"), hours(2)) == "逾期完成（1 小时 30 分）"


def test_a_clock_without_a_date_or_standing_still_presses_nobody() -> None:
    now = at("2026-12-31")
    assert due_words(None, now, CHINA, wd(5)).text == "不设时限"
    suspended = due_words(None, now, CHINA, wd(5), suspended=True)
    assert (suspended.state, suspended.text) == (DueState.NONE, "计时中止")


@pytest.mark.parametrize(
    ("due", "now", "said"),
    [
        ("2026-12-31", "2026-12-28", "还剩 3 个工作日"),
        ("2027-01-04", "2026-12-31", "还剩 2 个工作日（暂定）"),
        ("2027-01-02", "2026-12-31", "还剩 1 个工作日（暂定）"),
        ("2027-01-02", "2027-01-01", "还剩 1 天，其间没有工作日（暂定）"),
        ("2027-01-02", "2027-01-03", "已逾期 1 天"),
        ("2027-01-04", "2027-01-04", "今天到期"),
        ("2026-12-31", "2027-01-04", "已逾期 2 个工作日（暂定）"),
        ("2026-12-30", "2026-12-31", "已逾期 1 个工作日"),
    ],
)
def test_d02_a_number_of_working_days_that_rests_on_a_year_not_loaded_says_so(due: str, now: str, said: str) -> None:
    words = due_words(day(due), at(now), CHINA, wd(5))
    assert (words.text, words.provisional) == (said, False)


def test_a_provisional_date_says_so() -> None:
    words = due_words(day("2027-01-08"), at("2027-01-06"), CHINA, wd(5), provisional=True)
    assert (words.text, words.provisional) == ("还剩 2 个工作日（暂定）", True)


def test_every_state_has_a_word_and_a_shape_of_its_own() -> None:
    assert set(BADGES) == set(DueState)
    assert len({badge.shape for badge in BADGES.values()}) == len({badge.word for badge in BADGES.values()}) == 6
    assert due_words(None, at("2026-12-31"), CHINA, wd(5)).badge == BADGES[DueState.NONE]


@pytest.mark.parametrize(
    ("due", "now", "state", "text"),
    [
        ("2026-11-28T04:04", "2026-11-27T06:04", DueState.SOON, "还剩 22 小时"),
        ("2026-11-28T04:04", "2026-11-28T03:04", DueState.TODAY, "还剩 1 小时"),
        ("2026-11-28T04:04", "2026-11-28T05:04", DueState.OVERDUE, "已逾期 1 小时"),
        ("2026-11-30T04:04", "2026-11-26T06:04", DueState.SOON, "还剩 3 天 22 小时"),
        ("2026-11-30T04:04", "2026-11-25T06:04", DueState.FAR, "还剩 4 天 22 小时"),
    ],
)
def test_a_day_clock_bound_to_a_moment_is_said_in_hours(due: str, now: str, state: DueState, text: str) -> None:
    words = due_words(at(due), at(now), CHINA, wd(2))
    assert (words.state, words.text) == (state, text)


def test_a_day_clock_bound_to_a_moment_is_met_late_by_hours() -> None:
    done = due_words(at("2026-11-28T04:04"), at("2026-11-30T09:00"), CHINA, wd(2), met_at=at("2026-11-28T09:04"))
    assert done.text == "逾期完成（5 小时）"


def test_an_hour_clock_that_ends_with_its_day_is_met_late_by_hours() -> None:
    done = due_words(day("2026-11-27"), at("2026-11-30T09:00"), CHINA, hours(24), met_at=at("2026-11-28T01:04:59"))
    assert done.text == "逾期完成（1 小时 5 分）"
