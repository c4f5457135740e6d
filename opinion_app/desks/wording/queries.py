"""What the pages of wording read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.wording import ReplyTemplate


def templates(session: Session) -> Sequence[ReplyTemplate]:
    """Every template, those in use first."""
    order = (ReplyTemplate.active.desc(), ReplyTemplate.kind, ReplyTemplate.area, ReplyTemplate.title, ReplyTemplate.id)
    changed_by = joinedload(ReplyTemplate.changed_by).lazyload("*")
    return session.scalars(select(ReplyTemplate).options(changed_by).order_by(*order).limit(500)).all()
