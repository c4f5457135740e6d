"""The trail as the auditor may read it: contacts masked, the content of cases they may not see left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.rules.facts import Actor
from opinion_app.rules.masking import STRUCTURED, Action, Decision, Kind, apply, find
from opinion_app.rules.trail_words import act_words
from opinion_app.rules.zone import SHANGHAI, local

MOST_EXPORTED = 50_000
BATCH = 500
HIDDEN = "（受限件，内容不显示）"
CONTACTS = STRUCTURED - {Kind.CREDIT_CODE}  # the code of an office tells of no person
THINGS = {"person": "人员", "unit": "单位"}


@dataclass(frozen=True)
class Wanted:
    """Which entries a list shows; days are Shanghai days, both included."""

    who: str = ""
    act: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    failed: bool = False

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions of a query."""
        found: list[ColumnElement[bool]] = []
        if self.who:
            named = select(Person.id).where(or_(Person.login == self.who.lower(), Person.name == self.who))
            found.append(or_(TrailEntry.actor == self.who, TrailEntry.actor_id.in_(named)))
        if self.act:
            found.append(TrailEntry.act == self.act)
        if self.subject:
            found.append(TrailEntry.subject.in_({self.subject, self.subject.upper(), f"person:{self.subject.lower()}"}))
        if self.since is not None:
            found.append(TrailEntry.at >= datetime.combine(self.since, time(), SHANGHAI))
        if self.until is not None:
            found.append(TrailEntry.at < datetime.combine(self.until + timedelta(days=1), time(), SHANGHAI))
        if self.failed:
            found.append(TrailEntry.succeeded.is_(False))
        return found


@dataclass(frozen=True)
class Line:
    """One entry with its values as the auditor may read them."""

    seq: int
    at: datetime
    actor: str
    act: str
    words: str
    subject: str
    succeeded: bool
    address: str
    values: tuple[tuple[str, str | None, str | None], ...]
    hidden: bool
    case: bool = False

    @property
    def about(self) -> str:
        """The thing the act was done to, as people name it."""
        kind, _colon, name = self.subject.partition(":")
        return f"{THINGS[kind]} {name}" if kind in THINGS and name else self.subject

    @property
    def row(self) -> list[str]:
        """The entry as a row of a sheet."""
        said = "；".join(f"{name}：{old or '（空）'} → {new or '（空）'}" for name, old, new in self.values)
        return [
            str(self.seq),
            f"{local(self.at):%Y-%m-%d %H:%M:%S}",
            self.actor,
            self.words,
            self.about,
            "成功" if self.succeeded else "被拒绝",
            self.address,
            HIDDEN if self.hidden else said,
        ]


def _matching(wanted: Wanted) -> Select[TrailEntry]:
    return select(TrailEntry).where(*wanted.conditions).order_by(TrailEntry.seq.desc())


def entries(session: Session, wanted: Wanted, actor: Actor, limit: int, offset: int) -> list[Line]:
    """A page of the trail, newest first."""
    return _lines(session, session.scalars(_matching(wanted).limit(limit).offset(offset)).all(), actor)


def all_entries(session: Session, wanted: Wanted, actor: Actor) -> Iterator[Line]:
    """Up to MOST_EXPORTED entries, read in portions by their number, which does not change while new ones come."""
    below, left = None, MOST_EXPORTED
    while left > 0:
        query = _matching(wanted).limit(min(BATCH, left))
        rows = session.scalars(query if below is None else query.where(TrailEntry.seq < below)).all()
        if not rows:
            return
        yield from _lines(session, rows, actor)
        below, left = rows[-1].seq, left - len(rows)


def _lines(session: Session, rows: Sequence[TrailEntry], actor: Actor) -> list[Line]:
    values = _values(session, [row.seq for row in rows])
    cases = _cases(session, {row.subject for row in rows}, actor)
    return [_line(row, values.get(row.seq, []), cases.get(row.subject)) for row in rows]


def _values(session: Session, seqs: list[int]) -> dict[int, list[TrailValue]]:
    found: dict[int, list[TrailValue]] = {}
    for value in session.scalars(select(TrailValue).where(TrailValue.seq.in_(seqs)).order_by(TrailValue.id)):
        found.setdefault(value.seq, []).append(value)
    return found


def _cases(session: Session, subjects: set[str], actor: Actor) -> dict[str, bool]:
    """Those subjects that are cases, and whether the person may see them."""
    query = select(Case.number, visible(actor)).where(Case.number.in_(subjects))
    return {number: bool(seen) for number, seen in session.execute(query)}


def _line(row: TrailEntry, values: list[TrailValue], seen: bool | None) -> Line:  # noqa: FBT001 - None: no case
    hidden = seen is False
    shown = () if hidden else tuple((value.name, masked(value.old), masked(value.new)) for value in values)
    what = (row.seq, row.at, row.actor, row.act, act_words(row.act), row.subject, row.succeeded, row.address)
    return Line(*what, shown, hidden and bool(values), bool(seen))


def masked(text: str | None) -> str | None:
    """A value without the numbers and addresses by which a person can be reached (decisions 15)."""
    if not text:
        return text
    return apply(text, [Decision(each, Action.MASK) for each in find(text) if each.kind in CONTACTS])
