"""What changed between two versions of a text, in reading order: by line, and within a changed line by character."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple

FINE = 1200  # characters; longer changed passages are shown whole, because comparing them letter by letter takes too long


class Piece(NamedTuple):
    """A stretch of text; `change` is same, added or removed against the version before."""

    text: str
    change: str


def differences(before: str, after: str) -> list[Piece]:
    """The pieces of both texts; those that are same or added make up `after`, those that are same or removed `before`."""
    pieces: list[Piece] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            pieces.append(Piece(come, "same"))
        elif len(gone) + len(come) <= FINE:
            pieces += _fine(gone, come)
        else:
            pieces += _both(gone, come)
    return pieces


def _fine(before: str, after: str) -> list[Piece]:
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        pieces += [Piece(after[j1:j2], "same")] if tag == "equal" else _both(before[i1:i2], after[j1:j2])
    return pieces


def _both(gone: str, come: str) -> list[Piece]:
    return [Piece(text, change) for text, change in ((gone, "removed"), (come, "added")) if text]
