"""Days of reminders under every fault at once: nothing missing, doubled unrecorded or stuck (R2-R6; `make soak`)."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest

from opinion_app.rules.settings import Settings
from tests.faults.soak_judge import Count
from tests.faults.soak_run import cluster, soak
from tests.support import postgres
from tests.support.databases import make_settings, migrate
from tests.support.presence import absent


@pytest.mark.slow
def test_n04_killed_clocks_and_failing_mail_lose_no_reminder(tmp_path: Path, sqlite_url: str) -> None:
    settings: Settings = make_settings(tmp_path / "data", sqlite_url)
    settings.data_dir.mkdir()
    counted = soak(settings, Count(cases=12, days=2, kills=2), random.Random())
    assert counted.kept, counted
    assert counted.told > 20
    assert min(counted.kills, counted.lost_after_data, counted.refused_for_now, counted.dropped_before) > 0, "a fault was not met"


@pytest.mark.slow
def test_r6_a_database_restarted_in_the_middle_loses_no_reminder(tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        postgres.binaries()
    except postgres.PostgresMissing as missing:
        absent(str(missing))
    data = tmp_path_factory.mktemp("soak")
    with tempfile.TemporaryDirectory(prefix="opinion-pg-") as home, cluster(Path(home)) as (url, restart):
        settings = make_settings(data, url)
        migrate(data, settings.database_url)
        counted = soak(settings, Count(cases=8, days=1, kills=1), random.Random(), restart)
    assert counted.kept, counted
    assert counted.restarts == 3
