"""Builders for tests: an office with units and people, and cases in it, with keyword defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import load_days
from opinion_app.flow.deadline_table import seed_rules
from opinion_app.flow.ladder import begin_reminding
from opinion_app.flow.register import register
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.person import Person, PersonRole
from opinion_app.records.unit import Unit
from opinion_app.rules.calendar_seed import seed_days
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import NewCase, Writer
from opinion_app.rules.words import Kind, Role

SECRET = "s" * 40
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai


def seed(session: Session, now: datetime = NOW) -> None:
    """The rules and the calendar every office starts with; once."""
    if not seed_rules(session, now):
        return
    begin_reminding(session, now - timedelta(days=365))  # tests tell of cases of any age, unless they say otherwise
    rows = list(seed_days())
    load_days(session, rows, {row.day.year for row in rows}, now, "国务院办公厅通知")


def make_unit(session: Session, name: str = "财政所", **values: Any) -> Unit:
    """A unit."""
    unit = Unit(name=name, **values)
    session.add(unit)
    session.flush()
    return unit


def new_person(login: str, *roles: Role, unit: Unit | None = None, **values: Any) -> Person:
    """An active person with roles, yet to be entered; signs in with no password until one is set."""
    named: dict[str, Any] = {"name": values.pop("name", login), "must_change_password": False} | values
    person = Person(login=login, unit_id=unit.id if unit else None, **named)
    person.role_rows = [PersonRole(role=role, given_at=NOW) for role in roles]
    return person


def make_person(session: Session, login: str, *roles: Role, unit: Unit | None = None, **values: Any) -> Person:
    """The same, entered."""
    person = new_person(login, *roles, unit=unit, **values)
    session.add(person)
    session.flush()
    return person


def make_actor(session: Session, login: str, *roles: Role, unit: Unit | None = None, **values: Any) -> Actor:
    """The facts of a new person."""
    return actor_of(session, make_person(session, login, *roles, unit=unit, **values))


NEW = NewCase(
    title="村口路灯不亮",
    body="村口的路灯坏了半个月，晚上老人孩子出门不方便，请帮忙修一下。",
    received_at=NOW,
    kind=Kind.HELP,
    nickname="夜行人",
    writer=Writer("刘一帆", "13800001234"),
)


def make_case(session: Session, actor: Actor | None = None, now: datetime = NOW, **values: Any) -> Case:
    """A registered case; keywords replace fields of the message."""
    new = replace(NEW, **({"received_at": now} | values))
    return register(session, new, actor, now, SECRET)
