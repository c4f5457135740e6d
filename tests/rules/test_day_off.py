"""A date that somebody types and on which the office rests: the words, and who may let it stand."""

from __future__ import annotations

from datetime import date

import pytest

from opinion_app.rules.day_off import KNOW_DAY_OFF, check_day_off, chosen_day_words, day_off_words
from opinion_app.rules.errors import Invalid
from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar

CALENDAR = WorkCalendar(
    (
        CalendarDay(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节"),
        CalendarDay(date(2026, 10, 10), DayKind.MAKE_UP_DAY, "国庆节"),
        CalendarDay(date(2026, 12, 7), DayKind.LOCAL_CLOSURE, "停电"),
    ),
    frozenset({2026}),
)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (None, ""),
        (date(2026, 12, 4), ""),
        (date(2026, 10, 10), ""),
        (date(2026, 12, 6), "12月6日 周日不上班（周末），下一个工作日是 12月8日 周二"),
        (date(2026, 10, 1), "10月1日 周四不上班（国庆节放假），下一个工作日是 10月2日 周五"),
        (date(2027, 1, 2), "1月2日 周六不上班（周末），下一个工作日是 1月4日 周一（暂定）"),
    ],
)
def test_a_day_off_is_said_with_the_next_working_day(day: date | None, words: str) -> None:
    assert day_off_words(day, CALENDAR) == words
    check_day_off(day, CALENDAR, "due_on", known=day)
    for known in (None, date(2026, 12, 5)):
        if words:
            with pytest.raises(Invalid) as refused:
                check_day_off(day, CALENDAR, "due_on", known=known)
            assert refused.value.fields.keys() == {"due_on", KNOW_DAY_OFF}
        else:
            check_day_off(day, CALENDAR, "due_on", known=known)


def test_a_chosen_day_is_noted_where_the_office_rests_and_where_nobody_knows_yet() -> None:
    assert chosen_day_words(date(2026, 12, 4), CALENDAR) == chosen_day_words(None, CALENDAR) == ""
    assert chosen_day_words(date(2026, 12, 6), CALENDAR).startswith("注意：12月6日 周日不上班（周末），下一个工作日是")
    said = "注意：2027 年的放假安排还没有导入，1月1日 周五是否上班以国务院办公厅通知为准。"
    assert chosen_day_words(date(2027, 1, 1), CALENDAR) == said
