"""The demonstration office for tests: loaded once for each engine, looked at by every test of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from opinion_app.app import create_app
from opinion_app.demo.cast import Account
from opinion_app.demo.load import load_demo
from tests.support import postgres
from tests.support.databases import ENGINES, hurry, make_settings, release


@dataclass
class Demo:
    """A loaded demonstration and the moment it was loaded at."""

    app: Flask
    accounts: list[Account]
    now: datetime


@pytest.fixture(scope="package", params=ENGINES)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(make_settings(folder, _database(request, folder)))
    hurry(app)
    now = datetime.now(UTC)  # the pages read the wall clock, so the office is loaded by it
    with app.app_context():
        accounts = load_demo(now)
    yield Demo(app, accounts, now)
    release(app)


def _database(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        (folder / "opinion.db").write_bytes(template.read_bytes())
        return f"sqlite:///{folder / 'opinion.db'}"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.url(server.create(request.getfixturevalue("postgres_template")))
