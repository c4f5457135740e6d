"""Numbers as they are written in Chinese: read (五百零一, 三千二, 二〇二六, 1万2千) and written (五百零一)."""

from __future__ import annotations

from typing import Final

DIGITS: Final = {
    **dict(zip("〇零○一二三四五六七八九两", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True)),
    **dict(zip("壹贰貳叁參肆伍陆陸柒捌玖幺", (1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 1), strict=True)),
    **{digit: int(digit) for digit in "0123456789"},
}
"""Characters that stand for one digit."""
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
"""Characters that multiply the digit before them."""
LARGE: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
"""Characters that multiply all that stands before them."""
_WRITTEN: Final = "零一二三四五六七八九"
_MOST: Final = 9999


def number(text: str) -> int | None:
    """The number a text of such characters says, or None where it says none (百, 十十 and the like).

    A last digit after 百, 千 or 万 counts in the next smaller unit: 三千二 is 3,200."""
    if not text or any(char not in DIGITS and char not in UNITS and char not in LARGE for char in text):
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, part, held, unit = 0, 0, "", 0
    for at, char in enumerate(text):
        if char in DIGITS:
            held += str(DIGITS[char])
        elif char in UNITS:
            if not held and not (UNITS[char] == 10 and (at == 0 or text[at - 1] in LARGE)):
                return None
            part += int(held or 1) * UNITS[char]
            held, unit = "", UNITS[char]
        else:
            part += int(held or 0)
            if not part:
                return None
            total, part, held, unit = total + part * LARGE[char], 0, "", LARGE[char]
    last = int(held or 0)
    short = len(held) == 1 and unit > 10 and text[-2] not in DIGITS
    return total + part + (last * unit // 10 if short else last)


def written(value: int) -> str:
    """A number from 0 to 9,999 as it is written, with 十 alone for ten to nineteen; others digit by digit."""
    if not 0 < value <= _MOST:
        return "".join(_WRITTEN[int(digit)] for digit in str(value))
    said, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            said += ("零" if gap and said else "") + _WRITTEN[digit] + sign
            gap = False
        else:
            gap = True
    return said.removeprefix("一") if 10 <= value < 20 else said
