"""Names that no word announces: what a dictionary of words takes for a name, and what stands in a row with a name.

The dictionary is that of jieba (MIT), with its model for unknown words; it calls far too much a name, so what is an
ordinary word, a place or a firm is refused here, and what remains is proposed with low confidence.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import rjieba

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.name_shape import (
    AFTER,
    GIVEN_MAX,
    PLACE,
    doubtful,
    ends,
    given_end,
    has_words,
    is_common,
    is_phrase,
    may_be_given,
    stops,
    surname_length,
)
from opinion_app.rules.masking.name_words import (
    ACTS,
    FIRM_AFTER,
    FIRM_BEFORE,
    NAMED_AFTER,
    NEVER_GIVEN,
    PLACE_ENDS,
    ROLES,
)
from opinion_app.rules.masking.normalise import Reading, View
from opinion_app.rules.masking.surnames import GIVEN_COMMON, NOT_TAGGED, WORDS

_SURROGATES = re.compile("[\ud800-\udfff]")
_FIRM = re.compile(FIRM_AFTER)
_OF_A_FIRM = re.compile(rf"(?:{FIRM_BEFORE})$")
_AFTER_NAMES = re.compile(rf"等|{NAMED_AFTER}")
_ROLE_BEFORE = re.compile(rf"(?:{ROLES})$")
_HAN = "\u3400-\u9fff"
_ACTS = re.compile(rf"(?<![{_HAN}])(?P<name>[{_HAN}]{{2,4}}?)(?={ACTS})")
_SIGNED = re.compile(rf"[.。!?;~] {{0,4}}(?P<name>[{_HAN}]{{2,4}})(?=\s*$)")
_COUNTED = frozenset("这那一二三四五六七八九十两几每多数半某各")
_JOINED = "、和与及跟"
_LONGEST_ROLE = 5
_LONGEST = 4


def tagged(view: View) -> Iterator[tuple[int, int]]:
    """What the dictionary takes for a name and nothing here speaks against."""
    text, at = view.text, 0
    words = rjieba.tag(_SURROGATES.sub("?", text))
    for (word, tag), (after, _) in zip_longest(words, words[1:], fillvalue=("", "")):
        if tag in ("nr", "nrt") and len(word) <= _LONGEST:
            end = _tagged_end(text, at, at + len(word), after)
            if end:
                yield at, end
        at += len(word)


def _tagged_end(text: str, at: int, stop: int, after: str) -> int | None:
    """Where the name ends whose beginning the dictionary saw, also where it took the last character for another word."""
    word, first = text[at:stop], at + surname_length(text, at)
    if first == at or _is_word(text, at) or doubtful(text, at):
        return None
    if not first < stop <= first + GIVEN_MAX or not all(map(may_be_given, text[first:stop])):
        return None
    if has_words(text, at, stop):
        whole = stop - first == GIVEN_MAX and not PLACE.match(text, first) and (stops(text, stop) or _follows(text, stop))
        return stop if whole and not is_phrase(text, at, stop) and not _is_place(text, at, stop) else None
    end = _grown(text, first, stop, after)
    if _is_place(text, at, end) or _is_place(text, at, stop):
        return None
    if end - at > 2 and rjieba.has_word(text[at : at + 2]) and not is_common(text, at, end):
        return None
    known = rjieba.has_word(word) or (end - at == 2 and not ends(text, end))
    return None if known and end == stop and not is_common(text, at, stop) else end


def _grown(text: str, first: int, stop: int, after: str) -> int:
    """The end, one character on where that makes a whole given name: 柳青|禾家, 柳青|平|主动."""
    longer = stop + 1
    if stop - first > 1 or ends(text, stop):
        return stop
    alone = len(after) == 1 and after in GIVEN_COMMON
    return longer if alone or ends(text, longer) or _follows(text, longer) else stop


def _is_word(text: str, at: int) -> bool:
    """Whether an ordinary word begins here; 张 and 段 after 这 or 两 are measures."""
    return text[at : at + 2] in WORDS or text[at : at + 2] in NOT_TAGGED or text[max(0, at - 1) : at] in _COUNTED


def _follows(text: str, at: int) -> bool:
    """Whether words go on here as after a name."""
    return bool(AFTER.match(text, at) or _AFTER_NAMES.match(text, at))


def _is_place(text: str, start: int, end: int) -> bool:
    """Whether this is part of the name of a place, a firm or a building rather than of a person."""
    return bool(
        text[end - 1] in PLACE_ENDS
        or not NEVER_GIVEN.isdisjoint(text[start + 1 : end])
        or PLACE.match(text, end)
        or _FIRM.match(text, end)
        or _OF_A_FIRM.search(text, max(0, start - _LONGEST_ROLE), start)
    )


def in_a_row(view: View, names: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The names that stand in one row with a name: 张三、李四和王五, before it and after it."""
    text, known = view.text, set(names)
    waiting = sorted(known)
    while waiting:
        start, end = waiting.pop()
        for found in (_next(text, end), _before(text, start)):
            if found and found not in known:
                known.add(found)
                waiting.append(found)
                yield found


def _next(text: str, end: int) -> tuple[int, int] | None:
    """The name after a separator."""
    at = end + 1
    if text[end : end + 1] not in _JOINED or end >= len(text) or _is_word(text, at):
        return None
    stop = given_end(text, at, lambda place: ends(text, place) or text[place] in _JOINED or _follows(text, place))
    return (at, stop) if stop and not _is_place(text, at, stop) else None


def _before(text: str, start: int) -> tuple[int, int] | None:
    """The name before a separator."""
    stop = start - 1
    if stop < 0 or text[stop] not in _JOINED:
        return None
    for length in (3, 2, 4):
        at = stop - length
        if at < 0 or _is_word(text, at) or not _begins(text, at):
            continue
        if given_end(text, at, stop.__eq__) and not _is_place(text, at, stop):
            return at, stop
    return None


def _begins(text: str, at: int) -> bool:
    """Whether a name may begin here: after something that is no word, or after what somebody is."""
    before = text[at - 1 : at]
    return at == 0 or ends(text, at - 1) or before in _JOINED or bool(_ROLE_BEFORE.search(text, max(0, at - _LONGEST_ROLE), at))


def acting(view: View) -> Iterator[tuple[int, int]]:
    """Who says or does something where a sentence begins, and who stands under a text that ends without a new line."""
    for pattern in (_ACTS, _SIGNED):
        for found in pattern.finditer(view.text):
            at, end = found.span("name")
            if _is_word(view.text, at) or rjieba.has_word(view.text[at : at + 2]) or rjieba.has_word(found["name"]):
                continue
            if given_end(view.text, at, end.__eq__) and not _is_place(view.text, at, end):
                yield at, end


def candidates(reading: Reading, announced: Iterable[Candidate]) -> Iterator[Candidate]:
    """What may be a name; `announced` are those that words around them gave away."""
    view = reading.plain
    for start, end in (*tagged(view), *acting(view)):
        yield Candidate(Kind.NAME, *view.span(start, end), Confidence.LOW, "可能是姓名，请核对")
    place = {offset: at for at, offset in enumerate(view.index)}
    known = [(place[each.start], place[each.end - 1] + 1) for each in announced if each.end - each.start > 1]
    for start, end in in_a_row(view, known):
        yield Candidate(Kind.NAME, *view.span(start, end), Confidence.MEDIUM, "与姓名并列")
