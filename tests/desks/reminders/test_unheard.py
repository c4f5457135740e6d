"""A rung that comes while nobody is at work waits for somebody, is shown meanwhile, and grows too old at last (N09)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.alarm import alarms
from opinion_app.desks.reminders.operations import Queued, queue_rungs
from opinion_app.flow.ladder import LADDER, ladder
from opinion_app.flow.settings import put_setting
from opinion_app.records.clock import Clock
from opinion_app.records.job import Lease
from opinion_app.records.notice import Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.ladder_data import to_data
from opinion_app.rules.words import ClockState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person

START = parse_moment("2026-11-10T10:00")  # Tuesday: to be accepted on Wednesday the 11th
FROM = date(2026, 11, 12)


@dataclass
class Office:
    session: Session

    def run(self, moment: str) -> Queued:
        return queue_rungs(self.session, parse_moment(moment))

    def away(self, first: date | None, last: date | None = None) -> None:
        for person in self.session.scalars(select(Person)):
            person.leave_from, person.leave_until = first, last
        self.session.flush()

    def told(self) -> set[tuple[str, str]]:
        query = select(Reminder.rung, Person.login).join(Person, Person.id == Reminder.person_id)
        return {(rung, login) for rung, login in self.session.execute(query)}

    def alarmed(self, moment: str) -> bool:
        return "unheard" in [alarm.kind for alarm in alarms(self.session, parse_moment(moment))]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A clerk, an administrator and one case that nobody accepts, its other clocks done."""
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK, email="clerk@office.test")
        make_person(session, "admin", Role.ADMINISTRATOR)
        make_case(session, None, now=START)
        for clock in session.scalars(select(Clock).where(Clock.stage != "accept")):
            clock.state = ClockState.MET
        session.add(Lease(name="clock", holder="pc:1:a", beat=1, taken_at=START, beaten_at=START))
        yield Office(session)


def test_n09_a_rung_nobody_can_hear_waits_until_somebody_is_there(office: Office) -> None:
    office.away(FROM)
    done = office.run("2026-11-12T08:30")
    assert (done.notices, done.unheard, "1 项到了提醒时间而没有人可以通知" in str(done)) == (0, 1, True)
    assert office.alarmed("2026-11-12T09:00")
    office.away(FROM, FROM)
    assert office.run("2026-11-13T08:30").notices > 0
    assert ("urge", "clerk") in office.told()
    assert not office.alarmed("2026-11-13T09:00")


def test_n09_what_nobody_could_hear_for_too_long_is_left_to_the_digest(office: Office) -> None:
    put_setting(office.session, LADDER, to_data(replace(ladder(office.session), late_days=1)))
    office.away(FROM, date(2026, 11, 16))
    assert office.run("2026-11-12T08:30").unheard == 1
    late = office.run("2026-11-17T08:30")
    assert (late.notices, late.unheard) == (0, 0), "three working days are too late"
    assert office.run("2026-11-18T08:30").notices > 0, "the next rung comes"
    assert {rung for rung, _login in office.told()} == {"yellow"}
