"""Writing a snapshot where the public reads it, or setting it down until its moment has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from opinion_app.flow import index
from opinion_app.flow.numbers import next_serial
from opinion_app.flow.settings import office, setting
from opinion_app.records.case import Case
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import Publication, PublishedFile
from opinion_app.rules.numbering import DEFAULT_INDEX_PATTERN, index_number, index_series
from opinion_app.rules.publication import Snapshot
from opinion_app.rules.words import Kind, PublicationState
from opinion_app.rules.zone import local_date
from opinion_app.steps.publish.queries import Material


def put(session: Session, case: Case, held: Material, snapshot: Snapshot, now: datetime) -> Publication:
    """Let the snapshot be what the public reads of this case from the commit on; a publication of the same case is replaced."""
    said, row, correction = _said(snapshot, now), held.publication, snapshot.note
    if row is None:
        number = _index_number(session, now)
        row = Publication(case_id=case.id, number=case.number, index_number=number, published_at=now, note="", **said)
        session.add(row)
    else:
        note = replaced_words(now, correction) if row.snapshot_hash != snapshot.hash or correction else ""
        if row.state is not PublicationState.PUBLISHED:
            row.published_at, note = now, replaced_words(now, correction) if correction else ""
        row.note = note
        for name, value in said.items():
            setattr(row, name, value)
    index.put_publication(session, row)
    _put_files(session, row, held.copies, snapshot.file_names)
    return row


def _put_files(session: Session, row: Publication, copies: Iterable[PublicCopy], names: Iterable[str]) -> None:
    """The clean copies that go along, under their masked names, in the place of those that were out before."""
    session.execute(delete(PublishedFile).where(PublishedFile.publication_id == row.id))
    session.add_all(
        PublishedFile(
            publication_id=row.id,
            serial=serial,
            name=name,
            stored_name=copy.stored_name,
            size=copy.size,
            sha256=copy.sha256,
            media_type=copy.media_type,
        )
        for serial, (copy, name) in enumerate(zip(copies, names, strict=True), start=1)
    )
    session.flush()


def replaced_words(now: datetime, correction: str = "") -> str:
    """What a reader is told beside a publication that is no longer the first wording."""
    day = local_date(now)
    date = f"{day.year}年{day.month}月{day.day}日"
    return f"{date}更正：{correction}" if correction else f"本件经重新办理或更正，内容已于{date}更新。"


def _said(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """What the public is told, as the columns of a publication: what was reviewed and nothing read afresh."""
    return {
        "title": snapshot.title,
        "question": snapshot.question,
        "answer": snapshot.answer,
        "writer": snapshot.writer,
        "left_out": snapshot.left_out,
        "kind": Kind.of(snapshot.kind),
        "area": snapshot.area,
        "unit_name": snapshot.unit,
        "asked_on": date.fromisoformat(snapshot.asked_on),
        "answered_on": date.fromisoformat(snapshot.answered_on),
        "state": PublicationState.PUBLISHED,
        "snapshot_hash": snapshot.hash,
        "updated_at": now,
    }


def _index_number(session: Session, now: datetime) -> str:
    """The 索引号 by the office's pattern; the serial counts within the day, month or year it names (domain §5.3)."""
    day = local_date(now)
    pattern = setting(session, "index_pattern", DEFAULT_INDEX_PATTERN)
    serial = next_serial(session, index_series(pattern, day), day.year)
    return index_number(pattern, office(session)["credit_code"], day, serial)
