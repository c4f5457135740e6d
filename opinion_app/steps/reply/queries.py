"""What the drafting page reads beside the case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.case import Case
from opinion_app.records.finding import Finding
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.wording import ReplyTemplate


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


def templates(session: Session, case: Case) -> Sequence[ReplyTemplate]:
    """The templates that fit the case by kind and area; those for just such cases first."""
    query = select(ReplyTemplate).where(
        ReplyTemplate.active,
        or_(ReplyTemplate.kind.is_(None), ReplyTemplate.kind == case.kind),
        ReplyTemplate.area.in_(("", case.area)),
    )
    order = (ReplyTemplate.kind.is_(None), ReplyTemplate.area == "", ReplyTemplate.title)
    return session.scalars(query.order_by(*order).limit(100)).all()


def with_template(session: Session, text: str, chosen: str) -> str:
    """The text with a template behind it; unchanged where none was chosen."""
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    row = session.get(ReplyTemplate, number)
    return "\n\n".join(part for part in (text.rstrip(), row.text) if part) if row is not None and row.active else text
