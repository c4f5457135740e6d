"""Hints on days: none of any calendar, another weekday, a promise for a day gone by, a day the question does not name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from opinion_app.rules.chinese_numbers import number
from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.sentences import half_width, retold, sentences
from opinion_app.rules.workdays import weekday_name

_SPOKEN = "[〇零○一二三四五六七八九十]"
_DAY = re.compile(
    rf"(?<![0-9])(?:(?P<year>20[0-9]{{2}}|二[〇零○]{_SPOKEN}{{2}})\s?[年.\-/]\s?)?(?P<month>[0-9]{{1,2}}|{_SPOKEN}{{1,2}})\s?"
    rf"(?:月\s?(?P<day>[0-9]{{1,2}}|{_SPOKEN}{{1,3}})\s?[日号]|[.\-/]\s?(?P<day2>[0-9]{{1,2}})(?![0-9.\-/年月%万元]))"
    r"(?:\s?[(（]?(?P<week>(?:星期|周)[一二三四五六日天])[)）]?)?"
)
_PROMISED = re.compile(r"前|之前|以前|内|底前")
_WILL = re.compile(r"将|拟|计划|预计|力争|确保|争取|要求|责令|限")
_LETTER = re.compile(r"[^，,。；;]{0,16}?(?:来信|留言|来电|来访|反映|反应|咨询|投诉|提交|发帖|平台|热线)")
"""After the day of the letter itself, which the letter does not name."""
_OFFICE = re.compile(r"(?<!您)(?:已|分别|均|将)于\s?$")
"""Before the day of something the office did."""
_WEEK: Final = {"天": "日"}


class Day(NamedTuple):
    """A day as it is written; the year is None where none is."""

    year: int | None
    month: int
    day: int
    start: int
    end: int
    week: str

    def like(self, other: Day) -> bool:
        """Whether both can be the same day."""
        same_year = self.year is None or other.year is None or self.year == other.year
        return same_year and (self.month, self.day) == (other.month, other.day)


def days(text: str) -> list[Day]:
    """The days a text names, also in Chinese (十一月五日). A day without its month sign (11.23) counts with its year only."""
    found = []
    for hit in _DAY.finditer(half_width(text)):
        year, month, day = (number(said) if said else None for said in (hit["year"], hit["month"], hit["day"] or hit["day2"]))
        if (hit["day2"] and year is None) or month is None or day is None:
            continue
        found.append(Day(year, month, day, hit.start(), hit.end(), hit["week"] or ""))
    return found


def wrong_days(text: str, question: str, today: date) -> Iterator[Hint]:
    """What is wrong with the days of a reply."""
    asked = days(question)
    for start, sentence in sentences(text):
        parts = retold(sentence)
        for each in days(sentence):
            place = (start + each.start, start + each.end)
            words = text[place[0] : place[1]]
            retells = (
                not _OFFICE.search(sentence[: each.start])
                and any(first <= each.start < last for first, last in parts)
                and not _LETTER.match(sentence, each.end)
            )
            message = _wrong(each, sentence, words, today)
            if not message and retells and asked and not any(each.like(other) for other in asked):
                message = f"“{words}”与来信里的日期不同，请核对。"
            if message:
                yield Hint(HintKind.DATE, message, *place)


def _wrong(each: Day, sentence: str, words: str, today: date) -> str:
    try:
        day = date(each.year or today.year, each.month, each.day)
    except ValueError:
        leap = each.year is None and (each.month, each.day) == (2, 29)
        return "" if leap else f"没有“{words}”这一天，请核对。"
    if each.week and each.year is not None and _week(each.week) != weekday_name(day)[-1]:
        return f"“{words}”应为{weekday_name(day)}，请核对。"
    after, before = sentence[each.end : each.end + 3], sentence[: each.start]
    if each.year is not None and day < today and _PROMISED.match(after) and _WILL.search(before[-30:]):
        return f"“{words}”已经过去，请核对承诺的时间。"
    return ""


def _week(words: str) -> str:
    return _WEEK.get(words[-1], words[-1])
