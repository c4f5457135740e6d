"""申请退回 and 申请延期 wait for a decision: how long, of whom it is asked, and who sees to it where nobody may decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.asked_of import asked_now
from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.recipients import Roster, Staff
from opinion_app.rules.waiting_step import is_request, still_waits, waits_for_extension, waits_for_return, waits_for_step
from opinion_app.rules.words import AssignmentState, Role, Stage, UnitRole

HEAD, CLERK, CLERK2, VICE, MAYOR, ADMIN = range(1, 7)
ROLES = {
    HEAD: (Role.UNIT_HEAD, 7),
    CLERK: (Role.CLERK, None),
    CLERK2: (Role.CLERK, None),
    VICE: (Role.LEADER, None),
    MAYOR: (Role.LEADER, None),
    ADMIN: (Role.ADMINISTRATOR, None),
}
PEOPLE = Roster(
    {who: Staff(Actor(who, f"p{who}", frozenset({role}), unit)) for who, (role, unit) in ROLES.items()}, in_charge={7: VICE}
)
ASKED = AssignmentFacts(1, 7, UnitRole.LEAD, AssignmentState.RETURN_ASKED)
SUPPORT = AssignmentFacts(2, 8, UnitRole.SUPPORT, AssignmentState.RETURN_ASKED)
CASE = CaseFacts(1, "LY1", Stage.HANDLING, assignments=(ASKED, SUPPORT), extension_waits=True, extension_id=3)
RETURN, EXTENSION = waits_for_return(ASKED), waits_for_extension(CASE, HEAD)
NO_LEADER, NO_CLERK = "没有可以审批的领导，请您安排", "没有在岗的受理员，请您安排"


@pytest.mark.parametrize(
    ("waits", "case", "holds"),
    [
        (RETURN, CASE, True),
        (RETURN, replace(CASE, needs_leader=True), True),
        (RETURN, replace(CASE, assignments=(replace(ASKED, state=AssignmentState.SIGNED), SUPPORT)), False),  # refused
        (RETURN, replace(CASE, assignments=(replace(ASKED, state=AssignmentState.RETURNED), SUPPORT)), False),
        (RETURN, replace(CASE, assignments=(replace(ASKED, id=9), SUPPORT)), False),  # given to the unit anew since
        (RETURN, replace(CASE, stage=Stage.UNDER_REVIEW), False),
        (waits_for_return(SUPPORT), replace(CASE, assignments=(SUPPORT,)), True),
        (EXTENSION, CASE, True),
        (EXTENSION, replace(CASE, stage=Stage.UNDER_REVIEW), True),
        (EXTENSION, replace(CASE, extension_waits=False, extension_id=None), False),
        (EXTENSION, replace(CASE, extension_id=4), False),  # withdrawn, and another one asked
        (EXTENSION, replace(CASE, stage=Stage.CLOSED), False),
    ],
)
def test_n03_a_request_waits_until_it_is_decided(waits: Mapping[str, Any], case: CaseFacts, holds: bool) -> None:
    assert still_waits(waits, case) is holds
    assert (asked_now(waits, case, PEOPLE) is not None) is holds


def test_a_request_gives_the_case_into_no_other_hands() -> None:
    assert is_request(RETURN)
    assert is_request(EXTENSION)
    assert not is_request(waits_for_step(CASE, 7))


def test_a_leader_who_is_a_clerk_too_decides_a_return_like_every_clerk() -> None:
    both = replace(PEOPLE.staff[VICE], actor=replace(PEOPLE.staff[VICE].actor, roles=frozenset({Role.LEADER, Role.CLERK})))
    people = replace(PEOPLE, staff=PEOPLE.staff | {VICE: both})
    assert {one.person_id for one in asked_now(RETURN, CASE, people) or ()} == {CLERK, CLERK2, VICE}


@pytest.mark.parametrize("waits", [RETURN, EXTENSION])
def test_n09_where_everybody_is_on_leave_a_request_is_asked_of_who_is_to_arrange_it(waits: Mapping[str, Any]) -> None:
    """Nobody who may decide has an account any more, and the administrators are away."""
    staff = {who: replace(one, active=who == ADMIN, away=True) for who, one in PEOPLE.staff.items()}
    assert {one.person_id for one in asked_now(waits, CASE, replace(PEOPLE, staff=staff)) or ()} == {ADMIN}


@pytest.mark.parametrize(
    ("waits", "changed", "gone", "asked"),
    [
        (RETURN, {}, (), {CLERK: "", CLERK2: ""}),
        (RETURN, {"recused": frozenset({CLERK})}, (), {CLERK: "", CLERK2: ""}),  # to hand it on stays open to them
        (RETURN, {}, (CLERK, CLERK2), {VICE: NO_CLERK, MAYOR: NO_CLERK}),
        (RETURN, {"restricted": True, "granted": frozenset({CLERK2})}, (), {CLERK2: ""}),
        (RETURN, {"restricted": True, "granted": frozenset({MAYOR})}, (), {MAYOR: NO_CLERK}),
        (RETURN, {"restricted": True}, (), {ADMIN: "无人可通知，请核对人员设置"}),
        (EXTENSION, {}, (), {VICE: ""}),
        (EXTENSION, {}, (VICE,), {MAYOR: ""}),
        (EXTENSION, {}, (-VICE,), {VICE: "", MAYOR: ""}),  # on leave
        (EXTENSION, {}, (-VICE, -MAYOR), {VICE: "", MAYOR: "", CLERK: NO_LEADER, CLERK2: NO_LEADER}),  # somebody at work hears
        (RETURN, {}, (-CLERK, -CLERK2), {CLERK: "", CLERK2: "", VICE: NO_CLERK, MAYOR: NO_CLERK}),
        (EXTENSION, {"recused": frozenset({VICE})}, (), {MAYOR: ""}),
        (EXTENSION, {"assignments": ()}, (), {VICE: "", MAYOR: ""}),
        (waits_for_extension(CASE, VICE), {}, (), {MAYOR: ""}),  # nobody decides what they asked for
        (EXTENSION, {}, (VICE, MAYOR), {CLERK: NO_LEADER, CLERK2: NO_LEADER}),
        (EXTENSION, {"recused": frozenset({VICE, MAYOR})}, (), {CLERK: NO_LEADER, CLERK2: NO_LEADER}),
        (EXTENSION, {"restricted": True, "granted": frozenset({CLERK})}, (), {CLERK: NO_LEADER}),
        (EXTENSION, {}, (VICE, MAYOR, CLERK, CLERK2), {ADMIN: "无人可通知，请核对人员设置"}),
    ],
)
def test_n09_who_may_decide_is_asked_and_without_anybody_the_way_up(
    waits: Mapping[str, Any], changed: dict[str, Any], gone: tuple[int, ...], asked: dict[int, str]
) -> None:
    staff = {who: replace(one, active=who not in gone, away=-who in gone) for who, one in PEOPLE.staff.items()}
    rest = replace(PEOPLE, staff=staff)
    found = asked_now(waits, replace(CASE, **changed), rest) or ()
    assert {one.person_id: one.reason for one in found} == asked
    assert {one.blind for one in found} == {ADMIN in asked}, "who may not see the case reads number and date"
