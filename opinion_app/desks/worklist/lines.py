"""The rows of a list in the words they are shown with: worked out here once, so that the page only writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from opinion_app.flow.due import DueBadge, case_dues
from opinion_app.rules import links
from opinion_app.rules.spoken import short_day_words
from opinion_app.rules.words import RiskLevel, Stage, Urgency
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local, local_date


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a list."""

    number: str
    href: str
    title: str
    urgent: bool
    restricted: bool
    level: RiskLevel | None
    kind: str
    unit: str
    handler: str
    stage: str
    received: str
    due: DueBadge | None
    closed: str


def lines_of(rows: Iterable[Row[Any]], now: datetime, calendar: WorkCalendar) -> Iterator[Line]:
    """The rows of `queries.rows_of` as lines."""
    year = local_date(now).year
    for row, due in case_dues(rows, now, calendar):
        yield Line(
            row.number,
            links.case(row.number),
            row.title,
            row.urgency is Urgency.URGENT,
            row.restricted,
            row.risk_level,
            row.kind.label,
            row.unit_short or row.unit or "",
            row.handler or "",
            _stage(row),
            _day(row.received_at, year),
            due,
            f"{_day(row.closed_at, year)}办结" if due is None and row.closed_at else "",
        )


def _stage(row: Row[Any]) -> str:
    if row.needs_leader and row.stage.is_open:
        return "呈批中"
    if row.stage is Stage.RECEIVED:
        return "待分办" if row.accepted_at else "待受理"
    return str(row.stage.label)


def _day(moment: datetime, year: int) -> str:
    return short_day_words(local(moment).date(), year)
