"""Number plates of motor vehicles: ordinary, new-energy, police, trailer, learner, armed police (GA 36-2018)."""

import re
from collections.abc import Iterator

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "[A-HJ-NP-Z]"
_CHAR = "[A-HJ-NP-Z0-9]"
_JOIN = r"[ .·\-_:]{0,2}"
_TAIL = r" ?(?P<tail>[警学挂领港澳试超]?)(?![A-Z0-9])"
_SOLID = re.compile(
    rf"[{_PROVINCE}][ ·.]?({_LETTER}){_JOIN}(?P<body>[A-Z0-9]{{4,6}}){_TAIL}",
    re.IGNORECASE,
)
_SPACED = re.compile(
    rf"[{_PROVINCE}][ .\-]?({_LETTER})[ .\-](?P<body>[A-Z0-9](?:[ .\-][A-Z0-9]){{3,5}}){_TAIL}",
    re.IGNORECASE,
)
_ARMED = re.compile(rf"(?<![A-Z])WJ[{_PROVINCE}]?{_JOIN}[0-9]{{4,5}}{_CHAR}?(?![A-Z0-9])", re.IGNORECASE)
_TOLD = re.compile(
    r"(?:车牌|牌照|牌号)(?:号码|号)?(?:[是为:,(]|\s){0,3}"
    r"(?P<plate>[\u4e00-\u9fff]?[A-Z]?[ .·\-]?[A-Z0-9]{4,6}[警学挂]?)(?![A-Z0-9])",
    re.IGNORECASE,
)
_NEW_ENERGY = re.compile(rf"{_LETTER}{_CHAR}[0-9]{{4}}|[0-9]{{5}}{_LETTER}", re.IGNORECASE)


def _judge(body: str, tail: str) -> Confidence | None:
    """Five characters, six for new energy, or four before a character such as 警; at least two digits."""
    if sum(char.isdigit() for char in body) < 2:
        return None
    if len(body) == 5 or (len(body) == 4 and tail):
        return Confidence.HIGH
    if len(body) == 6:
        return Confidence.HIGH if _NEW_ENERGY.fullmatch(body) else Confidence.LOW
    return None


def _plates(view: View) -> Iterator[Candidate]:
    for pattern in (_SOLID, _SPACED):
        for found in pattern.finditer(view.text):
            confidence = _judge(re.sub(r"[ .\-]", "", found["body"]), found["tail"])
            if confidence:
                end = found.end() if found["tail"] else found.end("body")
                yield Candidate(Kind.PLATE, *view.span(found.start(), end), confidence, "省份简称和位数符合车牌号")
    for found in _ARMED.finditer(view.text):
        yield Candidate(Kind.PLATE, *view.span(*found.span()), Confidence.MEDIUM, "符合武警车牌号")
    for found in _TOLD.finditer(view.text):
        if sum(char.isdigit() for char in found["plate"]) >= 3:
            yield Candidate(Kind.PLATE, *view.span(*found.span("plate")), Confidence.LOW, "“车牌”字样之后的号码")


def candidates(reading: Reading) -> Iterator[Candidate]:
    """Every plate in either view of the text."""
    yield from _plates(reading.plain)
    if reading.spoken.text != reading.plain.text:
        yield from _plates(reading.spoken)
