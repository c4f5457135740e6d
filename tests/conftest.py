"""What every test stands on: no way out to other hosts, and a fresh database where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support import made_once, memory, quick_passwords
from tests.support.databases import (
    app,
    core,
    database_url,
    lender,
    lent_postgres_url,
    postgres_server,
    postgres_template,
    postgres_url,
    settings,
    sqlite_template,
    sqlite_url,
)
from tests.support.garbage import Garbage
from tests.support.network import Guard
from tests.support.presence import in_pipeline
from tests.support.turns import Turns

# The machine is shared, so no example has a time limit; in the pipeline the same tree gives the same verdict.
hypothesis_settings.register_profile("house", deadline=None, derandomize=in_pipeline(), print_blob=True)
hypothesis_settings.load_profile("house")
memory.work_there()
made_once.share_what_is_made()
quick_passwords.hash_quickly()

__all__ = [
    "app",
    "core",
    "database_url",
    "lender",
    "lent_postgres_url",
    "network_guard",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "settings",
    "sqlite_template",
    "sqlite_url",
]


def pytest_configure(config: pytest.Config) -> None:
    """Look for garbage where there is some, and let the engines take turns."""
    config.pluginmanager.register(Garbage(), "garbage")
    config.pluginmanager.register(Turns(), "turns")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case with bytes after its argument: bytes made at collection (zip files) differ between parallel workers."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def network_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """Fail any test that tries to leave this machine, at once and again at its end."""
    guard = Guard()
    guard.install(monkeypatch)
    yield guard
    assert not guard.attempts, f"the test tried to reach {guard.attempts}"
