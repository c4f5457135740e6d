"""The office of a soak run: units, people, cases of every kind, and what its people do on each day of the month."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.move import move
from opinion_app.records.case import Case
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.words import Kind, Procedure, Stage, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.triage import assigning
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import make_office
from tests.builders.office import make_case

START = parse_moment("2026-11-02T07:00")  # a Monday
TIMES = ("08:30", "08:37", "09:10", "11:00", "15:00", "19:00")
KINDS = (Kind.HELP, Kind.COMPLAINT, Kind.INQUIRY, Kind.SUGGESTION)
SEED = 20261102


def mailbox(login: str) -> str:
    """Where letters to a person go, the whole month long."""
    return f"{login}@office.test"


def build(session: Session, cases: int) -> None:
    """The same office and cases each time, so that two runs can be compared."""
    chance = random.Random(SEED)
    office = make_office(session)
    session.add(LeaderInCharge(unit_id=office.finance.id, person_id=office.leader.id))
    for person in session.scalars(select(Person).order_by(Person.id)):
        person.email = mailbox(person.login)
    for number in range(cases):
        kind, received = KINDS[number % len(KINDS)], START - timedelta(minutes=chance.randrange(60 * 24 * 5))
        urgency = Urgency.URGENT if number % 17 == 0 else Urgency.COMPLEX if number % 7 == 0 else Urgency.NORMAL
        case = make_case(session, office.clerk, now=received, kind=kind, urgency=urgency, title=f"第 {number} 件")
        if number % 3:
            lead, other = (office.finance, office.roads) if number % 2 else (office.roads, office.finance)
            sort = Classification(kind, "城建", urgency, Procedure.ORDINARY)
            support = [other.id] if number % 5 == 0 else []
            assigning.assign(
                session, case, office.clerk, received + timedelta(hours=1), sort, Allotment(lead.id, support, "请办")
            )
    session.flush()


def moments(days: int) -> Iterator[tuple[int, datetime]]:
    """Every moment of the run at which the clock is looked at, with the day it belongs to."""
    for day in range(days):
        for at in TIMES:
            hour, minute = map(int, at.split(":"))
            yield day, (START + timedelta(days=day)).replace(hour=hour, minute=minute)


def act(session: Session, day: int, now: datetime) -> None:
    """What people do on one day: some cases are answered, some get more time, some change hands. The same in every run."""
    for case in session.scalars(select(Case).order_by(Case.id)):
        turn = case.id % 30
        if turn == day and case.stage.is_open:
            clocks.after_act(session, case, "answer", now)
            case.stage = Stage.CLOSED
            move(session, case, "note", None, now)
        elif turn == (day + 7) % 30:
            reply = clocks.reply_clock(session, case.id)
            span = Span(3, Unit.WORKING_DAYS)
            if (
                reply is not None
                and Unit(reply.amount_unit).in_days
                and reply.due_at is not None
                and reply.due_at > now
                and not reply.extensions
            ):
                clock_changes.extend(session, case, reply, Extension(now, span, reason="需现场核实"))
    away = session.scalars(select(Person).where(Person.login == "finance_handler")).one()
    away.leave_from, away.leave_until = (now.date(), now.date()) if day % 5 == 3 else (None, None)


def acted(case_id: int, since: datetime, until: datetime | None) -> bool:
    """Whether `act` may have changed a case in a span of time; until None: at any time after `since`."""
    turns = {case_id % 30, (case_id - 7) % 30}
    return any(day in turns for day in _days(since, until))


def away(login: str, since: datetime, until: datetime | None) -> bool:
    """Whether a person went on leave in a span of time."""
    return login == "finance_handler" and any(day % 5 == 3 for day in _days(since, until))


def _days(since: datetime, until: datetime | None) -> Iterator[int]:
    """The days of the month on which people acted in a span of time."""
    for day, now in moments(30):
        if now.hour == 11 and since <= now and (until is None or now <= until):
            yield day
