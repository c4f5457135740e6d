"""Who is told with a rung: spoken to, copied, once each, and somebody always (N09, N11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.ladder import DEFAULT_LADDER, Anchor, Rung, Way, Who
from opinion_app.rules.recipients import Owing, Roster, Staff
from opinion_app.rules.rung_recipients import robot_units, rung_recipients
from opinion_app.rules.words import AssignmentState, Kind, Role, Stage, UnitRole

FINANCE = 10
CLERK, HANDLER, HEAD, VICE, MAYOR, ADMIN = range(1, 7)
STAFF = {
    person_id: Staff(Actor(person_id, name, frozenset(roles), unit, frozenset({unit} if unit else set())))
    for person_id, name, roles, unit in (
        (CLERK, "受理", {Role.CLERK}, None),
        (HANDLER, "承办", {Role.HANDLER}, FINANCE),
        (HEAD, "所长", {Role.UNIT_HEAD}, FINANCE),
        (VICE, "副镇长", {Role.LEADER}, None),
        (MAYOR, "镇长", {Role.LEADER}, None),
        (ADMIN, "管理", {Role.ADMINISTRATOR}, None),
    )
}
ROSTER = Roster(STAFF, {FINANCE: None}, {FINANCE: VICE})
PART = AssignmentFacts(1, FINANCE, UnitRole.LEAD, AssignmentState.SIGNED, HANDLER)
CASE = CaseFacts(1, "LY2026-000001", Stage.HANDLING, assignments=(PART,))
HOLDER = Owing("holder")
LADDER = replace(DEFAULT_LADDER, main_leader_id=MAYOR)
URGE, YELLOW, RED, REPORT = DEFAULT_LADDER.days[3:]


def told(rung: Rung, case: CaseFacts = CASE, roster: Roster = ROSTER, owing: Owing = HOLDER) -> dict[int, str]:
    return {found.person_id: found.reason for found in rung_recipients(rung, owing, case, roster, LADDER)}


def without(*gone: int) -> Roster:
    return replace(ROSTER, staff={number: replace(one, away=number in gone) for number, one in STAFF.items()})


def test_n11_each_level_has_its_own_recipients() -> None:
    assert told(URGE) == {HANDLER: "您是承办人", HEAD: "您是承办单位负责人", VICE: "抄送：您是分管领导"}
    assert set(told(YELLOW)) == {HANDLER, HEAD, VICE, CLERK}
    assert set(told(RED)) == {HANDLER, HEAD, VICE, MAYOR, CLERK}
    assert told(REPORT) == {
        MAYOR: "您是主要领导",
        VICE: "您是分管领导",
        CLERK: "抄送：您是受理员",
        HEAD: "抄送：您是承办单位负责人",
    }


@pytest.mark.parametrize(
    "change", [{"active": False}, {"away": True}, {"actor": Actor(MAYOR, "镇长", frozenset({Role.HANDLER}))}]
)
def test_n09_where_the_main_leader_is_gone_away_or_none_any_more_the_other_leaders_are_told(change: dict[str, Any]) -> None:
    rest = replace(ROSTER, staff=STAFF | {MAYOR: replace(STAFF[MAYOR], **change)}, in_charge={})
    assert told(REPORT, roster=rest) == {
        VICE: "您是领导",
        CLERK: "抄送：您是受理员",
        HEAD: "抄送：您是承办单位负责人",
    }


def test_n09_a_main_leader_who_is_a_clerk_by_now_is_told_as_one() -> None:
    clerk = replace(STAFF[MAYOR], actor=Actor(MAYOR, "镇长", frozenset({Role.CLERK})))
    rest = replace(ROSTER, staff=STAFF | {MAYOR: clerk}, in_charge={})
    assert told(REPORT, roster=rest)[MAYOR] == "抄送：您是受理员"


def test_n09_the_same_person_is_told_once_with_the_first_reason() -> None:
    led = replace(ROSTER, in_charge={FINANCE: MAYOR})
    assert told(REPORT, roster=led)[MAYOR] == "您是主要领导"
    waiting = replace(CASE, stage=Stage.RECEIVED, assignments=())
    assert told(YELLOW, waiting) == {
        CLERK: "这件在党政办，您是受理员",
        VICE: "抄送：您是领导",
        MAYOR: "抄送：您是领导",
    }


def test_n09_where_no_leader_is_named_or_the_named_one_is_away_the_leaders_are_told() -> None:
    assert told(URGE, roster=replace(ROSTER, in_charge={}))[MAYOR] == "抄送：您是领导"
    assert MAYOR in told(URGE, roster=without(VICE))
    rung = Rung("main", "主要领导", Anchor.DUE, to=(Who.MAIN_LEADER,))
    nobody = replace(LADDER, main_leader_id=None)
    assert {found.person_id for found in rung_recipients(rung, HOLDER, CASE, ROSTER, nobody)} == {VICE, MAYOR}


def test_n09_nobody_spoken_to_is_there_so_the_way_up_is_gone_and_copies_stay_copies() -> None:
    reasons = told(URGE, roster=without(HANDLER, HEAD))
    assert reasons == {CLERK: "承办单位无人在岗，请您安排", VICE: "抄送：您是分管领导"}


def test_n09_a_supporting_units_own_clock_speaks_to_that_unit_and_its_leader() -> None:
    other = replace(ROSTER, in_charge={FINANCE: VICE, 11: MAYOR})
    assert set(told(URGE, roster=other, owing=Owing("lead", 11))) == {CLERK, MAYOR}


def test_n09_the_way_up_begins_at_the_unit_that_owes() -> None:
    above = {21: Staff(Actor(21, "分管主任", frozenset({Role.UNIT_HEAD}), 20, frozenset({20})))}
    part = AssignmentFacts(2, 11, UnitRole.SUPPORT, AssignmentState.PENDING, None)
    roster = replace(ROSTER, staff=STAFF | above, parents={FINANCE: None, 11: 20, 20: None})
    rung = Rung("own", "催办", Anchor.DUE)
    assert set(told(rung, replace(CASE, assignments=(PART, part)), roster, Owing("lead", 11))) == {21}


def test_n11_only_the_heads_of_the_unit_in_question_are_its_heads() -> None:
    other = Staff(Actor(31, "另一所长兼受理", frozenset({Role.UNIT_HEAD, Role.CLERK}), 11, frozenset({11})))
    roster, rung = replace(ROSTER, staff=STAFF | {31: other}), Rung("own", "催办", Anchor.DUE, to=(Who.HEADS,))
    assert told(rung, roster=roster) == {HEAD: "您是承办单位负责人"}
    waiting = replace(CASE, stage=Stage.RECEIVED, assignments=())
    assert set(told(rung, waiting, roster).values()) == {"承办单位无人在岗，请您安排"}


def test_the_named_units_leader_is_not_told_of_an_accusation_nobody_may_see() -> None:
    secret = replace(CASE, kind=Kind.ACCUSATION, restricted=True, granted=frozenset({CLERK}))
    assert set(told(RED, secret)) == {CLERK}


def test_n11_only_groups_of_units_that_take_part_hear_and_never_of_what_is_kept_back() -> None:
    roster = replace(ROSTER, robots=frozenset({FINANCE, 11}), offices=frozenset({12}))
    told_now = rung_recipients(URGE, HOLDER, CASE, roster, LADDER)
    assert robot_units(told_now, CASE, roster) == (FINANCE,)
    assert robot_units(told_now, CASE, ROSTER) == (), "it has no robot"
    assert robot_units(told_now, replace(CASE, assignments=()), roster) == ()
    assert robot_units([replace(one, blind=True) for one in told_now], CASE, roster) == ()
    for kept in (replace(CASE, restricted=True), replace(CASE, kind=Kind.ACCUSATION), replace(CASE, accused_unit_id=99)):
        assert robot_units(told_now, kept, roster) == ()
    office = replace(roster, offices=frozenset({FINANCE}))
    assert robot_units(told_now, replace(CASE, assignments=()), office) == (FINANCE,)


def test_n09_of_a_rung_told_by_letter_somebody_passes_it_on_and_of_one_told_inside_nobody_need() -> None:
    deaf = replace(ROSTER, staff={number: replace(one, reachable=number != VICE) for number, one in STAFF.items()})
    assert told(URGE, roster=deaf)[ADMIN] == "副镇长没有邮箱和群机器人，请您转告"
    assert ADMIN not in told(replace(URGE, way=Way.INSIDE), roster=deaf)
