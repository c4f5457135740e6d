"""Errors of the database go to logs, job reports and terminals: they must not tell what a statement carried."""

from __future__ import annotations

import logging
import sqlite3
import traceback

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.said_errors import told
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.web.access import public_page
from tests.builders.office import NOW
from tests.support.client import Browser

PLANTED = "13800001234"
DUPLICATE = "INSERT INTO settings (name, value) VALUES ('twice', :value)"
MISSING = "INSERT INTO settings (name, value) VALUES (:value, NULL)"
# Each statement makes the driver quote its value: a cast, words searched for, a name that is none.
QUOTING = {
    "sqlite": [
        "SELECT * FROM case_index WHERE case_index MATCH '\"' || :value",
        "SELECT * FROM case_index WHERE case_index MATCH 'a' || :value || char(58) || 'b'",
        "SELECT json_extract('[1]', :value)",
        "SELECT CAST(x'ff' || :value AS TEXT)",
    ],
    "postgresql": [
        "SELECT CAST(:value || 'x' AS integer)",
        "SELECT CAST('年' || :value AS timestamptz)",
        "SELECT to_tsquery('simple', :value || ' & & ')",
        "SELECT CAST(:value || '[' AS jsonb)",
        "SELECT CAST('t' || :value AS regclass)",
        "SELECT 'a' ~ ('(' || :value)",
        "SELECT 1 FROM cases WHERE CAST(:value AS smallint) = 1",
        "DO $$ BEGIN RAISE EXCEPTION 'no such person: %', '13800001234'; END $$",
    ],
}


def all_of(error: BaseException) -> str:
    """What a log would hold of it: the error, its causes and their places."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("statement", [DUPLICATE, MISSING])
def test_a_refused_row_is_told_by_its_rule_alone(core: Flask, statement: str) -> None:
    """PostgreSQL would add: Key (name)=(…) already exists. Failing row contains (…)."""
    with transaction() as session:
        session.execute(text(DUPLICATE), {"value": f'"{PLANTED}"'})
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(text(statement), {"value": f'"{PLANTED}"'})
    assert "settings" in str(refused.value.orig)
    assert ("name" if statement == DUPLICATE else "value") in str(refused.value.orig) or "pk_settings" in str(refused.value.orig)
    assert PLANTED not in all_of(refused.value)


def test_what_the_database_could_not_read_is_not_quoted(core: Flask) -> None:
    engine = db.engine.dialect.name
    quoted = []
    for statement in QUOTING[engine]:
        with pytest.raises(DBAPIError) as refused, transaction() as session:
            session.execute(text(statement), {"value": PLANTED} if ":value" in statement else {}).all()
        without_it = all_of(refused.value).replace(str(refused.value.statement), "")
        quoted += [statement] if PLANTED in without_it else []
        assert engine == "sqlite" or "SQLSTATE" in str(refused.value)
    assert quoted == []


def test_what_never_reached_the_database_is_not_quoted_either(core: Flask) -> None:
    with pytest.raises(StatementError) as refused, transaction() as session:
        session.execute(select(Case).where(Case.stage == PLANTED))
    assert "ValueError" in str(refused.value)
    assert PLANTED not in all_of(refused.value)


def test_no_log_and_no_page_tells_it(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A page whose statement the database refuses."""

    @app.get("/refused")
    @public_page
    def refused() -> str:
        row = {"number": PLANTED, "code_hash": PLANTED, "fields": {"body": PLANTED}, "files": [], "submitted_at": NOW}
        db.session.execute(insert(Submission), [row, row])
        return "ok"

    with caplog.at_level(logging.DEBUG):
        answer = Browser(app).get("/refused")
    assert answer.status_code == 500
    assert "submissions" in caplog.text
    assert PLANTED not in caplog.text + answer.text


def test_an_error_of_the_server_keeps_its_words() -> None:
    class Diagnosis:
        schema_name = table_name = column_name = datatype_name = constraint_name = None
        message_primary = "canceling statement due to lock timeout"

    error = type("LockNotAvailable", (Exception,), {"sqlstate": "55P03", "diag": Diagnosis})(Diagnosis.message_primary)
    assert told(error) == "SQLSTATE 55P03, canceling statement due to lock timeout"
    lost = type("OperationalError", (Exception,), {"sqlstate": None, "diag": Diagnosis})("connection refused")
    assert told(lost) == "connection refused"
    assert (
        told(type("DataError", (Exception,), {"sqlstate": None, "diag": Diagnosis})(f"can't parse date {PLANTED}")) == "DataError"
    )
    assert told(sqlite3.OperationalError("no such table: cases")) == "no such table: cases"
    assert told(sqlite3.OperationalError(f"no such column: {PLANTED}")) == "no such column"
