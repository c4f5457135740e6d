"""Killed with SIGKILL under load, the service keeps every promise it made (hardening R1; the long form is `make crash`)."""

from __future__ import annotations

import io
import os
import random
from datetime import UTC, datetime, timedelta

import pytest

from opinion_app.files.store import AttachmentStore
from opinion_app.flow.sweep import KEPT_FOR
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.settings import Settings
from tests.faults.crash_run import SCAN, crash
from tests.faults.real_server import running


@pytest.mark.slow
def test_killed_under_load_nothing_acknowledged_is_lost_and_no_case_lacks_its_file(settings: Settings) -> None:
    count = crash(settings, kills=2, clients=3, chance=random.Random())

    assert count.odd_answers == []
    assert count.kills == 2
    assert count.acknowledged >= 3
    assert (count.lost, count.without_file, count.strays_left) == (0, 0, 0)
    assert count.stored >= count.acknowledged
    assert count.integrity in ("", "ok")


def test_what_a_kill_left_is_swept_when_the_service_starts_again(settings: Settings) -> None:
    store = AttachmentStore(settings.data_dir / "attachments")
    old, young = (store.save(io.BytesIO(SCAN), "扫描件.pdf", STAFF_LIMITS).stored_name for _ in range(2))
    aged = (datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1)).timestamp()
    os.utime(store.path(old), (aged, aged))
    with running(settings):
        assert set(store.names()) == {young}
