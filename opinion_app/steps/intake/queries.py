"""What the registration pages read: earlier issuers, and what this person registered today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.visible import visible
from opinion_app.records.case import Case, Letter
from opinion_app.records.submission import Progress
from opinion_app.rules.facts import Actor
from opinion_app.rules.zone import SHANGHAI, local_date

ISSUERS_SHOWN = 50


def issuers(session: Session) -> Sequence[str]:
    """The offices letters came from, the most frequent first."""
    query = select(Letter.issuer).group_by(Letter.issuer).order_by(func.count().desc(), Letter.issuer)
    return session.scalars(query.limit(ISSUERS_SHOWN)).all()


def registered_today(session: Session, actor: Actor, now: datetime, limit: int = 8) -> Sequence[Case]:
    """What the person registered since midnight in Shanghai, newest first."""
    midnight = datetime.combine(local_date(now), time(), SHANGHAI)
    query = (
        select(Case)
        .where(Case.registered_by_id == actor.id, Case.registered_at >= midnight, Case.imported.is_(False), visible(actor))
        .order_by(Case.id.desc())
    )
    return session.scalars(query.limit(limit)).all()


def is_followed(session: Session, number: str) -> bool:
    """Whether somebody holds a query code for the case."""
    return session.scalar(select(Progress.number).where(Progress.number == number)) is not None
