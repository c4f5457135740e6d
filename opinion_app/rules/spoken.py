"""Dates, moments and lengths of time as an office says them."""

from datetime import date, datetime, timedelta

from opinion_app.rules.workdays import weekday_name
from opinion_app.rules.zone import ends_its_day, local

LONG_HOURS = 72
_MINUTE = timedelta(minutes=1)


def day_words(day: date, year: int | None = None) -> str:
    """9月25日 周五; with the year in front when it differs from `year`."""
    front = "" if day.year == year else f"{day.year}年"
    return f"{front}{day.month}月{day.day}日 {weekday_name(day)}"


def short_day_words(day: date, year: int) -> str:
    """9月25日, or 2025-09-25 when it is not of `year`: for columns."""
    return f"{day.month}月{day.day}日" if day.year == year else f"{day.year}-{day.month:02d}-{day.day:02d}"


def moment_words(moment: datetime, year: int | None = None) -> str:
    """9月25日 周五 14:30, Shanghai time."""
    wall = local(moment)
    return f"{day_words(wall.date(), year)} {wall:%H:%M}"


def due_moment_words(due: datetime, year: int | None = None) -> str:
    """11月24日 周二 for what is due with its day, 11月24日 周二 10:30 for what is due at a moment; Shanghai time."""
    return day_words(local(due).date(), year) if ends_its_day(due) else moment_words(due, year)


def due_day_words(due: datetime) -> str:
    """2026-11-24 for what is due with its day, 2026-11-24 10:30 for what is due at a moment; Shanghai time."""
    wall = local(due)
    return wall.date().isoformat() if ends_its_day(due) else f"{wall:%Y-%m-%d %H:%M}"


def duration_words(length: timedelta) -> str:
    """3 小时 20 分, 45 分, 不足 1 分, from three days on 13 天 21 小时; the sign is dropped."""
    minutes = abs(length) // _MINUTE
    hours, minutes = divmod(minutes, 60)
    if hours >= LONG_HOURS:
        days, hours = divmod(hours, 24)
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours and minutes:
        return f"{hours} 小时 {minutes} 分"
    if hours:
        return f"{hours} 小时"
    return f"{minutes} 分" if minutes else "不足 1 分"
