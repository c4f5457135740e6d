"""Where a person is signed in, and whom they may choose as a deputy."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.accounts import place_of
from opinion_app.records.person import Person, SignInSession
from opinion_app.rules.permissions import can_stand_in


def open_sessions(session: Session, person_id: int, since: datetime) -> list[SignInSession]:
    """Where a person is signed in, newest first; what has not been seen since `since` has run out."""
    query = select(SignInSession).where(
        SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.seen_at > since
    )
    return list(session.scalars(query.order_by(SignInSession.seen_at.desc())))


def others(session: Session, person_id: int) -> list[Person]:
    """Everybody else who can sign in and could see what lies with that person, by name; and the present deputy, so that a
    choice that is none any more is not dropped in silence."""
    query = select(Person).options(joinedload(Person.role_rows)).where(Person.active, Person.id != person_id)
    person = session.get_one(Person, person_id)
    place = place_of(person)
    found = session.scalars(query.order_by(Person.name, Person.id)).unique()
    return [one for one in found if one.id == person.deputy_id or can_stand_in(place_of(one), place)]
