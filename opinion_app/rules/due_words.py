"""How a due moment is said in one short line, and the state (colour, word and shape) of its badge."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from opinion_app.rules.clock_facts import Span, Unit, hours_of
from opinion_app.rules.deadline import Remaining, remaining
from opinion_app.rules.due_date import GUESS_MARK
from opinion_app.rules.spoken import duration_words
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import ends_its_day, local_date

SOON_WORKING_DAYS = 2
SOON_SHARE = 4  # a quarter of the hours
HOURS_SAID = timedelta(hours=72)  # beyond that, lateness is told in days: nobody reads 294 小时


class DueState(StrEnum):
    """How pressing a clock is, the least first."""

    NONE = "none"
    MET = "met"
    FAR = "far"
    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Badge:
    """The word and the shape of a state: never the colour alone."""

    word: str
    shape: str


BADGES = {
    DueState.NONE: Badge("无时限", "dash"),
    DueState.MET: Badge("已完成", "check"),
    DueState.FAR: Badge("未到期", "circle"),
    DueState.SOON: Badge("临期", "triangle"),
    DueState.TODAY: Badge("今天到期", "diamond"),
    DueState.OVERDUE: Badge("逾期", "square"),
}


@dataclass(frozen=True, slots=True)
class DueWords:
    """One line for people and the state it stands for."""

    state: DueState
    text: str
    provisional: bool = False

    @property
    def badge(self) -> Badge:
        """Word and shape of the state."""
        return BADGES[self.state]


def due_words(
    due_at: datetime | None,
    now: datetime,
    calendar: WorkCalendar,
    span: Span,
    *,
    met_at: datetime | None = None,
    suspended: bool = False,
    provisional: bool = False,
) -> DueWords:
    """今天到期, 还剩 2 个工作日, 已逾期 3 个工作日, 还剩 3 小时 20 分; “（暂定）” marks a date that rests on a year not
    loaded, and a number of working days that does (decisions 23).

    `span` tells the clock's unit and, for hours, when a quarter is left. A clock that is met stays met: in time or not. A day
    clock that is bound to a moment within its day is told as the hours to it.
    """
    if met_at is not None:
        return _met(due_at, met_at, calendar, span)
    if suspended:
        return DueWords(DueState.NONE, "计时中止")
    if due_at is None:
        return DueWords(DueState.NONE, "不设时限")
    left = remaining(due_at, now, calendar, span.unit)
    by_day = span.unit.in_days and ends_its_day(due_at)
    state, text = _days(left) if by_day else _hours(left, span)
    counted = by_day and (left.days > 0 or left.working_days != 0)
    guess = provisional or (counted and calendar.guesses_between(local_date(now), local_date(due_at)))
    return DueWords(state, f"{text}{GUESS_MARK}" if guess else text, provisional)


def _met(due_at: datetime | None, met_at: datetime, calendar: WorkCalendar, span: Span) -> DueWords:
    if due_at is None:
        return DueWords(DueState.MET, "已完成")
    left = remaining(due_at, met_at, calendar, span.unit)
    if not left.late:
        return DueWords(DueState.MET, "按时完成")
    by_day = span.unit.in_days and ends_its_day(due_at)
    return DueWords(DueState.MET, f"逾期完成（{_late_by(left) if by_day else duration_words(left.time)}）")


def _days(left: Remaining) -> tuple[DueState, str]:
    if left.late:
        return DueState.OVERDUE, f"已逾期 {_late_by(left)}"
    if left.days == 0:
        return DueState.TODAY, "今天到期"
    soon = DueState.SOON if left.working_days <= SOON_WORKING_DAYS else DueState.FAR
    if left.working_days == 0:
        return soon, f"还剩 {left.days} 天，其间没有工作日"
    return soon, f"还剩 {left.working_days} 个工作日"


def _late_by(left: Remaining) -> str:
    """Working days overdue; before the first of them has come, natural days."""
    if left.working_days:
        return f"{-left.working_days} 个工作日"
    return f"{-left.days} 天"


def _hours(left: Remaining, span: Span) -> tuple[DueState, str]:
    work = "工作时间 " if span.unit is Unit.WORKING_HOURS else ""
    words = f"{work}{duration_words(left.time)}"
    if left.late:
        over = abs(left.time)
        return DueState.OVERDUE, f"已逾期 {words if work or over < HOURS_SAID else f'{over.days} 天'}"
    if left.days == 0:
        return DueState.TODAY, f"还剩 {words}"
    days = span.unit.in_days  # a day clock bound by an hour clock's moment
    soon = left.working_days <= SOON_WORKING_DAYS if days else left.time * SOON_SHARE <= hours_of(span)
    return (DueState.SOON if soon else DueState.FAR), f"还剩 {words}"
