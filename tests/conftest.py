"""What every test stands on: no way out to other hosts, and a fresh database where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import (
    core,
    database_url,
    postgres_server,
    postgres_template,
    postgres_url,
    settings,
    sqlite_template,
    sqlite_url,
)
from tests.support.network import Guard

__all__ = [
    "core",
    "database_url",
    "network_guard",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "settings",
    "sqlite_template",
    "sqlite_url",
]


@pytest.fixture(autouse=True)
def network_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """Fail any test that tries to leave this machine, at once and again at its end."""
    guard = Guard()
    guard.install(monkeypatch)
    yield guard
    assert not guard.attempts, f"the test tried to reach {guard.attempts}"
