"""The table of deadline rules is changed by two at once, or while somebody acts: nobody is stopped or decides on old rows."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import every, what_if
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.moves import NotLooked, marks
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed
from tests.faults.together import pausing, together

WAIT, HOUR, DAY = 20, timedelta(hours=1), timedelta(days=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.COMPLEX, Procedure.PETITION)


def who(session: Session, login: str) -> Actor:
    return actor_of(session, session.scalars(select(Person).where(Person.login == login)).one())


def test_a_rule_put_to_use_and_an_act_stop_nobody(core: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
        make_case(session, None)
        twelve = typed(session, "reply-help", Span(12, Unit.WORKING_DAYS), NOW)
        rule_desk.save(session, "reply-help", twelve, rule_desk.Saving(who(session, "admin"), NOW), None)
    written = threading.Event()

    def apply() -> None:
        with core.app_context(), pausing(written, "UPDATE clocks"), transaction() as session:
            rule_desk.apply_now(session, "reply-help", rule_desk.Saving(who(session, "admin"), NOW + HOUR), None)

    def propose() -> None:
        assert written.wait(WAIT)
        with core.app_context(), transaction() as session:
            case = session.scalars(select(Case)).one()
            operations.propose(session, case, who(session, "clerk"), NOW + HOUR, "请批示", None)

    together([apply, propose])
    with transaction() as session:
        case = session.scalars(select(Case)).one()
        assert case.needs_leader
        assert [clock.amount for clock in open_clocks(session, case.id) if clock.stage == "reply"] == [12]


def test_d15_of_two_who_retire_rules_at_once_the_second_decides_on_what_the_first_left(core: Flask) -> None:
    """A complex petition comes under the rule of complex cases where that of petitions goes, but not where both go."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    day = (NOW + DAY).date()
    with transaction() as session:
        office = make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
        make_actor(session, "admin2", Role.ADMINISTRATOR)
        case = make_case(session, office.clerk, urgency=Urgency.COMPLEX, procedure=Procedure.PETITION)
        operations.accept(session, case, office.clerk, NOW + HOUR, PETITION)
        case_id = case.id
        looked = marks(what_if(session, rule_desk.taken_out(session, "reply-petition", day, "本单位规定"), NOW + DAY))
    kept = threading.Event()

    def retire(session: Session, code: str, login: str, shown: str | None) -> None:
        assert every(session)  # as the page reads it, before anything is kept
        saving = rule_desk.Saving(who(session, login), NOW + DAY, apply_to_open=True, looked=shown)
        rule_desk.retire(session, code, day, "本单位规定", saving, None)

    def one() -> None:
        with core.app_context(), pausing(kept, "pg_advisory_xact_lock("), transaction() as session:
            retire(session, "reply-complex", "admin", None)

    def other() -> None:
        assert kept.wait(WAIT)
        with core.app_context(), pytest.raises(NotLooked), transaction() as session:
            retire(session, "reply-petition", "admin2", looked)

    together([one, other])
    with transaction() as session:
        retire(session, "reply-petition", "admin2", None)
        sources = [clock.source for clock in open_clocks(session, case_id) if clock.stage == "reply"]
        assert [source.partition("（")[0] for source in sources] == ["答复求助"]
