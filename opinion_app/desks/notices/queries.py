"""A person's own notices, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.records.notice import Notice
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import NoticeChannel


def own(session: Session, actor: Actor, start: int, limit: int, *, unread: bool) -> Sequence[Notice]:
    """A stretch of the person's notices."""
    query = select(Notice).where(Notice.person_id == actor.id, Notice.channel == NoticeChannel.IN_APP)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    return session.scalars(query.order_by(Notice.id.desc()).offset(start).limit(limit)).all()


def unread_count(session: Session, actor: Actor) -> int:
    """How many the person has not read."""
    query = select(func.count(Notice.id)).where(
        Notice.person_id == actor.id, Notice.channel == NoticeChannel.IN_APP, Notice.read_at.is_(None)
    )
    return int(session.scalar(query) or 0)


def one(session: Session, notice_id: int, actor: Actor) -> Notice:
    """One notice of the person's own. Raises NotFound for everybody else's."""
    query = select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.id, Notice.channel == NoticeChannel.IN_APP)
    row = session.scalar(query)
    if row is None:
        raise NotFound("没有这条通知。")
    return row


def grouped(notice: Notice) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines of a digest by urgency, in its order."""
    return [(name, list(lines)) for name, lines in groupby(notice.lines, key=lambda line: str(line.get("group", "")))]
