"""Lists of people and units for the administrator, and what the office lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.settings import setting
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import LeaderInCharge, Person, PersonRole, SignInSession
from opinion_app.records.unit import Unit
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.staffing import Staff, UnitFacts, gaps, no_deputies
from opinion_app.rules.two_people import SETTING
from opinion_app.rules.words import OPEN_CLOCK, OPEN_STAGES, AssignmentState, Role, Stage

ENDED = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)


@dataclass(frozen=True)
class Wanted:
    """Which people a list shows; None means any."""

    typed: str = ""
    role: Role | None = None
    unit_id: int | None = None
    active: bool | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions of a query."""
        found: list[ColumnElement[bool]] = []
        if self.typed:
            like = [column.contains(self.typed, autoescape=True) for column in (Person.name, Person.login, Person.pinyin)]
            found.append(or_(*like))
        if self.role is not None:
            found.append(Person.id.in_(select(PersonRole.person_id).where(PersonRole.role == self.role)))
        if self.unit_id is not None:
            found.append(Person.unit_id == self.unit_id)
        if self.active is not None:
            found.append(Person.active.is_(self.active))
        return found


def people(session: Session, wanted: Wanted, limit: int, offset: int) -> list[Person]:
    """A page of people, active ones first, by name."""
    query = select(Person).where(*wanted.conditions).order_by(Person.active.desc(), Person.name, Person.id)
    return list(session.scalars(query.limit(limit).offset(offset)))


def count_people(session: Session, wanted: Wanted) -> int:
    """How many people there are for that list."""
    return int(session.scalar(select(func.count(Person.id)).where(*wanted.conditions)) or 0)


def active_people(session: Session) -> list[Person]:
    """Everybody who can sign in, by name; for pickers."""
    query = select(Person).options(joinedload(Person.role_rows)).where(Person.active)
    return list(session.scalars(query.order_by(Person.name, Person.id)).unique())


def all_units(session: Session) -> list[Unit]:
    """Every unit with its parent, open ones first, in the office's order."""
    query = select(Unit).options(joinedload(Unit.parent)).order_by(Unit.active.desc(), Unit.sort_order, Unit.name)
    return list(session.scalars(query))


def leaders_in_charge(session: Session) -> dict[int, Person]:
    """The 分管领导 of each unit by the unit's id."""
    return {row.unit_id: row.person for row in session.scalars(select(LeaderInCharge))}


def people_per_unit(session: Session) -> dict[int, int]:
    """How many active people each unit has."""
    query = (
        select(Person.unit_id, func.count(Person.id)).where(Person.active, Person.unit_id.is_not(None)).group_by(Person.unit_id)
    )
    return {int(unit_id): count for unit_id, count in session.execute(query) if unit_id is not None}


def open_cases_of(session: Session, unit_id: int) -> int:
    """How many open cases a unit still takes part in; numbers only, the administrator reads no case."""
    query = select(func.count(func.distinct(Assignment.case_id))).join(Case, Case.id == Assignment.case_id)
    conditions = (Assignment.unit_id == unit_id, Assignment.state.not_in(ENDED), Case.stage.in_(OPEN_STAGES))
    return int(session.scalar(query.where(*conditions)) or 0)


def answers_owed_by(session: Session, unit_id: int) -> int:
    """How many 督办 a unit still has to answer on cases that are closed."""
    waits = Clock.stage == ClockStage.FEEDBACK.value, Clock.state.in_(OPEN_CLOCK)
    closed = Clock.unit_id == unit_id, *waits, Case.stage == Stage.CLOSED
    return int(session.scalar(select(func.count(Clock.id)).join(Case, Case.id == Clock.case_id).where(*closed)) or 0)


def active_people_of(session: Session, unit_id: int) -> int:
    """How many people who can sign in a unit has."""
    return int(session.scalar(select(func.count(Person.id)).where(Person.unit_id == unit_id, Person.active)) or 0)


def open_sessions(session: Session, person_id: int, since: datetime) -> list[SignInSession]:
    """Where a person is signed in, newest first; what has not been seen since `since` has run out."""
    query = select(SignInSession).where(
        SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.seen_at > since
    )
    return list(session.scalars(query.order_by(SignInSession.seen_at.desc())))


def other_administrators(session: Session, person_id: int) -> int:
    """How many active administrators there are beside that person."""
    query: Any = select(func.count(Person.id)).join(PersonRole, PersonRole.person_id == Person.id)
    return int(session.scalar(query.where(PersonRole.role == Role.ADMINISTRATOR, Person.active, Person.id != person_id)) or 0)


def what_is_missing(session: Session) -> list[str]:
    """What keeps the office from working by its own rules, as sentences."""
    units = [UnitFacts(unit.id, unit.name, unit.is_office) for unit in all_units(session) if unit.active]
    return gaps(_staff(session), units, secrecy_by_other=setting(session, SETTING, False))


def whose_deputy_no_more(session: Session, person_id: int) -> list[str]:
    """For whom that person was to stand in and cannot any more, as sentences."""
    chosen = select(Person.id).where(Person.deputy_id == person_id, Person.active).limit(1)
    return no_deputies(_staff(session), person_id) if session.scalar(chosen) is not None else []


def _staff(session: Session) -> list[Staff]:
    return [
        Staff(one.id, one.name, one.roles, one.unit_id, one.handles_accusations, one.deputy_id) for one in active_people(session)
    ]
