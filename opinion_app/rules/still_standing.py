"""The last look before a snapshot is made: what is masked in one place must not stand in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from opinion_app.rules.masking import Action, Decision, Find, Kind, core, places, read, values
from opinion_app.rules.words import KeepReason

_A_WORD = 2


def still_standing(
    originals: Mapping[str, str], masked: Mapping[str, str], decisions: Mapping[str, Sequence[Decision]]
) -> tuple[Find, str] | None:
    """The first masked content that can still be read, and the part where; None when nothing is left.

    Only a name of two characters may stand where a person decided that there it is no personal data: such names are
    ordinary words too. Anything longer is the same thing in both places. Nor may a mask hide the beginning of a name alone."""
    hidden = values(each.find for held in decisions.values() for each in held if each.action is Action.MASK)
    readings = {part: read(text) for part, text in masked.items()}
    for value in hidden:
        for part, reading in readings.items():
            found = sum(1 for _place in places(reading, value))
            if found > _spared(originals[part], value, decisions.get(part, ())):
                return value, part
            if _cut_short(originals[part], value, decisions.get(part, ())):
                return value, part
    return None


def _cut_short(original: str, value: Find, decisions: Iterable[Decision]) -> bool:
    """Whether of a name that is masked elsewhere only the beginning is masked at some place: 李**月家."""
    if value.kind is not Kind.NAME:
        return False
    masked = [each.find for each in decisions if each.action is Action.MASK]
    starts = {each.start for each in masked if each.kind is Kind.NAME}
    return any(
        start in starts and not all(any(each.start <= at < each.end for each in masked) for at in range(start, end))
        for start, end in places(read(original), value)
    )


def _spared(original: str, value: Find, decisions: Iterable[Decision]) -> int:
    """How often the content stands where a person kept it as a word of another meaning."""
    if value.kind is not Kind.NAME or len(core(value)) > _A_WORD:
        return 0
    other = [each.find for each in decisions if each.action is Action.KEEP and each.reason == KeepReason.NOT_PERSONAL.label]
    if not other:
        return 0
    return sum(1 for start, end in places(read(original), value) if any(at.start <= start and end <= at.end for at in other))
