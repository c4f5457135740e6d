"""Who is signed in is read in one query, with the same facts as everywhere, and is never older than the request."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.person import LeaderInCharge, Person, SignInSession
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.records.unit_list import units_of
from opinion_app.rules.words import Role
from opinion_app.web.identity import hash_token, load_signed_in
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.queries import counting
from tests.support.signed_in import signed_in


@pytest.fixture
def office(app: Flask) -> dict[str, int]:
    """A clerk, a head and a unit below another one."""
    with app.app_context(), transaction() as session:
        seed(session)
        unit = make_unit(session, "财政所", parent_id=make_unit(session, "镇政府").id)
        make_case(session, now=clock.now()).lead_unit_id = unit.id
        clerk = make_person(session, "clerk", Role.CLERK)
        return {"unit": unit.id, "clerk": clerk.id, "head": make_person(session, "head", Role.UNIT_HEAD, unit=unit).id}


def test_the_facts_are_those_the_rows_tell(app: Flask) -> None:
    pick = random.Random(5)
    with app.app_context(), transaction() as session:
        units = [make_unit(session, "甲")]
        units += [make_unit(session, f"乙{n}", parent_id=pick.choice(units).id) for n in range(5)]
        for n in range(12):
            roles = pick.sample(list(Role), n % 4)
            unit = pick.choice([None, *units])
            person = make_person(session, f"p{n}", *roles, unit=unit, handles_accusations=n % 3 == 0)
            session.add(
                SignInSession(token_hash=hash_token(f"t{n}"), person_id=person.id, started_at=clock.now(), seen_at=clock.now())
            )
            if n < len(units):
                session.add(LeaderInCharge(unit_id=units[n].id, person_id=person.id))
    with app.test_request_context():
        people = db.session.scalars(select(Person).order_by(Person.id)).all()
        found = [load_signed_in(f"t{n}") for n in range(len(people))]
        assert [person and person.actor for person in found] == [actor_of(db.session(), person) for person in people]
        assert load_signed_in("unknown") is None


def test_a_unit_that_was_renamed_or_added_shows_on_the_next_page(app: Flask, office: dict[str, int]) -> None:
    client = signed_in(app, office["clerk"])
    before = client.get("/office/cases").get_data(as_text=True)
    with app.app_context(), transaction() as session:
        session.get_one(Unit, office["unit"]).name = "财政分局"
        make_unit(session, "新设办")
    after = client.get("/office/cases").get_data(as_text=True)

    assert "财政所" in before
    assert "财政所" not in after
    assert f'<option value="{office["unit"]}" data-pinyin="">财政分局</option>' in after
    assert "新设办" in after


def test_a_unit_that_was_moved_counts_to_its_new_line(app: Flask, office: dict[str, int]) -> None:
    with app.app_context(), transaction() as session:
        first = units_of(session).line(office["unit"])
        top = make_unit(session, "新上级")
        session.get_one(Unit, office["unit"]).parent_id = top.id
        session.flush()
        assert units_of(session).line(office["unit"]) == {office["unit"], top.id}
        assert len(first) == 2


def test_a_page_is_asked_for_with_few_queries(app: Flask, office: dict[str, int]) -> None:
    client = signed_in(app, office["head"])
    client.get("/office/")
    with counting(app) as asked:
        client.get("/office/")

    assert len(asked) <= 5, "\n".join(asked)
