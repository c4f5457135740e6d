"""What a restoration must not bring out again: replies withdrawn or corrected since the backup, and plans of its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import Session

from opinion_app.flow.publications import take_down
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.engine import begin_reading
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.records.published import changed
from opinion_app.rules.words import PlanState, PublicationState

PLAN_ENDED = "从备份恢复，须重新审查后再公开"


@dataclass(frozen=True)
class Seen:
    """How a publication stood in the office that is about to be replaced."""

    out: bool
    snapshot_hash: str


def publications_here() -> dict[str, Seen]:
    """Every publication of the database as it is now, by number; none where it has no such table."""
    begin_reading()
    wanted = ("number", "state", "snapshot_hash")
    table = Publication.__table__.c
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(Publication.__tablename__):
            return {}
        rows = connection.execute(select(*(table[name] for name in wanted))).all()
    return {row.number: Seen(row.state is PublicationState.PUBLISHED, row.snapshot_hash) for row in rows}


def hold_back(session: Session, known: Mapping[str, Seen], now: datetime) -> tuple[int, tuple[str, ...]]:
    """Take down what was withdrawn or replaced by another text since the backup; answers how many are out, and these numbers.

    Nothing that waits for its moment goes out by itself: it may have been cancelled since. Those, and what had another text,
    stand in the list of what is to be published again; what was withdrawn does not."""
    query = select(Publication).where(Publication.state == PublicationState.PUBLISHED).order_by(Publication.number)
    again = set(session.scalars(select(PublicationPlan.case_id).where(PublicationPlan.state == PlanState.WAITING)))
    held_back = []
    for row in session.scalars(query).all():
        before = known.get(row.number)
        if before is not None and (not before.out or before.snapshot_hash != row.snapshot_hash):
            take_down(session, row, now)
            held_back.append(row.number)
            again |= {row.case_id} if before.out else set()
    session.execute(update(Case).where(Case.id.in_(again)).values(to_publish=True))
    ended = {"state": PlanState.CANCELLED, "ended_at": now, "end_reason": PLAN_ENDED}
    session.execute(update(PublicationPlan).where(PublicationPlan.state == PlanState.WAITING).values(**ended))
    changed(session)  # the static copy and what is kept may know replies that went out after the backup
    session.flush()
    out = session.scalar(select(func.count(Publication.id)).where(Publication.state == PublicationState.PUBLISHED))
    return int(out or 0), tuple(held_back)
