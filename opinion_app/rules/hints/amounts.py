"""Hints on money: an amount told again otherwise than the question has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.sentences import sentences, tells_the_question

_AMOUNT = re.compile(
    r"(?<![0-9])(?P<number>[0-9]{1,3}(?:[,，][0-9]{3}){1,5}(?:\.[0-9]{1,6})?|[0-9]{1,15}(?:\.[0-9]{1,6})?)\s?"
    r"(?P<unit>亿元|万元|千元|元|万块|块钱|块)"
)
_TIMES: Final = {"亿": 100_000_000, "万": 10_000, "千": 1_000}


def amounts(text: str) -> list[tuple[Decimal, int, int]]:
    """The amounts of a text in yuan, each with its place."""
    found = []
    for hit in _AMOUNT.finditer(text):
        number = Decimal(re.sub("[,，]", "", hit["number"]))
        found.append((number * _TIMES.get(hit["unit"][0], 1), hit.start(), hit.end()))
    return found


def wrong_amounts(text: str, question: str) -> Iterator[Hint]:
    """Amounts in what the reply tells again that the question does not have, where the question names any."""
    asked = {value for value, _start, _end in amounts(question)}
    if not asked:
        return
    for at, sentence in sentences(text):
        if not tells_the_question(sentence):
            continue
        for value, start, end in amounts(sentence):
            if value not in asked:
                yield Hint(HintKind.AMOUNT, f"“{sentence[start:end]}”与来信里的金额不同，请核对。", at + start, at + end)
