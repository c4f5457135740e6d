"""Blacked-out rectangles on a page (涂黑): how a person writes them down, in hundredths of width and height of the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from opinion_app.rules.errors import Invalid

MOST = 100
_SPLIT = re.compile(r"[;；\n]+")
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
_FORM = "每处写四个数：左、上、宽、高，都是占整页的百分比，如 10,20,30,5；多处用分号隔开。"


class Box(NamedTuple):
    """One rectangle: its left and upper edge, its width and height, in per cent of the page."""

    left: float
    top: float
    width: float
    height: float


def read_boxes(text: str) -> tuple[Box, ...]:
    """The rectangles a person wrote. Raises Invalid where one is no rectangle on the page."""
    parts = [part for part in (part.strip(" ,，") for part in _SPLIT.split(unicodedata.normalize("NFKC", text))) if part]
    if len(parts) > MOST:
        raise Invalid(f"一页最多涂黑 {MOST} 处。")
    return tuple(_box(part) for part in parts)


def _box(part: str) -> Box:
    numbers = [number for number in re.split(r"[,，\s]+", part) if number]
    if len(numbers) != 4 or not all(_NUMBER.fullmatch(number) for number in numbers):
        raise Invalid(f"“{part[:30]}”看不懂。{_FORM}")
    left, top, width, height = map(float, numbers)
    width, height = min(width, 100 - left), min(height, 100 - top)
    if width <= 0 or height <= 0:
        raise Invalid(f"“{part[:30]}”不在这一页上。{_FORM}")
    return Box(left, top, width, height)


def box_words(boxes: Iterable[Iterable[float]]) -> str:
    """The rectangles as they are written."""
    return "; ".join(",".join(f"{number:g}" for number in box) for box in boxes)
