"""Letters are cancelled while the dates they speak of are written: nobody is stopped, no letter is given up for the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app.desks.outbox import operations
from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import ClockState, NoticeChannel, NoticeState
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage.assigning import Allotment
from tests.builders.life import HELP, give_addresses, make_office
from tests.builders.office import NOW, make_case
from tests.faults.together import pausing, together

WAIT, LATER, HOUR = 20, NOW + timedelta(minutes=1), timedelta(hours=1)
SENDER = Sender("opinion@office.test", "http://office.test")
Act = Callable[[Session], object]


def merge(session: Session) -> None:
    clerk = actor_of(session, session.scalars(select(Person).where(Person.login == "clerk")).one())
    first, second = session.scalars(select(Case).order_by(Case.id)).all()
    merging.merge(session, first, clerk, NOW + HOUR, second.number, "同一件事", know_late=True)


def recompute(session: Session) -> None:
    recompute_open(session, NOW + HOUR)


def letters_of_two_cases(session: Session) -> None:
    """The case entered later was given out first, so that the letters about it come before those about the earlier one."""
    office = make_office(session)
    give_addresses(session)
    first, second = (make_case(session, office.clerk, now=NOW - timedelta(days=12)) for _ in range(2))
    for case, at in ((second, NOW), (first, LATER)):
        assigning.assign(session, case, office.clerk, at, HELP, Allotment(office.finance.id, [], "请办理"), know_late=True)


def mails(session: Session, *readers: ColumnElement[bool]) -> set[NoticeState]:
    query = select(Notice.state).join(Person, Person.id == Notice.person_id).where(Notice.channel == NoticeChannel.MAIL)
    return set(session.scalars(query.where(*readers)))


@pytest.mark.parametrize("act", [merge, recompute])
def test_letters_that_are_cancelled_and_who_writes_their_dates_stop_nobody(core: Flask, act: Act) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        letters_of_two_cases(session)
        for person in session.scalars(select(Person).where(Person.unit_id.is_not(None))):
            person.active = False
        numbers = session.scalars(select(Clock.id).where(Clock.state == ClockState.RUNNING)).all()
    written = threading.Event()

    def outbox() -> None:
        with core.app_context(), pausing(written, "UPDATE clocks"), transaction() as session:
            claimed = claim(session, "r1", SENDER, NOW + HOUR)
            assert claimed is not None
            assert claimed.recipient == "clerk@office.test", "of the unit nobody is left: whoever gave it the case is asked"

    def other() -> None:
        assert written.wait(WAIT)
        with core.app_context(), transaction() as session:
            act(session)

    together([outbox, other])
    with transaction() as session:
        assert mails(session, Person.unit_id.is_not(None)) == {NoticeState.CANCELLED}
        marked = select(Clock.next_rung_at).where(Clock.id.in_(numbers), Clock.state == ClockState.RUNNING)
        assert set(session.scalars(marked)) == {NOW + HOUR}, "somebody else is to hear of all of them"


def test_a_letter_that_the_database_stopped_waits_for_the_next_run(core: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        letters_of_two_cases(session)

    def stopped(*_args: object) -> None:
        raise OperationalError("UPDATE clocks", {}, Exception("deadlock detected"))

    with monkeypatch.context() as patch:
        patch.setattr(operations, "look_once_more", stopped)
        with pytest.raises(OperationalError), transaction() as session:
            claim(session, "r1", SENDER, NOW + HOUR)
    with transaction() as session:
        assert mails(session) == {NoticeState.PENDING}
        assert claim(session, "r1", SENDER, NOW + HOUR) is not None
