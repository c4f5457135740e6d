"""The work calendar as rules want it, read from its tables and kept per process until somebody changes them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine, Select, delete, or_, select, text
from sqlalchemy.orm import Session

from opinion_app.flow.settings import put_setting, setting
from opinion_app.records.calendar import CalendarDay, CalendarYear
from opinion_app.records.office import forget_held, held_settings
from opinion_app.rules.office_hours import OfficeHours, hours_from
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayKind, WorkCalendar
from opinion_app.rules.year_notices import notice_words

VERSION = "calendar_version"
RULES_VERSION = "rules_version"
HOURS = "office_hours"
_HELD = "opinion_calendar_held"
_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtext('opinion calendar'))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('opinion calendar'))")
_DAYS = select(CalendarDay.day, CalendarDay.layer, CalendarDay.name, CalendarDay.source, CalendarDay.notice_year)
_YEARS = select(CalendarYear.year, CalendarYear.source, CalendarYear.version_no)
_loaded: dict[tuple[Engine, int], WorkCalendar] = {}


def versions(session: Session) -> dict[str, int]:
    """The versions of calendar and rule table."""
    held = held_settings(session)
    return {name: int(held.get(name, 0)) for name in (VERSION, RULES_VERSION)}


def work_calendar(session: Session) -> WorkCalendar:
    """The calendar in force; every year that is not loaded is provisional (Mon-Fri)."""
    key = (session.get_bind().engine, int(held_settings(session).get(VERSION, 0)))
    held = _loaded.get(key)
    if held is None:
        held = _read(session)
        _loaded.clear()
        _loaded[key] = held  # and another thread may clear it at once: what is answered is what was read
    return held


def _read(session: Session) -> WorkCalendar:
    hours, notices = office_hours(session), _notices(session, _YEARS)
    return WorkCalendar(_rows(session, _DAYS), frozenset(notices), hours.weekdays, hours.frames, hours.half_days, notices)


def _rows(session: Session, days: Select[date, str, str, str, int | None]) -> tuple[DayRow, ...]:
    return tuple(DayRow(day, DayKind(layer), name, source, year) for day, layer, name, source, year in session.execute(days))


def _notices(session: Session, years: Select[int, str, int]) -> dict[int, str]:
    return {year: notice_words(source, version) for year, source, version in session.execute(years)}


def calendar_at(session: Session, moment: datetime) -> WorkCalendar:
    """The calendar of a past moment, as far as its rows still tell: days and years entered later are left out.

    What was replaced or taken back since is gone; whoever asks compares what comes out with what was stored then."""
    held = work_calendar(session)
    rows = _rows(session, _DAYS.where(CalendarDay.entered_at <= moment))
    notices = _notices(session, _YEARS.where(CalendarYear.loaded_at <= moment))
    return replace(held, rows=rows, years=frozenset(notices), notices=notices)


def office_hours(session: Session) -> OfficeHours:
    """The week and the hours of work as the office set them."""
    return hours_from(setting(session, HOURS, {}))


def load_days(session: Session, rows: list[DayRow], years: set[int], now: datetime, source: str = "") -> None:
    """Replace what the notices of `years` say by `rows` and mark the years as loaded; the caller puts it on the trail.

    A notice may name days of a neighbouring year (31 December before 元旦): they belong to the notice's year, so that loading
    it twice is no contradiction, and the notice loaded last decides on such a day. Local closures stay."""
    named = CalendarDay.day.in_([row.day for row in rows])
    session.execute(
        delete(CalendarDay).where(
            CalendarDay.layer != DayKind.LOCAL_CLOSURE.value, or_(CalendarDay.notice_year.in_(sorted(years)), named)
        )
    )
    for year in sorted(years):
        _mark_loaded(session, year, source, now)
    session.add_all(_day(row, years, source, now) for row in rows)
    bump(session, VERSION)


def _mark_loaded(session: Session, year: int, source: str, now: datetime) -> None:
    held = session.get(CalendarYear, year)
    if held is None:
        session.add(CalendarYear(year=year, source=source, loaded_at=now))
    else:
        held.source, held.loaded_at, held.version_no = source, now, held.version_no + 1


def _day(row: DayRow, years: set[int], source: str, now: datetime) -> CalendarDay:
    year = min(years, key=lambda known: (abs(known - row.day.year), known))
    return CalendarDay(
        day=row.day, layer=row.kind.value, name=row.name, source=row.source or source, notice_year=year, entered_at=now
    )


def hold(session: Session) -> None:
    """Let nobody change the calendar until the transaction ends: for a date that is about to be written for the first time.

    Whoever changes the calendar derives the open clocks anew, and would not see one that is not committed yet. On SQLite one
    transaction writes at a time, so there is nothing to do."""
    begun = session.get_transaction()
    if session.get_bind().dialect.name == "postgresql" and session.info.get(_HELD) is not begun:
        session.execute(_SHARED)
        session.info[_HELD] = begun
        forget_held(session)  # it may have changed while this one waited


def hold_alone(session: Session) -> None:
    """Let nobody else write a date or change calendar or rules until the transaction ends: for who changes them, before reading
    what is to be changed.

    Of two who change them the second decides on what the first has saved; and nobody waits for this who keeps cases already, for
    which an act that holds the calendar may wait."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ALONE)
        session.info[_HELD] = session.get_transaction()
        forget_held(session)  # they may have changed while this one waited


def bump(session: Session, name: str) -> None:
    """Tell every process that calendar or rules changed; drawn, not counted, so that a number rolled back never comes again.

    Waits for the transactions that `hold` the calendar: their clocks are there to be derived anew afterwards. Who reads before
    has asked `hold_alone`."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ALONE)
    put_setting(session, name, secrets.randbits(48))
