"""What the administrator does to units; a unit that holds open cases cannot be closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.people.operations import robot_problems
from opinion_app.desks.people.queries import active_people_of, answers_owed_by, open_cases_of
from opinion_app.flow import accounts, trail
from opinion_app.flow.addresses import why_not_a_units
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.actors import unit_line
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import MARKED, Conflict, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.mailbox import is_email
from opinion_app.rules.pinyin import pinyin_of
from opinion_app.rules.words import Role


@dataclass(frozen=True)
class UnitValues:
    """Everything of a unit that can be edited."""

    name: str
    short_name: str = ""
    category: str = "科室"
    parent_id: int | None = None
    is_office: bool = False
    email: str = ""
    phone: str = ""
    robot_url: str = ""
    sort_order: int = 100
    leader_id: int | None = None


LABELS = {
    "name": "名称",
    "short_name": "简称",
    "category": "类别",
    "parent_id": "上级单位",
    "is_office": "本办公室",
    "email": "单位邮箱",
    "phone": "电话",
    "robot_url": "群机器人",
    "sort_order": "排序",
}


def find(session: Session, unit_id: int) -> Unit:
    """The unit with this id. Raises NotFound."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    return unit


def add(session: Session, values: UnitValues, actor: Actor, now: datetime) -> Unit:
    """A new unit. Raises Invalid naming the field."""
    _check(session, None, values)
    unit = accounts.add_unit(session, values.name, actor, now, parent_id=values.parent_id)
    _put(session, unit, values, actor, now, "unit.edit")
    return unit


def edit(session: Session, unit: Unit, values: UnitValues, actor: Actor, now: datetime, seen_version: int | None) -> None:
    """Save what was changed. Raises Conflict when somebody saved first, Invalid naming the field."""
    if seen_version is not None and seen_version != unit.version:
        raise Conflict("这个单位刚刚被别人修改过。请打开最新内容核对后再保存。")
    _check(session, unit, values)
    _put(session, unit, values, actor, now, "unit.edit")


def _put(session: Session, unit: Unit, values: UnitValues, actor: Actor, now: datetime, act: str) -> None:
    changed: dict[str, tuple[object, object]] = {}
    for field, label in LABELS.items():
        before, after = getattr(unit, field), getattr(values, field)
        if before != after:
            changed[label] = (_words(session, field, before), _words(session, field, after))
            setattr(unit, field, after)
    unit.pinyin = pinyin_of(unit.name)
    led = _put_leader(session, unit, values.leader_id)
    if led or not changed.keys().isdisjoint((LABELS["parent_id"], LABELS["email"])):
        look_at_pressing_again(session, now)
    changed |= led
    session.flush()
    if changed:
        trail.record(session, act, f"unit:{unit.id}", actor, now, changed)


def _put_leader(session: Session, unit: Unit, leader_id: int | None) -> dict[str, tuple[object, object]]:
    row = session.get(LeaderInCharge, unit.id)
    if (row.person_id if row else None) == leader_id:
        return {}
    before = row.person.name if row else None
    if row is not None and leader_id is not None:
        row.person_id = leader_id
    elif row is not None:
        session.delete(row)
    elif leader_id is not None:
        session.add(LeaderInCharge(unit_id=unit.id, person_id=leader_id))
    after = session.get_one(Person, leader_id).name if leader_id is not None else None
    return {"分管领导": (before, after)}


def _words(session: Session, field: str, value: object) -> object:
    if isinstance(value, bool):
        return "是" if value else "否"
    return session.get_one(Unit, value).name if field == "parent_id" and isinstance(value, int) else value


def _check(session: Session, unit: Unit | None, values: UnitValues) -> None:
    problems: dict[str, str] = {}
    taken = session.scalar(select(Unit.id).where(Unit.name == values.name))
    if not values.name:
        problems["name"] = "请填写单位名称。"
    elif taken is not None and (unit is None or taken != unit.id):
        problems["name"] = "单位名称不能重复。"
    if values.email and not is_email(values.email):
        problems["email"] = "邮箱格式不对，应像 name@example.cn，只能填一个。"
    elif values.email and (unit is None or values.email != unit.email) and (why := why_not_a_units(session, values.email)):
        problems["email"] = why
    problems |= robot_problems(values.robot_url)
    if values.parent_id is not None and not _fits_above(session, unit, values.parent_id):
        problems["parent_id"] = "上级单位应是另一个在用单位，且不能是本单位的下属。"
    leader = session.get(Person, values.leader_id) if values.leader_id is not None else None
    if values.leader_id is not None and (leader is None or not leader.active or Role.LEADER not in leader.roles):
        problems["leader_id"] = "分管领导应是在用的领导。"
    if problems:
        raise Invalid(MARKED, problems)


def _fits_above(session: Session, unit: Unit | None, parent_id: int) -> bool:
    parent = session.get(Unit, parent_id)
    if parent is None or not parent.active:
        return False
    return unit is None or unit.id not in unit_line(session, parent_id)


def close(session: Session, unit: Unit, actor: Actor, now: datetime) -> None:
    """Let a unit take no new cases. Raises Refused while it holds open cases, owes answers to 督办, has people or sub-units, with
    how many."""
    held = open_cases_of(session, unit.id)
    if held:
        raise Refused(f"{unit.name}还有 {held} 件在办，不能停用。请先改派或办结。")
    answers = answers_owed_by(session, unit.id)
    if answers:
        raise Refused(f"{unit.name}还有 {answers} 份督办没有反馈（所在的件已办结），不能停用。请先由该单位反馈，或由领导撤销。")
    people = active_people_of(session, unit.id)
    if people:
        raise Refused(f"{unit.name}还有 {people} 名在用人员，不能停用。请先把他们调到其他单位或停用。")
    below = session.scalars(select(Unit.name).where(Unit.parent_id == unit.id, Unit.active)).all()
    if below:
        raise Refused(f"{unit.name}还有 {len(below)} 个下属单位（{'、'.join(below[:5])}），不能停用。")
    if unit.active:
        unit.active = False
        trail.record(session, "unit.close", f"unit:{unit.id}", actor, now)


def reopen(session: Session, unit: Unit, actor: Actor, now: datetime) -> None:
    """Let a closed unit take cases again."""
    if not unit.active:
        unit.active = True
        trail.record(session, "unit.reopen", f"unit:{unit.id}", actor, now)
