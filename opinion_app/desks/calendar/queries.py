"""A year at a glance, and what a notice would do to open cases before it is put into force."""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import Moves
from opinion_app.flow.recompute import preview
from opinion_app.records.calendar import CalendarDay, CalendarYear
from opinion_app.rules.calendar_file import YearNotice, check_notice
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.office_hours import OfficeHours
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayFact, DayKind, WorkCalendar
from opinion_app.rules.zone import local_date

CLOSURE = DayKind.LOCAL_CLOSURE.value


@dataclass(frozen=True, slots=True)
class Month:
    """One month as weeks from Monday; days of other months are None. `working` counts its working days."""

    number: int
    weeks: list[list[DayFact | None]]
    working: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that differ from the week for one reason: 10月1日 to 7日, 国庆节."""

    first: date
    last: date
    kind: str
    name: str


def months_of(calendar: WorkCalendar, year: int) -> list[Month]:
    """The twelve months of a year."""
    made = []
    for number in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, number)
        cells = [[calendar.day(day) if day.month == number else None for day in week] for week in weeks]
        made.append(Month(number, cells, sum(cell.working for week in cells for cell in week if cell)))
    return made


def years_known(session: Session) -> Sequence[CalendarYear]:
    """The loaded years, the newest first."""
    return session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())).all()


def stretches(session: Session, year: int) -> list[Stretch]:
    """The named days of a year, neighbours of one kind and name in one line."""
    query = select(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    found: list[Stretch] = []
    for row in session.scalars(query.order_by(CalendarDay.layer, CalendarDay.day)):
        last = found[-1] if found else None
        if last and (last.kind, last.name) == (row.layer, row.name) and (row.day - last.last).days == 1:
            found[-1] = Stretch(last.first, row.day, last.kind, last.name)
        else:
            found.append(Stretch(row.day, row.day, row.layer, row.name))
    return sorted(found, key=lambda stretch: stretch.first)


def with_notice(session: Session, notice: YearNotice) -> WorkCalendar:
    """The calendar as it would be with this notice in force; nothing is written."""
    named = {row.day for row in notice.rows}
    kept = [
        DayRow(row.day, DayKind(row.layer), row.name, row.source)
        for row in session.scalars(select(CalendarDay))
        if row.layer == CLOSURE or (row.notice_year != notice.year and row.day not in named)
    ]
    held = work_calendar(session)
    return replace(held, rows=(*kept, *notice.rows), years=held.years | {notice.year})


def with_closure(session: Session, day: date, name: str) -> WorkCalendar:
    """The calendar as it would be with one more local closure. Raises Invalid where the day is one already."""
    held = work_calendar(session)
    if any(row.day == day and row.kind is DayKind.LOCAL_CLOSURE for row in held.rows):
        raise Invalid("这一天已经列为本地休息。", {"day": "这一天已经列为本地休息。"})
    return replace(held, rows=(*held.rows, DayRow(day, DayKind.LOCAL_CLOSURE, name)))


def without_closure(session: Session, day: date) -> WorkCalendar:
    """The calendar as it would be with a local closure taken back. Raises NotFound where there is none."""
    held = work_calendar(session)
    kept = tuple(row for row in held.rows if not (row.day == day and row.kind is DayKind.LOCAL_CLOSURE))
    if len(kept) == len(held.rows):
        raise NotFound("这一天没有列为本地休息。")
    return replace(held, rows=kept)


def with_hours(session: Session, hours: OfficeHours) -> WorkCalendar:
    """The calendar as it would be with other working hours."""
    held = work_calendar(session)
    return replace(held, weekdays=hours.weekdays, frames=hours.frames, special_frames=hours.half_days)


def what_if(session: Session, notice: YearNotice, now: datetime) -> Moves:
    """Which open clocks the notice would move. Raises CalendarFileRefused for a notice that cannot be put into force."""
    calendar = with_notice(session, notice)
    check_notice(notice, calendar, local_date(now))
    return preview(session, now, calendar)


def loaded_words(session: Session, year: int) -> str:
    """Since when a year's arrangement is loaded and from what, for whoever is about to replace it; empty where it is not."""
    held = session.get(CalendarYear, year)
    if held is None:
        return ""
    source = f"，依据：{held.source}" if held.source else ""
    return f"{year} 年的放假安排已于 {local_date(held.loaded_at).isoformat()} 载入（第 {held.version_no} 版{source}）。"


def shown_year(text: str, today: date, calendar: WorkCalendar) -> int:
    """The year asked for if it lies near a known one, else this year."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    reach = {*calendar.years, today.year}
    return asked if min(reach) <= asked <= max(reach) + 1 else today.year
