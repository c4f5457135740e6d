"""What a checker reads: the wording, the versions before it and the checks made so far."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from opinion_app.records.finding import Finding
from opinion_app.records.reply import Reply, ReplyCheck


class Piece(NamedTuple):
    """A stretch of the present wording; `change` is same, added or removed against the version before."""

    text: str
    change: str


def versions(session: Session, case_id: int) -> Sequence[Reply]:
    """All versions, newest first, with their checks."""
    query = select(Reply).where(Reply.case_id == case_id).order_by(Reply.version_no.desc())
    return session.scalars(query.options(selectinload(Reply.checks).joinedload(ReplyCheck.checked_by))).all()


def findings(session: Session, case_id: int) -> Sequence[Finding]:
    """The internal notes beside the draft."""
    return session.scalars(select(Finding).where(Finding.case_id == case_id).order_by(Finding.id.desc()).limit(50)).all()


def differences(before: str, after: str) -> list[Piece]:
    """What changed between two versions, in reading order; very long texts are compared by line."""
    if len(before) + len(after) > 20_000:
        return _differences(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return _differences(list(before), list(after))


def _differences(before: list[str], after: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("".join(after[j1:j2]), "same"))
            continue
        if i2 > i1:
            pieces.append(Piece("".join(before[i1:i2]), "removed"))
        if j2 > j1:
            pieces.append(Piece("".join(after[j1:j2]), "added"))
    return pieces
