"""A person's row turned into the facts that rules decide on, and people by their names."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role


def actor_of(session: Session, person: Person) -> Actor:
    """The facts of a person that rules ask for."""
    led: frozenset[int] = frozenset()
    if Role.LEADER in person.roles:
        led = frozenset(row.unit_id for row in person.led_rows)
    return Actor(
        person.id,
        person.name,
        person.roles,
        person.unit_id,
        unit_line(session, person.unit_id),
        led,
        person.handles_accusations,
        person.unit.name if person.unit else "",
    )


def names_of(session: Session, person_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of some people, whether they still work here or not."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    return {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}


def unit_line(session: Session, unit_id: int | None) -> frozenset[int]:
    """A unit and every unit above it; a loop in the data ends the walk."""
    line: set[int] = set()
    while unit_id is not None and unit_id not in line:
        line.add(unit_id)
        unit = session.get(Unit, unit_id)
        unit_id = unit.parent_id if unit is not None else None
    return frozenset(line)
