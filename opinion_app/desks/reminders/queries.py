"""What the reminders read: the running clocks that press, the facts of their cases and everybody of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import span_of
from opinion_app.flow.due import soon_until, stage_words
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.unit import Unit as UnitRow
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble, digests
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.recipients import Owing, Roster, Staff
from opinion_app.rules.words import ClockState, Role
from opinion_app.rules.zone import local_date

HOUR_UNITS = tuple(unit.value for unit in Unit if not unit.in_days)


@dataclass(frozen=True)
class Morning:
    """What would go out on a morning: a digest per person, and the clocks that could not be judged."""

    digests: list[PersonDigest]
    troubles: list[Trouble]


def plan_digests(session: Session, now: datetime) -> Morning:
    """The digests of this morning; empty on a day without work (make-up days count). Reads only."""
    calendar = work_calendar(session)
    if not calendar.is_working(local_date(now)):
        return Morning([], [])
    soon = soon_until(now, calendar)
    rows = pressing_clocks(session, now, soon)
    clocks, broken = _readable(rows)
    found, troubles = digests(clocks, facts_for(session, rows), roster(session, local_date(now)), now, calendar, soon)
    return Morning(found, broken + troubles)


def _readable(rows: Sequence[Clock]) -> tuple[list[OpenClock], list[Trouble]]:
    """The rows the rules can read, and what is wrong with the others."""
    clocks: list[OpenClock] = []
    broken: list[Trouble] = []
    for row in rows:
        try:
            clocks.append(open_clock(row))
        except (KeyError, ValueError) as error:
            broken.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
    return clocks, broken


def pressing_clocks(session: Session, now: datetime, until: datetime) -> Sequence[Clock]:
    """The running clocks that are due by `until` or have reached their warning, the earliest first."""
    query = _running().where(or_(Clock.due_at <= until, Clock.warn_at <= now))
    return session.scalars(query.order_by(Clock.due_at, Clock.id)).all()


def burning_clocks(session: Session, now: datetime) -> Sequence[Clock]:
    """The running clocks of hours and minutes that have reached their warning or their end."""
    query = _running().where(Clock.amount_unit.in_(HOUR_UNITS), or_(Clock.warn_at <= now, Clock.due_at < now))
    return session.scalars(query.order_by(Clock.due_at, Clock.id)).all()


def _running() -> Select[Clock]:
    return (
        select(Clock)
        .options(joinedload(Clock.case).joinedload(Case.lead_unit), joinedload(Clock.unit))
        .where(Clock.state == ClockState.RUNNING, Clock.due_at.is_not(None))
    )


def open_clock(row: Clock) -> OpenClock:
    """A row as the rules see it; raises ValueError for one that has no due moment."""
    if row.due_at is None:
        raise ValueError(f"clock {row.id} has no due moment")
    unit = row.unit or row.case.lead_unit
    return OpenClock(
        id=row.id,
        case_id=row.case_id,
        waits_for=stage_words(row.stage),
        unit=unit.name if unit else "",
        owing=Owing(row.owed_by, row.unit_id),
        due_at=row.due_at,
        span=span_of(row),
        warn_at=row.warn_at,
        provisional=row.provisional,
        version=row.deadline_version,
    )


def facts_for(session: Session, rows: Sequence[Clock]) -> dict[int, CaseFacts]:
    """The facts of the cases these clocks belong to."""
    return facts_of_many(session, {row.case_id: row.case for row in rows}.values())


def roster(session: Session, today: date) -> Roster:
    """Everybody of the office with who is away today, the units and their leaders in charge: three queries."""
    units = {row.id: row.parent_id for row in session.execute(select(UnitRow.id, UnitRow.parent_id))}
    charge = {row.unit_id: row.person_id for row in session.execute(select(LeaderInCharge.unit_id, LeaderInCharge.person_id))}
    people = session.scalars(select(Person).order_by(Person.id)).all()
    return Roster({person.id: _staff(person, units, charge, today) for person in people}, units, charge)


def names_of(session: Session, people: list[int]) -> dict[int, str]:
    """The names of some people."""
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))}


def _staff(person: Person, units: dict[int, int | None], charge: dict[int, int], today: date) -> Staff:
    line: set[int] = set()
    current = person.unit_id
    while current is not None and current not in line:
        line.add(current)
        current = units.get(current)
    led = frozenset(unit for unit, leader in charge.items() if leader == person.id)
    actor = Actor(
        person.id,
        person.name,
        person.roles,
        person.unit_id,
        frozenset(line),
        led if Role.LEADER in person.roles else frozenset(),
        person.handles_accusations,
        person.unit.name if person.unit else "",
    )
    return Staff(actor, person.active, _away(person, today), person.deputy_id)


def _away(person: Person, today: date) -> bool:
    begun = person.leave_from is not None and person.leave_from <= today
    return begun and (person.leave_until is None or today <= person.leave_until)
