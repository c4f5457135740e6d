"""Cuts a view into chains of digits (groups joined by short separators) and offers the numbers a chain may hold.

A number starts where a group starts and ends where a group ends, so eleven digits inside a twenty-digit order number
are never offered. The work is proportional to the length of the text: a start is compared with a fixed set of lengths.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from opinion_app.rules.masking.normalise import SPOKEN_DIGITS, View

_CHAIN = re.compile(r"[0-9](?:(?:[ \t\r\n\-.·/\\_*~,、|()+…]{0,3}| {4,10})[0-9])*")
_GROUP = re.compile(r"[0-9]+")
_LOOSE = frozenset(" \t\r\n-()+")
_MAX_GROUPS = 6
_BEFORE = 28


@dataclass(frozen=True, slots=True)
class Number:
    """A run of digits inside a chain; `start:end` are view offsets, `groups` the lengths it was written in."""

    view: View
    digits: str
    start: int
    end: int
    groups: tuple[int, ...]
    offset: int
    """How many digits of the chain stand before this number."""
    continued: bool
    """Whether the chain holds digits after this number."""

    @property
    def before(self) -> str:
        """The words just before the number, on the same line."""
        return self.view.text[max(0, self.start - _BEFORE) : self.start]

    @property
    def after(self) -> str:
        """The words just after the number."""
        return self.view.text[self.end : self.end + 12]

    @property
    def plausible(self) -> bool:
        """Whether somebody would write one number in these groups, and not a list, a date or an amount."""
        if len(self.groups) == 1:
            return True
        if set(self.groups) == {1}:
            return True
        if set(self._separators) <= _LOOSE:
            return True
        return len(self.groups) > 2 and min(self.groups[:-1]) >= 3 and max(self.groups) >= 4

    @property
    def adrift(self) -> bool:
        """Whether it is spelled digit by digit and such digits go before: a window into something longer."""
        return self.offset > 0 and len(self.groups) > 1 and set(self.groups) == {1}

    @property
    def hyphened(self) -> bool:
        """Whether a hyphen ties it to digits before or after it, as in a date or a card number."""
        text = self.view.text
        return (self.offset > 0 and text[self.start - 1] == "-") or (
            self.continued and len(self.groups) > 1 and text[self.end] == "-" and text[self.end + 1 : self.end + 5].isdigit()
        )

    @property
    def whole(self) -> bool:
        """Whether its chain holds no other digits."""
        return not self.offset and not self.continued

    @property
    def _separators(self) -> str:
        return _GROUP.sub("", self.view.text[self.start : self.end])


class Chain:
    """The digits of one chain with their places, and where groups start and end."""

    def __init__(self, view: View, start: int, end: int, originals: str) -> None:
        self.view = view
        self._groups = [found.span() for found in _GROUP.finditer(view.text, start, end)]
        self._places = [place for first, last in self._groups for place in range(first, last)]
        self.digits = "".join([view.text[first:last] for first, last in self._groups])
        self._spelled = len(self._groups) == len(self.digits) > 1
        self._loosen(originals)

    def _loosen(self, originals: str) -> None:
        """Lets a number start after, or end before, one Chinese or circled digit: “…五六七八一直打不通”."""
        self._bounds = [0]
        starts, ends = [], set()
        at = 0
        for first, last in self._groups:
            starts.append(at)
            if last - first > 1 and not originals[self.view.index[first]].isdecimal():
                starts.append(at + 1)
            at += last - first
            ends.add(at)
            if last - first > 1 and originals[self.view.index[last - 1]] in SPOKEN_DIGITS:
                ends.add(at - 1)
            self._bounds.append(at)
        self.starts, self._ends = starts, ends

    @cached_property
    def _group_of(self) -> list[int]:
        return [number for number, (first, last) in enumerate(self._groups) for _ in range(first, last)]

    def number(self, start: int, length: int) -> Number | None:
        """The number of that many digits at a start, or nothing where no group ends there."""
        end = start + length
        if end not in self._ends:
            return None
        first, last = self._group_of[start], self._group_of[end - 1]
        count = last - first + 1
        if count > _MAX_GROUPS and count != length:
            return None
        cuts = [start, *self._bounds[first + 1 : last + 1], end]
        groups = tuple(right - left for left, right in pairwise(cuts) if right > left)
        places = self._places[start], self._places[end - 1] + 1
        continued = end < len(self.digits)
        return Number(self.view, self.digits[start:end], *places, groups, start, continued)

    def numbers(self, lengths: Iterable[int], form: re.Pattern[str] | None = None) -> Iterator[Number]:
        """Every plausible number of one of the lengths, from the left; `form` leaves out others before any work.

        Without a form, digits spelled one by one are offered from their beginning only.
        """
        starts = self.starts[:1] if form is None and self._spelled else self.starts
        for start in starts:
            for length in lengths:
                if form and not form.fullmatch(self.digits, start, start + length):
                    continue
                number = self.number(start, length)
                if number is not None and number.plausible:
                    yield number


def chains(view: View, original: str) -> Iterator[Chain]:
    """The chains of a view, from the left."""
    for found in _CHAIN.finditer(view.text):
        yield Chain(view, found.start(), found.end(), original)
