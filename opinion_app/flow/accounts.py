"""Units, people and roles as rows: what set-up, the demonstration, the command line and the administrator's pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.addresses import why_not_a_persons
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.person import Person, PersonRole, SignInAttempt, SignInSession
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.mailbox import is_email
from opinion_app.rules.passwords import login_key
from opinion_app.rules.permissions import Place, can_stand_in
from opinion_app.rules.pinyin import pinyin_of
from opinion_app.rules.text import clean_line
from opinion_app.rules.words import Role

AHEAD = timedelta(minutes=1)
ALONE = (Role.ADMINISTRATOR, Role.AUDITOR)
_LOGIN = re.compile(r"[\w.@-]{2,40}")


@dataclass(frozen=True)
class NewPerson:
    """A person to be added; the login is tidied, pinyin is worked out."""

    login: str
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    unit_id: int | None = None
    title: str = ""
    email: str = ""
    phone: str = ""
    handles_accusations: bool = False


def add_unit(
    session: Session, name: str, actor: Actor | None, now: datetime, *, parent_id: int | None = None, **values: object
) -> Unit:
    """A new unit, on the trail. Raises Invalid where the name is missing or taken."""
    name = clean_line(name)
    if not name:
        raise Invalid("请填写单位名称。", {"name": "请填写单位名称。"})
    if session.scalar(select(Unit.id).where(Unit.name == name)) is not None:
        raise Invalid(f"已有名为“{name}”的单位。", {"name": "单位名称不能重复。"})
    unit = Unit(name=name, pinyin=pinyin_of(name), parent_id=parent_id, **values)
    session.add(unit)
    session.flush()
    trail.record(session, "unit.add", f"unit:{unit.id}", actor, now, {"名称": (None, name)})
    return unit


def add_person(
    session: Session, new: NewPerson, password_hash: str, actor: Actor | None, now: datetime, *, temporary: bool = True
) -> Person:
    """A new person, on the trail; hash the password before the transaction begins, it takes long.

    Whoever adds one, by page or command: what presses and nobody was there to hear is looked at again. `temporary` passwords
    must be changed at the first sign-in. Raises Invalid naming the field that is wrong."""
    login, name = login_key(new.login), clean_line(new.name)
    _check_new(session, login, name, new)
    person = Person(
        login=login,
        name=name,
        pinyin=pinyin_of(name),
        unit_id=new.unit_id,
        title=clean_line(new.title),
        email=clean_line(new.email),
        phone=clean_line(new.phone),
        handles_accusations=new.handles_accusations,
        password_hash=password_hash,
        password_set_at=now,
        must_change_password=temporary,
    )
    person.role_rows = [_role_row(role, actor, now) for role in sorted(new.roles)]
    session.add(person)
    session.flush()
    values = {
        "姓名": (None, name),
        "角色": (None, roles_words(new.roles)),
        "单位": (None, person.unit.name if person.unit else None),
    }
    trail.record(session, "person.add", subject_of(person), actor, now, values)
    look_at_pressing_again(session, now)
    return person


def _check_new(session: Session, login: str, name: str, new: NewPerson) -> None:
    if not _LOGIN.fullmatch(login):
        raise Invalid("登录名应为 2 至 40 个字母、数字或汉字，可含 . _ - @。", {"login": "登录名不符合要求。"})
    if not name:
        raise Invalid("请填写姓名。", {"name": "请填写姓名。"})
    if new.email and not is_email(clean_line(new.email)):
        raise Invalid("邮箱格式不对。", {"email": "邮箱格式不对，应像 name@example.cn，只能填一个。"})
    if new.email and (why := why_not_a_persons(session, clean_line(new.email))):
        raise Invalid(why, {"email": why})
    if session.scalar(select(Person.id).where(Person.login == login)) is not None:
        raise Invalid(f"登录名“{login}”已被使用。", {"login": "登录名不能重复。"})
    if new.unit_id is not None and session.get(Unit, new.unit_id) is None:
        raise Invalid("没有这个单位。", {"unit_id": "请选择单位。"})
    check_roles(new.roles, new.unit_id)


def check_roles(roles: frozenset[Role], unit_id: int | None) -> None:
    """Refuse roles that must not meet in one account: who manages accounts or reads the trail does no cases (decisions 15,
    GB/T 22239-2019 8.1.4.2.d). Raises Invalid."""
    if not roles:
        raise Invalid("请至少选择一个角色。", {"roles": "请至少选择一个角色。"})
    for alone in ALONE:
        if alone in roles and len(roles) > 1:
            message = f"“{alone.label}”不能兼任其他角色，请另设账号。"
            raise Invalid(message, {"roles": message})
    if unit_id is None and not roles.isdisjoint((Role.HANDLER, Role.UNIT_HEAD)):
        raise Invalid("承办人和单位负责人必须属于一个单位。", {"unit_id": "请选择单位。"})


def _role_row(role: Role, actor: Actor | None, now: datetime) -> PersonRole:
    return PersonRole(role=role, given_by_id=actor.id if actor else None, given_at=now)


def set_roles(session: Session, person: Person, roles: Iterable[Role], actor: Actor | None, now: datetime) -> bool:
    """Give exactly these roles, on the trail, and have what presses looked at again by who is told now.

    Answers whether anything changed. The caller checked that the actor may."""
    wanted, held = frozenset(roles), person.roles
    if wanted == held:
        return False
    person.role_rows = [row for row in person.role_rows if row.role in wanted] + [
        _role_row(role, actor, now) for role in sorted(wanted - held)
    ]
    session.flush()
    trail.record(session, "person.roles", subject_of(person), actor, now, {"角色": (roles_words(held), roles_words(wanted))})
    look_at_pressing_again(session, now)
    return True


def end_sessions(
    session: Session, person_id: int, now: datetime, reason: str, *, keep: int | None = None, only: int | None = None
) -> int:
    """End a person's open sessions (all, all but `keep`, or `only` one); answers how many ended."""
    conditions = [SignInSession.person_id == person_id, SignInSession.ended_at.is_(None)]
    if keep is not None:
        conditions.append(SignInSession.id != keep)
    if only is not None:
        conditions.append(SignInSession.id == only)
    open_ones = session.scalars(select(SignInSession).where(*conditions)).all()
    for row in open_ones:
        row.ended_at, row.end_reason = now, reason
    return len(open_ones)


