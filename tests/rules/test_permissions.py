"""Who may see a case and who may do what to it, as a table of people and cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opinion_app.rules.errors import Forbidden, Refused
from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.life import ACTS, check, holder, permitted, refusal
from opinion_app.rules.permissions import can_see, gate_permission, may, never_public
from opinion_app.rules.words import (
    OFFICE_GATES,
    AssignmentState,
    Disclosure,
    Gate,
    Kind,
    ReplyState,
    RiskLevel,
    Role,
    Source,
    Stage,
    UnitRole,
)

FINANCE, ROADS, PARENT = 1, 2, 9
LEAD = AssignmentFacts(1, FINANCE, UnitRole.LEAD, AssignmentState.SIGNED)
SUPPORT = AssignmentFacts(2, ROADS, UnitRole.SUPPORT, AssignmentState.SIGNED)
CASE = CaseFacts(1, "LY2026-000001", Stage.HANDLING, assignments=(LEAD, SUPPORT))


def person(*roles: Role, unit: int | None = None, **values: object) -> Actor:
    """Somebody with these roles in that unit."""
    line = frozenset({unit}) if unit is not None else frozenset()
    return replace(Actor(7, "某人", frozenset(roles), unit, line), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (person(Role.CLERK), True),
        (person(Role.REVIEWER), True),
        (person(Role.LEADER), True),
        (person(Role.AUDITOR), True),
        (person(Role.ADMINISTRATOR), False),
        (person(Role.HANDLER, unit=FINANCE), True),
        (person(Role.UNIT_HEAD, unit=ROADS), True),
        (person(Role.HANDLER, unit=3), False),
        (person(Role.HANDLER), False),
        (person(unit=FINANCE), False),
    ],
)
def test_who_sees_an_ordinary_case(actor: Actor, sees: bool) -> None:
    assert can_see(actor, CASE) is sees


@pytest.mark.parametrize("state", [AssignmentState.RETURNED, AssignmentState.WITHDRAWN])
def test_a_unit_that_gave_the_case_up_sees_it_no_more(state: AssignmentState) -> None:
    gone = replace(CASE, assignments=(replace(LEAD, state=state), SUPPORT))
    assert not can_see(person(Role.UNIT_HEAD, unit=FINANCE), gone)
    assert gone.lead is None


def test_a_named_unit_never_sees_the_accusation_against_it() -> None:
    against = replace(CASE, kind=Kind.ACCUSATION, accused_unit_id=PARENT)
    for role in Role:
        inside = person(role, unit=FINANCE, unit_line=frozenset({FINANCE, PARENT}), handles_accusations=True)
        assert not can_see(inside, replace(against, granted=frozenset({inside.id})))
    assert can_see(person(Role.CLERK, unit=ROADS), against)


@pytest.mark.parametrize(
    ("actor", "granted", "sees"),
    [
        (person(Role.CLERK), frozenset(), False),
        (person(Role.LEADER), frozenset(), False),
        (person(Role.CLERK, handles_accusations=True), frozenset(), True),
        (person(Role.HANDLER, unit=FINANCE, handles_accusations=True), frozenset(), False),
        (person(Role.LEADER), frozenset({7}), True),
        (person(Role.ADMINISTRATOR, handles_accusations=True), frozenset(), False),
    ],
)
def test_a_restricted_case_is_seen_by_named_people_only(actor: Actor, granted: frozenset[int], sees: bool) -> None:
    assert can_see(actor, replace(CASE, restricted=True, granted=granted)) is sees


def test_nobody_may_what_is_in_no_table() -> None:
    with pytest.raises(KeyError):
        may(person(*Role), "case.unknown", CASE)
    with pytest.raises(KeyError):
        may(person(*Role), "unknown")


def test_whoever_cannot_see_a_case_may_do_nothing_to_it() -> None:
    hidden = replace(CASE, restricted=True)
    assert permitted(person(*Role, unit=FINANCE), hidden) == []


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("register", {Role.CLERK}),
        ("accounts", {Role.ADMINISTRATOR}),
        ("trail", {Role.AUDITOR}),
        ("contact.lookup", {Role.CLERK}),
        ("own", set(Role)),
    ],
)
def test_office_permissions_follow_the_role(permission: str, roles: set[Role]) -> None:
    assert {role for role in Role if may(person(role), permission)} == roles


@pytest.mark.parametrize(("act", "role"), [("check_gates", Role.REVIEWER), ("sign_off", Role.LEADER)])
def test_an_author_is_told_why_and_nobody_else_is(act: str, role: Role) -> None:
    written = replace(CASE, stage=Stage.UNDER_REVIEW, authors=frozenset({7}))
    with pytest.raises(Forbidden, match="您写过这份答复稿"):
        check(person(role), written, act)
    for actor, case in ((person(Role.CLERK), written), (person(Role.AUDITOR), replace(written, authors=frozenset({8})))):
        with pytest.raises(Forbidden, match="您没有“"):
            check(actor, case, act)


@pytest.mark.parametrize("authors", [{7}, {7, 8}, {8, 7, 9}])
def test_no_author_reviews_or_signs(authors: set[int]) -> None:
    review = replace(CASE, stage=Stage.UNDER_REVIEW, authors=frozenset(authors), gates_passed=frozenset(Gate) - {Gate.SIGN_OFF})
    for act in ("check_gates", "sign_off"):
        with pytest.raises(Forbidden):
            check(person(Role.REVIEWER, Role.LEADER), review, act)


def test_each_gate_asks_its_own_permission() -> None:
    assert gate_permission(Gate.UNIT_HEAD) == "case.check_unit_head"
    assert gate_permission(Gate.SIGN_OFF) == "case.sign_off"
    assert {gate_permission(gate) for gate in OFFICE_GATES} == {"case.check_gates"}


def test_an_accusation_is_never_public() -> None:
    assert never_public(replace(CASE, kind=Kind.ACCUSATION))
    assert never_public(replace(CASE, restricted=True))
    assert not never_public(CASE)


ALL_GATES = frozenset({Gate.UNIT_HEAD, *OFFICE_GATES})


@pytest.mark.parametrize(
    ("case", "desk"),
    [
        (CaseFacts(1, "n", Stage.RECEIVED), "clerk"),
        (CaseFacts(1, "n", Stage.RECEIVED, needs_leader=True), "leader"),
        (CASE, "unit"),
        (replace(CASE, stage=Stage.ASSIGNED), "unit"),
        (replace(CASE, stage=Stage.UNDER_REVIEW), "unit_head"),
        (replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD})), "reviewer"),
        (replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=ALL_GATES), "leader"),
        (replace(CASE, stage=Stage.APPROVED), "clerk"),
        (replace(CASE, stage=Stage.ANSWERED), "clerk"),
        (replace(CASE, stage=Stage.CLOSED), None),
        (replace(CASE, stage=Stage.MERGED), None),
    ],
)
def test_the_case_lies_with_somebody_as_long_as_it_is_open(case: CaseFacts, desk: str | None) -> None:
    held = holder(case)
    assert (held.desk if held else None) == desk
    if desk in ("unit", "unit_head"):
        assert held is not None
        assert held.unit_id == FINANCE


@pytest.mark.parametrize(
    ("act", "case", "words"),
    [
        ("accept", replace(CASE, stage=Stage.RECEIVED, accepted=True), "已经受理"),
        ("assign", replace(CASE, stage=Stage.RECEIVED, needs_leader=True), "呈批"),
        ("propose", replace(CASE, needs_leader=True), "呈批"),
        ("merge", replace(CASE, merged_children=1), "拆分"),
        ("ask_return", replace(CASE, assignments=()), "还没有交办"),
        ("decide_return", CASE, "没有等待审核"),
        ("report_support", replace(CASE, assignments=(LEAD,)), "没有等待报结果"),
        ("ask_extension", replace(CASE, extension_waits=True), "等待审批"),
        ("decide_extension", CASE, "没有等待审批"),
        ("withdraw_extension", CASE, "没有等待审批"),
        ("submit_reply", CASE, "还没有可以送审"),
        ("check_unit_head", replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=ALL_GATES), "已经审核"),
        ("check_gates", replace(CASE, stage=Stage.UNDER_REVIEW), "单位负责人"),
        ("check_gates", replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=ALL_GATES), "已经全部通过"),
        ("sign_off", replace(CASE, stage=Stage.UNDER_REVIEW), "单位负责人"),
        ("sign_off", replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD})), "政治关"),
        ("report_back", replace(CASE, stage=Stage.ANSWERED), "转来信件"),
        ("close", replace(CASE, stage=Stage.ANSWERED, report_owed=True), "反馈"),
        ("close", replace(CASE, stage=Stage.ANSWERED), "公开决定"),
        ("publish", replace(CASE, stage=Stage.CLOSED, kind=Kind.ACCUSATION), "举报件一律不公开"),
        ("publish", replace(CASE, stage=Stage.CLOSED, disclosure=Disclosure.WITHHELD), "不公开"),
        ("withdraw", CASE, "没有公开"),
        ("approve_assessment", CASE, "没有等待审定"),
        ("report_risk", CASE, "没有定级"),
        ("record_response", replace(CASE, risk_level=RiskLevel.NONE), "没有定级"),
        ("grant", CASE, "受限"),
        ("close", CASE, "办理中"),
    ],
)
def test_what_stands_against_an_act_is_said_in_words(act: str, case: CaseFacts, words: str) -> None:
    assert words in (refusal(case, act) or "")


@pytest.mark.parametrize(
    ("act", "case"),
    [
        ("decide_return", replace(CASE, assignments=(replace(LEAD, state=AssignmentState.RETURN_ASKED),))),
        ("report_support", CASE),
        ("decide_extension", replace(CASE, extension_waits=True)),
        ("withdraw_extension", replace(CASE, extension_waits=True)),
        ("submit_reply", replace(CASE, reply_state=ReplyState.DRAFT)),
        ("check_gates", replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD}))),
        ("sign_off", replace(CASE, stage=Stage.UNDER_REVIEW, gates_passed=ALL_GATES)),
        ("report_back", replace(CASE, stage=Stage.ANSWERED, source=Source.FORWARDED_LETTER)),
        ("close", replace(CASE, stage=Stage.ANSWERED, disclosure=Disclosure.PUBLIC)),
        ("publish", replace(CASE, stage=Stage.CLOSED, disclosure=Disclosure.PARTIAL)),
        ("withdraw", replace(CASE, published=True)),
        ("approve_assessment", replace(CASE, assessment_waits=True)),
        ("report_risk", replace(CASE, risk_level=RiskLevel.II)),
        ("grant", replace(CASE, restricted=True)),
    ],
)
def test_an_act_is_open_where_nothing_stands_against_it(act: str, case: CaseFacts) -> None:
    assert refusal(case, act) is None


def test_the_door_tells_forbidden_from_refused() -> None:
    with pytest.raises(Forbidden):
        check(person(Role.HANDLER, unit=FINANCE), CASE, "close")
    with pytest.raises(Refused):
        check(person(Role.CLERK), CASE, "close")
    assert check(person(Role.HANDLER, unit=FINANCE), CASE, "draft") is ACTS["draft"]


def test_buttons_are_the_acts_that_are_open_and_allowed() -> None:
    offered = {act.name for act in permitted(person(Role.HANDLER, unit=FINANCE), CASE)}
    assert {"draft", "note", "ask_extension", "ask_return"} <= offered
    assert not offered & {"assign", "sign_off", "close", "reveal_contact"}


@pytest.mark.parametrize(
    ("part", "returns", "reports"),
    [
        (replace(SUPPORT, state=AssignmentState.PENDING), True, False),
        (SUPPORT, True, True),
        (replace(SUPPORT, final=True), False, True),
        (replace(SUPPORT, state=AssignmentState.RETURN_ASKED), False, False),
        (replace(SUPPORT, state=AssignmentState.REPORTED), False, False),
    ],
)
def test_a_unit_is_offered_what_its_own_part_allows(part: AssignmentFacts, returns: bool, reports: bool) -> None:
    another = replace(SUPPORT, id=3, unit_id=PARENT)
    case = replace(CASE, assignments=(LEAD, part, another))
    offered = {act.name for act in permitted(person(Role.UNIT_HEAD, unit=ROADS), case)}
    assert ("ask_return" in offered, "report_support" in offered) == (returns, reports)


def test_what_the_writer_does_by_query_code_nobody_in_the_office_may() -> None:
    assert not any(may(person(role, unit=FINANCE), "case.rate", CASE) for role in Role)


def test_who_is_recused_may_look_and_no_more() -> None:
    handler = person(Role.HANDLER, unit=FINANCE)
    assert may(handler, "case.note", CASE)
    recused = replace(CASE, recused=frozenset({handler.id}))
    assert may(handler, "case.see", recused)
    assert not may(handler, "case.note", recused)


@pytest.mark.parametrize("state", list(AssignmentState))
def test_the_lead_waits_for_each_supporting_unit_until_it_has_reported_or_is_out(state: AssignmentState) -> None:
    case = replace(CASE, assignments=(LEAD, replace(SUPPORT, state=state)))
    out = (AssignmentState.REPORTED, AssignmentState.RETURNED, AssignmentState.WITHDRAWN)
    assert case.reports_out == (() if state in out else (ROADS,))
