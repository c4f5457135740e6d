"""The ledger of digests: which dates each of them names, so that the page of a case can tell who heard of it on which morning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.flow.looking import clock_ids
from opinion_app.flow.outbox import DIGEST
from opinion_app.records.notice import DigestEntry, Notice
from opinion_app.records.once import insert_once

Lines = Sequence[Mapping[str, Any]]
"""The lines of a digest as its notice keeps them."""


def going_out(made: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """By person the new notices of one digest that leave the service; that inside it where there is none.

    `made`: notice and person, of each person that inside the service first (flow/outbox.queue_many)."""
    found = defaultdict[int, list[int]](list)
    for notice_id, person_id in made:
        found[person_id].append(notice_id)
    return {person_id: own[1:] or own for person_id, own in found.items()}


def enter_digests(session: Session, digests: Iterable[tuple[Iterable[int], Lines]]) -> None:
    """Enter what each digest names, once for each of its notices; one statement."""
    rows = [
        {"clock_id": int(line["clock"]), "notice_id": notice_id, "due_group": str(line["group"])}
        for notice_ids, lines in digests
        for notice_id in notice_ids
        for line in lines
    ]
    if rows:
        session.execute(insert_once(session, DigestEntry.__table__), rows)


def say_as_it_leaves(session: Session, notice: Notice, lines: Lines) -> None:
    """Have the entries of a letter say what it is about to: what was 临期 when it was queued may be 逾期 by now (N10)."""
    if notice.category != DIGEST:
        return
    queued = {(line.get("clock"), line.get("group")) for line in notice.lines}
    changed = [line for line in lines if (line.get("clock"), line.get("group")) not in queued]
    for group in sorted({str(line["group"]) for line in changed}):
        clocks = clock_ids(line for line in changed if line["group"] == group)
        own = update(DigestEntry).where(DigestEntry.notice_id == notice.id, DigestEntry.clock_id.in_(clocks))
        session.execute(own.values(due_group=group).execution_options(synchronize_session=False))
