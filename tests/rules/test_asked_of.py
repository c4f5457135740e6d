"""Of whom the step of a waiting letter is asked: the roles and the units as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.asked_of import asked_now, kept_out, may_keep
from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.recipients import Owing, Recipient, Roster, Staff, recipients
from opinion_app.rules.waiting_step import INSTRUCTION, ITS_DATES, answers, urges, waits_for_step
from opinion_app.rules.words import AssignmentState, Gate, Role, Stage, UnitRole

HEAD, HANDLER, OTHER, GONE, CLERK, REVIEWER, AUTHOR, VICE, MAYOR = range(1, 10)
ROLES = {
    HEAD: (Role.UNIT_HEAD, 7),
    HANDLER: (Role.HANDLER, 7),
    OTHER: (Role.HANDLER, 7),
    GONE: (Role.UNIT_HEAD, 7),
    CLERK: (Role.CLERK, None),
    REVIEWER: (Role.REVIEWER, None),
    AUTHOR: (Role.REVIEWER, None),
    VICE: (Role.LEADER, None),
    MAYOR: (Role.LEADER, None),
}
PEOPLE = Roster(
    {
        who: Staff(Actor(who, f"p{who}", frozenset({role}), unit, frozenset({unit} if unit else ())), active=who != GONE)
        for who, (role, unit) in ROLES.items()
    },
    in_charge={7: VICE},
)
LED = CaseFacts(
    1,
    "LY1",
    Stage.ASSIGNED,
    assignments=(AssignmentFacts(1, 7, UnitRole.LEAD, AssignmentState.PENDING),),
    authors=frozenset({AUTHOR}),
)
HANDLED = replace(LED, stage=Stage.HANDLING, assignments=(replace(LED.assignments[0], handler_id=HANDLER),))
WITH_HEAD = replace(HANDLED, stage=Stage.UNDER_REVIEW)
AT_GATES = replace(WITH_HEAD, gates_passed=frozenset({Gate.UNIT_HEAD}))
TO_SIGN = replace(WITH_HEAD, gates_passed=frozenset(Gate) - {Gate.SIGN_OFF})

APPROVED = replace(WITH_HEAD, stage=Stage.APPROVED)


def ids(asked: tuple[Recipient, ...] | None) -> set[int] | None:
    return None if asked is None else {one.person_id for one in asked}


@pytest.mark.parametrize(
    ("case", "unit", "asked"),
    [
        (LED, 7, {HEAD, HANDLER, OTHER}),
        (HANDLED, 7, {HANDLER}),
        (WITH_HEAD, None, {HEAD}),
        (AT_GATES, None, {REVIEWER}),
        (TO_SIGN, None, {VICE}),
        (replace(WITH_HEAD, stage=Stage.APPROVED), None, {CLERK}),
        (replace(LED, restricted=True, assignments=()), 7, set()),
        (HANDLED, None, None),  # people of the office were told of what a unit does
        (replace(LED, stage=Stage.CLOSED), None, None),
        (replace(TO_SIGN, authors=frozenset({VICE})), None, {MAYOR}),
        (replace(HANDLED, authors=frozenset({HANDLER})), 7, {HANDLER}),  # who wrote a draft may go on with it
    ],
)
def test_a_step_is_asked_of_who_has_it_now(case: CaseFacts, unit: int | None, asked: set[int] | None) -> None:
    found = asked_now(waits_for_step(case, unit), case, PEOPLE)
    assert ids(found) == asked
    assert {one.reason for one in found or ()} <= {""}, "who has the step needs no reason"


@pytest.mark.parametrize(
    ("waits", "case", "asked"),
    [
        (INSTRUCTION, replace(LED, needs_leader=True), {VICE}),
        (INSTRUCTION, replace(LED, needs_leader=True, assignments=()), {VICE, MAYOR}),
        (INSTRUCTION, LED, None),
        (ITS_DATES, LED, None),
        (answers(7), LED, {HEAD}),
        (answers(7), HANDLED, {HEAD, HANDLER}),
        (answers(7), replace(HANDLED, recused=frozenset({HANDLER})), {HEAD}),
        (answers(7), replace(HANDLED, stage=Stage.CLOSED), {HEAD, HANDLER}),
        (waits_for_step(LED, 7), HANDLED, None),
    ],
)
def test_what_asks_no_step_any_more_asks_nobody(waits: Mapping[str, Any], case: CaseFacts, asked: set[int] | None) -> None:
    assert ids(asked_now(waits, case, PEOPLE)) == asked


@pytest.mark.parametrize(
    ("case", "unit", "gone", "asked"),
    [
        (HANDLED, 7, {HEAD, HANDLER, OTHER}, {CLERK: "承办单位无人在岗，请您安排"}),
        (WITH_HEAD, None, {HEAD}, {CLERK: "承办单位没有在岗的负责人，请您安排"}),
        (AT_GATES, None, {REVIEWER}, dict.fromkeys((VICE, MAYOR), "没有在岗的审核人，请您安排")),
        (TO_SIGN, None, {VICE, MAYOR}, {CLERK: "没有在岗的领导，请您安排"}),
        (replace(WITH_HEAD, stage=Stage.APPROVED), None, {CLERK}, dict.fromkeys((VICE, MAYOR), "没有在岗的受理员，请您安排")),
        (TO_SIGN, None, set(ROLES), {}),
    ],
)
def test_n09_a_step_that_nobody_has_is_asked_of_whoever_sees_to_it(
    case: CaseFacts, unit: int | None, gone: set[int], asked: dict[int, str]
) -> None:
    rest = Roster({who: replace(one, active=one.active and who not in gone) for who, one in PEOPLE.staff.items()})
    found = asked_now(waits_for_step(case, unit), case, rest)
    assert {one.person_id: one.reason for one in found or ()} == asked


@pytest.mark.parametrize(("case", "asked"), [(AT_GATES, {REVIEWER, VICE}), (TO_SIGN, {VICE})])
def test_the_leader_in_charge_is_asked_first_to_sign_and_like_every_reviewer_to_check(case: CaseFacts, asked: set[int]) -> None:
    vice = replace(PEOPLE.staff[VICE], actor=replace(PEOPLE.staff[VICE].actor, roles=frozenset({Role.LEADER, Role.REVIEWER})))
    people = replace(PEOPLE, staff=PEOPLE.staff | {VICE: vice})
    assert ids(asked_now(waits_for_step(case, None), case, people)) == asked


SUPPORT_HEAD, TOWN_HEAD, COUNTY_HEAD = 11, 12, 13
SUPPORTED = replace(LED, assignments=(*LED.assignments, AssignmentFacts(2, 8, UnitRole.SUPPORT, AssignmentState.PENDING)))


def with_support(*gone: int) -> Roster:
    """The same office with a unit that supports; the lead's unit lies under the town, the other under the county."""
    heads = {SUPPORT_HEAD: 8, TOWN_HEAD: 9, COUNTY_HEAD: 10}
    more = {
        who: Staff(Actor(who, f"p{who}", frozenset({Role.UNIT_HEAD}), unit, frozenset({unit}))) for who, unit in heads.items()
    }
    staff = {who: replace(one, active=one.active and who not in gone) for who, one in (PEOPLE.staff | more).items()}
    return Roster(staff, {7: 9, 8: 10, 9: None, 10: None}, PEOPLE.in_charge)


