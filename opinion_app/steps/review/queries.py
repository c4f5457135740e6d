"""What a checker reads: the wording, the versions before it and the checks made so far."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.finding import Finding
from opinion_app.records.reply import Reply, ReplyCheck


def versions(session: Session, case_id: int) -> Sequence[Reply]:
    """All versions, newest first, with their checks."""
    query = select(Reply).where(Reply.case_id == case_id).order_by(Reply.version_no.desc())
    checked_by = joinedload(Reply.checks).joinedload(ReplyCheck.checked_by).lazyload("*")
    return session.scalars(query.options(checked_by)).unique().all()


def findings(session: Session, case_id: int) -> Sequence[Finding]:
    """The internal notes beside the draft."""
    return session.scalars(select(Finding).where(Finding.case_id == case_id).order_by(Finding.id.desc()).limit(50)).all()
