"""On PostgreSQL a connection remembers the questions of the pages it served; what was written and taken back stays taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from opinion_app.records.base import db
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.records.office import Setting
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from tests.builders.office import make_person
from tests.support.client import client_for
from tests.support.databases import make_settings


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, lent_postgres_url: str) -> Settings:
    """SQLite has no statements to remember."""
    return make_settings(tmp_path_factory.mktemp("data"), lent_postgres_url)


@pytest.fixture
def reading() -> Iterator[None]:
    begin_reading()
    yield
    begin_writing()


def prepared() -> int:
    """How many statements the pool's connection remembers."""
    with db.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one())


def test_what_pages_ask_again_and_again_is_planned_once(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
    clerk = client_for(app, "clerk")
    for _ in range(7):
        assert clerk.get("/office/cases").status_code == 200
    with app.app_context():
        assert prepared() >= 3


def test_what_was_written_is_rolled_back_even_where_nothing_should_have_been_written(core: Flask, reading: None) -> None:
    db.session.add(Setting(name="stray", value=1))
    db.session.flush()
    db.session.scalar(select(Setting.value))
    db.session.rollback()
    assert db.session.scalar(select(Setting.name).where(Setting.name == "stray")) is None
    db.session.execute(text("WITH made AS (INSERT INTO settings VALUES ('stray', '1') RETURNING name) SELECT name FROM made"))
    db.session.rollback()
    assert db.session.scalar(select(Setting.name).where(Setting.name == "stray")) is None


def test_a_question_that_failed_leaves_a_connection_that_answers(core: Flask, reading: None) -> None:
    with pytest.raises(DBAPIError):
        db.session.scalar(text("SELECT 1/0"))
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1


def test_a_connection_that_was_lost_while_reading_is_told_of_and_replaced(core: Flask, reading: None) -> None:
    lost = db.session.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({lost}, 5000)")
    with pytest.raises(OperationalError):
        db.session.rollback()
    db.session.remove()
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != lost