@pytest.mark.parametrize(
    ("case", "unit", "gone", "asked"),
    [
        (SUPPORTED, 8, (), {SUPPORT_HEAD}),
        (SUPPORTED, 8, (SUPPORT_HEAD,), {COUNTY_HEAD}),
        (SUPPORTED, 7, (), {HEAD, HANDLER, OTHER}),
        (WITH_HEAD, None, (), {HEAD}),
        (WITH_HEAD, None, (HEAD,), {TOWN_HEAD}),
        (replace(WITH_HEAD, assignments=SUPPORTED.assignments), None, (HEAD,), {TOWN_HEAD}),  # not the head who supports
        (replace(WITH_HEAD, assignments=SUPPORTED.assignments), 8, (), {SUPPORT_HEAD}),
        (APPROVED, None, (CLERK,), {VICE, MAYOR}),  # the office's own work goes to no unit
        (HANDLED, 7, (HEAD, HANDLER, OTHER), {TOWN_HEAD}),
    ],
)
def test_n09_each_unit_has_its_own_people_and_its_own_way_up(
    case: CaseFacts, unit: int | None, gone: tuple[int, ...], asked: set[int]
) -> None:
    assert ids(asked_now(waits_for_step(case, unit), case, with_support(*gone))) == asked


def test_n09_whoever_stands_in_for_two_is_asked_once() -> None:
    gone = with_support(HEAD, HANDLER, OTHER)
    office = replace(gone, staff={who: replace(one, deputy_id=CLERK) for who, one in gone.staff.items()})
    assert asked_now(waits_for_step(LED, 7), LED, office) == (Recipient(CLERK, f"p{HEAD}不在岗，由您代办"),)


