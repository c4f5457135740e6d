"""The shape of a name: a surname and one or two characters that given names hold, up to where something else begins."""

import re
from collections.abc import Callable

import rjieba

from opinion_app.rules.masking.name_words import GOES_ON
from opinion_app.rules.masking.surnames import (
    AMBIGUOUS,
    COMPOUND,
    GIVEN_COMMON,
    GIVEN_OR_WORD,
    LEADS_ON,
    NOT_GIVEN,
    PREPOSITIONS,
    SINGLE,
    WORDS,
    WORDS_AFTER_SURNAME,
)

GIVEN_MAX = 2
AFTER = re.compile(GOES_ON)
"""What may follow a name at once."""
PLACE = re.compile(
    "[镇乡村路街湖苑园区庄桥港湾山岭市县城厦府都巷冲组]|大道|公司|集团|中学|小学|医院|酒店|物业|社区|广场|门店|超市"
)
"""What makes a place or a firm of the characters before it."""
_WORD_MAX = 4


def surname_length(text: str, at: int) -> int:
    """How many characters of surname stand at a place: two, one or none."""
    if text[at : at + 2] in COMPOUND:
        return 2
    return 1 if text[at : at + 1] in SINGLE else 0


def doubtful(text: str, at: int) -> bool:
    """Whether the surname here is far more often an ordinary word."""
    return surname_length(text, at) == 1 and text[at] in AMBIGUOUS


def is_given(char: str) -> bool:
    """Whether a given name may hold the character, which is not rather a word."""
    return may_be_given(char) and char not in GIVEN_OR_WORD


def may_be_given(char: str) -> bool:
    """Whether a given name may hold the character, be it a word as well: 一, 月, 可, 来."""
    return "\u3400" <= char <= "\u9fff" and char not in NOT_GIVEN


def ends(text: str, at: int) -> bool:
    """Whether hardly a given name goes on here."""
    return at >= len(text) or not is_given(text[at])


def stops(text: str, at: int) -> bool:
    """Whether no given name goes on here, or words go on as after a name."""
    return at >= len(text) or not may_be_given(text[at]) or AFTER.match(text, at) is not None


def is_common(text: str, at: int, end: int) -> bool:
    """Whether what stands after the surname is frequent in names, and the surname is no preposition."""
    return text[at] not in PREPOSITIONS and all(char in GIVEN_COMMON for char in text[at + surname_length(text, at) : end])


def is_named(text: str, at: int, end: int) -> bool:
    """Whether the dictionary, reading on from here, calls just this a name; never of two characters, which are too few."""
    return end - at > GIVEN_MAX and rjieba.tag(text[at : end + _WORD_MAX])[0] == (text[at:end], "nr")


def has_words(text: str, at: int, end: int) -> bool:
    """Whether the given name that would stand here holds a character that is rather a word."""
    return not GIVEN_OR_WORD.isdisjoint(text[at + surname_length(text, at) : end])


def believable(text: str, at: int, end: int) -> bool:
    """Whether a name may be believed without clear words before it.

    After a surname that is rather a word two characters must be frequent in names, or the dictionary must call it a name."""
    return not doubtful(text, at) or (end - at > GIVEN_MAX and (is_common(text, at, end) or is_named(text, at, end)))


def is_phrase(text: str, at: int, end: int) -> bool:
    """Whether ordinary words speak against a name with such a character: 何时, 高一; 蔡先生; 柳青一直, 慕名而来."""
    first = at + surname_length(text, at)
    if text[first : first + 2] in WORDS_AFTER_SURNAME:
        return True
    closed = end >= len(text) or not "\u3400" <= text[end] <= "\u9fff"
    if not closed and text[end - 1] in LEADS_ON:
        return True
    if AFTER.match(text, end):
        return False
    if not (closed and end - first == GIVEN_MAX) and _is_word(text[at : first + 1]):
        return True
    starts = [place for place in range(first, end) if not stops(text, end) or text[place] in GIVEN_OR_WORD]
    return any(
        rjieba.has_word(text[start:stop])
        for start in (at, *starts)
        for stop in range(end + 1, min(len(text), start + _WORD_MAX) + 1)
    )


def _is_word(text: str) -> bool:
    """Whether the dictionary knows it, and not as a name."""
    return rjieba.has_word(text) and not rjieba.tag(text)[0][1].startswith("nr")


def _wide_end(text: str, at: int, *, sure: bool) -> int | None:
    """Where a name ends whose given name holds characters that are words as well, the longest first.

    Something must follow that is no name any more; or the dictionary calls just this a name."""
    first = at + surname_length(text, at)
    for end in (first + 2, first + 1):
        given = text[first:end]
        if end > len(text) or not all(map(may_be_given, given)) or not has_words(text, at, end):
            continue
        if (not sure and PLACE.match(text, end)) or is_phrase(text, at, end):
            continue
        if stops(text, end) or is_named(text, at, end):
            return end
    return None


def name_end(text: str, at: int, *, sure: bool) -> int | None:
    """Where a name that begins here ends, the longest first; `sure` needs no sign of the end."""
    surname = surname_length(text, at)
    if not surname or text[at : at + 2] in WORDS:
        return None
    return _wide_end(text, at, sure=sure) or _plain_end(text, at, at + surname, sure=sure)


def _plain_end(text: str, at: int, first: int, *, sure: bool) -> int | None:
    """The same for a given name of characters that are no words."""
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
        if end <= len(text) and all(map(may_be_given, text[first:end])) and stops(end):
            return None if has_words(text, at, end) and is_phrase(text, at, end) else end
    return None
