"""Numbers in disguises no ordinary writer uses: brackets and full stops between, letters for digits, two numbers run together.

And what only its neighbourhood tells: a line before “(家)”, after “办公室” or ☎, with an extension; a long run of digits after
“电话” or “账号”, whatever it is. Most of it is proposed with medium or low confidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from opinion_app.rules.masking import words
from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View
from opinion_app.rules.masking.phones import KeptNumbers

_SIGNS = r"[ \-.,;:'\"=&^#$%*|/\\~·、。()\[\]{}<>【】「」『』《》〔〕_]"
_BRACKETS = r"[:;。()\[\]{}<>【】「」『』《》〔〕]"
_SHAPES = ((3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 8), (7, 4))


def _shape(sizes: tuple[int, ...]) -> str:
    """Groups of digits with signs between them; of two groups alone brackets, for 131.12345678 is a coordinate."""
    signs = _SIGNS if len(sizes) > 2 else _BRACKETS
    return f"{signs}{{1,3}}".join(f"[0-9]{{{size}}}" for size in sizes)


_PARTED = re.compile(
    rf"(?<![0-9.])(?<![0-9][ \-])[(\[{{<【「『《〔]?(?=1{_SIGNS}{{0,3}}[3-9])"
    rf"(?:{'|'.join(map(_shape, _SHAPES))})[)\]}}>】」』》〕]?"
    r"(?![ .\-]?[0-9])"
)
_DOCUMENT = re.compile(r"[0-9][(\[【〔](?:19|20)[0-9]{2}[)\]】〕]第?[0-9]{1,5}$")
_OPEN, _CLOSE = "([{<【「『《〔", ")]}>】」』》〕"
_DIGITS = r"(?:[ \-]?[0-9])"
_TOGETHER = re.compile(rf"(?<![0-9])1[ ]?[3-9]{_DIGITS}{{9}}(?:[ ]?1[ ]?[3-9]{_DIGITS}{{9}}){{1,2}}(?![0-9])")
_ONE = re.compile(rf"1[ ]?[3-9]{_DIGITS}{{9}}")
_TEEN = re.compile(r"[\u246c-\u2472\u2480-\u2486\u2494-\u249a](?:[ \-.]{0,2}[0-9]){9}(?![0-9])")
_LETTERS = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[lIoO])[1lI|][3-9](?:[0-9lIoO][ \-]?){8}[0-9lIoO](?![0-9A-Za-z])")
_LOCAL = r"(?<![0-9.\-])[2-8][0-9]{2,3}[ \-]?[0-9]{4}"
_AFTER_PLACE = re.compile(
    rf"(?:办公室|值班室|传达室|家里|家中|宅电|☎|☏|📞|📱)[:：\ufe0f ]{{0,3}}(?P<line>{_LOCAL})(?![0-9]|[.][0-9]|[元年月])"
)
_BEFORE_PLACE = re.compile(rf"(?P<line>{_LOCAL})(?= ?\((?:家|家里|宅|住宅|办|办公|办公室|单位|公司|座机|固话|白天|晚上)\))")
_EXTENDED = re.compile(r"(?<![0-9.\-])(?P<line>(?!(?:19|20)[0-9]{6})[2-8][0-9]{6,7}-[0-9]{3,4})(?![0-9.\-])")
_LONG = re.compile(r"[(\[{<【「《〔]{0,2}[0-9](?:[()\[\]{}<>【】「」《》〔〕*_/]{0,3}[0-9]){10,39}[)\]}>】」》〕]?(?![0-9])")
_BEFORE = 28


def candidates(reading: Reading, kept: KeptNumbers) -> Iterator[Candidate]:
    """Every such number in either view of the text."""
    views = [reading.plain] if reading.spoken.text == reading.plain.text else [reading.plain, reading.spoken]
    for view in views:
        yield from _mobiles(view, kept)
        yield from _lines(view, kept)
        yield from _long_runs(view, kept)


def _candidate(view: View, kind: Kind, place: tuple[int, int], confidence: Confidence, reason: str) -> Candidate:
    return Candidate(kind, *view.span(*place), confidence, reason)


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without a bracket that opens before it or closes behind it: （139【1234】5678）, but 【139】12345678."""
    depths = list(accumulate((char in _OPEN) - (char in _CLOSE) for char in text[start:end]))
    if text[start] in _OPEN and 0 not in depths[:-1]:
        depths = [depth - 1 for depth in depths[1:]]
        start += 1
    return start, end - (text[end - 1] in _CLOSE and depths[-1] < 0)


def _before(view: View, at: int) -> str:
    return view.text[max(0, at - _BEFORE) : at]


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _mobiles(view: View, kept: KeptNumbers) -> Iterator[Candidate]:
    for found in _PARTED.finditer(view.text):
        if _digits(found[0]) not in kept:
            place = _balanced(view.text, *found.span())
            sure = Confidence.LOW if _is_document(view, *place) else _sure(view, place[0])
            yield _candidate(view, Kind.MOBILE, place, sure, "拆开写的手机号")
    for pair in _TOGETHER.finditer(view.text):
        for found in _ONE.finditer(view.text, *pair.span()):
            if _digits(found[0]) not in kept:
                yield _candidate(view, Kind.MOBILE, found.span(), _sure(view, pair.start()), "几个手机号连在一起")
    for pattern in (_TEEN, _LETTERS):
        for found in pattern.finditer(view.text):
            yield _candidate(view, Kind.MOBILE, found.span(), Confidence.MEDIUM, "用其他字符写的手机号")


def _is_document(view: View, start: int, end: int) -> bool:
    """Whether it may as well be the number of a document: a year in brackets, 号 behind it, no “电话” before it."""
    numbered = _DOCUMENT.search(view.text[start:end]) and view.text[end : end + 1] == "号"
    return bool(numbered) and not words.PHONE.search(_before(view, start))


def _sure(view: View, at: int) -> Confidence:
    """High after “电话”, low after “编号”."""
    before = _before(view, at)
    if words.PHONE.search(before):
        return Confidence.HIGH
    return Confidence.LOW if words.SERIAL.search(before) else Confidence.MEDIUM


def _lines(view: View, kept: KeptNumbers) -> Iterator[Candidate]:
    for pattern, confidence in (
        (_AFTER_PLACE, Confidence.MEDIUM),
        (_BEFORE_PLACE, Confidence.MEDIUM),
        (_EXTENDED, Confidence.LOW),
    ):
        for found in pattern.finditer(view.text):
            line = _digits(found["line"].split("-")[0] if pattern is _EXTENDED else found["line"])
            if line not in kept and not words.SERIAL.search(_before(view, found.start("line"))):
                reason = "位数符合本地固定电话，前后有电话字样或分机号"
                yield _candidate(view, Kind.LANDLINE, found.span("line"), confidence, reason)


def _long_runs(view: View, kept: KeptNumbers) -> Iterator[Candidate]:
    """Eleven digits and more after “电话” or “账号”, be they in brackets."""
    for found in _LONG.finditer(view.text):
        before = _before(view, found.start())
        if words.SERIAL.search(before) or not _digits(found[0]).strip("0") or _digits(found[0]) in kept:
            continue
        account = words.ACCOUNT.search(before)
        if account or words.PHONE.search(before):
            kind = Kind.BANK_CARD if account else Kind.OTHER
            place = _balanced(view.text, *found.span())
            yield _candidate(view, kind, place, Confidence.LOW, "“电话”“账号”等字样之后的一长串数字")
