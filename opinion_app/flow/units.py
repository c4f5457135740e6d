"""Units to choose from, and the checks every choice of a unit passes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid


def active_units(session: Session) -> Sequence[Unit]:
    """The units that take new cases, in the office's order."""
    return session.scalars(select(Unit).where(Unit.active).order_by(Unit.sort_order, Unit.id)).all()


def unit_for(session: Session, unit_id: int | None, case: Case, field: str) -> Unit:
    """The unit chosen in `field`; raises Invalid when there is none, it was closed or it is the accused one (decisions 9)."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise Invalid("请选择单位。", {field: "请选择单位。"})
    if not unit.active:
        raise Invalid("这个单位已停用。", {field: f"{unit.name}已停用，请选择其他单位。"})
    if case.accused_unit_id is not None and case.accused_unit_id in _line(session, unit):
        raise Invalid("不能把举报件交给被举报的单位。", {field: f"{unit.name}是被举报单位（或其下属），不能承办本件。"})
    return unit


def _line(session: Session, unit: Unit) -> set[int]:
    """The unit and all above it."""
    line: set[int] = set()
    current: Unit | None = unit
    while current is not None and current.id not in line:
        line.add(current.id)
        current = session.get(Unit, current.parent_id) if current.parent_id else None
    return line
