"""What an office lacks to work by its own rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opinion_app.rules.staffing import NEEDED, Staff, UnitFacts, gaps, no_deputies
from opinion_app.rules.words import Role

FINANCE, OFFICE = UnitFacts(1, "财政所"), UnitFacts(2, "党政办", is_office=True)


def staff(*roles: Role, id: int = 9, unit_id: int | None = None, accusations: bool = False) -> Staff:  # noqa: A002
    return Staff(id, f"{id}号", frozenset(roles), unit_id, accusations)


WHOLE = [
    staff(Role.CLERK, id=1, accusations=True),
    staff(Role.REVIEWER, id=2),
    staff(Role.LEADER, id=3),
    staff(Role.ADMINISTRATOR, id=4),
    staff(Role.HANDLER, id=5, unit_id=1),
    staff(Role.UNIT_HEAD, id=6, unit_id=1),
]


def test_a_whole_office_lacks_nothing() -> None:
    assert gaps(WHOLE, [FINANCE, OFFICE]) == []


def test_an_empty_one_lacks_every_part() -> None:
    found = gaps([], [FINANCE])

    assert set(NEEDED.values()) <= set(found)
    assert any("举报" in words for words in found)
    assert any("签收" in words for words in found)


def test_a_unit_without_a_head_cannot_send_drafts_on() -> None:
    assert gaps(WHOLE[:5], [FINANCE]) == ["财政所没有单位负责人，答复稿无法送到下一关。"]


def test_a_single_gatekeeper_who_also_drafts_is_named() -> None:
    both = staff(Role.REVIEWER, Role.HANDLER, id=2, unit_id=1)
    people = [WHOLE[0], both, *WHOLE[2:]]

    assert gaps(people, [FINANCE]) == ["只有2号一人可以审核，而2号也会拟稿：本人拟的答复稿将无人审核。"]
    assert gaps([*people, staff(Role.REVIEWER, id=8)], [FINANCE]) == []


@pytest.mark.parametrize("role", [Role.HANDLER, Role.AUDITOR])
def test_one_who_handles_accusations_without_a_role_that_acts_on_them_does_not_count(role: Role) -> None:
    people = [staff(Role.CLERK, id=1), *WHOLE[1:], staff(role, id=7, unit_id=1, accusations=True)]

    assert any("举报" in words for words in gaps(people, [FINANCE]))


@pytest.mark.parametrize(
    ("deputy", "said"),
    [
        (6, []),
        (1, []),
        (4, ["5号的代理人4号按现在的角色和单位不能代办，5号请假时提醒转不过去，请为其另选代理人。"]),
        (8, ["5号的代理人已停用，5号请假时提醒转不过去，请为其另选代理人。"]),
    ],
)
def test_n09_whose_deputy_can_stand_in_no_more_is_named(deputy: int, said: list[str]) -> None:
    people = [replace(person, deputy_id=deputy) if person.id == 5 else person for person in WHOLE]

    assert gaps(people, [FINANCE]) == said
    assert no_deputies(people, deputy) == said
    assert no_deputies(people, 2) == []
