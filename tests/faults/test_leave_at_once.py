"""Somebody enters a leave while letters are cancelled: both have the ladder look at the same dates again, and neither fails."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.reminding import look_again
from opinion_app.records.base import db
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind
from tests.builders.office import NOW, make_case
from tests.faults.together import together

WAIT = 20


def test_dates_looked_at_again_by_two_at_once_stop_nobody(core: Flask) -> None:
    """The outbox holds the later date, cancels a letter about the earlier one, and the page with the leave wants both."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        for _ in range(2):
            make_case(session, None, now=NOW, kind=Kind.COMPLAINT)
        numbers = sorted(session.scalars(select(Clock.id)))
    begun, later = threading.Event(), NOW + timedelta(minutes=1)

    def cancel() -> None:
        with core.app_context(), transaction() as session:
            look_again(session, NOW, Clock.id == numbers[-1])
            begun.set()
            threading.Event().wait(0.5)  # the other asks meanwhile
            look_again(session, NOW, Clock.id == numbers[0])

    def leave() -> None:
        assert begun.wait(WAIT)
        with core.app_context(), transaction() as session:
            look_again(session, later, Clock.id.in_(numbers))

    together([cancel, leave])
    with transaction() as session:
        assert set(session.scalars(select(Clock.next_rung_at))) == {later}, "whoever came second waited for the first"
