"""Drawing pages apart: page by page, on from there after a kill, by one process at a time; told when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.files.pages import PageFile
from opinion_app.files.store import AttachmentStore, StorageFailedError
from opinion_app.records.attachment import Attachment
from opinion_app.records.current import settings_of
from opinion_app.records.public_copy import PublicCopy, PublicCopyPage
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.public_files import CopyState
from opinion_app.steps.publish import drawing
from tests.builders.office import NOW
from tests.files.made_pages import pdf
from tests.steps.publish.conftest import Office

LATER = NOW + drawing.STILL_AFTER + timedelta(seconds=1)


@pytest.fixture
def store(core: Flask) -> AttachmentStore:
    return AttachmentStore(settings_of(core).data_dir / "attachments")


@pytest.fixture
def copy_id(office: Office, store: AttachmentStore, tmp_path: Any) -> int:
    """A PDF of three pages that belongs to a reply, begun."""
    source = tmp_path / "批复.pdf"
    source.write_bytes(pdf(3))
    with source.open("rb") as stream:
        stored = store.save(stream, source.name, STAFF_LIMITS)
    case = office.closed()
    kept = {"stored_name": stored.stored_name, "size": stored.size, "sha256": stored.sha256, "media_type": stored.media_type}
    file = Attachment(case_id=case.id, owner="reply", name=source.name, added_at=NOW, **kept)
    office.session.add(file)
    office.session.flush()
    row, fresh = drawing.begin(office.session, case, office.clerk, NOW, file.id)
    assert fresh
    again, fresh = drawing.begin(office.session, case, office.clerk, NOW, file.id)
    assert (again.id, fresh) == (row.id, False), "one process for a file"
    copy_id = row.id
    office.session.commit()
    return copy_id


def state(copy_id: int) -> tuple[CopyState, int, list[int]]:
    with transaction() as session:
        row = session.get_one(PublicCopy, copy_id)
        numbers = session.scalars(select(PublicCopyPage.page_no).order_by(PublicCopyPage.page_no))
        return row.state, row.total, list(numbers)


def test_cut_short_it_goes_on_where_it_was(core: Flask, copy_id: int, store: AttachmentStore) -> None:
    pages = drawing.draw_pages

    def killed(*order: Any) -> Iterator[PageFile]:
        for page in pages(*order):
            yield page
            if page.number == 2:
                raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "draw_pages", killed)
        with pytest.raises(KeyboardInterrupt):
            drawing.carry_out(copy_id, lambda: NOW, store)
    assert state(copy_id) == (CopyState.DRAWING, 3, [1, 2])
    with transaction() as session:
        row = session.get_one(PublicCopy, copy_id)
        assert (drawing.is_quiet(row, NOW), drawing.is_quiet(row, LATER)) == (False, True)
    with pytest.raises(Refused):
        drawing.carry_out(copy_id, lambda: NOW, store)
    assert drawing.carry_out(copy_id, lambda: LATER, store) == ""
    assert state(copy_id) == (CopyState.DRAWN, 3, [1, 2, 3])
    assert len(list(store.names())) == 4
    with pytest.raises(Refused):
        drawing.carry_out(copy_id, lambda: LATER, store)


def test_a_copy_made_anew_meanwhile_is_left_to_the_other(core: Flask, copy_id: int, store: AttachmentStore) -> None:
    def replaced() -> datetime:
        with transaction() as session:
            session.delete(session.get_one(PublicCopy, copy_id))
        return NOW

    ticks = [lambda: NOW, lambda: NOW, replaced]

    def tick() -> datetime:
        return ticks.pop(0)()

    with pytest.raises(Refused):
        drawing.carry_out(copy_id, tick, store)
    with transaction() as session:
        assert session.scalars(select(PublicCopyPage.id)).all() == []
    assert len(list(store.names())) == 2, "the page the other deleted is for the sweep; the one in hand is gone"


@pytest.mark.parametrize("error", [StorageFailedError("磁盘已满"), ValueError("a fault of ours")])
def test_what_fails_is_told(core: Flask, copy_id: int, store: AttachmentStore, error: Exception) -> None:
    def full(*_rest: Any) -> Iterator[PageFile]:
        raise error
        yield

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "draw_pages", full)
        if isinstance(error, ValueError):
            with pytest.raises(ValueError, match="fault"):
                drawing.carry_out(copy_id, lambda: NOW, store)
        else:
            assert "磁盘已满" in drawing.carry_out(copy_id, lambda: NOW, store)
    with transaction() as session:
        row = session.get_one(PublicCopy, copy_id)
        assert row.state is CopyState.FAILED
        assert row.message


def test_a_real_process_is_killed_and_another_one_ends_it(core: Flask, copy_id: int, store: AttachmentStore) -> None:
    """The command itself, by a process of its own: killed without a word, it leaves nothing half-done that another cannot end."""
    started: list[int] = []
    popen = subprocess.Popen

    def noted(*order: Any, **more: Any) -> Any:
        process = popen(*order, **more)
        started.append(process.pid)
        return process

    settings = settings_of(core)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", noted)
        drawing.start(copy_id, settings)
    os.kill(started[0], signal.SIGKILL)
    with transaction() as session:
        session.get_one(PublicCopy, copy_id).beaten_at = None
    drawing.start(copy_id, settings)
    until = time.monotonic() + 90
    while state(copy_id)[0] is CopyState.DRAWING and time.monotonic() < until:
        time.sleep(0.2)
    assert state(copy_id) == (CopyState.DRAWN, 3, [1, 2, 3])
