"""Changing the calendar: a year's notice, a local closure; open cases are derived anew at once, with what moved (D15)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.calendar.queries import loaded_words, with_notice
from opinion_app.flow import trail
from opinion_app.flow.calendar import HOURS, VERSION, bump, hold_alone, load_days, office_hours, work_calendar
from opinion_app.flow.calendar_letter import letter_about_next_year
from opinion_app.flow.clock_dates import Cause
from opinion_app.flow.clocks import RECEIPT
from opinion_app.flow.moves import Moves, check_looked
from opinion_app.flow.outbox import holders_of, queue
from opinion_app.flow.recompute import recompute_open
from opinion_app.flow.settings import put_setting, setting
from opinion_app.records.calendar import CalendarDay
from opinion_app.rules.calendar_file import CalendarFileRefused, YearNotice, check_notice
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.errors import Conflict, Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.office_hours import OfficeHours, to_data
from opinion_app.rules.spoken import day_words
from opinion_app.rules.words import Role
from opinion_app.rules.workdays import DayKind, WorkCalendar
from opinion_app.rules.zone import local_date


def load_notice(
    session: Session,
    notice: YearNotice,
    source: str,
    actor: Actor | None,
    now: datetime,
    *,
    replace: bool = False,
    anyway: bool = False,
    looked: str | None = None,
) -> Moves:
    """Put a year's notice into force and derive every open clock anew; answers what moved. No mail goes out for it.

    `replace`: the caller knows that the year is loaded already; `anyway`: that the notice is doubtful. Raises Conflict where
    the year is loaded and nobody said so, CalendarFileRefused for a notice that cannot be put into force, NotLooked."""
    hold_alone(session)
    was = work_calendar(session)
    check_notice(notice, with_notice(session, notice), local_date(now))
    held = loaded_words(session, notice.year)
    if held and not replace:
        raise Conflict(f"{held}没有载入。确要替换的，请先预览核对再载入；命令行请加 --replace。")
    if notice.doubts and not anyway:
        raise CalendarFileRefused([*notice.doubts, "确认无误的，在页面上勾选“已核对”，命令行请加 --anyway。"])
    load_days(session, list(notice.rows), {notice.year}, now, source)
    moved = recompute_open(session, now, f"{'替换' if held else '载入'} {notice.year} 年放假安排（{source}）", was)
    check_looked(moved, looked)
    values: dict[str, tuple[object, object]] = {
        "年份": (None, notice.year),
        "来源": (None, source),
        **moved.values,
    }
    if held:
        values["原安排"] = (held, None)
    trail.record(session, "calendar.load", f"calendar:{notice.year}", actor, now, values, actor_name="命令行")
    return moved


def add_closure(session: Session, day: date, name: str, actor: Actor, now: datetime, looked: str | None = None) -> Moves:
    """Close the office for a day of its own; open clocks are derived anew.

    `looked`: the mark of the clocks the person was shown. Raises Invalid, NotLooked."""
    hold_alone(session)
    was = work_calendar(session)
    check_closure_day(day, local_date(now))
    if not name.strip():
        raise Invalid("请写明放假或休息的原因。", {"name": "请写明原因，例如“停电检修”。"})
    held = select(CalendarDay.id).where(CalendarDay.day == day, CalendarDay.layer == DayKind.LOCAL_CLOSURE.value)
    if session.scalar(held) is not None:
        raise Invalid("这一天已经列为本地休息。", {"day": "这一天已经列为本地休息。"})
    closure = DayKind.LOCAL_CLOSURE.value
    session.add(CalendarDay(day=day, layer=closure, name=name.strip(), entered_by_id=actor.id, entered_at=now))
    why = f"{day_words(day)}列为本地休息（{name.strip()}）"
    return _changed(session, "calendar.close", day, (None, name.strip()), actor, Cause(now, why), looked, was)


def check_closure_day(day: date, today: date) -> None:
    """Raises Invalid for a day no office plans for: further back than the year before, further ahead than the year after."""
    if abs(day.year - today.year) > 1:
        said = f"本地休息日只能在 {today.year - 1} 年至 {today.year + 1} 年之间，请核对年份。"
        raise Invalid(said, {"day": said})


def remove_closure(session: Session, day: date, actor: Actor, now: datetime, looked: str | None = None) -> Moves:
    """Take a local closure back. Raises NotFound, NotLooked."""
    hold_alone(session)
    was = work_calendar(session)
    query = select(CalendarDay).where(CalendarDay.day == day, CalendarDay.layer == DayKind.LOCAL_CLOSURE.value)
    held = session.scalar(query)
    if held is None:
        raise NotFound("这一天没有列为本地休息。")
    session.delete(held)
    why = f"撤销 {day_words(day)}的本地休息（{held.name}）"
    return _changed(session, "calendar.open", day, (held.name, None), actor, Cause(now, why), looked, was)


def _changed(
    session: Session,
    act: str,
    day: date,
    name: tuple[str | None, str | None],
    actor: Actor,
    cause: Cause,
    looked: str | None,
    was: WorkCalendar,
) -> Moves:
    session.flush()
    bump(session, VERSION)
    moved = recompute_open(session, cause.at, cause.why, was)
    check_looked(moved, looked)
    trail.record(session, act, f"calendar:{day.isoformat()}", actor, cause.at, {"本地休息": name, **moved.values})
    return moved


def save_hours(
    session: Session, hours: OfficeHours, receipt: Receipt, actor: Actor, now: datetime, looked: str | None = None
) -> Moves:
    """Put the week and the hours of work into force; open clocks are derived anew.

    Raises Invalid where nothing changed, NotLooked."""
    hold_alone(session)
    stood, was = office_hours(session), work_calendar(session)
    before, after = to_data(stood), to_data(hours)
    held = Receipt(setting(session, RECEIPT, Receipt.SAME_DAY.value))
    if before == after and held is receipt:
        raise Invalid("与现在的安排相同，没有需要保存的变化。")
    put_setting(session, HOURS, after)
    put_setting(session, RECEIPT, receipt.value)
    session.flush()
    bump(session, VERSION)
    why = f"上下班时间有变（{_differing(stood, hours, other_receipt=held is not receipt)}）"
    moved = recompute_open(session, now, why, was)
    check_looked(moved, looked)
    values = {
        "上下班时间": (str(before), str(after)),
        "下班后收到": (held.value, receipt.value),
        **moved.values,
    }
    trail.record(session, "calendar.hours", "calendar:hours", actor, now, values)
    return moved


def _differing(before: OfficeHours, after: OfficeHours, *, other_receipt: bool) -> str:
    """What of the week and the hours is another now, in the words of the page."""
    parts = {
        "每周哪几天上班": before.weekdays != after.weekdays,
        "上班时段": before.frames != after.frames,
        "个别日期的上班时段": before.half_days != after.half_days,
        "下班后收到的怎样起算": other_receipt,
    }
    return "、".join(part for part, differs in parts.items() if differs)


def remind_next_year(session: Session, now: datetime) -> int:
    """Tell the administrators each week that a notice is not loaded (`flow/calendar_letter`); answers how many were told."""
    letter = letter_about_next_year(session, now)
    return len(queue(session, letter, holders_of(session, Role.ADMINISTRATOR), now, mail=True)) if letter is not None else 0
