"""The migrations build what the models say, can be undone and done again, and survive being killed half-way (hardening R14)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, inspect

from opinion_app import locate
from opinion_app.core import create_core
from opinion_app.records.base import Base, db
from tests.support import postgres
from tests.support.databases import ENGINES, hurry, make_settings, release

Schema = dict[str, dict[str, Any]]


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def empty(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database that no migration has touched."""
    app = create_core(make_settings(tmp_path / "data", empty_url))
    hurry(app)
    with app.app_context():
        yield app
    release(app)


def schema() -> Schema:
    """What the database has, table by table, in an order of its own."""
    found = inspect(db.engine)
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)],
            "primary": found.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(str(sorted(key.items(), key=str)) for key in found.get_foreign_keys(table)),
            "indexes": sorted(str((i["name"], i["column_names"], i["unique"])) for i in found.get_indexes(table)),
            "unique": sorted(str((u["name"], u["column_names"])) for u in found.get_unique_constraints(table)),
            "checks": sorted(str(check["name"]) for check in found.get_check_constraints(table)),
        }
        for table in found.get_table_names()
        if not table.startswith(("alembic_version", "case_index", "publication_index"))
    }


def test_there_is_one_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(locate.migrations()))

    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_the_migrations_build_what_the_models_say(core: Flask) -> None:
    flask_migrate.check()  # raises where a table, column, index or type differs

    modelled = {
        table.name: {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint) and c.name}
        for table in Base.metadata.tables.values()
    }
    built = {name: set(table["checks"]) for name, table in schema().items()}
    assert built == modelled


def test_undone_and_done_again_gives_the_same(empty: Flask) -> None:
    flask_migrate.upgrade()
    first = schema()
    flask_migrate.downgrade(revision="base")
    nothing = schema()
    flask_migrate.upgrade()

    assert nothing == {}
    assert schema() == first


DIES = """
import os, sys
import flask_migrate
from sqlalchemy import event
from opinion_app.core import create_core
from opinion_app.records.base import db

created = 0

def die(connection, cursor, statement, *rest):
    global created
    created += "CREATE TABLE" in statement
    if created == 12:
        os._exit(9)

with create_core().app_context():
    event.listen(db.engine, "before_cursor_execute", die)
    flask_migrate.upgrade()
"""


def test_a_killed_migration_is_finished_by_running_it_again(empty: Flask, empty_url: str, tmp_path: Path) -> None:
    environ = os.environ | {
        "OPINION_SECRET_KEY": "k" * 40,
        "OPINION_DATA_DIR": str(tmp_path / "other"),
        "OPINION_DATABASE_URL": empty_url,
        "PYTHONPATH": str(locate.CHECKOUT),
    }
    killed = subprocess.run([sys.executable, "-c", DIES], env=environ, capture_output=True, text=True, check=False)
    left = schema()
    flask_migrate.upgrade()

    assert killed.returncode == 9, killed.stderr
    assert left == {}
    flask_migrate.check()
