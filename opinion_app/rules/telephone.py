"""Whether somebody can be rung up under what was typed as a telephone number, by the numbers that are given out in China."""

from __future__ import annotations

import re

from opinion_app.rules.masking.normalise import read

NO_TELEPHONE = "这不像电话号码，请核对。手机号 11 位，固定电话带区号。"
_BETWEEN = re.compile(r"\s*[/、,;，；或和]\s*")
_SEPARATORS = re.compile(r"[\s().·（）\-]")
_HOME = r"(?:\+|00)?86"
_NUMBERS = re.compile(
    rf"(?:{_HOME})?1[3-9]\d{{9}}"  # a mobile
    rf"|(?:0|{_HOME}0?)(?:10|2\d|[3-9]\d\d)[2-8]\d{{6,7}}"  # a landline with its area code
    r"|[2-8]\d{6,7}"  # a landline of the place itself
    r"|[48]00\d{7}"  # a number of a firm
    r"|(?:\+|00)(?:852[2-9]\d{7}|853[2-9]\d{7}|886\d{8,9})"  # Hong Kong, Macau, Taiwan
)
_EXTENSION = re.compile(r"(?<=\d{7})\s*(?:转|分机|-)\s*\d{1,5}$")


def as_digits(typed: str) -> str:
    """What was typed with ordinary digits, whatever stood for them (full width, ①, 一); the rest of it as it was."""
    return read(typed).spoken.text.strip()


def is_telephone(typed: str) -> bool:
    """Whether `typed` is a telephone number in any usual way of writing it, or several with a mark or a space between them."""
    parts = _BETWEEN.split(as_digits(typed))
    return all(_is_one(part) or (" " in part and all(map(_is_one, part.split()))) for part in parts)


def _is_one(part: str) -> bool:
    return _NUMBERS.fullmatch(_SEPARATORS.sub("", _EXTENSION.sub("", part))) is not None
