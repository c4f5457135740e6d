"""Whoever comes and goes: of a step somebody is asked as long as anybody is there, each once, none who may not (N09)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.asked_of import asked_now, kept_out
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import Roster, Staff
from opinion_app.rules.waiting_step import INSTRUCTION, urges, waits_for_step
from opinion_app.rules.words import Role, Stage
from tests.rules.test_asked_of import APPROVED, AT_GATES, HANDLED, LED, PEOPLE, TO_SIGN, TOWN_HEAD, WITH_HEAD, with_support

ADMIN = 21
OFFICE = replace(
    with_support(), staff=with_support().staff | {ADMIN: Staff(Actor(ADMIN, "admin", frozenset({Role.ADMINISTRATOR})))}
)
WHO = sorted(OFFICE.staff)
SOME = st.sets(st.sampled_from(WHO))
CASES = st.sampled_from(
    [
        LED,
        HANDLED,
        WITH_HEAD,
        AT_GATES,
        TO_SIGN,
        APPROVED,
        replace(LED, stage=Stage.RECEIVED),
        replace(HANDLED, needs_leader=True),
    ]
)


def after(gone: set[int], away: set[int], deputies: dict[int, int]) -> Roster:
    return replace(
        OFFICE,
        staff={
            who: replace(one, active=who == ADMIN or who not in gone, away=who in away, deputy_id=deputies.get(who))
            for who, one in OFFICE.staff.items()
        },
    )


@given(CASES, SOME, SOME, st.dictionaries(st.sampled_from(WHO), st.sampled_from(WHO)), SOME, st.none() | SOME)
def test_n09_of_a_step_somebody_is_always_asked_and_nobody_who_may_not(
    case: CaseFacts, gone: set[int], away: set[int], deputies: dict[int, int], recused: set[int], granted: set[int] | None
) -> None:
    """The administrator has not left: then there is somebody, on leave or not."""
    people = after(gone, away, deputies)
    now = replace(case, recused=frozenset(recused), restricted=granted is not None, granted=frozenset(granted or ()))
    unit = 7 if now.stage in (Stage.ASSIGNED, Stage.HANDLING) else None
    for waits in (waits_for_step(now, unit), urges(now, unit), *([INSTRUCTION] if now.needs_leader else [])):
        asked = asked_now(waits, now, people) or ()
        assert asked or waits == urges(now, unit), "a 催办 stays with its readers where nobody is at work"
        assert len({one.person_id for one in asked}) == len(asked)
        for one in asked:
            person = people.staff[one.person_id]
            assert person.active
            assert one.blind or can_see(person.actor, now) or not now.restricted
            assert one.reason or one.person_id not in kept_out(waits, now), "who withdrew may see to it, no more"


def test_the_office_of_the_property_has_a_unit_above() -> None:
    assert OFFICE.parents[7] == OFFICE.staff[TOWN_HEAD].actor.unit_id
    assert PEOPLE.staff.keys() < OFFICE.staff.keys()