def subject_of(person: Person) -> str:
    """How the trail names a person."""
    return f"person:{person.login}"


def roles_words(roles: Iterable[Role]) -> str:
    """Roles as people read them, in the order of the house."""
    held = frozenset(roles)
    return "、".join(role.label for role in Role if role in held)


def leave_problems(
    session: Session,
    person: Person,
    place: Place,
    deputy_id: int | None,
    leave_from: date | None,
    leave_until: date | None,
) -> dict[str, str]:
    """What is wrong with a deputy and days of leave, by field; `place`: what the person is, or is about to be."""
    problems: dict[str, str] = {}
    if (leave_from is None) != (leave_until is None):
        problems["leave_until"] = "请假的开始和结束日期要一起填。"
    elif leave_from is not None and leave_until is not None and leave_until < leave_from:
        problems["leave_until"] = "结束日期不能早于开始日期。"
    deputy = session.get(Person, deputy_id) if deputy_id is not None else None
    if deputy_id is not None and (deputy is None or not deputy.active or deputy.id == person.id):
        problems["deputy_id"] = "代理人应是另一名在用人员。"
    elif deputy is not None and not can_stand_in(place_of(deputy), place):
        could = "请选同单位的承办人或负责人，或者受理员、审核人、领导。"
        reads = Role.AUDITOR in deputy.roles
        why = "是审计员，只能查看，不能代办" if reads else f"看不到{person.name or '此人'}办理的件，收不到提醒，也不能代办"
        problems["deputy_id"] = f"{deputy.name}{why}。{could}"
    return problems


def place_of(person: Person) -> Place:
    """What a person is in the office."""
    return Place(person.roles, person.unit_id)


def failures_of(session: Session, login: str, now: datetime, most: int) -> list[datetime]:
    """The moments of the latest failures since the last success, newest first, at most `most`.

    A minute ahead of `now` still counts, because tries at the same moment are written in any order; what lies further ahead was
    written before the wall clock was set back and must lock nobody out."""
    succeeded = select(func.max(SignInAttempt.at)).where(SignInAttempt.login_key == login, SignInAttempt.succeeded)
    since = session.scalar(succeeded)
    query = select(SignInAttempt.at).where(
        SignInAttempt.login_key == login, SignInAttempt.succeeded.is_(False), SignInAttempt.at <= now + AHEAD
    )
    if since is not None:
        query = query.where(SignInAttempt.at > since)
    return list(session.scalars(query.order_by(SignInAttempt.at.desc()).limit(max(most, 1))))


def reset_password(session: Session, person: Person, password_hash: str, actor: Actor | None, now: datetime) -> None:
    """Put a one-time password in force, lift any lock and end the person's sessions; on the trail."""
    person.password_hash, person.password_set_at, person.must_change_password = password_hash, now, True
    end_sessions(session, person.id, now, "password_reset")
    _forget_failures(session, person)
    trail.record(session, "person.reset_password", subject_of(person), actor, now)


def unlock(session: Session, person: Person, actor: Actor | None, now: datetime) -> None:
    """Lift the lock that wrong passwords brought about; on the trail."""
    _forget_failures(session, person)
    trail.record(session, "person.unlock", subject_of(person), actor, now)


def _forget_failures(session: Session, person: Person) -> None:
    failed = delete(SignInAttempt).where(SignInAttempt.login_key == person.login, SignInAttempt.succeeded.is_(False))
    session.execute(failed)
