"""Numbers of cases and papers: a pattern with year and serial, and the 索引号 of a publication (decisions 12, domain §5.3)."""

from __future__ import annotations

import re
from datetime import date

from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import Source

DEFAULT_PATTERNS = {
    Source.MESSAGE.value: "LY{year}-{serial:06d}",
    Source.FORWARDED_LETTER.value: "ZB{year}-{serial:06d}",
    Source.SENTIMENT_ITEM.value: "YQ{year}-{serial:06d}",
    "policy": "ZC{year}-{serial:04d}",
}
DEFAULT_INDEX_PATTERN = "{code}-/{year}-{month:02d}{day:02d}{serial:03d}"
_SAFE = re.compile(r"[A-Za-z0-9\u4e00-\u9fff〔〕{}:\-_/.]+")


def number(pattern: str, year: int, serial: int) -> str:
    """The number a pattern gives; raises Invalid when the pattern cannot make distinct numbers."""
    check_pattern(pattern)
    return pattern.format(year=year, serial=serial)


def check_pattern(pattern: str) -> None:
    """Refuse a pattern with foreign fields or without year and serial."""
    if not _SAFE.fullmatch(pattern) or "{year}" not in pattern or "{serial" not in pattern:
        raise Invalid("编号规则必须包含 {year} 和 {serial:06d}，只能用字母、数字、汉字和 - _ / .")
    try:
        first, second = (pattern.format(year=2026, serial=n) for n in (1, 2))
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise Invalid("编号规则里有不认识的字段，只能用 {year} 和 {serial}。") from error
    if first == second or len(first) > 40:
        raise Invalid("编号规则生成的编号会重复或太长。")


def index_series(pattern: str, on: date) -> str:
    """Within what the serial of a 索引号 counts: the day, the month or the year, as far as the pattern names it."""
    if "{day" in pattern:
        return f"index:{on:%m%d}"
    return f"index:{on:%m}" if "{month" in pattern else "index"


def index_number(pattern: str, code: str, on: date, serial: int) -> str:
    """The 索引号 of a publication made on `on` (Shanghai date), the `serial`-th of its day."""
    return pattern.format(code=code, year=on.year, month=on.month, day=on.day, serial=serial)
