"""A date that somebody types and on which the office rests: said, with the next working day, before it stands.

No rule moves a chosen date (民法典 203 rolls counted ones): whoever may choose decides knowingly; one that somebody outside has
set, in a notice or by an extension they grant, stands as it is and is said once it is entered."""

from __future__ import annotations

from datetime import date

from opinion_app.rules.due_date import GUESS_MARK
from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.spoken import day_words
from opinion_app.rules.workdays import WorkCalendar

KNOW_DAY_OFF = "know_day_off"


def day_off_words(day: date | None, calendar: WorkCalendar) -> str:
    """12月6日 周日不上班（周末），下一个工作日是 12月7日 周一; empty for a working day and for none."""
    if day is None or calendar.is_working(day):
        return ""
    following, why = calendar.next_working_day(day), calendar.day(day).reason
    guess = GUESS_MARK if calendar.provisional(following) else ""
    return f"{day_words(day, day.year)}不上班（{why}），下一个工作日是 {day_words(following, day.year)}{guess}"


def chosen_day_words(day: date | None, calendar: WorkCalendar) -> str:
    """注意：…。 What whoever chose a day is to know of it once it stands: that the office rests on it, or that nobody knows yet
    whether it does because its year is not loaded; empty for any other."""
    said = day_off_words(day, calendar)
    if not said and day is not None and calendar.provisional(day):
        said = f"{day.year} 年的放假安排还没有导入，{day_words(day, day.year)}是否上班以国务院办公厅通知为准"
    return f"注意：{said}。" if said else ""


def check_day_off(day: date | None, calendar: WorkCalendar, field: str, *, known: date | None) -> None:
    """Raises Invalid, of `field`, for a day on which the office rests, unless whoever chose it said they know of it: `known`."""
    said = day_off_words(day, calendar)
    if said and known != day:
        raise Invalid(MARKED, {field: f"{said}。", KNOW_DAY_OFF: "确要这一天的，请勾选这一项，再提交一次。"})
