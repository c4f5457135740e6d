"""Chinese names as they are typed: initials and full pinyin, for the pickers of units and people."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

LONGEST = 200


def pinyin_of(name: str) -> str:
    """ "czs caizhengsuo" for 财政所; what is not Chinese stays as it is, in lower case."""
    syllables = [part.lower().replace(" ", "") for part in lazy_pinyin(name)]
    initials = "".join(part.lower().replace(" ", "") for part in lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{initials} {''.join(syllables)}"[:LONGEST]
