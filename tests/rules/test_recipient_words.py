"""Who is told, with the very words why and how much: each stage, each substitute, each step up, word for word (N09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Recipient, Roster, Search, Staff, at_work, recipients
from opinion_app.rules.words import OFFICE_GATES, Gate, Kind, NoticeChannel, Role, Stage
from tests.rules.test_recipients import (
    ADMIN,
    CLERK,
    FINANCE,
    HANDLER,
    HEAD,
    HOLDER,
    LEAD,
    LEADER,
    OFFICE,
    OTHER,
    REVIEWER,
    TOWN,
    TOWN_HEAD,
    UNIT,
    Owing,
    case,
    office,
    person,
    without,
)

COUNTY, COUNTY_HEAD = 30, 11
NEW = CaseFacts(1, "LY1", Stage.RECEIVED)
HEARD = case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD}))
PASSED = case(Stage.UNDER_REVIEW, gates_passed=frozenset({Gate.UNIT_HEAD, *OFFICE_GATES}))
BY_LEADER = CaseFacts(1, "LY1", Stage.RECEIVED, needs_leader=True)
HANDLING = {HANDLER: "您是承办人", HEAD: "您是承办单位负责人"}
FULL = office()
SECOND = person(9, "副镇长", Role.LEADER)[1]
IN_CHARGE = replace(office(p9=SECOND), in_charge={FINANCE: 9})


def copied(words: str) -> dict[int, str]:
    return {HANDLER: words, HEAD: words}


def words(owing: Owing, facts: CaseFacts, roster: Roster) -> dict[int, str]:
    return {one.person_id: one.reason for one in recipients(owing, facts, roster)}


@pytest.mark.parametrize(
    ("owing", "facts", "roster", "expected"),
    [
        (OFFICE, case(), FULL, {CLERK: "由党政办办理，您是受理员"}),
        (LEAD, NEW, FULL, {CLERK: "还没有主办单位，您是受理员"}),
        (LEAD, case(), FULL, HANDLING),
        (UNIT, case(handler=None), without(FULL, HEAD), dict.fromkeys((HANDLER, OTHER), "您单位还没有指定承办人")),
        (HOLDER, NEW, FULL, {CLERK: "这件在党政办，您是受理员"}),
        (HOLDER, CaseFacts(1, "LY1", Stage.CLOSED), FULL, {CLERK: "这件在党政办，您是受理员"}),
        (HOLDER, case(), FULL, HANDLING),
        (
            HOLDER,
            case(Stage.UNDER_REVIEW),
            FULL,
            {HEAD: "等您以单位负责人身份审核", HANDLER: "您单位主办，正等负责人审核（抄送）"},
        ),
        (
            HOLDER,
            case(Stage.UNDER_REVIEW),
            without(FULL, HEAD, TOWN_HEAD),
            {CLERK: "承办单位没有在岗的负责人，请您安排", HANDLER: "您单位主办，正等负责人审核（抄送）"},
        ),
        (HOLDER, HEARD, FULL, {REVIEWER: "等您审核"} | copied("您单位主办，正由审核人审核（抄送）")),
        (
            HOLDER,
            HEARD,
            without(FULL, REVIEWER),
            {LEADER: "没有在岗的审核人，请您安排"} | copied("您单位主办，正由审核人审核（抄送）"),
        ),
        (HOLDER, PASSED, FULL, {LEADER: "等您批示或签发"} | copied("您单位主办，正等领导签发（抄送）")),
        (HOLDER, PASSED, IN_CHARGE, {9: "您是分管领导，等您批示或签发"} | copied("您单位主办，正等领导签发（抄送）")),
        (HOLDER, PASSED, without(FULL, LEADER), {CLERK: "没有在岗的领导，请您安排"} | copied("您单位主办，正等领导签发（抄送）")),
        (HOLDER, BY_LEADER, FULL, {LEADER: "等您批示或签发"}),
        (HOLDER, case(Stage.APPROVED), FULL, {CLERK: "这件在党政办，您是受理员"} | copied("您单位主办，这件在党政办（抄送）")),
        (OFFICE, case(), without(FULL, CLERK), {LEADER: "没有在岗的受理员，请您安排"}),
        (UNIT, case(), without(FULL, HEAD, HANDLER, OTHER), {TOWN_HEAD: "下属单位无人在岗"}),
        (UNIT, case(), without(FULL, HEAD, HANDLER, OTHER, TOWN_HEAD), {CLERK: "承办单位无人在岗，请您安排"}),
        (OFFICE, NEW, without(FULL, CLERK, LEADER), {ADMIN: "无人可通知，请核对人员设置"}),
    ],
)
def test_each_is_told_why_it_is_just_they(owing: Owing, facts: CaseFacts, roster: Roster, expected: dict[int, str]) -> None:
    assert words(owing, facts, roster) == expected


def three_floors(*gone: int) -> Roster:
    """Finance below the town below the county, whose head is a clerk as well and so may see every case."""
    head = person(COUNTY_HEAD, "县办", Role.UNIT_HEAD, Role.CLERK, unit=COUNTY)[1]
    roster = replace(office(p11=head), parents={FINANCE: TOWN, TOWN: COUNTY, COUNTY: None})
    return without(roster, *gone)


def test_the_way_up_passes_over_a_unit_where_nobody_is_and_hides_only_what_may_not_be_seen() -> None:
    nobody = (HEAD, HANDLER, OTHER)
    assert list(three_floors().above(FINANCE)) == [TOWN, COUNTY]
    assert list(three_floors().above(None)) == []
    assert recipients(UNIT, case(), three_floors(*nobody)) == (Recipient(TOWN_HEAD, "下属单位无人在岗", blind=True),)
    assert recipients(UNIT, case(), three_floors(*nobody, TOWN_HEAD)) == (
        Recipient(COUNTY_HEAD, "下属单位无人在岗", blind=False),
    )


def test_the_way_up_begins_at_the_unit_that_owes_not_at_the_lead() -> None:
    apart = replace(three_floors(TOWN_HEAD), parents={FINANCE: None, TOWN: COUNTY, COUNTY: None})
    assert words(Owing("support", TOWN), case(), apart) == {COUNTY_HEAD: "下属单位无人在岗"}
    assert words(UNIT, case(), without(apart, HEAD, HANDLER, OTHER)) == dict.fromkeys(
        (CLERK, COUNTY_HEAD), "承办单位无人在岗，请您安排"
    )


def test_a_draft_is_for_the_heads_of_its_own_unit_whoever_else_may_see_the_case() -> None:
    asked = {HEAD: "等您以单位负责人身份审核", HANDLER: "您单位主办，正等负责人审核（抄送）"}
    assert words(HOLDER, case(Stage.UNDER_REVIEW), three_floors()) == asked


@pytest.mark.parametrize("deputies", [{HANDLER: 999}, {HANDLER: OTHER, OTHER: 999}, {HANDLER: OTHER, OTHER: 10, 10: OTHER}])
def test_a_deputy_nobody_knows_or_a_ring_of_them_ends_the_search(deputies: dict[int, int]) -> None:
    roster = office(p10=person(10, "第三", Role.HANDLER, unit=FINANCE)[1])
    away = {one: replace(roster.staff[one], away=True, deputy_id=deputy) for one, deputy in deputies.items()}
    assert words(UNIT, case(), replace(roster, staff=roster.staff | away)) == {HEAD: "您是承办单位负责人"}


@pytest.mark.parametrize("parents", [{FINANCE: TOWN, TOWN: FINANCE}, {FINANCE: TOWN, TOWN: COUNTY, COUNTY: TOWN}])
def test_a_loop_of_units_is_walked_once(parents: dict[int, int | None]) -> None:
    assert list(replace(office(), parents=parents).above(FINANCE)) == [unit for unit in (TOWN, COUNTY) if unit in parents]


def unreached(roster: Roster, *people: int) -> Roster:
    return replace(roster, staff={one: replace(held, reachable=one not in people) for one, held in roster.staff.items()})


def test_a_relay_is_asked_by_the_name_of_whom_no_letter_reaches() -> None:
    asked = "承办没有邮箱和群机器人，请您转告"
    found = recipients(UNIT, case(), unreached(three_floors(), HANDLER, HEAD, TOWN_HEAD))
    assert Recipient(COUNTY_HEAD, asked, blind=False) in found
    away = three_floors()
    away = replace(away, staff=away.staff | {TOWN_HEAD: replace(away.staff[TOWN_HEAD], away=True)})
    assert Recipient(COUNTY_HEAD, asked, blind=False) in recipients(UNIT, case(), unreached(away, HANDLER, HEAD))


def test_everybody_is_asked_who_can_pass_it_on_but_of_the_nearest_unit_alone() -> None:
    asked = "承办没有邮箱和群机器人，请您转告"
    near = words(UNIT, case(), unreached(three_floors(), HANDLER, HEAD))
    assert [one for one, why in near.items() if why == asked] == [TOWN_HEAD]
    second = replace(office(p12=person(12, "管理乙", Role.ADMINISTRATOR)[1]), parents={})
    far = words(UNIT, case(), unreached(second, HANDLER, HEAD))
    assert [one for one, why in far.items() if why == asked] == [ADMIN, 12]


def test_who_is_told_last_of_all_without_address_has_somebody_to_pass_it_on_too() -> None:
    empty = unreached(without(office(), HEAD, HANDLER, OTHER), TOWN_HEAD)
    asked = Recipient(ADMIN, "镇办没有邮箱和群机器人，请您转告", blind=True)
    assert recipients(UNIT, case(), empty) == (Recipient(TOWN_HEAD, "下属单位无人在岗", blind=True), asked)
    nobody = unreached(without(office(), CLERK, LEADER), ADMIN)
    assert words(OFFICE, NEW, nobody) == {ADMIN: "无人可通知，请核对人员设置"}, "the end of the way: the doctor tells of it"


def test_the_mailbox_of_the_unit_passes_on_what_a_group_may_know_and_nothing_else() -> None:
    roster = unreached(office(), HANDLER, HEAD)
    staff = {one: replace(held, mailbox=one in (HANDLER, HEAD)) for one, held in roster.staff.items()}
    shared = replace(roster, staff=staff)
    assert words(UNIT, case(), shared) == HANDLING
    asked = words(UNIT, case(kind=Kind.ACCUSATION), shared)
    assert asked == HANDLING | {ADMIN: "承办没有邮箱和群机器人，请您转告"}, "and no unit above hears of an accusation"


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        (case(), {}),
        (case(kind=Kind.ACCUSATION), {ADMIN: "承办没有邮箱，请您转告"}),
        (case(accused_unit_id=99), {ADMIN: "承办没有邮箱，请您转告"}),
    ],
)
def test_who_has_a_robot_alone_has_a_case_passed_on_that_no_robot_may_tell(facts: CaseFacts, asked: dict[int, str]) -> None:
    roster = without(unreached(office(), HANDLER, HEAD), TOWN_HEAD)
    robots = {one: replace(roster.staff[one], ways=(NoticeChannel.ROBOT,)) for one in (HANDLER, HEAD)}
    assert words(UNIT, facts, replace(roster, staff=roster.staff | robots)) == HANDLING | asked


def test_leaves_that_begin_or_end_are_known_by_their_midnights_from_now_on() -> None:
    roster = replace(FULL, turns=frozenset({date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 24)}))
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)  # 0:00 on the 24th in Shanghai
    after = roster.turns_after(midnight - timedelta(seconds=1))
    assert after == [midnight, midnight + timedelta(days=6)]
    assert roster.turns_after(midnight) == [midnight + timedelta(days=6)]


@pytest.mark.parametrize("trouble", [{"away": True}, {"reachable": False}])
def test_a_deputy_who_is_away_or_unreached_passes_nothing_on(trouble: dict[str, bool]) -> None:
    roster = unreached(office(), HANDLER, HEAD)
    staff = roster.staff | {
        HANDLER: replace(roster.staff[HANDLER], deputy_id=OTHER),
        OTHER: replace(roster.staff[OTHER], **trouble),  # type: ignore[arg-type]
    }
    told = words(UNIT, case(), replace(roster, staff=staff))
    assert OTHER not in told
    assert told[TOWN_HEAD] == "承办没有邮箱和群机器人，请您转告"


def test_nobody_but_the_one_is_taken_for_present() -> None:
    gone = office(p2=person(HANDLER, "承办", Role.HANDLER, unit=FINANCE, away=True)[1])
    there = at_work(gone, HANDLER)
    assert there.staff[HANDLER] == Staff(gone.staff[HANDLER].actor)
    assert {one: held for one, held in there.staff.items() if one != HANDLER} == {
        one: held for one, held in gone.staff.items() if one != HANDLER
    }
    assert (there.parents, there.in_charge) == (gone.parents, gone.in_charge)
    assert gone.staff[HANDLER].away
    assert at_work(gone, CLERK) is gone
    assert at_work(gone, 999) is gone


def test_the_search_knows_nobody_by_no_number() -> None:
    search = Search(case(), FULL)
    assert not search.at_work(None)
    assert search.at_work(CLERK)
    assert search.copied(None, "抄送") == []
    assert search.last_resort(None) == [Recipient(TOWN_HEAD, "下属单位无人在岗", blind=True)]


def test_an_accusation_tells_no_unit_above_but_whoever_may_see_it() -> None:
    empty = three_floors(HEAD, HANDLER, OTHER)
    assert words(UNIT, case(kind=Kind.ACCUSATION), empty) == dict.fromkeys((CLERK, COUNTY_HEAD), "承办单位无人在岗，请您安排")
