"""Builders that walk a case along its life, so that a test can begin where it is interesting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.triage import assigning
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.office import NOW, make_actor, make_case, make_unit

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
    """An office in which a case can live its whole life."""
    finance, roads = make_unit(session, "财政所"), make_unit(session, "村镇建设办")
    return Office(
        session,
        make_actor(session, "clerk", Role.CLERK, name="陈受理"),
        make_actor(session, "reviewer", Role.REVIEWER, name="沈审核"),
        make_actor(session, "leader", Role.LEADER, name="凌镇长"),
        finance,
        make_actor(session, "finance_head", Role.UNIT_HEAD, unit=finance, name="范所长"),
        make_actor(session, "finance_handler", Role.HANDLER, unit=finance, name="方承办"),
        roads,
        make_actor(session, "roads_head", Role.UNIT_HEAD, unit=roads, name="罗主任"),
    )


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
