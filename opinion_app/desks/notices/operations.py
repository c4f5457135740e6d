"""Reading notices: the moment is kept, so that the ledger can tell when a person knew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.desks.notices.queries import one
from opinion_app.records.notice import Notice
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import NoticeChannel


def open_notice(session: Session, notice_id: int, actor: Actor, now: datetime) -> Notice:
    """Mark one notice as read; the first reading counts. Raises NotFound."""
    row = one(session, notice_id, actor)
    row.read_at = row.read_at or now
    return row


def read_all(session: Session, actor: Actor, now: datetime) -> None:
    """Mark everything the person was told as read."""
    session.execute(
        update(Notice)
        .where(Notice.person_id == actor.id, Notice.channel == NoticeChannel.IN_APP, Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
