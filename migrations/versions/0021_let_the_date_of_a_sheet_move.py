"""Let the date of a 督办单 that is open now move with the calendar, where it is certain that it was counted in working days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment
from opinion_app.rules.clock_facts import ClockFacts, Span, Unit
from opinion_app.rules.deadline import derive
from opinion_app.rules.office_hours import hours_from
from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar
from opinion_app.rules.zone import local_date

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
FIRST_DAYS = 2  # of the ladder the program brought, until an office saved one of its own
OPEN = ("running", "suspended")

CLOCKS = sa.table(
    "clocks",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("start_at", Moment()),
    sa.column("due_at", Moment()),
    sa.column("fixed_on", sa.Date),
    sa.column("fixed_why", sa.String),
    sa.column("amount", sa.Integer),
    sa.column("amount_unit", sa.String),
    sa.column("source", sa.String),
    sa.column("provisional", sa.Boolean),
)
SHEETS = sa.table(
    "supervisions",
    sa.column("clock_id", sa.Integer),
    sa.column("key", sa.String),
    sa.column("serial", sa.Integer),
    sa.column("feedback_at", Moment()),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.Integer),
    sa.column("next_due_at", Moment()),
    sa.column("next_due_stage", sa.String),
    sa.column("next_due_provisional", sa.Boolean),
)
SETTINGS = sa.table("settings", sa.column("name", sa.String), sa.column("value", sa.JSON))
LADDERS = sa.table(
    "ladder_versions",
    sa.column("version_no", sa.Integer),
    sa.column("data", sa.JSON),
    sa.column("in_force_from", sa.Date),
    sa.column("withdrawn_at", Moment()),
)
DAYS = sa.table(
    "calendar_days",
    sa.column("day", sa.Date),
    sa.column("layer", sa.String),
    sa.column("name", sa.String),
    sa.column("source", sa.String),
)
YEARS = sa.table("calendar_years", sa.column("year", sa.Integer))


def upgrade() -> None:
    """Give such a sheet the working days of the ladder that issued it, where these give the very date it has.

    The ladder never knew another way to a date; a date that a person entered is theirs and stands (see docs/reminders.md)."""
    connection = op.get_bind()
    query = (
        sa.select(CLOCKS, SHEETS.c.serial)
        .join(SHEETS, SHEETS.c.clock_id == CLOCKS.c.id)
        .where(SHEETS.c.key.is_not(None), SHEETS.c.feedback_at.is_(None), CLOCKS.c.state.in_(OPEN))
        .where(CLOCKS.c.fixed_on.is_not(None))
    )
    found = connection.execute(query).mappings().all()
    if not found:
        return
    calendar, ladders = _calendar(connection), _ladders(connection)
    for row in found:
        days = _days(ladders, local_date(row["start_at"]))
        counted = derive(ClockFacts(row["start_at"], Span(days, Unit.WORKING_DAYS)), calendar)
        if counted.due_at == row["due_at"]:
            _let_move(connection, row, days, provisional=counted.provisional)


def _let_move(connection: sa.Connection, row: Mapping[Any, Any], days: int, *, provisional: bool) -> None:
    source = f"督办单第 {row['serial']} 号要求 {days} 个工作日内反馈"
    span = {"fixed_on": None, "fixed_why": "", "amount": days, "amount_unit": "working_days", "source": source}
    connection.execute(sa.update(CLOCKS).where(CLOCKS.c.id == row["id"]).values(provisional=provisional, **span))
    first = (CASES.c.next_due_at == row["due_at"]) & (CASES.c.next_due_stage == "feedback")
    shown = sa.update(CASES).where(CASES.c.id == row["case_id"], first)
    connection.execute(shown.values(next_due_provisional=provisional))


def _calendar(connection: sa.Connection) -> WorkCalendar:
    hours = hours_from(connection.execute(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == "office_hours")).scalar() or {})
    days = connection.execute(sa.select(DAYS.c.day, DAYS.c.layer, DAYS.c.name, DAYS.c.source))
    rows = tuple(CalendarDay(day, DayKind(layer), name, source) for day, layer, name, source in days)
    years = frozenset(connection.execute(sa.select(YEARS.c.year)).scalars())
    return WorkCalendar(rows, years, hours.weekdays, hours.frames, hours.half_days)


def _ladders(connection: sa.Connection) -> Sequence[tuple[date, int]]:
    """From when on each ladder gave how many days, the last saved first."""
    query = sa.select(LADDERS.c.in_force_from, LADDERS.c.data).where(LADDERS.c.withdrawn_at.is_(None))
    rows = connection.execute(query.order_by(LADDERS.c.version_no.desc()))
    return [(since, int(data.get("sheet_days", FIRST_DAYS))) for since, data in rows]


def _days(ladders: Sequence[tuple[date, int]], on: date) -> int:
    return next((days for since, days in ladders if since <= on), FIRST_DAYS)


def downgrade() -> None:
    """Nothing to take back: the version before knows clocks that count working days as well."""
