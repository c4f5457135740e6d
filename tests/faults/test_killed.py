"""Killed with SIGKILL under load, the service keeps every promise it made (hardening R1; the long form is `make crash`)."""

from __future__ import annotations

import random

import pytest

from opinion_app.rules.settings import Settings
from tests.faults.crash_run import crash


@pytest.mark.slow
def test_killed_under_load_nothing_acknowledged_is_lost_and_no_case_lacks_its_file(settings: Settings) -> None:
    count = crash(settings, kills=2, clients=3, chance=random.Random())

    assert count.odd_answers == []
    assert count.kills == 2
    assert count.acknowledged >= 3
    assert (count.lost, count.without_file, count.strays_left) == (0, 0, 0)
    assert count.stored >= count.acknowledged
    assert count.integrity in ("", "ok")
