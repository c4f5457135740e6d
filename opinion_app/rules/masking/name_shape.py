"""The shape of a name: a surname and one or two characters that given names hold, up to where something else begins."""

import re
from collections.abc import Callable

from opinion_app.rules.masking.name_words import GOES_ON
from opinion_app.rules.masking.surnames import AMBIGUOUS, COMPOUND, GIVEN_COMMON, NOT_GIVEN, PREPOSITIONS, SINGLE, WORDS

GIVEN_MAX = 2
AFTER = re.compile(GOES_ON)
"""What may follow a name at once."""
PLACE = re.compile(
    "[镇乡村路街湖苑园区庄桥港湾山岭市县城厦府都巷冲组]|大道|公司|集团|中学|小学|医院|酒店|物业|社区|广场|门店|超市"
)
"""What makes a place or a firm of the characters before it."""


def surname_length(text: str, at: int) -> int:
    """How many characters of surname stand at a place: two, one or none."""
    if text[at : at + 2] in COMPOUND:
        return 2
    return 1 if text[at : at + 1] in SINGLE else 0


def doubtful(text: str, at: int) -> bool:
    """Whether the surname here is far more often an ordinary word."""
    return surname_length(text, at) == 1 and text[at] in AMBIGUOUS


def is_given(char: str) -> bool:
    """Whether a given name may hold the character."""
    return "\u3400" <= char <= "\u9fff" and char not in NOT_GIVEN


def ends(text: str, at: int) -> bool:
    """Whether no given name goes on here."""
    return at >= len(text) or not is_given(text[at])


def is_common(text: str, at: int, end: int) -> bool:
    """Whether what stands after the surname is frequent in names, and the surname is no preposition."""
    return text[at] not in PREPOSITIONS and all(char in GIVEN_COMMON for char in text[at + surname_length(text, at) : end])


def name_end(text: str, at: int, *, sure: bool) -> int | None:
    """Where a name that begins here ends, the longest first; `sure` needs no sign of the end."""
    surname = surname_length(text, at)
    if not surname or text[at : at + 2] in WORDS:
        return None
    first = at + surname
    longest = first
    while longest < len(text) and longest - first < GIVEN_MAX and is_given(text[longest]):
        longest += 1
    for end in range(longest, first, -1):
        if not sure and PLACE.match(text, end):
            return None
        common = all(char in GIVEN_COMMON for char in text[first:end])
        if ends(text, end) or (common and end - first == GIVEN_MAX) or AFTER.match(text, end):
            return end
    return longest if sure and longest > first else None


def given_end(text: str, at: int, stops: Callable[[int], bool]) -> int | None:
    """Where a name that begins here ends at a place that `stops` accepts, the longest first; no ordinary surname-word."""
    surname = surname_length(text, at)
    if not surname or doubtful(text, at):
        return None
    first = at + surname
    for end in (first + 2, first + 1):
        if end <= len(text) and all(map(is_given, text[first:end])) and stops(end):
            return end
    return None
