"""What the worklists read: the figures of views and navigation, the rows of a view, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import InstrumentedAttribute, Session

from opinion_app.desks.worklist.filters import Filters
from opinion_app.desks.worklist.kept_counts import kept_counts
from opinion_app.desks.worklist.tabs import Moment, Tab, tabs_of
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import soon_until
from opinion_app.flow.visible import own, visible
from opinion_app.records.base import Moment as StoredMoment
from opinion_app.records.case import Case, may_owe
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import may
from opinion_app.rules.words import RiskLevel, Stage
from opinion_app.rules.zone import whole_second

Order = ColumnElement[Any] | InstrumentedAttribute[Any]
_COUNTED = "opinion_worklist_counts"
PER_PAGE = 50
COUNT_CAP = 1000
# The moment of a statement that is kept: `_said` gives it at each asking.
AT = Moment(*(cast(datetime, bindparam(name, type_=StoredMoment())) for name in ("now", "soon_until")))


def _said(at: Moment) -> dict[str, object]:
    return {"now": at.now, "soon_until": at.soon_until}


def moment(session: Session, now: datetime) -> Moment:
    """Now, cut to the whole second as `is_late` compares it, with the working calendar's idea of 临期."""
    return Moment(whole_second(now), soon_until(now, work_calendar(session)))


