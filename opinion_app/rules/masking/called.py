"""Names that 家 or 户 ends after what somebody is, and names in a salutation: 村民李秀月家, 李秀月您好, 尊敬的黄秀月：."""

import re
from collections.abc import Iterator

import rjieba

from opinion_app.rules.masking.kinds import Confidence
from opinion_app.rules.masking.name_shape import GIVEN_MAX, believable, is_common, is_named, may_be_given, surname_length
from opinion_app.rules.masking.name_words import (
    CIVIL_TITLES,
    NO_NAME_BEFORE_HOUSE,
    OFFICE_TITLES,
    OFFICES_END,
    PLACE_ENDS,
    ROLES,
)
from opinion_app.rules.masking.normalise import View
from opinion_app.rules.masking.surnames import NOT_TAGGED, WORDS, WORDS_AFTER_SURNAME

_HAN = "\u3400-\u9fff"
_HOUSE = re.compile(rf"(?:{ROLES})(?=(?P<name>[{_HAN}]{{2,4}})[家户])")
_GREETED = re.compile(
    rf"(?:(?<![{_HAN}])(?P<hello>[{_HAN}]{{2,4}})(?=[您你]好)|尊敬的(?P<dear>[{_HAN}]{{2,4}})(?=[:,!。\n]|[您你]好|$))"
)
_TITLE = re.compile(rf"(?:{CIVIL_TITLES}|{OFFICE_TITLES})$")


def called(view: View) -> Iterator[tuple[int, int, Confidence, str]]:
    """Both forms; what is rather a word, a place, a title or an office is nobody."""
    text = view.text
    for found in _HOUSE.finditer(text):
        end = _before_house(text, found.end())
        if end:
            yield found.end(), end, Confidence.MEDIUM, "前有表明身份的字样，后有“家”“户”"
    for found in _GREETED.finditer(text):
        start, end = found.span(str(found.lastgroup))
        if _is_whole(text, start, end) and not _is_office(text, start, end):
            yield start, end, Confidence.MEDIUM, "称呼中的姓名"


def _before_house(text: str, at: int) -> int | None:
    """Where a name ends before 家 or 户, the longest first; 王强一家 and 李明等户 are not names that end in 一 or 等."""
    first = at + surname_length(text, at)
    for end in (first + GIVEN_MAX, first + 1):
        if text[end : end + 1] not in ("家", "户") or text[end - 1] in NO_NAME_BEFORE_HOUSE:
            continue
        if _is_whole(text, at, end) and _apart(text, at, end):
            return end
    return None


def _apart(text: str, at: int, end: int) -> bool:
    """Whether 家 or 户 makes no word with the character before it, 国家, 回家; or this is a name all the same: 王建国家."""
    return (
        text[end - 1] == "男"
        or not rjieba.has_word(text[end - 1 : end + 1])
        or is_common(text, at, end)
        or is_named(text, at, end)
    )


def _is_whole(text: str, at: int, end: int) -> bool:
    """Whether all of this may be one name."""
    first = at + surname_length(text, at)
    given = text[first:end]
    if first == at or not 0 < len(given) <= GIVEN_MAX or not all(map(may_be_given, given)):
        return False
    if text[at : at + 2] in WORDS or given in WORDS_AFTER_SURNAME or text[end - 1] in PLACE_ENDS or "等" in given:
        return False
    return believable(text, at, end) and (is_common(text, at, end) or not _is_word(text[at:end]))


def _is_word(text: str) -> bool:
    """Whether the dictionary or the list of places and brands knows it as something else than a name."""
    return text in NOT_TAGGED or (rjieba.has_word(text) and not rjieba.tag(text)[0][1].startswith("nr"))


def _is_office(text: str, at: int, end: int) -> bool:
    """Whether a title or the word for an office ends here: 王局, 李总, 房管局."""
    return bool(_TITLE.search(text[at:end])) or (
        text[end - 1] in OFFICES_END and not (end - at > GIVEN_MAX and is_common(text, at, end))
    )
