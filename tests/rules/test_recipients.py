"""Who is told: the holder, whoever stands in, at the end somebody always, nobody twice, and never who may not know (N09)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.recipients import Owing, Roster, Staff, recipients
from opinion_app.rules.words import OFFICE_GATES, AssignmentState, Gate, Kind, Role, Stage, UnitRole

FINANCE, TOWN = 10, 20
CLERK, HANDLER, HEAD, REVIEWER, LEADER, ADMIN, OTHER, TOWN_HEAD = range(1, 9)


def person(person_id: int, name: str, *roles: Role, unit: int | None = None, **values: object) -> tuple[int, Staff]:
    line = frozenset({unit} if unit else set())
    return person_id, Staff(Actor(person_id, name, frozenset(roles), unit, line), **values)  # type: ignore[arg-type]


def office(**changed: Staff) -> Roster:
    people = dict(
        [
            person(CLERK, "受理", Role.CLERK),
            person(HANDLER, "承办", Role.HANDLER, unit=FINANCE),
            person(HEAD, "所长", Role.UNIT_HEAD, unit=FINANCE),
            person(REVIEWER, "审核", Role.REVIEWER),
            person(LEADER, "镇长", Role.LEADER),
            person(ADMIN, "管理", Role.ADMINISTRATOR),
            person(OTHER, "同事", Role.HANDLER, unit=FINANCE),
            person(TOWN_HEAD, "镇办", Role.UNIT_HEAD, unit=TOWN),
        ]
    )
    for name, staff in changed.items():
        people[int(name.removeprefix("p"))] = staff
    return Roster(people, {FINANCE: TOWN, TOWN: None})


def case(stage: Stage = Stage.HANDLING, handler: int | None = HANDLER, **values: object) -> CaseFacts:
    part = AssignmentFacts(1, FINANCE, UnitRole.LEAD, AssignmentState.SIGNED, handler)
    return CaseFacts(1, "LY2026-000001", stage, assignments=(part,), **values)  # type: ignore[arg-type]


def told(owing: Owing, facts: CaseFacts, roster: Roster) -> set[int]:
    return {found.person_id for found in recipients(owing, facts, roster)}


HOLDER, OFFICE, LEAD = Owing("holder"), Owing("office"), Owing("lead")
UNIT = Owing("lead", FINANCE)


def without(roster: Roster, *people: int) -> Roster:
    return replace(roster, staff={pid: replace(s, active=s.active and pid not in people) for pid, s in roster.staff.items()})


@pytest.mark.parametrize(
    ("owing", "facts", "expected"),
    [
        (OFFICE, case(), {CLERK}),
        (UNIT, case(), {HANDLER, HEAD}),
        (LEAD, case(), {HANDLER, HEAD}),
        (LEAD, CaseFacts(1, "LY1", Stage.RECEIVED), {CLERK}),
        (HOLDER, CaseFacts(1, "LY1", Stage.RECEIVED), {CLERK}),
        (HOLDER, CaseFacts(1, "LY1", Stage.RECEIVED, needs_leader=True), {LEADER}),
        (HOLDER, case(), {HANDLER, HEAD}),
        (HOLDER, case(handler=None), {HEAD}),
        (HOLDER, case(Stage.UNDER_REVIEW), {HEAD, HANDLER}),
        (HOLDER, case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD})), {REVIEWER, HANDLER, HEAD}),
        (HOLDER, case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD, *OFFICE_GATES})), {LEADER, HANDLER, HEAD}),
        (HOLDER, case(Stage.APPROVED), {CLERK, HANDLER, HEAD}),
        (HOLDER, case(Stage.ANSWERED), {CLERK, HANDLER, HEAD}),
        (HOLDER, CaseFacts(1, "LY1", Stage.APPROVED), {CLERK}),
    ],
)
def test_the_holder_owes_and_the_lead_unit_is_copied(owing: Owing, facts: CaseFacts, expected: set[int]) -> None:
    assert told(owing, facts, office()) == expected


def test_n09_a_copy_to_the_handler_is_no_head() -> None:
    assert told(HOLDER, case(Stage.UNDER_REVIEW), without(office(), HEAD)) == {TOWN_HEAD, HANDLER}


def test_n09_a_copy_to_the_lead_unit_is_no_clerk() -> None:
    empty = without(office(), CLERK, LEADER)
    assert told(HOLDER, case(Stage.APPROVED), empty) == {TOWN_HEAD}, "somebody must act: the way up, as for every clock"


def test_n09_the_deputy_steps_in_for_who_is_away_and_says_for_whom() -> None:
    away = person(HANDLER, "承办", Role.HANDLER, unit=FINANCE, away=True, deputy_id=OTHER)[1]
    found = recipients(UNIT, case(), office(p2=away))
    assert {entry.person_id: entry.reason for entry in found}[OTHER] == "承办不在岗，由您代办"
    assert HANDLER not in {entry.person_id for entry in found}


def test_n09_a_ring_of_deputies_ends_and_others_are_told() -> None:
    first = person(HANDLER, "承办", Role.HANDLER, unit=FINANCE, away=True, deputy_id=OTHER)[1]
    second = person(OTHER, "同事", Role.HANDLER, unit=FINANCE, active=False, deputy_id=HANDLER)[1]
    assert told(UNIT, case(), office(p2=first, p7=second)) == {HEAD}


def test_n09_a_deputys_deputy_is_found() -> None:
    first = person(HANDLER, "承办", Role.HANDLER, unit=FINANCE, away=True, deputy_id=TOWN_HEAD)[1]
    second = person(TOWN_HEAD, "镇办", Role.UNIT_HEAD, unit=TOWN, deputy_id=OTHER)[1]
    assert OTHER in told(UNIT, case(), office(p2=first, p8=second))


def test_n09_an_auditor_who_was_chosen_as_deputy_is_asked_for_nothing() -> None:
    """They see every case and may act on none: the heads are told, or whoever stands in for them."""
    away = person(HEAD, "所长", Role.UNIT_HEAD, unit=FINANCE, away=True, deputy_id=REVIEWER)[1]
    reads = person(REVIEWER, "审计", Role.AUDITOR)[1]
    assert told(UNIT, case(), office(p3=away, p4=reads)) == {HANDLER}
    assert told(UNIT, case(), office(p3=away, p4=replace(reads, deputy_id=OTHER))) == {HANDLER, OTHER}


def test_n09_a_unit_with_neither_named_handler_nor_head_tells_its_people() -> None:
    assert told(UNIT, case(handler=None), without(office(), HEAD)) == {HANDLER, OTHER}


def test_n09_an_empty_unit_reaches_the_unit_above_with_number_and_date_only() -> None:
    found = recipients(UNIT, case(), without(office(), HEAD, HANDLER, OTHER))
    assert [(entry.person_id, entry.blind) for entry in found] == [(TOWN_HEAD, True)]


def test_n09_then_the_office_then_the_administrator() -> None:
    empty = without(office(), HEAD, HANDLER, OTHER, TOWN_HEAD)
    assert told(UNIT, case(), empty) == {CLERK}
    assert told(UNIT, case(), without(empty, CLERK)) == {LEADER}
    last = recipients(UNIT, case(), without(empty, CLERK, LEADER))
    assert [(entry.person_id, entry.blind) for entry in last] == [(ADMIN, True)]
    assert told(OFFICE, CaseFacts(1, "LY1", Stage.RECEIVED), without(office(), CLERK, LEADER, HEAD)) == {ADMIN}


def test_n09_a_loop_of_units_ends() -> None:
    roster = replace(without(office(), HEAD, HANDLER, OTHER, TOWN_HEAD), parents={FINANCE: TOWN, TOWN: FINANCE})
    assert told(UNIT, case(), roster) == {CLERK}


def test_n09_one_person_in_three_roles_is_told_once() -> None:
    all_in_one = person(HEAD, "所长", Role.UNIT_HEAD, Role.HANDLER, Role.REVIEWER, unit=FINANCE)[1]
    found = recipients(UNIT, case(handler=HEAD), office(p3=all_in_one))
    assert [entry.person_id for entry in found] == [HEAD]
    assert found[0].reason == "您是承办人"


def test_the_drafter_is_not_asked_to_review_or_sign_the_own_text() -> None:
    review = case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD}), authors=frozenset({REVIEWER}))
    assert REVIEWER not in told(HOLDER, review, office())
    assert LEADER in told(HOLDER, review, office())


def test_the_leader_in_charge_is_asked_before_all_others() -> None:
    second = person(9, "副镇长", Role.LEADER)[1]
    roster = replace(office(p9=second), in_charge={FINANCE: 9})
    signing = case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD, *OFFICE_GATES}))
    assert told(HOLDER, signing, roster) == {9, HANDLER, HEAD}
    assert LEADER in told(HOLDER, signing, without(roster, 9))
    assert CLERK in told(HOLDER, signing, without(roster, 9, LEADER))
    assert told(HOLDER, replace(signing, authors=frozenset({9})), roster) == {LEADER, HANDLER, HEAD}, (
        "nobody signs their own text"
    )


def test_who_may_not_see_an_accusation_is_not_told_of_it() -> None:
    hidden = CaseFacts(1, "LY1", Stage.RECEIVED, kind=Kind.ACCUSATION, restricted=True, granted=frozenset({LEADER}))
    assert told(OFFICE, hidden, office()) == {LEADER}
    against = case(kind=Kind.ACCUSATION, accused_unit_id=FINANCE)
    assert told(UNIT, against, without(office(), TOWN_HEAD)) == {CLERK}
    assert told(UNIT, against, office()) == {CLERK}, "not even the unit above learns of it by way of a reminder"


def unreached(*people: int) -> Roster:
    """The office, in which no letter reaches some."""
    held = office()
    return replace(held, staff={pid: replace(s, reachable=pid not in people) for pid, s in held.staff.items()})


def relays(roster: Roster, facts: CaseFacts | None = None) -> dict[int, bool]:
    """Who is asked to pass it on, and whether they learn number and date alone."""
    found = recipients(UNIT, facts or case(), roster)
    return {one.person_id: one.blind for one in found if one.reason == "承办没有邮箱和群机器人，请您转告"}


def test_n09_whom_no_letter_reaches_is_told_inside_and_somebody_passes_it_on() -> None:
    assert told(UNIT, case(), unreached()) == {HANDLER, HEAD}
    assert told(UNIT, case(), unreached(HANDLER)) == {HANDLER, HEAD}, "the head is told anyway, and once"
    deputy = replace(unreached(HANDLER).staff[HANDLER], deputy_id=OTHER)
    assert relays(replace(unreached(HANDLER), staff=unreached(HANDLER).staff | {HANDLER: deputy})) == {OTHER: False}


def test_n09_no_address_the_way_up_is_deputy_head_parent_unit_administrator() -> None:
    assert relays(unreached(HANDLER, HEAD)) == {TOWN_HEAD: True}, "who may not see the case learns number and date"
    assert relays(unreached(HANDLER, HEAD, TOWN_HEAD)) == {ADMIN: True}
    assert relays(unreached(HANDLER, HEAD, TOWN_HEAD, ADMIN)) == {}
    assert relays(unreached(HANDLER, HEAD), case(kind=Kind.ACCUSATION)) == {ADMIN: True}, "no unit above hears of an accusation"
    found = recipients(OFFICE, case(), unreached(CLERK))
    assert [(one.person_id, one.blind) for one in found] == [(CLERK, False), (ADMIN, True)]


APPROVED, SIGNING = case(Stage.APPROVED), case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD, *OFFICE_GATES}))


@pytest.mark.parametrize(
    ("owing", "facts", "recused", "expected"),
    [
        (UNIT, case(), {HANDLER}, {HEAD}),
        (UNIT, case(), {HANDLER, HEAD}, {OTHER}),
        (UNIT, case(), {HANDLER, HEAD, OTHER}, {TOWN_HEAD}),
        (HOLDER, case(Stage.UNDER_REVIEW), {HEAD}, {TOWN_HEAD, HANDLER}),
        (HOLDER, SIGNING, {LEADER}, {CLERK, HANDLER, HEAD}),
        (HOLDER, replace(SIGNING, gates_passed=frozenset({Gate.UNIT_HEAD})), {REVIEWER}, {LEADER, HANDLER, HEAD}),
        (HOLDER, APPROVED, {CLERK}, {LEADER, HANDLER, HEAD}),
        (OFFICE, CaseFacts(1, "LY1", Stage.RECEIVED), {CLERK}, {CLERK}),
        (HOLDER, case(Stage.ANSWERED), {CLERK}, {CLERK, HANDLER, HEAD}),
    ],
)
def test_n09_who_withdrew_is_not_reminded_of_what_they_may_not_do(
    owing: Owing, facts: CaseFacts, recused: set[int], expected: set[int]
) -> None:
    assert told(owing, replace(facts, recused=frozenset(recused)), office()) == expected


def test_n09_who_withdrew_stands_in_for_nobody() -> None:
    away = person(HANDLER, "承办", Role.HANDLER, unit=FINANCE, away=True, deputy_id=OTHER)[1]
    assert told(UNIT, case(recused=frozenset({OTHER})), office(p2=away)) == {HEAD}