def test_n09_of_a_restricted_case_only_who_may_know_of_it_is_asked() -> None:
    granted = replace(LED, restricted=True, granted=frozenset({HANDLER}))
    assert ids(asked_now(waits_for_step(granted, 7), granted, PEOPLE)) == {HANDLER}
    accused = replace(TO_SIGN, accused_unit_id=8)
    assert ids(asked_now(waits_for_step(accused, None), accused, PEOPLE)) == {VICE}
    moved = replace(
        PEOPLE,
        staff=PEOPLE.staff | {HEAD: replace(PEOPLE.staff[HEAD], actor=replace(PEOPLE.staff[HEAD].actor, unit_line=frozenset()))},
    )
    assert ids(asked_now(waits_for_step(WITH_HEAD, None), WITH_HEAD, moved)) == {HEAD}, "nothing is kept from anybody"


@pytest.mark.parametrize("case", [HANDLED, WITH_HEAD, AT_GATES, TO_SIGN, replace(LED, stage=Stage.ANSWERED)])
@pytest.mark.parametrize("away", [None, HANDLER, HEAD])
@pytest.mark.parametrize("unit", [None, 7])
def test_n09_a_hand_urging_is_for_whom_it_would_name_now(case: CaseFacts, away: int | None, unit: int | None) -> None:
    staff = {who: replace(one, away=who == away, reachable=who != OTHER) for who, one in PEOPLE.staff.items()}
    now = replace(PEOPLE, staff=staff | {HANDLER: replace(staff[HANDLER], deputy_id=OTHER)})
    assert asked_now(urges(case, unit), case, now) == recipients(Owing("holder", unit), case, now)
    assert asked_now(urges(case, unit), replace(case, stage=Stage.MERGED), now) is None, "its step is gone"


@pytest.mark.parametrize(
    ("waits", "case", "keeping"),
    [
        (waits_for_step(HANDLED, 7), HANDLED, {HEAD, HANDLER, OTHER}),
        (waits_for_step(HANDLED, 7), replace(HANDLED, restricted=True, granted=frozenset({HEAD, GONE})), {HEAD}),
        (waits_for_step(WITH_HEAD, None), WITH_HEAD, set()),
        (waits_for_step(HANDLED, None), HANDLED, set()),
        (waits_for_step(LED, None), replace(LED, stage=Stage.CLOSED), set()),
        (urges(HANDLED, 7), HANDLED, set()),
        (INSTRUCTION, replace(HANDLED, needs_leader=True), set()),
    ],
)
def test_n09_a_letter_to_the_people_of_a_unit_stays_with_them(
    waits: Mapping[str, Any], case: CaseFacts, keeping: set[int]
) -> None:
    assert {who for who in ROLES if may_keep(waits, who, case, PEOPLE)} == keeping


@pytest.mark.parametrize(
    ("case", "waits", "granted", "asked"),
    [
        (HANDLED, waits_for_step(HANDLED, 7), {HEAD}, {HEAD}),
        (HANDLED, waits_for_step(HANDLED, 7), {HEAD, OTHER}, {HEAD, OTHER}),
        (HANDLED, waits_for_step(HANDLED, 7), {HEAD, HANDLER}, {HANDLER}),
        (TO_SIGN, waits_for_step(TO_SIGN, None), {MAYOR}, {MAYOR}),
        (replace(LED, needs_leader=True), INSTRUCTION, {MAYOR, CLERK}, {MAYOR}),
    ],
)
def test_n09_where_who_has_it_first_may_not_know_the_others_are_asked(
    case: CaseFacts, waits: Mapping[str, Any], granted: set[int], asked: set[int]
) -> None:
    assert ids(asked_now(waits, replace(case, restricted=True, granted=frozenset(granted)), PEOPLE)) == asked


@pytest.mark.parametrize(
    ("case", "waits", "recused", "asked"),
    [
        (HANDLED, waits_for_step(HANDLED, 7), {HANDLER}, {HEAD, OTHER}),
        (HANDLED, waits_for_step(HANDLED, 7), {HEAD, HANDLER, OTHER}, {CLERK}),
        (WITH_HEAD, waits_for_step(WITH_HEAD, None), {HEAD}, {CLERK}),
        (AT_GATES, waits_for_step(AT_GATES, None), {REVIEWER}, {VICE, MAYOR}),
        (TO_SIGN, waits_for_step(TO_SIGN, None), {VICE}, {MAYOR}),
        (replace(LED, needs_leader=True), INSTRUCTION, {VICE, MAYOR}, {CLERK}),
        (replace(LED, stage=Stage.RECEIVED), waits_for_step(replace(LED, stage=Stage.RECEIVED), None), {CLERK}, {CLERK}),
        (APPROVED, waits_for_step(APPROVED, None), {CLERK}, {VICE, MAYOR}),
    ],
)
def test_n09_who_withdrew_is_not_asked_for_what_they_may_not_do(
    case: CaseFacts, waits: Mapping[str, Any], recused: set[int], asked: set[int]
) -> None:
    now = replace(case, recused=frozenset(recused))
    assert ids(asked_now(waits, now, PEOPLE)) == asked
    assert kept_out(waits, now) == (frozenset() if CLERK in asked & recused else recused)


