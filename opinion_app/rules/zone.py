"""One zone for people: Asia/Shanghai dates and moments, made only from aware datetimes.

Sums of hours are done in UTC, because Python adds to the wall time of a zone and not to the time that passes
(Shanghai had summer time in 1986-1991; imported history may reach back).
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from opinion_app.rules.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST_SECOND = time(23, 59, 59)
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NaiveMomentError(ValueError):
    """A datetime without a zone reached a rule: the caller forgot which clock it was read from."""


class UnreadableMoment(Invalid):
    """A text is no ISO date and no ISO moment; the message is meant for the person who typed it."""


def local(moment: datetime) -> datetime:
    """The same instant as Shanghai wall time. Raises NaiveMomentError for a datetime without a zone."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveMomentError(f"moment without a zone: {moment.isoformat()}")
    return moment.astimezone(SHANGHAI)


def local_date(moment: datetime) -> date:
    """The calendar date in Shanghai at that instant (between 00:00 and 08:00 UTC is still the day before)."""
    return local(moment).date()


def start_of_day(day: date) -> datetime:
    """00:00:00 in Shanghai of that date."""
    return _at(day, time.min)


def end_of_day(day: date) -> datetime:
    """23:59:59 in Shanghai of that date: the due moment of a day clock (民法典 203: the last day ends at 24:00)."""
    return _at(day, LAST_SECOND)


def ends_its_day(moment: datetime) -> bool:
    """Whether something due at that moment is in time for the whole of its day, whatever unit its clock counts in."""
    return local(moment).time() == LAST_SECOND


def on_day(day: date, at: time) -> datetime:
    """That wall time in Shanghai of that date."""
    return _at(day, at)


def whole_second(moment: datetime) -> datetime:
    """The instant without its fraction, so that 23:59:59.7 is not yet after 23:59:59."""
    return moment.replace(microsecond=0)


def after(moment: datetime, passed: timedelta) -> datetime:
    """The instant `passed` later by the time that really passes, in Shanghai wall time."""
    return (local(moment).astimezone(UTC) + passed).astimezone(SHANGHAI)


def between(earlier: datetime, later: datetime) -> timedelta:
    """The time that really passes from one instant to the other (negative when they are the other way round)."""
    return local(later).astimezone(UTC) - local(earlier).astimezone(UTC)


def parse_date(text: str) -> date:
    """An ISO date (2026-09-24). Raises UnreadableMoment otherwise."""
    cleaned = text.strip()
    if not _DATE_ONLY.fullmatch(cleaned):
        raise UnreadableMoment(f"“{cleaned}”不是日期，请写成 2026-09-24 的样子。")
    try:
        return date.fromisoformat(cleaned)
    except ValueError as error:
        raise UnreadableMoment(f"没有 {cleaned} 这一天，请核对日期。") from error


def parse_moment(text: str) -> datetime:
    """An ISO date (its first moment) or moment; without a zone it is Shanghai time. Raises UnreadableMoment."""
    cleaned = text.strip()
    if _DATE_ONLY.fullmatch(cleaned):
        return start_of_day(parse_date(cleaned))
    try:
        read = datetime.fromisoformat(cleaned)
    except ValueError as error:
        raise UnreadableMoment(f"“{cleaned}”不是日期或时刻，请写成 2026-09-24 或 2026-09-24T09:30 的样子。") from error
    if read.tzinfo is None:
        read = _normal(read.replace(tzinfo=SHANGHAI))
    try:
        return read.astimezone(SHANGHAI)
    except OverflowError as error:
        raise UnreadableMoment(f"“{cleaned}”不在可以推算的年代。") from error


def _at(day: date, clock: time) -> datetime:
    return _normal(datetime.combine(day, clock, SHANGHAI))


def _normal(wall: datetime) -> datetime:
    """A wall time that summer time skipped becomes the real instant it stands for."""
    try:
        return wall.astimezone(UTC).astimezone(SHANGHAI)
    except OverflowError as error:
        raise UnreadableMoment(f"“{wall:%Y-%m-%d}”不在可以推算的年代。") from error


def latest(moment: datetime, *others: datetime | None) -> datetime:
    """The latest of some moments, as far as they are known."""
    return max((moment, *(other for other in others if other is not None)), key=lambda one: one.astimezone(UTC))
