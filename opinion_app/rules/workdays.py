"""The working calendar of an office: which day works and why, and counting in working days.

A weekly pattern lies under dated rows; the stronger row decides: local closure > make-up day > holiday > weekday
(peers' edge case D01). Years without rows are provisional: their Monday to Friday is a guess until the yearly
notice of the State Council is loaded.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from enum import StrEnum

from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.frames import DEFAULT_FRAMES, Frame, check_frames

MONDAY_TO_FRIDAY = frozenset(range(5))
WEEKDAY_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
LONGEST_RUN_OFF = 366
ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day works or rests, the weakest reason first."""

    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP_DAY = "make_up"
    LOCAL_CLOSURE = "local_closure"


DATED_KINDS = (DayKind.HOLIDAY, DayKind.MAKE_UP_DAY, DayKind.LOCAL_CLOSURE)


class CalendarRefused(Invalid):
    """The rows of a calendar contradict each other; the message is meant for the administrator."""


class CalendarWithoutWorkingDays(Refused):
    """No working day within a year of a date: counting would never end."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One dated row: a holiday, a make-up day or a local closure, with its name and where it comes from.

    `notice_year`: of which year's notice it is, where that is another than its own."""

    day: date
    kind: DayKind
    name: str = ""
    source: str = ""
    notice_year: int | None = None


@dataclass(frozen=True, slots=True)
class DayFact:
    """What the calendar says of one day; `reason` is for people, `provisional` when its year is not loaded."""

    date: date
    working: bool
    kind: DayKind
    reason: str
    provisional: bool = False


