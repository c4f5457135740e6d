"""The ground the tests stand on holds: no way out, and each test gets a database of its own."""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from opinion_app.app import create_app
from opinion_app.records.base import db
from opinion_app.rules.settings import Settings
from tests.support import postgres, presence, turns
from tests.support.databases import ENGINES
from tests.support.lent import Lender
from tests.support.network import Guard, OutsideWorld


def test_another_host_is_refused_by_name_and_by_number(network_guard: Guard) -> None:
    with pytest.raises(OutsideWorld):
        socket.create_connection(("mail.example", 25), timeout=1)
    with socket.socket() as outward, pytest.raises(OutsideWorld):
        outward.connect(("192.0.2.1", 25))

    assert network_guard.attempts == ["mail.example", "192.0.2.1"]
    network_guard.attempts.clear()


def test_loopback_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_what_is_absent_fails_in_the_pipeline_and_skips_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        presence.absent("no such server")

    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no such server"):
        presence.absent("no such server")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(core: Flask, turn: str) -> None:
    tables = inspect(db.engine).get_table_names()
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (turn text)"))

    assert "alembic_version" in tables
    assert "cases" in tables
    assert "left_behind" not in tables, f"the {turn} test found what the other one left"


def held(server: postgres.Server, name: str) -> tuple[object, ...]:
    with psycopg.connect(host=str(server.sockets), user=postgres.OWNER, dbname=name) as connection:
        tables = ("deadline_rules ORDER BY id", "calendar_days ORDER BY id", "settings", "units_id_seq")
        return tuple(connection.execute(f"SELECT * FROM {table}".encode()).fetchall() for table in tables)


def test_a_lent_database_comes_back_as_it_was(lender: Lender, postgres_template: str) -> None:
    with lender.lend(postgres_template) as name:
        first = held(lender.server, name)
        left_open = psycopg.connect(host=str(lender.server.sockets), user=postgres.OWNER, dbname=name)
        left_open.execute("DELETE FROM deadline_rules WHERE id = (SELECT min(id) FROM deadline_rules)")
        left_open.execute("SELECT nextval('units_id_seq')")
        left_open.execute("UPDATE calendar_days SET name = 'changed'")
        left_open.execute("INSERT INTO settings VALUES ('left behind', '1')")
        left_open.commit()
        assert held(lender.server, name) != first
    with lender.lend(postgres_template) as again:
        assert again == name
        assert held(lender.server, again) == first
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


def test_a_lent_database_of_another_shape_is_not_lent_again(lender: Lender, postgres_template: str) -> None:
    with lender.lend(postgres_template) as name, lender.lend(postgres_template) as other:
        assert other != name
        with psycopg.connect(host=str(lender.server.sockets), user=postgres.OWNER, dbname=name) as connection:
            connection.execute("GRANT SELECT ON units TO PUBLIC")
    with lender.lend(postgres_template) as next_one:
        assert next_one == other


def test_what_applications_share_is_compiled_and_nothing_else(app: Flask, settings: Settings) -> None:
    other = create_app(settings)
    with app.test_request_context():
        first = app.url_for("static", filename="css/a b.css", v="1")
    with other.test_request_context():
        again = other.url_for("static", filename="css/a b.css", v="2")

    assert [first, again] == ["/static/css/a%20b.css?v=1", "/static/css/a%20b.css?v=2"]
    assert app.jinja_env is not other.jinja_env
    assert app.jinja_env.bytecode_cache is other.jinja_env.bytecode_cache
    assert app.jinja_env.get_template("layouts/office.html") is not other.jinja_env.get_template("layouts/office.html")


@dataclass(eq=False)
class Item:
    """A test as it is collected: one row of a table on one engine."""

    test: str
    engine: str
    row: str = ""
    folder: str = "steps"

    @property
    def callspec(self) -> SimpleNamespace:
        params = {"database_url": self.engine, "at": self.row}
        return SimpleNamespace(params=params, id="-".join(filter(None, params.values())))

    @property
    def nodeid(self) -> str:
        return f"{self.test}[{self.callspec.id}]"

    @property
    def path(self) -> Path:
        return Path("tests", self.folder, "test_it.py")


def test_the_rows_of_a_test_take_turns_and_each_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(turns.EVERY, raising=False)
    table = [Item("many", engine, row) for engine in ENGINES for row in ("a", "b", "c", "d")]
    whole = [Item("alone", engine) for engine in ENGINES]
    whole += [Item("found", engine, row, "search") for engine in ENGINES for row in ("a", "b")]
    whole += [Item("picked", "sqlite", row) for row in ("a", "b")]
    kept: list[Any] = [*table, *whole]
    told: list[Any] = []

    def left_out(*, items: list[Any]) -> None:
        told.extend(items)

    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=left_out))
    turns.Turns().pytest_collection_modifyitems(config, kept)

    of_table = [item for item in kept if item in table]
    assert sorted(item.row for item in of_table) == ["a", "b", "c", "d"]
    assert Counter(item.engine for item in of_table) == dict.fromkeys(ENGINES, 2)
    assert [item for item in kept if item not in table] == whole
    assert {*told, *of_table} == set(table)

    every: list[Any] = [*table, *whole]
    monkeypatch.setenv(turns.EVERY, "1")
    turns.Turns().pytest_collection_modifyitems(config, every)
    assert every == [*table, *whole]
