"""What the worklists read: the figures of the navigation and the lists behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import may
from opinion_app.rules.words import OPEN_STAGES, Stage


def nav_counts(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """The figures beside the navigation for one person, from one query over the open cases the person may see."""
    if not may(actor, "worklist"):
        return {}
    columns = [func.sum(when((Case.stage == stage, 1), else_=0)).label(stage.value) for stage in OPEN_STAGES]
    overdue = func.sum(when((Case.next_due_at < now, 1), else_=0)).label("overdue")
    query = select(*columns, overdue).where(Case.stage.in_(sorted(OPEN_STAGES)), visible(actor))
    row = session.execute(query).one()._mapping
    return {name: int(row[name] or 0) for name in (*(stage.value for stage in Stage if stage in OPEN_STAGES), "overdue")}


def open_cases(session: Session, actor: Actor, limit: int = 50) -> Sequence[Case]:
    """The open cases the person may see, most urgent first."""
    query = (
        select(Case)
        .options(joinedload(Case.lead_unit))
        .where(Case.stage.in_(sorted(OPEN_STAGES)), visible(actor))
        .order_by(Case.next_due_at.is_(None), Case.next_due_at, Case.id)
    )
    return session.scalars(query.limit(limit)).all()
