"""Attaching (附件): rows for files that are already on disk, with a line on the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.files.received import Received
from opinion_app.files.store import StoredFile
from opinion_app.flow import trail
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.rules.facts import Actor


def attach(
    session: Session,
    case: Case,
    files: Iterable[Received],
    actor: Actor | None,
    now: datetime,
    *,
    owner: str = "case",
    owner_id: int | None = None,
) -> list[Attachment]:
    """Name files as parts of a case; `owner` says of which part (case, finding, report_back, assessment, risk_report), or what a
    file added later is for (`FileUse`)."""
    return attach_stored(session, case, [(file.name, file.stored) for file in files], actor, now, owner=owner, owner_id=owner_id)


def attach_stored(
    session: Session,
    case: Case,
    files: Iterable[tuple[str, StoredFile]],
    actor: Actor | None,
    now: datetime,
    *,
    owner: str = "case",
    owner_id: int | None = None,
) -> list[Attachment]:
    """The same for files known by name and by what the store said of them."""
    rows = [_row(name, stored, actor, now) for name, stored in files]
    for row in rows:
        row.case_id, row.owner, row.owner_id = case.id, owner, owner_id
        trail.record(session, "attachment.add", case.number, actor, now, {"附件": (None, row.name)})
    session.add_all(rows)
    session.flush()
    return rows


def attach_to_policy(
    session: Session,
    policy_id: int,
    subject: str,
    files: Iterable[Received],
    actor: Actor,
    now: datetime,
    *,
    owner: str = "policy",
    owner_id: int | None = None,
) -> list[Attachment]:
    """Name files as parts of a policy document; `owner` says of which part (policy, assessment)."""
    rows = [_row(file.name, file.stored, actor, now) for file in files]
    for row in rows:
        row.policy_id, row.owner, row.owner_id = policy_id, owner, owner_id
        trail.record(session, "attachment.add", subject, actor, now, {"附件": (None, row.name)})
    session.add_all(rows)
    session.flush()
    return rows


def _row(name: str, stored: StoredFile, actor: Actor | None, now: datetime) -> Attachment:
    return Attachment(
        name=name,
        stored_name=stored.stored_name,
        size=stored.size,
        sha256=stored.sha256,
        media_type=stored.media_type,
        added_by_id=actor.id if actor else None,
        added_at=now,
    )
