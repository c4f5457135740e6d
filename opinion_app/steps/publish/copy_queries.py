"""What the pages of clean copies read: the files of a case, and how far each is on its way to be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.attachment import Attachment
from opinion_app.records.public_copy import PublicCopy
from opinion_app.rules.public_files import refusal

FILES_AT_MOST = 300


@dataclass(frozen=True)
class FileLine:
    """One file of the case; `reason` says why it cannot be published, `copy` is its clean copy where there is one."""

    file: Attachment
    reason: str
    copy: PublicCopy | None


def lines(session: Session, case_id: int) -> list[FileLine]:
    """Every file of a case."""
    query = select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id).limit(FILES_AT_MOST)
    held = {row.attachment_id: row for row in session.scalars(select(PublicCopy).where(PublicCopy.case_id == case_id))}
    return [FileLine(file, refusal(file.media_type), held.get(file.id)) for file in session.scalars(query)]


def ready(session: Session, case_id: int) -> Sequence[PublicCopy]:
    """The finished copies of a case, in the order of their files."""
    query = select(PublicCopy).options(joinedload(PublicCopy.attachment)).where(PublicCopy.case_id == case_id)
    return session.scalars(query.where(PublicCopy.stored_name != "").order_by(PublicCopy.attachment_id)).all()


def chosen(among: Iterable[PublicCopy], wanted: Iterable[int] | None) -> list[PublicCopy]:
    """Those of the finished copies that are to go out; all of them where nobody has chosen."""
    named = None if wanted is None else set(wanted)
    return [row for row in among if named is None or row.id in named]
