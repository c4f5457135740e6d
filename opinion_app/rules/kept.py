"""What is kept readable in a publication: how it is told without its value, and what cannot be kept without consent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from opinion_app.rules.masking import Action, Confidence, Decision, Find, Kind, otherwise, read
from opinion_app.rules.masking.checksums import id_check, id_shape, luhn
from opinion_app.rules.words import KeepReason

_BESIDES = re.compile(r"[\W_]+")
_ID = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]")
_NEVER_OFFICES = (Kind.ID_NUMBER, Kind.BANK_CARD, Kind.MOBILE)
_LEAST_OWN = 3
_LEAST_DIGITS = 7


def kept_words(labels: Mapping[str, str], decisions: Mapping[str, tuple[Decision, ...]]) -> str:
    """How many finds stay readable, of which kind, where and why; never what they say. Empty where none does."""
    kept = [
        f"{labels[part]}的{each.find.kind.label}（{each.reason}）"
        for part, held in decisions.items()
        for each in held
        if each.action is Action.KEEP
    ]
    told = "；".join(f"{words}{f' {count} 处' if count > 1 else ''}" for words, count in Counter(kept).items())
    return f"{len(kept)} 处：{told}" if kept else ""


def surely_personal(decisions: Mapping[str, tuple[Decision, ...]], own: Iterable[str]) -> Iterator[tuple[str, Find]]:
    """What was kept as “不是个人信息” or “单位对外公开的信息” and cannot be anything but somebody's own, with its part.

    `own` are the names, telephones and addresses the writers left with the office. An office publishes no identity number, no
    bank card and no mobile number of its own but those on its kept list, which are not found in the first place."""
    known = [value for value in own if value]
    for part, held in decisions.items():
        for each in held:
            if each.action is not Action.KEEP:
                continue
            offices = each.reason == KeepReason.OFFICE.label and each.find.kind in _NEVER_OFFICES
            unasked = each.reason in (KeepReason.NOT_PERSONAL.label, KeepReason.OFFICE.label)
            if offices or (unasked and _is_sure(each.find, known)):
                yield part, each.find


def _is_sure(find: Find, own: Iterable[str]) -> bool:
    value = _squeezed(find.text).upper()
    if find.kind is Kind.ID_NUMBER and _ID.fullmatch(value) and (id_shape(value) if len(value) == 15 else id_check(value)):
        return True
    if find.kind is Kind.BANK_CARD and value.isdecimal() and luhn(value):
        return True
    if find.kind is Kind.MOBILE and find.confidence is not Confidence.LOW:
        return True
    return any(_same(find.text, each) for each in own)


def _same(text: str, own: str) -> bool:
    """Whether one holds the other, however it is written: words of more than two characters, numbers of seven digits.

    A number within it may be in digits or in words (老街12号, 老街一二号); of an address of electronic mail the account will do,
    for what stands behind it can be told in many ways (@163.com, @163点com)."""
    here, there = _squeezed(text), _squeezed(own)
    shorter, longer = sorted(((here, text), (there, own)), key=lambda each: len(each[0]))
    least = _LEAST_DIGITS if shorter[0].isdigit() else _LEAST_OWN
    if len(shorter[0]) < least:
        return False
    if shorter[0] in longer[0] or any(True for _place in otherwise(read(longer[1]), shorter[1])):
        return True
    account = own.strip().partition("@")[0] if "@" in own else ""
    return len(account) >= _LEAST_OWN and any(True for _place in otherwise(read(text), account))


def _squeezed(text: str) -> str:
    return _BESIDES.sub("", read(text).spoken.text).lower()
