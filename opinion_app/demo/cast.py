"""The people and units of the demonstration: made once, then asked by their part in a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow.accounts import NewPerson, add_person, add_unit
from opinion_app.records.actors import actor_of
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

MAIL_DOMAIN = "yunling.example"  # reserved by RFC 2606: no letter of the demonstration can reach anybody


@dataclass(frozen=True)
class Account:
    """What somebody needs to sign in as one of the made-up people."""

    login: str
    name: str
    password: str
    title: str
    unit: str
    roles: str
    note: str = ""


@dataclass
class Cast:
    """Units by name, people by login, and who does what for a unit."""

    units: dict[str, Unit]
    people: dict[str, Person]
    actors: dict[str, Actor]
    leaders: dict[str, str]
    _turn: dict[str, int] = field(default_factory=dict)

    def unit_id(self, name: str) -> int:
        """The id of a unit by its full name."""
        return self.units[name].id

    def head(self, unit: str) -> Actor:
        """The head of a unit."""
        return next(self.actors[login] for login in self._of(unit) if Role.UNIT_HEAD in self.actors[login].roles)

    def handler(self, unit: str) -> Actor:
        """Whoever handles cases in a unit; the head where there is nobody else."""
        able = [self.actors[login] for login in self._of(unit) if Role.HANDLER in self.actors[login].roles]
        return next((actor for actor in able if Role.UNIT_HEAD not in actor.roles), able[0])

    def _of(self, unit: str) -> list[str]:
        return [login for login, person in self.people.items() if person.unit_id == self.unit_id(unit)]

    def leader(self, unit: str | None) -> Actor:
        """The leader in charge of a unit; the mayor where no unit is named."""
        return self.actors[self.leaders[unit] if unit else "zhangguodong"]

    def one_of(self, *logins: str) -> Actor:
        """These people in turn, so that work is spread."""
        key = "/".join(logins)
        self._turn[key] = self._turn.get(key, -1) + 1
        return self.actors[logins[self._turn[key] % len(logins)]]


def found(session: Session, data: dict[str, Any], hashes: dict[str, str], at: datetime) -> Cast:
    """Make units and people as `data` names them; `hashes` holds each login's password hash. `at` is when it is done."""
    units = {entry["name"]: _unit(session, entry, order, at) for order, entry in enumerate(data["unit"], 1)}
    for entry in data["unit"]:
        if "parent" in entry:
            units[entry["name"]].parent_id = units[entry["parent"]].id
    people = {entry["login"]: _person(session, entry, units, hashes[entry["login"]], at) for entry in data["person"]}
    leaders = {entry["name"]: entry["leader"] for entry in data["unit"] if "leader" in entry}
    session.add_all(LeaderInCharge(unit_id=units[name].id, person_id=people[login].id) for name, login in leaders.items())
    session.flush()
    actors = {login: actor_of(session, person) for login, person in people.items()}
    return Cast(units, people, actors, leaders)


def _unit(session: Session, entry: dict[str, Any], order: int, at: datetime) -> Unit:
    known = {key: entry[key] for key in ("short_name", "category", "phone", "is_office", "active") if key in entry}
    return add_unit(session, entry["name"], None, at, sort_order=order * 10, **known)


def _person(session: Session, entry: dict[str, Any], units: dict[str, Unit], password_hash: str, at: datetime) -> Person:
    unit = units[entry["unit"]] if "unit" in entry else None
    new = NewPerson(
        login=entry["login"],
        name=entry["name"],
        roles=frozenset(Role.of(role) for role in entry["roles"]),
        unit_id=unit.id if unit else None,
        title=entry.get("title", "干部"),
        handles_accusations=entry.get("handles_accusations", False),
    )
    return add_person(session, new, password_hash, None, at, temporary=False)


def finish(cast: Cast, data: dict[str, Any], calendar: WorkCalendar, now: datetime) -> None:
    """What only holds for the present: passwords are new, addresses are known, somebody is away and has a deputy.

    Addresses come last, so that what was played leaves no heap of old mail to be sent."""
    today = local_date(now)
    for entry in data["person"]:
        person = cast.people[entry["login"]]
        person.password_set_at, person.email = now, f"{person.login}@{MAIL_DOMAIN}"
        if "leave" in entry:
            first, last = entry["leave"]
            person.leave_from = calendar.add_working_days(today, first)
            person.leave_until = calendar.add_working_days(today, last)
            person.deputy_id = cast.people[entry["deputy"]].id


def accounts(entries: Iterable[dict[str, Any]], passwords: dict[str, str]) -> list[Account]:
    """The list that is printed, in the order of the data."""
    return [_account(entry, passwords[entry["login"]]) for entry in entries]


def _account(entry: dict[str, Any], password: str) -> Account:
    roles = "、".join(Role.of(role).label for role in entry["roles"])
    notes = [note for key, note in (("handles_accusations", "可办举报件"), ("leave", "休假中，有代理人")) if entry.get(key)]
    title, unit = entry.get("title", "干部"), entry.get("unit", "")
    return Account(entry["login"], entry["name"], password, title, unit, roles, "，".join(notes))
