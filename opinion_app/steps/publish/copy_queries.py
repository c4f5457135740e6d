"""What the pages of clean copies read: the files of a case, and how far each is on its way to be published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.public_copy import PublicCopy
from opinion_app.rules.public_files import inside, refusal

FILES_AT_MOST = 300


@dataclass(frozen=True)
class FileLine:
    """One file of the case; `reason` says why it cannot be published, `copy` is its clean copy where there is one."""

    file: Attachment
    reason: str
    copy: PublicCopy | None


@dataclass(frozen=True)
class Files:
    """What can be offered, and how many of the case's files stay inside."""

    lines: list[FileLine]
    inside: int


def files_of(session: Session, case: Case) -> Files:
    """The files of the question and of the reply; of those that stay inside only their number is told."""
    query = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id).limit(FILES_AT_MOST)
    held = {row.attachment_id: row for row in session.scalars(select(PublicCopy).where(PublicCopy.case_id == case.id))}
    rows = session.scalars(query).all()
    offered = [FileLine(file, refusal(file.media_type), held.get(file.id)) for file in rows if not why_inside(case, file)]
    return Files(offered, len(rows) - len(offered))


def why_inside(case: Case, file: Attachment) -> str:
    """Why a file of the case stays inside; empty where it may go public."""
    return inside(file.owner, case.source, file.added_at, case.registered_at)


def ready(session: Session, case: Case) -> Sequence[PublicCopy]:
    """The finished copies of a case, in the order of their files; a copy of what stays inside is none."""
    query = select(PublicCopy).options(joinedload(PublicCopy.attachment)).where(PublicCopy.case_id == case.id)
    finished = session.scalars(query.where(PublicCopy.stored_name != "").order_by(PublicCopy.attachment_id))
    return [row for row in finished if not why_inside(case, row.attachment)]


def chosen(among: Iterable[PublicCopy], wanted: Iterable[int] | None) -> list[PublicCopy]:
    """Those of the finished copies that are to go out; all of them where nobody has chosen."""
    named = None if wanted is None else set(wanted)
    return [row for row in among if named is None or row.id in named]
