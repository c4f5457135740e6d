"""Everybody of the office as the rules about recipients see them: who is at work, who stands in, who leads whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.current import settings_of
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.recipients import Roster, Staff
from opinion_app.rules.words import NoticeChannel, Role

_UNITS = select(Unit.id, Unit.parent_id, Unit.is_office, Unit.robot_url, LeaderInCharge.person_id).outerjoin(
    LeaderInCharge, LeaderInCharge.unit_id == Unit.id
)
_PEOPLE = select(Person).options(joinedload(Person.role_rows)).order_by(Person.id)


def roster(session: Session, today: date) -> Roster:
    """Everybody of the office with who is away today, the units and their leaders in charge: two queries."""
    return rosters(session)(today)


def rosters(session: Session) -> Callable[[date], Roster]:
    """The roster of any day, known leave of that day included; asked once, by two queries, for as many days as are wanted."""
    rows = session.execute(_UNITS).all()
    units = {row.id: row.parent_id for row in rows}
    people = session.scalars(_PEOPLE).unique().all()
    leaders = {person.id for person in people if Role.LEADER in person.roles}  # who is none any more can sign nothing
    charge = {row.id: row.person_id for row in rows if row.person_id in leaders}
    turns = frozenset(day for person in people if person.active for day in leave_turns(person.leave_from, person.leave_until))
    offices, robots = (frozenset(row.id for row in rows if getattr(row, name)) for name in ("is_office", "robot_url"))

    def of_day(day: date) -> Roster:
        staff = {person.id: _staff(person, units, charge, day) for person in people}
        return Roster(staff, units, charge, offices, robots, turns)

    return of_day


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
        led,
        person.handles_accusations,
        person.unit.name if person.unit else "",
    )
    reachable = not settings_of().smtp_url or bool(person.email)
    ways = _ways(person)
    mailbox = not ways and person.unit is not None and person.unit.email != ""
    return Staff(actor, person.active, away(person, today), person.deputy_id, reachable, ways, mailbox)


def _ways(person: Person) -> tuple[NoticeChannel, ...]:
    held = (NoticeChannel.MAIL, person.email), (NoticeChannel.ROBOT, person.robot_url)
    return tuple(channel for channel, address in held if address)


def leave_turns(leave_from: date | None, leave_until: date | None) -> list[date]:
    """The days from which a person is away, and back."""
    back = leave_until + timedelta(days=1) if leave_until is not None and leave_until < date.max else None
    return [day for day in (leave_from, back) if day is not None]


def away(person: Person, today: date) -> bool:
    """Whether a person is on leave that day."""
    begun = person.leave_from is not None and person.leave_from <= today
    return begun and (person.leave_until is None or today <= person.leave_until)
