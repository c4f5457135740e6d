"""What was found once, wherever else it stands: one part of a publication must not say what another part hides."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from opinion_app.rules.masking import by_hand, known
from opinion_app.rules.masking.kinds import STRUCTURED, Candidate, Confidence, Find, Kind
from opinion_app.rules.masking.normalise import Reading, View, read
from opinion_app.rules.masking.phones import KeptNumbers

REASON = "别处也有同样的内容"
_GAP = r"[ \t\n·.\-]{0,2}"
_SEPARATORS = re.compile(r"[\s·.\-()]+")
_ANY_SIGN = re.compile(r"[^0-9A-Za-z\u3400-\u9fff]+")
_EXTENSION = re.compile(r"(?:转|分机|[Ee][Xx][Tt]).*$", re.DOTALL)
_TRUNK = r"(?:(?:0086|86)0?|0)"
_ANY_AREA = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_WITH_AREA = re.compile(rf"{_TRUNK}(?P<area>{_ANY_AREA})(?P<line>[2-9][0-9]{{6,7}})")
_ABROAD = re.compile(r"(?:0086|86|0)(?=1[3-9][0-9]{9}$)")
_LEAST = {Kind.ADDRESS: 5, Kind.OTHER: 2}
_LEAST_STRUCTURED = 5


def values(finds: Iterable[Find]) -> tuple[Find, ...]:
    """The different contents among the finds that would be known again elsewhere; of equal ones the surest."""
    held: dict[tuple[Kind, str], Find] = {}
    for each in sorted(finds, key=lambda each: -each.confidence):
        key = core(each)
        if key:
            held.setdefault((each.kind, key), each)
    return tuple(held.values())


def core(value: Find) -> str:
    """What of a find is the same however it is written; empty where it is too short to mean anything elsewhere.

    “12号” in one place is a house and in another a day, and a surname alone is nobody."""
    if value.kind is Kind.NAME:
        return known.squeezed(value.text)
    if value.kind not in STRUCTURED:
        text = "".join(read(value.text).plain.text.split())
        return text if len(text) >= _LEAST[value.kind] else ""
    digits = _digits(value)
    if digits:
        return digits
    text = _SEPARATORS.sub("", read(value.text).plain.text).upper()
    return text if len(text) >= _LEAST_STRUCTURED and not text.isdigit() else ""


def _digits(value: Find) -> str:
    """The digits of a number, of a telephone without country code and extension; empty for what is not digits alone."""
    view = _ANY_SIGN.sub("", _EXTENSION.sub("", read(value.text).spoken.text))
    if not view.isascii() or not view.isdigit() or len(view) < _LEAST_STRUCTURED or view in KeptNumbers(()):
        return ""
    return _ABROAD.sub("", view)


def _spelled(value: Find, wanted: str) -> tuple[str, str]:
    """What may stand before a number, as a pattern, and its digits: a line with its own area code or none, never another's."""
    if value.kind is Kind.MOBILE:
        return rf"(?:(?:0086|086|86|0){_GAP})?", wanted
    if value.kind is not Kind.LANDLINE:
        return "", wanted
    told = _WITH_AREA.fullmatch(wanted)
    area, line = (told["area"], told["line"]) if told else (_ANY_AREA, wanted)
    return rf"(?<![0-9][ \-])(?:{_TRUNK}{_GAP}{area}{_GAP})?", line


def places(reading: Reading, value: Find) -> Iterator[tuple[int, int]]:
    """Each occurrence of one of `values`, in original offsets; numbers in every disguise, but never within a longer number."""
    wanted = core(value)
    if value.kind is Kind.NAME:
        yield from known.places(reading, value.text)
    elif value.kind is Kind.OTHER:
        yield from by_hand.places(reading, value.text)
    elif value.kind is Kind.ADDRESS:
        yield from by_hand.otherwise(reading, value.text) if wanted else ()
    else:
        views = (reading.plain, reading.spoken) if wanted.isdigit() else (reading.plain,)
        yield from dict.fromkeys(place for view in views for place in _in_view(view, value, wanted))


@lru_cache(maxsize=16)
def _digits_of(text: str) -> str:
    """Nothing but the digits: a number that is not in here need not be looked for."""
    return re.sub("[^0-9]", "", text)


def _in_view(view: View, value: Find, wanted: str) -> Iterator[tuple[int, int]]:
    letters = "0-9" if wanted.isdigit() else "0-9A-Za-z"
    before = f"(?<![{letters}])" if wanted[0].isascii() else ""
    after = f"(?![{letters}])" if wanted[-1].isascii() else ""
    leading, chars = _spelled(value, wanted)
    if wanted.isdigit() and chars not in _digits_of(view.text):
        return
    pattern = before + leading + _GAP.join(re.escape(char) for char in chars) + after
    for found in re.finditer(pattern, view.text, re.IGNORECASE):
        yield view.span(*found.span())


def candidates(reading: Reading, wanted: Iterable[Find], found: Iterable[Candidate]) -> Iterator[Candidate]:
    """The repetitions that no rule saw itself, or of whose name one saw a part; in a house number a name is still to be told."""
    seen, named = bytearray(len(reading.original)), bytearray(len(reading.original))
    for each in found:
        if each.kind is not Kind.ADDRESS:
            (named if each.kind is Kind.NAME else seen)[each.start : each.end] = b"\x01" * (each.end - each.start)
    for value in wanted:
        whole = value.kind is Kind.NAME and value.confidence is not Confidence.LOW
        for start, end in places(reading, value):
            told = named.find(1, start, end) >= 0 if not whole else named.find(0, start, end) < 0
            if seen.find(1, start, end) < 0 and not told:
                yield Candidate(value.kind, start, end, value.confidence, REASON)


def without_parts(found: Iterable[Candidate], again: Iterable[Candidate]) -> Iterator[Candidate]:
    """What was found, without the names that are part of a longer one known from elsewhere: 李秀 in 李秀月."""
    longer = [(each.start, each.end) for each in again if each.kind is Kind.NAME]
    for each in found:
        part = each.kind is Kind.NAME and any(
            start <= each.start and each.end <= end and each.end - each.start < end - start for start, end in longer
        )
        if not part:
            yield each
