"""What the administrator does to people; nobody does it to themselves (decisions 15, GB/T 22239-2019 8.1.4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opinion_app.desks.people.queries import other_administrators
from opinion_app.flow import accounts, trail
from opinion_app.flow.accounts import subject_of
from opinion_app.flow.addresses import who_shares, why_not_a_persons
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import MARKED, Conflict, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.mailbox import is_email
from opinion_app.rules.permissions import Place
from opinion_app.rules.pinyin import pinyin_of
from opinion_app.rules.robots import chat_robot
from opinion_app.rules.words import Role


@dataclass(frozen=True)
class PersonValues:
    """Everything of a person that can be edited."""

    name: str
    roles: frozenset[Role]
    unit_id: int | None = None
    title: str = ""
    email: str = ""
    phone: str = ""
    handles_accusations: bool = False
    deputy_id: int | None = None
    leave_from: date | None = None
    leave_until: date | None = None
    robot_url: str = ""
    knows_shared: bool = False  # that somebody else has the same mailbox


def robot_problems(typed: str) -> dict[str, str]:
    """What is wrong with the address of a group robot, by field."""
    try:
        if typed:
            chat_robot(typed)
    except Invalid as refusal:
        return dict(refusal.fields)
    return {}


LABELS = {
    "name": "姓名",
    "unit_id": "单位",
    "title": "职务",
    "email": "邮箱",
    "phone": "电话",
    "handles_accusations": "办理举报件",
    "deputy_id": "代理人",
    "leave_from": "请假开始",
    "leave_until": "请假结束",
    "robot_url": "群机器人",
}

NEVER_ASKED = {LABELS[field] for field in ("name", "title", "phone")}  # no rule about who is told asks for these


def find(session: Session, person_id: int) -> Person:
    """The person with this id. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("没有这个人员。")
    return person


def edit(session: Session, person: Person, values: PersonValues, actor: Actor, now: datetime, seen_version: int | None) -> None:
    """Save what was changed, each value on the trail with what it was before.

    Raises Conflict when somebody saved first, Invalid naming the field, Refused for one's own roles."""
    if seen_version is not None and seen_version != person.version:
        raise Conflict("这个人员刚刚被别人修改过。请打开最新内容核对后再保存。")
    _check(session, person, values)
    if values.roles != person.roles:
        _check_role_change(session, person, values.roles, actor)
    changed = {}
    for field, label in LABELS.items():
        before, after = getattr(person, field), getattr(values, field)
        if before != after:
            changed[label] = (_words(session, field, before), _words(session, field, after))
            setattr(person, field, after)
    person.pinyin = pinyin_of(person.name)
    if changed:
        trail.record(session, "person.edit", subject_of(person), actor, now, changed)
    accounts.set_roles(session, person, values.roles, actor, now)
    session.flush()
    if changed.keys() - NEVER_ASKED:
        look_at_pressing_again(session, now)


def _words(session: Session, field: str, value: object) -> object:
    """Ids and yes or no as people read them."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if field == "unit_id" and isinstance(value, int):
        return session.get_one(Unit, value).name
    if field == "deputy_id" and isinstance(value, int):
        return session.get_one(Person, value).name
    return value


def _check(session: Session, person: Person, values: PersonValues) -> None:
    accounts.check_roles(values.roles, values.unit_id)
    problems: dict[str, str] = {}
    if not values.name:
        problems["name"] = "请填写姓名。"
    if values.email and not is_email(values.email):
        problems["email"] = "邮箱格式不对，应像 name@example.cn，只能填一个。"
    elif values.email and values.email != person.email and (why := why_not_a_persons(session, values.email)):
        problems["email"] = why
    elif values.email and values.email != person.email and not values.knows_shared:
        problems |= _shared(session, values.email, person)
    unit = session.get(Unit, values.unit_id) if values.unit_id is not None else None
    if values.unit_id is not None and (unit is None or (not unit.active and unit.id != person.unit_id)):
        problems["unit_id"] = "这个单位不存在或已停用，请选择其他单位。"
    problems |= robot_problems(values.robot_url)
    place = Place(values.roles, values.unit_id)
    problems |= accounts.leave_problems(session, person, place, values.deputy_id, values.leave_from, values.leave_until)
    if problems:
        raise Invalid(MARKED, problems)


def _shared(session: Session, address: str, person: Person) -> dict[str, str]:
    others = who_shares(session, address, person.id)
    if not others:
        return {}
    said = (
        f"{'、'.join(others)}也用这个邮箱：同时通知几个人的，每人一封，都会发到这里。写错了请改正；确实共用的，请勾选后再保存。"
    )
    return {"know_shared": said}


def _check_role_change(session: Session, person: Person, roles: frozenset[Role], actor: Actor) -> None:
    if person.id == actor.id:
        raise Refused("不能修改自己的角色，请由另一名管理员办理。")
    if Role.ADMINISTRATOR in person.roles - roles and not other_administrators(session, person.id):
        raise Refused("这是最后一名管理员，不能取消其管理员角色。请先设置另一名管理员。")


def disable(session: Session, person: Person, actor: Actor, now: datetime) -> None:
    """Take away the way in, at once: every session ends. Raises Refused for oneself and for the last administrator."""
    _not_oneself(person, actor, "停用")
    if Role.ADMINISTRATOR in person.roles and not other_administrators(session, person.id):
        raise Refused("这是最后一名管理员，不能停用。请先设置另一名管理员。")
    if not person.active:
        return
    person.active = False
    accounts.end_sessions(session, person.id, now, "disabled")
    trail.record(session, "person.disable", subject_of(person), actor, now)
    look_at_pressing_again(session, now)


def enable(session: Session, person: Person, actor: Actor, now: datetime) -> None:
    """Let somebody in again. Raises Refused while their unit is closed."""
    if person.unit is not None and not person.unit.active:
        raise Refused(f"{person.unit.name}已停用，请先为{person.name}选择其他单位。")
    if not person.active:
        person.active = True
        trail.record(session, "person.enable", subject_of(person), actor, now)
        look_at_pressing_again(session, now)


def reset_password(session: Session, person: Person, password_hash: str, actor: Actor, now: datetime) -> None:
    """Give a one-time password. Raises Refused for oneself: one's own is changed with the present one."""
    _not_oneself(person, actor, "重置密码")
    accounts.reset_password(session, person, password_hash, actor, now)


def end_sessions(session: Session, person: Person, actor: Actor, now: datetime) -> int:
    """Sign somebody out everywhere; answers from how many places."""
    ended = accounts.end_sessions(session, person.id, now, "ended_by_administrator")
    trail.record(session, "person.end_sessions", subject_of(person), actor, now, {"次数": (None, ended)})
    return ended


def _not_oneself(person: Person, actor: Actor, act: str) -> None:
    if person.id == actor.id:
        raise Refused(f"不能对自己{act}，请由另一名管理员办理；本人修改密码请用“修改密码”。")
