"""Mobile and landline numbers, in whatever groups they are written; service numbers and kept ones are left alone."""

import re
from collections.abc import Iterator
from itertools import accumulate

from opinion_app.rules.masking import words
from opinion_app.rules.masking.chains import Chain, Number
from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import ascii_digits

_MOBILE = re.compile(r"(?:0086|086|86|0)?1[3-9][0-9]{9}")
_TRUNK = r"(?:(?:0086|86)0?|0)"
_AREA = rf"{_TRUNK}(?:10|2[0-9]|[3-9][0-9]{{2}})"
_LANDLINE = re.compile(rf"(?P<city>{_TRUNK}(?:10|2[0-9]))[2-9][0-9]{{7}}|(?P<area>{_TRUNK}[3-9][0-9]{{2}})[2-9][0-9]{{6,7}}")
_SERVICE = re.compile(rf"(?:{_AREA})?(?:1[0-9]{{2,4}}|9[56][0-9]{{3,4}})|[48]00[0-9]{{7}}")
_ABROAD = re.compile(rf"{_TRUNK}(?=[0-9]{{9,11}}$)")
_AREA_ALONE = re.compile(r"10|2[0-9]|[3-9][0-9]{2}")
_ANOTHER = re.compile(r"(?:[0-9]{7}|[0-9]{4}[ -][0-9]{3,4}) ?[/、,;或和及与] ?$")
_EXTENSION = re.compile(r"[ \-]?(?:转|分机|ext\.?|-)[ :：]?[0-9]{1,5}(?![0-9])", re.IGNORECASE)
_LETTER = re.compile(r"[A-Za-z]$")


class KeptNumbers:
    """The public numbers of the office itself: each is known with and without its area code."""

    def __init__(self, numbers: tuple[str, ...]) -> None:
        self._known = {_line(digits) for digits in map(ascii_digits, numbers) if digits}

    def __contains__(self, digits: str) -> bool:
        if _SERVICE.fullmatch(digits):
            return True
        return any(_same_line(_line(digits), known) for known in self._known)


def _line(digits: str) -> str:
    """Without country code and long-distance zero."""
    return _ABROAD.sub("", digits)


def _same_line(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    area = long[: len(long) - len(short)]
    return long.endswith(short) and (not area or (len(short) >= 7 and _AREA_ALONE.fullmatch(area) is not None))


def _span(number: Number) -> tuple[int, int]:
    """The number with its leading plus sign and opening bracket, and with its extension."""
    text, start, end = number.view.text, number.start, number.end
    inside = text[start:end]
    if ")" in inside and "(" not in inside.split(")")[0] and text[max(0, start - 2) : start].endswith(("(", "(+")):
        start = text.rindex("(", 0, start)
    elif text[start - 1 : start] == "+":
        start -= 1
    return start, end


def _candidate(kind: Kind, number: Number, confidence: Confidence, reason: str) -> Candidate:
    start, end = _span(number)
    if kind is Kind.LANDLINE:
        extension = _EXTENSION.match(number.view.text, end)
        end = extension.end() if extension else end
    return Candidate(kind, *number.view.span(start, end), confidence, reason)


def mobiles(chain: Chain, kept: KeptNumbers) -> Iterator[Candidate]:
    """Eleven digits from 13 to 19, with or without a country code."""
    taken, done = -1, 0
    for number in chain.numbers((15, 14, 13, 12, 11), _MOBILE):
        if number.start < taken or (number.adrift and number.offset != done):
            continue
        if number.digits in kept:
            continue
        told = words.PHONE.search(number.before) is not None
        if not told and words.AMOUNT_AFTER.match(number.after):
            counted = words.MONEY_BEFORE.search(number.before) or len(number.groups) > 1
            if words.MONEY_AFTER.match(number.after) and not counted:
                yield _candidate(Kind.MOBILE, number, Confidence.LOW, "位数和号段像手机号，但后有“元”字，可能是金额")
            continue
        doubtful = words.SERIAL.search(number.before) or _LETTER.search(number.before)
        if not told and (doubtful or (len(number.groups) > 1 and number.offset and taken < 0)):
            yield _candidate(Kind.MOBILE, number, Confidence.LOW, "位数和号段像手机号，但从前文看可能是编号")
        else:
            yield _candidate(Kind.MOBILE, number, Confidence.HIGH, "位数和号段符合手机号")
        taken, done = number.end, number.offset + len(number.digits)


def landlines(chain: Chain, kept: KeptNumbers) -> Iterator[Candidate]:
    """With an area code; or, after words such as “电话”, any number of seven to twelve digits."""
    taken = -1
    for number in chain.numbers((16, 15, 14, 13, 12, 11, 10, 9, 8, 7)):
        if number.start < taken or number.adrift or number.digits in kept or _MOBILE.fullmatch(number.digits):
            continue
        found = _landline(number)
        if found:
            yield _candidate(Kind.LANDLINE, number, *found)
            taken = number.end


def _landline(number: Number) -> tuple[Confidence, str] | None:
    told = words.PHONE.search(number.before) is not None
    if len(number.digits) > 12 and not number.digits.startswith("0"):
        told = False
    standard = _LANDLINE.fullmatch(number.digits)
    if number.hyphened:
        return None
    if standard and _written_with_area(number, len(standard["city"] or standard["area"]), told=told):
        certain = told or len(number.groups) > 1
        return (Confidence.HIGH if certain else Confidence.MEDIUM), "区号加号码，符合固定电话"
    if not told and not _ANOTHER.search(number.before):
        return None
    if words.SERIAL.search(number.before):
        return None
    if len(number.digits) in (7, 8) and number.digits[0] in "2345678" and min(number.groups) >= 3:
        return (Confidence.MEDIUM if told else Confidence.LOW), "位数符合本地固定电话，前有电话字样或另一号码"
    if told and number.whole and max(number.groups) >= 4:
        return Confidence.LOW, "“电话”等字样之后的号码"
    return None


def _written_with_area(number: Number, area: int, *, told: bool) -> bool:
    """Groups, if any, respect the area code: 0731-8888 8888, not 07-31888; a bare 86 needs a plus sign or a word."""
    if not number.digits.startswith("0") and len(number.groups) == 1 and not told:
        return number.before.endswith("+")
    return len(number.groups) == 1 or area in accumulate(number.groups)
