"""The list of units, kept per process until one of them changes: every office page asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine, String, cast, func, select
from sqlalchemy.orm import Session

from opinion_app.records.unit import Unit


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """What pages say of a unit."""

    id: int
    name: str
    pinyin: str
    active: bool
    parent_id: int | None


@dataclass(frozen=True, eq=False)
class KnownUnits:
    """Every unit in the office's order, also those closed since, because old cases name them."""

    units: tuple[KnownUnit, ...] = ()
    by_id: dict[int, KnownUnit] = field(default_factory=dict)

    def line(self, unit_id: int | None) -> frozenset[int]:
        """A unit and every unit above it; a loop in the data ends the walk."""
        line: set[int] = set()
        while unit_id is not None and unit_id not in line:
            line.add(unit_id)
            held = self.by_id.get(unit_id)
            unit_id = held.parent_id if held is not None else None
        return frozenset(line)

    def name(self, unit_id: int | None) -> str:
        """The name of a unit; nothing for none."""
        held = self.by_id.get(unit_id) if unit_id is not None else None
        return held.name if held is not None else ""


# Units are added and edited, never deleted, and every edit counts the version of its row up: another list has another sum.
MARK = (
    select(cast(func.count(Unit.id), String) + ":" + cast(func.coalesce(func.sum(Unit.version), 0), String))
    .scalar_subquery()
    .label("units_mark")
)
_known: dict[tuple[Engine, str], KnownUnits] = {}


def units_of(session: Session, mark: str | None = None) -> KnownUnits:
    """The units as they stand; `mark` is `MARK` where a query of the same transaction has brought it along."""
    key = (session.get_bind().engine, mark or str(session.scalar(select(MARK))))
    known = _known.get(key)
    if known is None:
        known = _read(session)
        _known.clear()
        _known[key] = known
    return known


def _read(session: Session) -> KnownUnits:
    query = select(Unit.id, Unit.name, Unit.pinyin, Unit.active, Unit.parent_id).order_by(Unit.sort_order, Unit.id)
    units = tuple(KnownUnit(*row) for row in session.execute(query))
    return KnownUnits(units, {unit.id: unit for unit in units})
