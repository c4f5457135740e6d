"""What a person marked or typed to be masked, wherever it stands and however it is written.

Blanks and dots between its characters, full width, invisible characters; numbers in digits as well as in Chinese (12号, １２号,
十二号, 一二号). A number is never found within a longer one, except where the very same characters stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from opinion_app.rules.chinese_numbers import DIGITS, LARGE, UNITS, number, written
from opinion_app.rules.masking.normalise import Reading, read

_BETWEEN = r"[ \t\n·.\-_]{0,2}"
_PARTED = re.compile(r"[\s·.\-_]+")
_NUMERALS = "".join({**DIGITS, **UNITS, **LARGE})
_RUN = re.compile(f"[{_NUMERALS}]+|.")
_LONGEST = 8  # digits of a number that is also looked for in words


def squeezed(text: str) -> str:
    """A text as it is compared: half width, without what may stand between its characters."""
    return _PARTED.sub("", read(text).plain.text)


def places(reading: Reading, text: str) -> Iterator[tuple[int, int]]:
    """Each place of a text, in original offsets, in order and without overlaps."""
    found = [(hit.start(), hit.end()) for hit in re.finditer(re.escape(text), reading.original)]
    found += otherwise(reading, text)
    end = 0
    for start, stop in sorted(found, key=lambda place: (place[0], -place[1])):
        if start >= end:
            yield start, stop
            end = stop


def otherwise(reading: Reading, text: str) -> Iterator[tuple[int, int]]:
    """The places of a text of two characters or more, in any writing, but never within a longer number or word."""
    wanted = squeezed(text)
    if len(wanted) > 1:
        yield from (reading.plain.span(*hit.span()) for hit in _pattern(wanted).finditer(reading.plain.text))


@lru_cache(maxsize=64)
def _pattern(wanted: str) -> re.Pattern[str]:
    """What finds a squeezed text in a view, whatever stands between its characters."""
    runs = [found[0] for found in _RUN.finditer(wanted)]
    before = _edge(runs[0], "(?<!", ")")
    after = _edge(runs[-1], "(?!", ")")
    return re.compile(before + _BETWEEN.join(_spelled(run) for run in runs) + after, re.IGNORECASE)


def _edge(run: str, opens: str, closes: str) -> str:
    """No longer number, no longer word of letters."""
    if run[0] in _NUMERALS:
        return f"{opens}[{_NUMERALS}]{closes}"
    return f"{opens}[A-Za-z0-9]{closes}" if run.isascii() and run.isalnum() else ""


def _spelled(run: str) -> str:
    """One character as it is, or a number in every way of writing it."""
    if run[0] not in _NUMERALS:
        return re.escape(run)
    value = number(run)
    ways = {run}
    if value is not None and len(str(value)) <= _LONGEST:
        ways |= {str(value), written(value)}
    return "(?:" + "|".join(_BETWEEN.join(map(_digit, way)) for way in sorted(ways, key=lambda way: (-len(way), way))) + ")"


def _digit(char: str) -> str:
    """A digit and the characters that stand for it."""
    if char not in DIGITS:
        return re.escape(char)
    return "[" + "".join(other for other, value in DIGITS.items() if value == DIGITS[char]) + "]"
