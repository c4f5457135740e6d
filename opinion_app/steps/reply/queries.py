"""What the drafting page reads beside the case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.finding import Finding
from opinion_app.records.reply import Reply, ReplyCheck


def findings(session: Session, case_id: int) -> Sequence[Finding]:
    """The internal notes, newest first, for the writer of the reply to draw on."""
    query = select(Finding).where(Finding.case_id == case_id).order_by(Finding.id.desc()).limit(50)
    return session.scalars(query.options(joinedload(Finding.unit), joinedload(Finding.author))).all()


def last_refusal(session: Session, reply: Reply | None) -> ReplyCheck | None:
    """Why the last version came back, if it did."""
    if reply is None:
        return None
    query = (
        select(ReplyCheck)
        .join(Reply, Reply.id == ReplyCheck.reply_id)
        .where(Reply.case_id == reply.case_id, ReplyCheck.passed.is_(False))
    )
    newest = query.order_by(ReplyCheck.id.desc()).limit(1).options(joinedload(ReplyCheck.checked_by))
    return session.scalar(newest)
