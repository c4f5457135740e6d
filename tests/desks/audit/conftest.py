"""These pages ask nothing of the database that differs between the engines; one is enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from opinion_app.rules.settings import Settings
from tests.support.databases import make_settings


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return make_settings(tmp_path / "data", sqlite_url)
