"""Many dates are written by two at once on PostgreSQL: whoever comes second waits, and nobody is stopped for a deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from opinion_app.flow import ladder
from opinion_app.flow.recompute import recompute_open
from opinion_app.flow.reminding import look_again
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import make_office
from tests.builders.office import NOW, make_case
from tests.faults.together import pausing, together

WAIT, LATER, HOUR = 20, NOW + timedelta(minutes=1), timedelta(hours=1)
COMPLEX = Classification(Kind.INQUIRY, "城建", Urgency.COMPLEX, Procedure.ORDINARY)
Act = Callable[[Session], object]


def clerk(session: Session) -> Actor:
    return actor_of(session, session.scalars(select(Person).where(Person.login == "clerk")).one())


def two(session: Session) -> tuple[Case, Case]:
    first, second = session.scalars(select(Case).order_by(Case.id)).all()
    return first, second


def new_ladder(session: Session) -> None:
    """The date last entered waits to be looked at, and so is written before the others."""
    ladder.look_again(session, NOW + HOUR)


def assign(session: Session) -> None:
    """The reply is written with the classification, and then the acceptance as met, which was entered before it."""
    unit = session.scalars(select(Person).where(Person.login == "finance_head")).one().unit_id
    assigning.assign(session, two(session)[0], clerk(session), NOW + HOUR, COMPLEX, Allotment(unit, [], ""), know_late=True)


def merge(session: Session) -> None:
    """The reply of the later case is written first, and then those of the earlier one are ended."""
    first, second = two(session)
    merging.merge(session, first, clerk(session), NOW + HOUR, second.number, "同一件事", know_late=True)


def unmerge(session: Session) -> None:
    """The dates of the later case begin again, and then the earlier one's reply is its own."""
    merging.unmerge(session, two(session)[1], clerk(session), NOW + HOUR, "不是一件事", know_late=True)


def recompute(session: Session) -> None:
    """The dates of the first case were entered after those of the second."""
    recompute_open(session, NOW + HOUR)


@pytest.mark.parametrize("act", [new_ladder, assign, merge, unmerge, recompute])
def test_who_writes_dates_and_who_has_them_looked_at_again_stop_nobody(core: Flask, act: Act) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        make_office(session)
        first, second = (make_case(session, None, now=now) for now in (NOW, NOW - timedelta(days=2)))
        if act is unmerge:
            merging.merge(session, second, clerk(session), NOW, first.number, "同一件事", know_late=True)
        if act is recompute:
            session.execute(update(Clock).values(due_at=NOW, case_id=first.id + second.id - Clock.case_id))
        if act is new_ladder:
            session.execute(update(Clock).values(next_rung_at=None, rung_version=Clock.deadline_version))
            last = session.scalar(select(func.max(Clock.id)))
            session.execute(update(Clock).where(Clock.id == last).values(next_rung_at=NOW))
        numbers = session.scalars(select(Clock.id)).all()
    written = threading.Event()

    def one() -> None:
        with core.app_context(), pausing(written, "UPDATE clocks"), transaction() as session:
            act(session)

    def other() -> None:
        assert written.wait(WAIT)
        with core.app_context(), transaction() as session:
            look_again(session, LATER, Clock.id.in_(numbers))

    together([one, other])
    with transaction() as session:
        running = select(Clock.next_rung_at).where(Clock.id.in_(numbers), Clock.state == "running")
        assert set(session.scalars(running)) == {LATER}, "whoever came second waited for the first"
