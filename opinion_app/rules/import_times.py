"""Moments as people and programs write them into sheets, read on the office's clock."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from opinion_app.rules.cells import Cell, cell_text
from opinion_app.rules.text import clean_line
from opinion_app.rules.zone import SHANGHAI, UnreadableMoment

# Day 1 of a sheet is 1900-01-01, but it believes in a 29 February 1900: from March 1900 on this is day 0.
_SHEET_DAY_ZERO: Final = datetime(1899, 12, 30, tzinfo=UTC)
_SHEET_DAYS: Final = range(20_000, 80_000)  # 1954 to 2119
_FORMS: Final = (
    re.compile(
        r"(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})\s?[日号]?"
        r"(?:\s?,?\s?(?:星期|周|礼拜)[一二三四五六日天])?"
        r"(?:\s*T?\s*(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|AM|PM)?\s?"
        r"(?P<hour>\d{1,2})\s?[:时点]\s?(?:(?P<minute>\d{1,2})\s?(?:[:分]\s?(?P<second>\d{1,2}(?:\.\d+)?)?\s?秒?)?)?)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?\s?(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
_AFTERNOON: Final = frozenset({"下午", "傍晚", "晚上", "pm"})


def read_moment(cell: Cell) -> datetime:
    """The aware moment (Shanghai) a cell means; a day without a clock time is its first second.

    Reads sheet dates, sheet serial numbers, texts such as 2019/4/25 9:32:09, 2019年4月25日 下午3时5分, 20190425 and ISO texts
    with a zone. Raises UnreadableMoment, also for days and hours that do not exist.
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=SHANGHAI)
    text = unicodedata.normalize("NFKC", clean_line(cell_text(cell)))
    if _ZONED.fullmatch(text):
        return _zoned(text)
    if _SERIAL.fullmatch(text) and int(float(text)) in _SHEET_DAYS:
        shown = _SHEET_DAY_ZERO + timedelta(seconds=round(float(text) * 86_400))
        return shown.replace(tzinfo=SHANGHAI)
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _made(found, text)
    raise UnreadableMoment(f"看不懂时间“{text[:40]}”，请写成 2019-4-25 9:32 的样子。")


def _zoned(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text[:10] + "T" + text[11:].replace(" ", "")).astimezone(SHANGHAI)
    except (ValueError, OverflowError) as error:
        raise _nonexistent(text) from error


def _made(found: re.Match[str], text: str) -> datetime:
    parts = found.groupdict()
    hour = int(parts.get("hour") or 0)
    if (parts.get("half") or "").lower() in _AFTERNOON and hour < 12:
        hour += 12
    second = int(float(parts.get("second") or 0))
    try:
        return datetime(
            int(parts["year"]),
            int(parts["month"]),
            int(parts["day"]),
            hour,
            int(parts.get("minute") or 0),
            second,
            tzinfo=SHANGHAI,
        )
    except ValueError as error:
        raise _nonexistent(text) from error


def _nonexistent(text: str) -> UnreadableMoment:
    return UnreadableMoment(f"没有“{text[:40]}”这个时间，请核对。")
