"""What the case page reads: the trail of moves, the attachments, and a single attachment for its download."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.visible import visible
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor

MOVES_SHOWN = 200


def moves_of(session: Session, case_id: int, limit: int = MOVES_SHOWN) -> Sequence[Move]:
    """The acts done on a case, newest first."""
    return session.scalars(select(Move).where(Move.case_id == case_id).order_by(Move.id.desc()).limit(limit)).all()


def attachments_of(session: Session, case_id: int) -> Sequence[Attachment]:
    """Every file of a case, in the order in which they came."""
    return session.scalars(select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id)).all()


def attachment(session: Session, attachment_id: int, actor: Actor) -> Attachment:
    """A file of a case the person may see. Raises NotFound for every other, so that nothing is told about it."""
    query = select(Attachment).join(Case, Case.id == Attachment.case_id).where(Attachment.id == attachment_id, visible(actor))
    held = session.scalar(query)
    if held is None:
        raise NotFound("没有这份附件，或者您无权查看。")
    return held
