"""The ground the tests stand on holds: no way out, and each test gets a database of its own."""

from __future__ import annotations

import socket

import psycopg
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from opinion_app.app import create_app
from opinion_app.records.base import db
from opinion_app.rules.settings import Settings
from tests.support import postgres, presence
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