@dataclass(frozen=True)
class WorkCalendar:
    """An immutable calendar: dated rows over a weekly pattern, the years it really knows, the working frames of a day.

    `special_frames` gives single dates other frames (a half-day holiday). Weekdays count from 0, Monday. `notices` names the
    notice each year was loaded from, in words.
    Raises CalendarRefused for two rows of one kind on one day, for a row that is no dated kind, for bad frames.
    """

    rows: tuple[CalendarDay, ...] = ()
    years: frozenset[int] = frozenset()
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    frames: tuple[Frame, ...] = DEFAULT_FRAMES
    special_frames: Mapping[date, tuple[Frame, ...]] = field(default_factory=dict, hash=False)
    notices: Mapping[int, str] = field(default_factory=dict, hash=False)
    _deciding: dict[date, CalendarDay] = field(init=False, repr=False, compare=False)
    _works: frozenset[date] = field(init=False, repr=False, compare=False)
    _rests: frozenset[date] = field(init=False, repr=False, compare=False)
    _added: list[date] = field(init=False, repr=False, compare=False)
    _dropped: list[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.weekdays <= frozenset(range(7)):
            raise CalendarRefused("每周工作日只能取周一到周日。")
        for frames in (self.frames, *self.special_frames.values()):
            check_frames(frames)
        deciding = _strongest(self.rows)
        works = frozenset(day for day, row in deciding.items() if row.kind is DayKind.MAKE_UP_DAY)
        object.__setattr__(self, "_deciding", deciding)
        object.__setattr__(self, "_works", works)
        object.__setattr__(self, "_rests", frozenset(deciding) - works)
        object.__setattr__(self, "_added", sorted(day for day in self._works if day.weekday() not in self.weekdays))
        object.__setattr__(self, "_dropped", sorted(day for day in self._rests if day.weekday() in self.weekdays))

    def is_working(self, day: date) -> bool:
        """Whether the office works on that day: two set look-ups. `day` must be a plain date, not a datetime."""
        if day in self._rests:
            return False
        return day.weekday() in self.weekdays or day in self._works

    def provisional(self, day: date) -> bool:
        """Whether the year of that day is not loaded, so that the answer is only the weekly pattern."""
        return day.year not in self.years

    def notice_year(self, day: date) -> int:
        """The year whose notice says whether that day works: its own, unless another year's notice names it."""
        row = self._deciding.get(day)
        return day.year if row is None or row.notice_year is None else row.notice_year

    def guesses_between(self, start: date, end: date) -> bool:
        """Whether a count of the working days from one day to the other, as `count_working_days` has it, rests on a guess."""
        first, last = min(start, end) + ONE_DAY, max(start, end)
        return any(year not in self.years for year in range(first.year, last.year + 1))

    def day(self, day: date) -> DayFact:
        """What the calendar says of that day, with the reason in words. Refuses a datetime (TypeError)."""
        _plain(day)
        row = self._deciding.get(day)
        guess = day.year not in self.years
        if row is not None:
            return DayFact(day, row.kind is DayKind.MAKE_UP_DAY, row.kind, _reason(row), guess)
        if day.weekday() in self.weekdays:
            return DayFact(day, True, DayKind.WEEKDAY, "工作日", guess)
        return DayFact(day, False, DayKind.WEEKEND, "周末" if day.weekday() >= 5 else "休息日", guess)

    def made_up(self, day: date) -> str:
        """Why a day works though its like rests (国庆节调休上班); empty for every other day."""
        return _reason(self._deciding[day]) if day in self._works else ""

    def frames_on(self, day: date) -> tuple[Frame, ...]:
        """The working frames of that day; none when it rests."""
        return self.special_frames.get(day, self.frames) if self.is_working(day) else ()

    def next_working_day(self, day: date) -> date:
        """The first working day after that day."""
        return self.add_working_days(day, 1)

    def roll_forward(self, day: date) -> date:
        """The day itself when it works, else the next that does (民法典 203)."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def add_working_days(self, start: date, amount: int) -> date:
        """The amount-th working day after `start`, which itself never counts (民法典 201); before it when negative.

        Zero gives `start`. Raises CalendarWithoutWorkingDays when no working day lies within a year of the walk.
        """
        _plain(start)
        step = ONE_DAY if amount > 0 else -ONE_DAY
        day, left, rested = start, abs(amount), 0
        while left:
            day = step_day(day, step)
            if self.is_working(day):
                left, rested = left - 1, 0
            else:
                rested = count_rest(rested, day)
        return day

    def count_working_days(self, start: date, end: date) -> int:
        """Working days D with start < D <= end; negative, for days overdue, when `end` lies before `start`.

        Counted by weeks and corrected by the dated rows between, not walked: a list tells of fifty cases at once, and some
        are late by years."""
        _plain(start)
        _plain(end)
        if end < start:
            return -self.count_working_days(end, start)
        weeks, left = divmod((end - start).days, 7)
        first = start.weekday() + 1
        by_pattern = weeks * len(self.weekdays) + sum((first + ahead) % 7 in self.weekdays for ahead in range(left))
        return by_pattern + _between(self._added, start, end) - _between(self._dropped, start, end)


def _between(days: list[date], start: date, end: date) -> int:
    """How many of the sorted days lie after `start` and not after `end`."""
    return bisect_right(days, end) - bisect_right(days, start)


def weekday_name(day: date) -> str:
    """周一 … 周日."""
    return WEEKDAY_NAMES[day.weekday()]


def count_rest(rested: int, day: date) -> int:
    """One more day of rest in a row; raises CalendarWithoutWorkingDays after a whole year of them."""
    if rested >= LONGEST_RUN_OFF:
        raise CalendarWithoutWorkingDays(f"工作日历中到 {day.isoformat()} 为止连续一年没有工作日，无法推算，请先检查工作日历。")
    return rested + 1


def step_day(day: date, step: timedelta) -> date:
    """The neighbouring day; raises CalendarWithoutWorkingDays at the end of all calendars."""
    try:
        return day + step
    except OverflowError as error:
        raise CalendarWithoutWorkingDays(f"推算超出了日历范围（公元 1 年至 {MAXYEAR} 年），请检查起算日期。") from error


def span_of_rows(first: date, last: date, kind: DayKind, name: str, source: str = "") -> tuple[CalendarDay, ...]:
    """One row for each day from `first` to `last`, both included. Raises CalendarRefused when they are swapped."""
    if last < first:
        raise CalendarRefused(f"{first.isoformat()} 晚于 {last.isoformat()}，请把起止日期对调。")
    return tuple(CalendarDay(first + ONE_DAY * ahead, kind, name, source) for ahead in range((last - first).days + 1))


def _strongest(rows: Iterable[CalendarDay]) -> dict[date, CalendarDay]:
    """The deciding row of each day; two rows of one layer on one day are refused."""
    seen: set[tuple[date, DayKind]] = set()
    deciding: dict[date, CalendarDay] = {}
    for row in rows:
        if row.kind not in DATED_KINDS:
            raise CalendarRefused(f"{row.day.isoformat()} 只能标为放假、调休上班或本地休息。")
        if (row.day, row.kind) in seen:
            raise CalendarRefused(f"{row.day.isoformat()} 重复列入了{_LAYER_NAMES[row.kind]}，请删去一条。")
        seen.add((row.day, row.kind))
        held = deciding.get(row.day)
        if held is None or DATED_KINDS.index(row.kind) > DATED_KINDS.index(held.kind):
            deciding[row.day] = row
    return deciding


_LAYER_NAMES = {DayKind.HOLIDAY: "放假", DayKind.MAKE_UP_DAY: "调休上班", DayKind.LOCAL_CLOSURE: "本地休息"}


def _reason(row: CalendarDay) -> str:
    if row.kind is DayKind.HOLIDAY:
        return f"{row.name}放假"
    if row.kind is DayKind.MAKE_UP_DAY:
        return f"{row.name}调休上班"
    return f"本地休息（{row.name}）" if row.name else "本地休息"


def _plain(day: date) -> None:
    """A datetime is a date to Python but never equals one: a look-up would silently miss every row."""
    if isinstance(day, datetime):
        raise TypeError("the calendar counts plain dates; take local_date(moment) first")