@pytest.mark.parametrize(
    ("case", "unit", "gone", "asked"),
    [
        (HANDLED, 7, {HANDLER: OTHER, HEAD: VICE, OTHER: None}, {VICE: "p1不在岗，由您代办"}),
        (HANDLED, 7, {HANDLER: MAYOR, HEAD: VICE, OTHER: None}, {MAYOR: "p2不在岗，由您代办", VICE: "p1不在岗，由您代办"}),
        (WITH_HEAD, None, {HEAD: HANDLER}, {HANDLER: "p1不在岗，由您代办"}),
        (AT_GATES, None, {REVIEWER: CLERK}, {CLERK: "p6不在岗，由您代办"}),
        (TO_SIGN, None, {VICE: CLERK, MAYOR: None}, {CLERK: "p8不在岗，由您代办"}),
        (TO_SIGN, None, {VICE: CLERK, MAYOR: REVIEWER}, {CLERK: "p8不在岗，由您代办"}),  # the unit's own 分管领导 first
        (APPROVED, None, {CLERK: REVIEWER}, {REVIEWER: "p5不在岗，由您代办"}),
    ],
)
def test_n09_whoever_stands_in_for_those_of_record_is_asked_before_the_way_up(
    case: CaseFacts, unit: int | None, gone: dict[int, int | None], asked: dict[int, str]
) -> None:
    staff = {
        who: replace(one, active=one.active and who not in gone, deputy_id=gone.get(who)) for who, one in PEOPLE.staff.items()
    }
    found = asked_now(waits_for_step(case, unit), case, replace(PEOPLE, staff=staff))
    assert {one.person_id: one.reason for one in found or ()} == asked


RECEIVED = replace(LED, stage=Stage.RECEIVED, assignments=())


@pytest.mark.parametrize(
    ("case", "away", "gone", "asked"),
    [
        (APPROVED, {CLERK}, set(), {CLERK}),  # it is theirs, on leave or not
        (replace(RECEIVED, recused=frozenset({CLERK})), {CLERK}, set(), {CLERK}),  # to hand it on stays open to them
        (replace(APPROVED, recused=frozenset({VICE})), set(), {CLERK}, {VICE, MAYOR}),  # as does to see that somebody does it
    ],
)
def test_n09_a_clerk_on_leave_keeps_the_step_and_a_leader_who_withdrew_sees_to_it(
    case: CaseFacts, away: set[int], gone: set[int], asked: set[int]
) -> None:
    staff = {who: replace(one, away=who in away, active=one.active and who not in gone) for who, one in PEOPLE.staff.items()}
    assert ids(asked_now(waits_for_step(case, None), case, replace(PEOPLE, staff=staff))) == asked


ADMIN, ADMIN_AND_CLERK = 21, 22


@pytest.mark.parametrize("case", [HANDLED, WITH_HEAD, AT_GATES, TO_SIGN, APPROVED])
@pytest.mark.parametrize("hidden", [False, True])
def test_n09_where_nobody_at_all_is_at_work_a_step_is_asked_of_who_is_on_leave(case: CaseFacts, *, hidden: bool) -> None:
    """Those of record have left, the rest is away: who may see it hears with words, the administrators number and date."""
    staff = {who: replace(one, active=who in (CLERK, MAYOR), away=True) for who, one in PEOPLE.staff.items()}
    more = {ADMIN: {Role.ADMINISTRATOR}, ADMIN_AND_CLERK: {Role.ADMINISTRATOR, Role.CLERK}}
    staff |= {who: Staff(Actor(who, f"p{who}", frozenset(roles)), away=True) for who, roles in more.items()}
    case = replace(case, restricted=hidden, authors=frozenset({MAYOR}), recused=frozenset({CLERK, ADMIN_AND_CLERK}))
    found = asked_now(waits_for_step(case, 7 if case.stage is Stage.HANDLING else None), case, Roster(staff))
    assert {one.person_id: one.blind for one in found or ()} == (
        {ADMIN: True, ADMIN_AND_CLERK: True} if hidden else {CLERK: False, MAYOR: False, ADMIN: True, ADMIN_AND_CLERK: False}
    )
    assert asked_now(urges(case, 7), case, Roster(staff)) is None, "a 催办 that waits stays with whom it named"
