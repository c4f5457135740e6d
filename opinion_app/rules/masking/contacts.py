"""What the office knows of the writers besides their names (telephone, e-mail, address, identity number), wherever it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from opinion_app.rules.masking import by_hand
from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View, read
from opinion_app.rules.masking.phones import KeptNumbers

_BETWEEN = r"[^0-9A-Za-z\u3400-\u9fff]{0,4}"
_LEADING = r"(?:\((?=[0-9]{3,4}\))|\+?(?:0086|86)[ \-]?(?=1[3-9]))?"
_NUMBER = re.compile(r"\+?[0-9](?:[ \-()]{0,2}[0-9])*")
_ABROAD = re.compile(r"^(?:0086|86)(?=1[3-9][0-9]{9}$)")
_AREA = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})(?=[2-9][0-9]{6,7}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LEAST_DIGITS = 7
_LEAST_LETTERS = 5
_LEAST_ADDRESS = 5
_BORDER = re.compile(r"[省市州盟县区旗镇乡村]|街道|社区|居委会|村委会")
_A_PLACE_ALONE = re.compile(r"(?:[省市州盟县区旗镇乡村]|街道|社区|居委会|村委会)$")


class Contacts(NamedTuple):
    """What one writer left with the office; empty where nothing was left."""

    phone: str = ""
    email: str = ""
    address: str = ""
    identity_number: str = ""


def candidates(reading: Reading, writers: Iterable[Contacts], kept: KeptNumbers) -> Iterator[Candidate]:
    """Each place where one of them stands, however it is written; a number the office made public itself is left alone."""
    for writer in writers:
        for digits in _numbers(writer.phone):
            if digits not in kept:
                kind = Kind.MOBILE if _MOBILE.fullmatch(digits) else Kind.LANDLINE
                yield from _digits(reading, digits, kind, "留言人登记的电话")
        for digits in _numbers(writer.identity_number):
            yield from _digits(reading, digits, Kind.ID_NUMBER, "留言人登记的身份证号")
        yield from _words(reading, _accounts(writer.email), "留言人登记的邮箱")
        yield from _words(reading, _addresses(writer.address), "留言人登记的住址")


def _numbers(value: str) -> Iterator[str]:
    """The numbers of a field, without country code; a landline with its area code also without."""
    for found in _NUMBER.finditer(read(value).spoken.text):
        digits = _ABROAD.sub("", re.sub("[^0-9]", "", found[0]))
        for each in dict.fromkeys((digits, _AREA.sub("", digits))):
            if len(each) >= _LEAST_DIGITS:
                yield each


def _digits(reading: Reading, digits: str, kind: Kind, reason: str) -> Iterator[Candidate]:
    """A number in either view, whatever signs stand between its digits."""
    tail = "[Xx]?" if kind is Kind.ID_NUMBER else ""
    pattern = re.compile(rf"(?<![0-9]){_LEADING}{_BETWEEN.join(digits)}{tail}(?![0-9])")
    for place in dict.fromkeys(_spans(pattern, reading.plain) + _spans(pattern, reading.spoken)):
        yield Candidate(kind, *place, Confidence.HIGH, reason)


def _spans(pattern: re.Pattern[str], view: View) -> list[tuple[int, int]]:
    return [view.span(*found.span()) for found in pattern.finditer(view.text)]


def _accounts(email: str) -> list[str]:
    """The name of the account, which tells the address without its domain; too short a one is a word."""
    account = email.strip().partition("@")[0]
    return [account] if len(account) >= _LEAST_LETTERS else []


def _addresses(address: str) -> list[str]:
    """The address and what of it stands behind county, town and village; a village alone is where the matter is."""
    tails = [address.strip(), *(address[found.end() :].strip() for found in _BORDER.finditer(address))]
    return [
        each for each in dict.fromkeys(tails) if len(by_hand.squeezed(each)) >= _LEAST_ADDRESS and not _A_PLACE_ALONE.search(each)
    ]


def _words(reading: Reading, words: Iterable[str], reason: str) -> Iterator[Candidate]:
    for word in words:
        for place in by_hand.otherwise(reading, word):
            yield Candidate(Kind.OTHER, *place, Confidence.HIGH, reason)
