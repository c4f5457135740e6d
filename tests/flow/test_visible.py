"""One rule of visibility in two forms - `can_see` for a case, `visible` for lists - that never disagree."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.cases import facts_of
from opinion_app.flow.visible import hidden, visible
from opinion_app.records.actors import actor_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.transaction import transaction
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import AssignmentState, Kind, Role, UnitRole
from tests.builders.office import NOW, make_case, make_person, make_unit, seed


@pytest.mark.parametrize("start", range(3))
def test_what_a_person_sees_in_lists_is_what_they_may_open(core: Flask, start: int) -> None:
    pick = random.Random(start)
    with transaction() as session:
        seed(session)
        tops = [make_unit(session, f"单位{n}") for n in range(3)]
        units = [*tops, *(make_unit(session, f"下属{n}", parent_id=pick.choice(tops).id) for n in range(4))]
        people = [
            make_person(
                session,
                f"p{n}",
                *pick.sample(list(Role), pick.choice((0, 1, 1, 2, 3))),
                unit=pick.choice([None, *units]),
                handles_accusations=pick.random() < 0.3,
            )
            for n in range(30)
        ]
        for _ in range(40):
            accused = pick.choice([None, None, *units])
            accusation = accused is not None or pick.random() < 0.3
            case = make_case(
                session,
                kind=Kind.ACCUSATION if accusation else Kind.HELP,
                accused="某人" if accusation else "",
                accused_unit_id=accused.id if accused else None,
                concerns_official=accusation and pick.random() < 0.6,
            )
            for unit in pick.sample(units, pick.choice((0, 1, 2, 3))):
                state = pick.choice(list(AssignmentState))
                role = pick.choice(list(UnitRole))
                session.add(Assignment(case_id=case.id, unit_id=unit.id, role=role, state=state, assigned_at=NOW))
            for person in pick.sample(people, pick.choice((0, 1, 3))):
                if case.restricted:
                    session.add(CaseGrant(case_id=case.id, person_id=person.id, granted_at=NOW))
        session.flush()
        actors = [actor_of(session, person) for person in people]
        facts = [facts_of(session, case) for case in session.scalars(select(Case).order_by(Case.id))]
        listed = {actor.id: set(session.scalars(select(Case.id).where(visible(actor)))) for actor in actors}
        probed = {actor.id: set(session.scalars(select(Case.id).where(visible(actor, of_few=True)))) for actor in actors}
        everything = {case.id for case in facts}
        kept = {actor.id: ids for actor in actors if (ids := hidden(actor)) is not None}
        left = {person_id: everything - set(session.scalars(ids)) for person_id, ids in kept.items()}

    opened = {actor.id: {case.id for case in facts if can_see(actor, case)} for actor in actors}
    assert listed == opened
    assert probed == opened
    assert left == {person_id: opened[person_id] for person_id in left}
    assert any(ids < everything for ids in left.values())
    assert any(listed.values())
    assert any(len(seen) < len(facts) for seen in listed.values())