def nav_counts(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """The figure of every view of one person, by its key, in one query over the cases the person may see.

    The navigation and the page ask in the same transaction: the second answer costs nothing. Nor does the first, where nobody
    has acted since the person's last page (`kept_counts`)."""
    known = session.info.get(_COUNTED)
    if known is not None and known[0] is session.get_transaction() and known[1] == actor.id:
        return dict(known[2])
    counts: dict[str, int] = {}
    if may(actor, "worklist"):
        at = moment(session, now)
        counts = kept_counts(session, actor, at, lambda: _count(session, actor, at))
    session.info[_COUNTED] = (session.get_transaction(), actor.id, counts)
    return dict(counts)


def _count(session: Session, actor: Actor, at: Moment) -> dict[str, int]:
    row = session.execute(_counting(actor), _said(at)).one()._mapping
    return {tab.key: int(row[tab.key]) for tab in tabs_of(actor)}


@lru_cache(maxsize=512)
def _counting(actor: Actor) -> Select[Any]:
    """The one query of all figures of a person; kept, because putting it together takes longer than asking it.

    It depends on nothing but the person's own facts: whoever gets other roles or another unit is another key."""
    parts = own(actor)
    return _of_the_office(actor, AT) if parts is None else _of_one_unit(actor, AT, parts)


def _of_one_unit(actor: Actor, at: Moment, parts: ColumnElement[bool]) -> Select[Any]:
    """A unit has few cases in hand: they are found once and looked at for every view."""
    columns = [func.coalesce(func.sum(when((tab.condition(actor, at), 1), else_=0)), 0).label(tab.key) for tab in tabs_of(actor)]
    return select(*columns).select_from(Case).where(may_owe(), parts, visible(actor, of_few=True))


def _of_the_office(actor: Actor, at: Moment) -> Select[Any]:
    """The office sees them all: each view is counted by itself, along the index that holds what it shows and nothing else."""
    seen = visible(actor, of_few=True)
    counts = [(tab.key, select(func.count()).select_from(Case).where(tab.condition(actor, at), seen)) for tab in tabs_of(actor)]
    return select(*(count.scalar_subquery().label(key) for key, count in counts))


@dataclass(frozen=True)
class Wanted:
    """Which rows of which list: the view (none: every case), the filters, the order and the page."""

    tab: Tab | None
    filters: Filters = field(default_factory=Filters)
    sort: str = ""
    page: int = 1
    numbers: tuple[str, ...] = ()


_RANK = when({level.value: level.rank for level in RiskLevel}, value=Case.risk_level, else_=-1)
_STAGE = when({stage.value: place for place, stage in enumerate(Stage)}, value=Case.stage, else_=99)
SORTS: dict[str, Order] = {
    "due": Case.next_due_at,
    "received": Case.received_at,
    "number": Case.id,
    "level": _RANK,
    "stage": _STAGE,
}
# Of all cases ever, a page is read from an index only; a sort by anything else would read them all.
INDEXED_SORTS = ("received", "number")


def sort_of(asked: str, tab: Tab | None) -> str:
    """The order asked for if there is one like it, else the list's own: most urgent first, or newest first."""
    known = INDEXED_SORTS if tab is None or tab.over else SORTS
    return asked if asked.lstrip("-") in known and asked.count("-") <= 1 else ("-received" if tab is None or tab.over else "due")


def query_of(actor: Actor, wanted: Wanted, at: Moment) -> Select[Case]:
    """The cases of a list that a person may see, in order, without limit."""
    few = wanted.tab is not None or bool(wanted.numbers)
    query = select(Case).where(visible(actor, of_few=few), *wanted.filters.conditions(at.now, at.soon_until))
    if wanted.tab is not None:
        query = query.where(wanted.tab.condition(actor, at))
        parts = None if wanted.tab.over or wanted.tab.few else own(actor)
        query = query if parts is None else query.where(parts)
    if wanted.numbers:
        query = query.where(Case.number.in_(wanted.numbers))
    return query.order_by(*_order(wanted))


def _order(wanted: Wanted) -> list[ColumnElement[Any]]:
    sort = sort_of(wanted.sort, wanted.tab)
    name, down = sort.lstrip("-"), sort.startswith("-")
    column = SORTS[name]
    order = column.desc() if down else column.asc()
    return [order.nulls_last() if name == "due" else order, Case.id.desc() if down else Case.id.asc()]


# What a line shows, and no more: a case as a whole is forty columns and two relations, made anew for every row.
_SHOWN: tuple[Any, ...] = (
    Case.id,
    Case.number,
    Case.title,
    Case.urgency,
    Case.restricted,
    Case.risk_level,
    Case.kind,
    Case.stage,
    Case.needs_leader,
    Case.accepted_at,
    Case.received_at,
    Case.closed_at,
    Case.next_due_at,
    Case.next_due_stage,
    Case.next_due_provisional,
    Case.suspended_for,
    Case.next_warn_at,
    Unit.name.label("unit"),
    Unit.short_name.label("unit_short"),
    Person.name.label("handler"),
)
_LINES = select(*_SHOWN).outerjoin(Unit, Unit.id == Case.lead_unit_id).outerjoin(Person, Person.id == Case.handler_id)


def rows_of(session: Session, actor: Actor, wanted: Wanted, at: Moment) -> Sequence[Row[Any]]:
    """One page of a list, with one row more to tell whether there is a next one."""
    lines, _ = _statements(actor, wanted.tab, wanted.filters, sort_of(wanted.sort, wanted.tab))
    return session.execute(lines, _said(at) | {"skipped": (wanted.page - 1) * PER_PAGE}).all()


def total_of(session: Session, actor: Actor, wanted: Wanted, at: Moment) -> int:
    """How many cases a list has; beyond COUNT_CAP it stops counting there."""
    _, count = _statements(actor, wanted.tab, wanted.filters, sort_of(wanted.sort, wanted.tab))
    return int(session.scalar(count, _said(at)) or 0)


@lru_cache(maxsize=256)
def _statements(actor: Actor, tab: Tab | None, filters: Filters, sort: str) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """The lines of a list and its number, kept: to put them together takes longer than to ask them.

    They depend on the person's facts and on what is asked for, all of which is the key; the time of day is handed in."""
    wanted = Wanted(tab, filters, sort)
    some = query_of(actor, wanted, AT).with_only_columns(Case.id)
    # Ids first: the long texts of all open cases need not go through the sorting to be dropped again.
    ids = some.offset(bindparam("skipped", type_=Integer)).limit(PER_PAGE + 1)
    lines = _LINES.where(Case.id.in_(ids.scalar_subquery())).order_by(*_order(wanted))
    return lines, select(func.count()).select_from(some.order_by(None).limit(COUNT_CAP + 1).subquery())


def last_registered(session: Session, actor: Actor) -> datetime | None:
    """When the newest case this person may see was registered."""
    newest = select(Case.registered_at).where(visible(actor), Case.imported.is_(False)).order_by(Case.id.desc()).limit(1)
    return session.scalar(newest)
