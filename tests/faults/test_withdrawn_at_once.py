"""A 督办单 is withdrawn while a run of the outbox looks at its letters: neither stops the other."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.supervising.withdrawing import withdraw
from opinion_app.flow.supervise import Asked, hearers, issue, sheets
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.zone import local_date
from tests.builders.life import give_addresses, handling_case, make_office
from tests.builders.office import NOW
from tests.faults.together import pausing, together

SENDER, LATER, WAIT = Sender("opinion@office.test", "http://office.test"), NOW + timedelta(minutes=1), 20


def test_a_sheet_withdrawn_while_its_letters_are_looked_at_stops_nobody(core: Flask) -> None:
    """The outbox holds the letters and then marks their clocks; who withdraws holds the clocks and waits for no letter."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        office = make_office(session)
        give_addresses(session)
        case = handling_case(office)
        asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", office.finance.id, local_date(NOW) + timedelta(days=2))
        issue(session, case, asked, office.clerk, NOW, hearers(session, case, asked, NOW))
        session.scalars(select(Person).where(Person.login == "finance_handler")).one().active = False
        number = case.id
    looked, done = threading.Event(), list[str]()

    def outbox() -> None:
        with core.app_context(), pausing(looked, "opinion look again"), transaction() as session:
            assert claim(session, "r1", SENDER, LATER) is not None

    def other() -> None:
        assert looked.wait(WAIT)
        with core.app_context(), transaction() as session:
            leader = actor_of(session, session.scalars(select(Person).where(Person.login == "leader")).one())
            sheet = sheets(session, number, waiting=True)[0]
            done.append(withdraw(session, session.get_one(Case, number), sheet.id, "发错了单位，已另行答复", leader, LATER))

    together([outbox, other])
    assert len(done) == 1
    with transaction() as session:
        assert sheets(session, number, waiting=True) == []
