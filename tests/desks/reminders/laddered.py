"""An office for the ladder: a unit with a handler and a head, its leaders, a clerk, and one case in the unit's hands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.ladder import Saved, ladder, save_ladder
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.records.office import put_setting
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import AssignmentState, Role, Stage, UnitRole
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_actor, make_case, make_person, make_unit

START = parse_moment("2026-11-02T10:00")  # Monday; seven working days end on Wednesday the 11th


@dataclass
class Office:
    """A unit with a handler and a head, its vice mayor, the mayor, a clerk; one case in the unit's hands."""

    session: Session
    people: dict[str, Person]
    case: Case
    clock: Clock

    def run(self, moment: str) -> int:
        return queue_rungs(self.session, parse_moment(moment)).notices

    def ledger(self) -> list[tuple[str, str, int]]:
        query = select(Reminder.rung, Person.login, Reminder.deadline_version).join(Person, Person.id == Reminder.person_id)
        told = query.where(Reminder.clock_id == self.clock.id, Reminder.state == ReminderState.TOLD).order_by(Reminder.id)
        return [(rung, login, version) for rung, login, version in self.session.execute(told)]

    def told(self, rung: str) -> set[str]:
        return {login for code, login, _version in self.ledger() if code == rung}


def with_case(session: Session, clerk: object, unit_id: int, handler_id: int) -> tuple[Case, Clock]:
    case = make_case(session, None, now=START)
    row = Assignment(case_id=case.id, unit_id=unit_id, role=UnitRole.LEAD, assigned_at=START, handler_id=handler_id)
    row.state = AssignmentState.SIGNED
    case.stage, case.lead_unit_id, case.handler_id = Stage.HANDLING, unit_id, handler_id
    session.add(row)
    session.flush()
    reply = clocks.reply_clock(session, case.id)
    assert reply is not None
    for clock in clocks.open_clocks(session, case.id):
        if clock.id != reply.id:
            clocks.end_clock(clock, START, "", clock.state.MET)
    clocks.refresh(session, case)
    return case, reply


def laddered() -> Iterator[Office]:
    """The office inside one transaction, in the context of an application over a fresh database."""
    with transaction() as session:
        unit = make_unit(session)
        people = {
            "clerk": make_person(session, "clerk", Role.CLERK, email="clerk@office.test"),
            "handler": make_person(session, "handler", Role.HANDLER, unit=unit, email="handler@office.test"),
            "head": make_person(session, "head", Role.UNIT_HEAD, unit=unit, email="head@office.test"),
            "vice": make_person(session, "vice", Role.LEADER, email="vice@office.test"),
            "mayor": make_person(session, "mayor", Role.LEADER, email="mayor@office.test"),
        }
        session.add(LeaderInCharge(unit_id=unit.id, person_id=people["vice"].id))
        session.flush()
        put_setting(session, "ladder", None)
        case, clock = with_case(session, None, unit.id, people["handler"].id)
        held = replace(ladder(session), main_leader_id=people["mayor"].id)
        save_ladder(session, held, make_actor(session, "admin", Role.ADMINISTRATOR), START, Saved(local_date(START), {}))
        yield Office(session, people, case, clock)
