"""Builders that walk a case along its life, so that a test can begin where it is interesting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import clocks
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import OFFICE_GATES, AnswerMethod, Disclosure, Kind, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import assigning
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.office import NOW, make_case, new_person

HELP = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.ORDINARY)


@dataclass
class Office:
    """A small office: clerk, reviewer, leader, and two units with head and handler."""

    session: Session
    clerk: Actor
    reviewer: Actor
    leader: Actor
    finance: Unit
    finance_head: Actor
    finance_handler: Actor
    roads: Unit
    roads_head: Actor


def make_office(session: Session) -> Office:
    """An office in which a case can live its whole life, entered at one go: hundreds of tests begin with it."""
    finance, roads = Unit(name="财政所"), Unit(name="村镇建设办")
    session.add_all([finance, roads])
    session.flush()
    people = [
        new_person("clerk", Role.CLERK, name="陈受理"),
        new_person("reviewer", Role.REVIEWER, name="沈审核"),
        new_person("leader", Role.LEADER, name="凌镇长"),
        new_person("finance_head", Role.UNIT_HEAD, unit=finance, name="范所长"),
        new_person("finance_handler", Role.HANDLER, unit=finance, name="方承办"),
        new_person("roads_head", Role.UNIT_HEAD, unit=roads, name="罗主任"),
    ]
    session.add_all(people)
    session.flush()
    clerk, reviewer, leader, finance_head, finance_handler, roads_head = (actor_of(session, person) for person in people)
    return Office(session, clerk, reviewer, leader, finance, finance_head, finance_handler, roads, roads_head)


def give_addresses(session: Session) -> None:
    """Let letters reach everybody there is, at their login."""
    for person in session.scalars(select(Person)):
        person.email = f"{person.login}@office.test"
    session.flush()


def dues(office: Office, case: Case) -> dict[str, date | None]:
    """The due date of each open clock of a case by stage."""
    held = clocks.open_clocks(office.session, case.id)
    return {clock.stage: local_date(clock.due_at) if clock.due_at else None for clock in held}


def assigned(office: Office, now: datetime = NOW, classification: Classification = HELP, **values: Any) -> Case:
    """A case the finance unit leads and the roads unit supports."""
    case = make_case(office.session, office.clerk, now=now, **values)
    allotment = Allotment(office.finance.id, [office.roads.id], "请现场查看")
    assigning.assign(office.session, case, office.clerk, now, classification, allotment)
    return case


def handling_case(office: Office, now: datetime = NOW, **values: Any) -> Case:
    """A case its lead unit has signed for."""
    case = assigned(office, now, **values)
    handling.sign_for(office.session, case, office.finance_head, now, office.finance_handler.id)
    return case


def forwarded(office: Office, return_on: date | None = None) -> Case:
    """A forwarded letter its lead unit has signed for, with a report owed to its issuer."""
    letter = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), return_on, report_owed=True)
    notice = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.NOTICE)
    given: dict[str, Any] = {"source": Source.FORWARDED_LETTER, "letter": letter, "procedure": Procedure.NOTICE}
    case = assigned(office, NOW, notice, **given)
    handling.sign_for(office.session, case, office.finance_head, NOW, office.finance_handler.id)
    return case


REPLY = "您反映的路灯问题已核实：村口三盏路灯线路老化。财政所已安排维修，十二月五日前修好。如有疑问请致电办公室。"


def under_review(office: Office, now: datetime = NOW, **values: Any) -> Case:
    """A case whose draft waits for the head of its unit."""
    case = handling_case(office, now, **values)
    reply.save_draft(office.session, case, office.finance_handler, now, REPLY)
    reply.submit(office.session, case, office.finance_handler, now)
    return case


def approved(office: Office, now: datetime = NOW, **values: Any) -> Case:
    """A case whose reply a leader has signed."""
    case = under_review(office, now, **values)
    review.check_unit_head(office.session, case, office.finance_head, now, passed=True)
    review.check_gates(office.session, case, office.reviewer, now, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(office.session, case, office.leader, now, passed=True)
    return case


def answered(office: Office, now: datetime = NOW, **values: Any) -> Case:
    """A case whose writer has been answered."""
    case = approved(office, now, **values)
    closing.answer(office.session, case, office.clerk, now, AnswerMethod.ONLINE)
    return case


def closed(office: Office, now: datetime = NOW, disclosure: Disclosure = Disclosure.PUBLIC, **values: Any) -> Case:
    """A case that is closed after the decision on publication."""
    case = answered(office, now, **values)
    case.disclosure = disclosure
    closing.close(office.session, case, office.clerk, now)
    return case
