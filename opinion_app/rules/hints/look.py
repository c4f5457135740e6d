"""All hints on one reply, in the order of its text, and the text cut up so that a page can show where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints.amounts import wrong_amounts
from opinion_app.rules.hints.dates import wrong_days
from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.matter import other_matter
from opinion_app.rules.hints.parts import missing_parts
from opinion_app.rules.hints.wording import WordLists, from_lists, received_only, vague_times

MOST = 200  # a text that has more is no reply, and nobody reads on
_OTHER = "答复里几乎没有出现来信说的事，请核对是否答其所问。"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reply answers: the words of the letter, whether it tells of something to look into, whom its reader can call."""

    words: str
    to_check: bool = True
    phone_is_shown: bool = False


def look(text: str, letter: Letter, lists: WordLists, today: date) -> list[Hint]:
    """The hints on a reply to `letter` written on `today`: those with a place in its order, then those about the whole."""
    if not text.strip():
        return []
    question = letter.words
    placed = [*from_lists(text, lists), *vague_times(text, today), *received_only(text)]
    placed += [*wrong_days(text, question, today), *wrong_amounts(text, question)]
    whole = list(missing_parts(text, question, to_check=letter.to_check, phone_is_shown=letter.phone_is_shown))
    if other_matter(question, text):
        whole.append(Hint(HintKind.OTHER_MATTER, _OTHER))
    return [*_apart(placed)[:MOST], *whole]


def _apart(hints: Iterable[Hint]) -> list[Hint]:
    """Those that do not overlap, the first and longest first."""
    kept: list[Hint] = []
    for each in sorted(hints, key=lambda each: (each.start, -each.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def pieces(text: str, hints: Iterable[Hint]) -> list[tuple[str, int]]:
    """The text cut up: words, and the number of the hint they carry (its place in the list from 1), or 0."""
    cut, at = [], 0
    for number, each in enumerate(hints, start=1):
        if each.has_place:
            cut += [(text[at : each.start], 0), (text[each.start : each.end], number)]
            at = each.end
    return [piece for piece in [*cut, (text[at:], 0)] if piece[0]]


def barred(hints: Iterable[Hint], binding: Collection[HintKind]) -> None:
    """Raise Invalid where the office made a kind of hint binding and one is there."""
    against = [each for each in hints if each.kind in binding]
    if against:
        said = "；".join(dict.fromkeys(f"{each.kind.label}：{each.message}" for each in against[:5]))
        raise Invalid(f"本单位规定下列问题改正后才能送审（{len(against)} 处）。", {"text": said})
