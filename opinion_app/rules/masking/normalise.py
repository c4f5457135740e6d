"""Reads a text the way a person reads it (full-width, zero-width, circled and Chinese digits) and keeps the way back.

Every visible character becomes exactly one character and invisible ones are dropped, so a place in the view maps to a
place in the original. There are two views: `plain` turns every ordinary digit into ASCII, `spoken` also turns circled
digits, Chinese digits and the letter O between digits into ASCII. They are kept apart because “电话之一13812345678” is
eleven digits in the first and twelve in the second.
"""

import re
import unicodedata
from dataclasses import dataclass

_CHINESE = dict(zip("〇零○◯一二三四五六七八九", "0000123456789", strict=True))
_FORMAL = dict(zip("壹贰貳叁參肆伍陆陸柒捌玖幺弌弍弎", "1223345667891123", strict=True))
SPOKEN_DIGITS = {**_CHINESE, **_FORMAL}
"""Characters that stand for one digit when a number is written as it is spoken."""

_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5")
_DASHES = dict.fromkeys("‐‑‒–—―−－﹣﹘⁃─━ー˗", "-")
_DOTS = dict.fromkeys("•・∙⋅‧･", "·")
_LOOKALIKE = {"Х": "X", "х": "x", "×": "X", "✕": "X", "╳": "X", "∗": "*"}
_SINGLE = {**_DASHES, **_DOTS, **_LOOKALIKE}
_LETTER_O = re.compile(r"(?<=\d)[Oo]+(?=\d)")


@dataclass(frozen=True, slots=True)
class View:
    """A text as read, and for each of its characters the offset in the original."""

    text: str
    index: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of the non-empty view range `start:end`."""
        return self.index[start], self.index[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Reading:
    """The two views of one text; both have the same length and the same way back."""

    original: str
    plain: View
    spoken: View


def _invisible(char: str) -> bool:
    """Format characters, combining marks (keycaps, accents laid over digits), control characters but white space."""
    category = unicodedata.category(char)
    return category in ("Cf", "Mn", "Me") or char in _INVISIBLE or (category == "Cc" and not char.isspace())


def _plain(char: str) -> str:
    """One character for one character: ASCII digits, half-width letters, one kind of hyphen, one kind of blank."""
    if char.isascii():
        return char
    if char in _SINGLE:
        return _SINGLE[char]
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char.isspace() or char == "\u2800":
        return " "
    folded = unicodedata.normalize("NFKC", char)
    keep = len(folded) != 1 or folded.isdigit()
    return char if keep else _SINGLE.get(folded, folded)


def _spoken(char: str) -> str:
    """The digit a plain character stands for, or the character itself."""
    if char.isascii():
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return SPOKEN_DIGITS.get(char) or SPOKEN_DIGITS.get(unicodedata.normalize("NFKC", char), char)


def read(text: str) -> Reading:
    """Both views of a text, in one pass."""
    visible = [(offset, char) for offset, char in enumerate(text) if " " <= char <= "~" or not _invisible(char)]
    index = tuple(offset for offset, _ in visible)
    plain = "".join([_plain(char) for _, char in visible])
    spoken = "".join([_spoken(char) for char in plain])
    spoken = _LETTER_O.sub(lambda found: "0" * len(found[0]), spoken)
    return Reading(text, View(plain, index), View(spoken, index))


def ascii_digits(text: str) -> str:
    """Only the digits of a text, as ASCII, however they are written."""
    return "".join([char for char in read(text).spoken.text if "0" <= char <= "9"])
