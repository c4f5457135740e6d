"""The due badge of cases and clocks says the same in words, state and view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opinion_app.flow.due import case_due, clock_due, first_stage, shown_words, soon_until
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.calendar_seed import seed_days
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import SHANGHAI, local_date

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
ROWS = tuple(seed_days())
CALENDAR = WorkCalendar(ROWS, frozenset(row.day.year for row in ROWS))
WEDNESDAY, THURSDAY = datetime(2026, 11, 25, 23, 59, 59, tzinfo=SHANGHAI), datetime(2026, 11, 26, 23, 59, 59, tzinfo=SHANGHAI)


def case(due: datetime | None, **values: Any) -> Case:
    return Case(next_due_at=due, next_due_stage="reply", next_due_provisional=False, **values)


def clock(due: datetime | None, unit: str = "working_days", state: ClockState = ClockState.RUNNING, **values: Any) -> Clock:
    named: dict[str, Any] = {"stage": "reply", "amount": 5, "provisional": False, "end_reason": ""} | values
    return Clock(due_at=due, amount_unit=unit, state=state, **named)


@pytest.mark.parametrize(
    ("due", "words", "state"),
    [
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=SHANGHAI), "已逾期 1 个工作日", "overdue"),
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=SHANGHAI), "今天到期", "today"),
        (WEDNESDAY, "还剩 2 个工作日", "soon"),
        (THURSDAY, "还剩 3 个工作日", "later"),
        (NOW - timedelta(hours=5), "已逾期 5 小时", "overdue"),
        (NOW - timedelta(hours=80), "已逾期 3 天", "overdue"),
        (NOW + timedelta(hours=2), "还剩 2 小时", "today"),
    ],
)
def test_a_case_is_said_by_its_earliest_clock(due: datetime, words: str, state: str) -> None:
    badge = case_due(case(due), NOW, CALENDAR, "/there")

    assert badge is not None
    assert (badge.words, badge.state, badge.href) == (words, state, "/there")
    assert badge.title.startswith("答复：")


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        ((), ""),
        ((("reply", "answer", WEDNESDAY),), "答复"),
        ((("draft", "submit_reply", WEDNESDAY), ("draft", "report_support", THURSDAY)), "提交答复稿"),
        ((("draft", "report_support", WEDNESDAY), ("draft", "report_support", WEDNESDAY)), "报协办结果"),
        ((("draft", "submit_reply", WEDNESDAY), ("draft", "report_support", WEDNESDAY)), "提交答复稿、报协办结果"),
        ((("draft", "report_support", WEDNESDAY), ("reply", "answer", WEDNESDAY)), "报协办结果"),
    ],
)
def test_the_badge_of_a_case_says_what_its_units_owe(owed: tuple[tuple[str, str, datetime], ...], words: str) -> None:
    held = first_stage([clock(due, stage=stage, met_by_act=act) for stage, act, due in owed])
    assert shown_words(held) == words
    badge = case_due(Case(next_due_at=WEDNESDAY, next_due_stage=held, next_due_provisional=False), NOW, CALENDAR)

    assert badge is not None
    assert badge.title.startswith(f"{words}：")


def test_a_warning_that_has_come_makes_it_soon() -> None:
    badge = case_due(case(THURSDAY, next_warn_at=NOW), NOW, CALENDAR)

    assert badge is not None
    assert badge.state == "soon"
    assert case_due(case(None), NOW, CALENDAR) is None


def test_what_is_soon_ends_before_the_third_working_day() -> None:
    friday = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)

    assert local_date(soon_until(NOW, CALENDAR)) == WEDNESDAY.date()
    assert local_date(soon_until(friday, CALENDAR)) == datetime(2026, 12, 1, tzinfo=SHANGHAI).date()


@pytest.mark.parametrize(
    ("held", "words", "state"),
    [
        (clock(THURSDAY), "还剩 3 个工作日", "later"),
        (clock(NOW - timedelta(hours=80), "hours"), "已逾期 3 天", "overdue"),
        (clock(NOW - timedelta(hours=1), "minutes"), "已逾期 1 小时", "overdue"),
        (clock(None, state=ClockState.SUSPENDED), "计时中止", "paused"),
        (clock(THURSDAY, state=ClockState.MET, ended_at=NOW), "按时完成", "met"),
        (clock(THURSDAY, state=ClockState.STOPPED, end_reason="并案"), "已停止", "none"),
    ],
)
def test_a_clock_is_said_by_its_state(held: Clock, words: str, state: str) -> None:
    badge = clock_due(held, NOW, CALENDAR)

    assert (badge.words, badge.state) == (words, state)


def test_a_stopped_clock_tells_why_and_a_nameless_one_says_nothing() -> None:
    assert clock_due(clock(THURSDAY, state=ClockState.STOPPED, end_reason="并案"), NOW, CALENDAR).title == "并案"
    assert clock_due(clock(None, state=ClockState.SUSPENDED, stage=""), NOW, CALENDAR).title == ""
