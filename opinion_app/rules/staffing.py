"""Whether an office's people can carry a case through its life without anybody checking their own work (decisions 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opinion_app.rules.permissions import DESK_ROLES, UNIT_ROLES, Place, can_stand_in
from opinion_app.rules.two_people import too_few
from opinion_app.rules.words import Role

NEEDED = {
    Role.CLERK: "没有受理员，来件无人登记和交办。",
    Role.REVIEWER: "没有审核人，答复稿无法通过政治关、政策关、文字关。",
    Role.LEADER: "没有领导，答复稿无人签发。",
    Role.ADMINISTRATOR: "没有管理员，账号和规则无人维护。",
}


@dataclass(frozen=True)
class Staff:
    """One active person as far as this question goes."""

    id: int
    name: str
    roles: frozenset[Role]
    unit_id: int | None = None
    handles_accusations: bool = False
    deputy_id: int | None = None

    @property
    def place(self) -> Place:
        """What they are in the office."""
        return Place(self.roles, self.unit_id)


@dataclass(frozen=True)
class UnitFacts:
    """One active unit; the office itself takes no cases as a unit."""

    id: int
    name: str
    is_office: bool = False


def gaps(people: Sequence[Staff], units: Sequence[UnitFacts], *, secrecy_by_other: bool = False) -> list[str]:
    """What is missing, as sentences for the administrator; empty when the office can work."""
    held = {role: [person for person in people if role in person.roles] for role in Role}
    found = [words for role, words in NEEDED.items() if not held[role]]
    if not any(person.handles_accusations and not person.roles.isdisjoint(DESK_ROLES) for person in people):
        found.append("没有人可以办理涉及公职人员的举报件，这类来件登记后将无人可见。请为一名受理员或领导勾选“办理举报件”。")
    found += _own_work(held, Role.REVIEWER, "审核")
    found += _own_work(held, Role.LEADER, "签发")
    lacking = too_few(len(held[Role.CLERK]), strict=secrecy_by_other)
    found += [lacking] if lacking else []
    found += [gap for unit in units if not unit.is_office for gap in _of_unit(unit, people)]
    return found + no_deputies(people)


def no_deputies(people: Sequence[Staff], of: int | None = None) -> list[str]:
    """Who chose a deputy that can stand in no more, the roles or the unit of one of them having changed or the deputy having left
    since (N09); `of`: only those who chose that one."""
    there = {person.id: person for person in people}
    chosen = [person for person in people if person.deputy_id is not None and of in (None, person.deputy_id)]
    return [gap for person in chosen if (gap := _no_deputy(person, there.get(person.deputy_id or 0)))]


def _no_deputy(person: Staff, deputy: Staff | None) -> str:
    if deputy is not None and can_stand_in(deputy.place, person.place):
        return ""
    why = f"{deputy.name}按现在的角色和单位不能代办" if deputy is not None else "已停用"
    return f"{person.name}的代理人{why}，{person.name}请假时提醒转不过去，请为其另选代理人。"


def _own_work(held: dict[Role, list[Staff]], role: Role, act: str) -> list[str]:
    """With a single person for a gate, that person's own drafts can never pass it."""
    if len(held[role]) != 1:
        return []
    only = held[role][0]
    drafts = not only.roles.isdisjoint(UNIT_ROLES)
    return [f"只有{only.name}一人可以{act}，而{only.name}也会拟稿：本人拟的答复稿将无人{act}。"] if drafts else []


def _of_unit(unit: UnitFacts, people: Sequence[Staff]) -> list[str]:
    there = [person for person in people if person.unit_id == unit.id]
    roles = frozenset(role for person in there for role in person.roles)
    if roles.isdisjoint(UNIT_ROLES):
        return [f"{unit.name}没有承办人或单位负责人，交办后无人签收。"]
    return [] if Role.UNIT_HEAD in roles else [f"{unit.name}没有单位负责人，答复稿无法送到下一关。"]
