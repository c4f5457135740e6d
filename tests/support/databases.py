"""Databases for tests: built once by the migrations, then given whole to each test, on SQLite and on PostgreSQL.

A copy of the file, a database put back to what it held (tests/support/lent.py), rather than a rollback, because what is tested
commits at its own edge, in several connections and processes; and rather than a truncation, because rows that the migrations
seed must be there.
Each test process has its own PostgreSQL server, so that parallel runs share nothing.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from opinion_app import locate
from opinion_app.app import create_app
from opinion_app.core import create_core
from opinion_app.records.base import db
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from tests.builders.office import seed
from tests.support import postgres
from tests.support.lent import Lender
from tests.support.made_once import share_statements
from tests.support.presence import absent

ENGINES = ("sqlite", "postgresql")
Content = TypeVar("Content")


def alternately(seeds: Iterable[int]) -> list[tuple[str, int]]:
    """Long walks by chance: each seed on one engine, in turn, for the walk of one seed is the same on both."""
    return [(ENGINES[turn % len(ENGINES)], seed) for turn, seed in enumerate(seeds)]


def make_settings(data_dir: Path, database_url: str = "", **changed: Any) -> Settings:
    """Settings as a new installation has them, but for those `changed` (named as in the environment)."""
    environ = {
        "OPINION_SECRET_KEY": secrets.token_hex(32),
        "OPINION_DATA_DIR": str(data_dir),
        "OPINION_DATABASE_URL": database_url,
        **{f"OPINION_{name.upper()}": str(value) for name, value in changed.items()},
    }
    settings = locate.config().load_settings(environ)
    assert isinstance(settings, Settings)
    return settings


def release(app: Flask) -> None:
    """Close every connection of `app`, so that its database can be copied or dropped."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def hurry(app: Flask) -> None:
    """Spare SQLite the waiting for the disk (a test's database need not outlive a power cut), and every engine compiling anew."""
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _no_sync)
            share_statements(engine)


def _no_sync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=off")


def migrate(data_dir: Path, database_url: str) -> None:
    """Bring the database at `database_url` to the newest schema with rules and calendar, as an installation does."""
    app = create_core(make_settings(data_dir, database_url))
    hurry(app)
    with app.app_context():
        flask_migrate.upgrade()
        with transaction() as session:
            seed(session)
    release(app)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and nothing else; copy it, never open it."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.db"
    migrate(folder, f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """This test process's own PostgreSQL server."""
    try:
        postgres.binaries()
    except postgres.PostgresMissing as missing:
        absent(str(missing))
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the newest schema and nothing else; clone it, never connect to it."""
    name = postgres_server.create()
    migrate(tmp_path_factory.mktemp("postgres"), postgres_server.url(name))
    return name


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    path = tmp_path / "opinion.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def lender(postgres_server: postgres.Server) -> Iterator[Lender]:
    """Lends databases of the test process's own server."""
    lender = Lender(postgres_server)
    yield lender
    lender.close()


@pytest.fixture
def lent_postgres_url(lender: Lender, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database with nothing else in it, for whoever leaves its tables as they are."""
    with lender.lend(postgres_template) as name:
        yield lender.server.url(name)


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, postgres_template: str) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, for whoever alters it."""
    name = postgres_server.create(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database, once on each engine."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "lent_postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """The settings of an installation over `database_url`; redefine it in a test module to change some."""
    return make_settings(tmp_path / "data", database_url)


@pytest.fixture
def core(settings: Settings) -> Iterator[Flask]:
    """The application without pages over a fresh database, inside its context."""
    app = create_core(settings)
    hurry(app)
    with app.app_context():
        yield app
    release(app)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole service with its pages over a fresh database; open a context of your own for what is not a request."""
    whole = create_app(settings)
    hurry(whole)
    yield whole
    release(whole)


@dataclass
class Furnished(Generic[Content]):
    """A database filled once, and what its filling answered; a test works in a copy."""

    source: str
    lender: Lender | None
    content: Content

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The address of a copy that lives until the block ends."""
        if self.lender is None:
            shutil.copyfile(self.source, folder / "opinion.db")
            yield f"sqlite:///{folder / 'opinion.db'}"
        else:
            with self.lender.lend(self.source) as name:
                yield self.lender.server.url(name)


def furnish(request: pytest.FixtureRequest, folder: Path, fill: Callable[[Session], Content]) -> Furnished[Content]:
    """Fill a database on the engine `request.param` for many tests that begin alike; for fixtures of a wide scope."""
    if request.param == "sqlite":
        path, lender = folder / "furnished.db", None
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        source, url = str(path), f"sqlite:///{path}"
    else:
        lender = request.getfixturevalue("lender")
        source = lender.server.create(request.getfixturevalue("postgres_template"))
        url = lender.server.url(source)
    app = create_core(make_settings(folder, url))
    hurry(app)
    with app.app_context(), transaction() as session:
        content = fill(session)
    release(app)
    return Furnished(source, lender, content)
