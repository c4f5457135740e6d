"""The sweep takes what a crash left and nothing that any row names."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import JSON

from opinion_app.files.store import AttachmentStore, StoredFile
from opinion_app.flow.sweep import COLUMN, KEPT_FOR, named_files, sweep
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import Base
from opinion_app.records.import_run import ImportRun
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.file_kinds import STAFF_LIMITS

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments")


def kept(store: AttachmentStore) -> StoredFile:
    return store.save(io.BytesIO(PDF), "扫描件.pdf", STAFF_LIMITS)


def later() -> datetime:
    return datetime.now(UTC) + KEPT_FOR + timedelta(minutes=1)


def test_only_what_no_row_names_goes(core: Flask, store: AttachmentStore, tmp_path: Path) -> None:
    attached, submitted, imported, stray = (kept(store) for _ in range(4))
    half = tmp_path / "attachments" / "incoming" / f"{'0' * 32}.part"
    half.write_bytes(b"half")
    now = datetime.now(UTC)
    with transaction() as session:
        values = {"size": 1, "sha256": "x", "media_type": "application/pdf", "added_at": now}
        session.add(Attachment(name="扫描件.pdf", stored_name=attached.stored_name, **values))
        files = [{"name": "照片.png", "stored": submitted.stored_name}]
        session.add(Submission(number="LY2026-000001", code_hash="h", fields={}, files=files, submitted_at=now))
        session.add(ImportRun(file_name="留言.xlsx", stored_name=imported.stored_name, sha256="x", created_at=now))
    with transaction() as session:
        assert sweep(session, store, later()) == 2
        assert sweep(session, store, later()) == 0

    assert set(store.names()) == {attached.stored_name, submitted.stored_name, imported.stored_name}
    assert stray.stored_name not in set(store.names())
    assert not half.exists()


def test_what_is_young_stays_because_its_row_may_be_on_the_way(core: Flask, store: AttachmentStore) -> None:
    young, old = kept(store), kept(store)
    aged = (datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1)).timestamp()
    os.utime(store.path(old.stored_name), (aged, aged))
    with transaction() as session:
        assert sweep(session, store, datetime.now(UTC)) == 1

    assert set(store.names()) == {young.stored_name}


def test_no_table_hides_stored_files_from_the_sweep() -> None:
    """A new column of JSON must be looked at here before it may hold names of files."""
    columns = {
        f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.c if not column.foreign_keys
    }
    named = {column for column in columns if column.endswith(f".{COLUMN}")}
    speaking = {column for column in columns if any(word in column.split(".")[1] for word in ("file", "stored", "attachment"))}

    assert {"attachments.stored_name", "import_runs.stored_name"} <= named
    assert speaking - named <= {"submissions.files", "import_runs.file_name"}
    assert isinstance(Base.metadata.tables["submissions"].c.files.type, JSON)


def test_a_name_is_found_however_a_submission_lists_it(core: Flask) -> None:
    name = "0123456789abcdef" * 2
    with transaction() as session:
        for number, files in enumerate(([name], [{"stored": {"stored_name": name}}], [])):
            session.add(Submission(number=f"LY{number}", code_hash="h", fields={}, files=files, submitted_at=later()))
    with transaction() as session:
        assert named_files(session) == {name}
