"""Hints on money: an amount told again otherwise than the question has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from opinion_app.rules.chinese_numbers import number
from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.sentences import half_width, retold, sentences

_AMOUNT = re.compile(
    r"(?<![0-9.])(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,5}(?:\.[0-9]{1,6})?|[0-9]{1,15}(?:\.[0-9]{1,6})?)\s?"
    r"(?P<unit>亿元|万元|千元|元|万块|块钱|块)"
    r"|(?P<spoken>[〇零一二三四五六七八九两十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]{1,12})(?:元整?|圆整?|块钱?)(?![宵旦素化结文论])"
)
_TIMES: Final = {"亿": 100_000_000, "万": 10_000, "千": 1_000}


def amounts(text: str) -> list[tuple[Decimal, int, int]]:
    """The amounts of a text in yuan, each with its place; also in full width and in Chinese (五百元, 伍佰元整)."""
    found = []
    for hit in _AMOUNT.finditer(half_width(text)):
        if hit["spoken"]:
            said = number(hit["spoken"])
            value = Decimal(said) if said else None
        else:
            value = Decimal(hit["number"].replace(",", "")) * _TIMES.get(hit["unit"][0], 1)
        if value is not None:
            found.append((value, hit.start(), hit.end()))
    return found


def wrong_amounts(text: str, question: str) -> Iterator[Hint]:
    """Amounts in what the reply tells again that the question does not have, where the question names any."""
    asked = {value for value, _start, _end in amounts(question)}
    if not asked:
        return
    for at, sentence in sentences(text):
        parts = retold(sentence)
        for value, start, end in amounts(sentence) if parts else ():
            if value not in asked and any(first <= start < last for first, last in parts):
                words = text[at + start : at + end]
                yield Hint(HintKind.AMOUNT, f"“{words}”与来信里的金额不同，请核对。", at + start, at + end)
