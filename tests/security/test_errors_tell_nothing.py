"""Errors of the database go to logs and job reports: they must not tell what a statement carried."""

from __future__ import annotations

import traceback

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from opinion_app.records.transaction import transaction

PLANTED = "13800001234"


def test_an_error_of_the_database_tells_nothing_of_what_a_statement_carried(core: Flask) -> None:
    put = text("INSERT INTO settings (name, value) VALUES ('twice', :value)")
    told = {"value": f'"{PLANTED}"'}
    with transaction() as session:
        session.execute(put, told)
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(put, told)
    assert "settings" in str(refused.value)
    assert PLANTED not in str(refused.value)


def test_nor_does_it_tell_the_row_that_was_refused(core: Flask) -> None:
    """PostgreSQL would: Failing row contains (…)."""
    put = text("INSERT INTO settings (name, value) VALUES (:name, NULL)")
    with pytest.raises(IntegrityError) as refused, transaction() as session:
        session.execute(put, {"name": PLANTED})
    told = "".join(traceback.format_exception(refused.value))
    assert "value" in str(refused.value)
    assert PLANTED not in told
