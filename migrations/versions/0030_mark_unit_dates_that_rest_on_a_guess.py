"""Mark as 暂定 the units' open dates that were counted back over days of a year that is not loaded (decisions 23)."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment
from opinion_app.rules.clock_facts import ClockFacts, Span, Unit
from opinion_app.rules.office_hours import hours_from
from opinion_app.rules.room import laid_steps
from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CLOCKS = sa.table(
    "clocks",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("stage", sa.String),
    sa.column("state", sa.String),
    sa.column("start_at", Moment()),
    sa.column("due_at", Moment()),
    sa.column("latest_at", Moment()),
    sa.column("fixed_on", sa.Date),
    sa.column("amount", sa.Integer),
    sa.column("provisional", sa.Boolean),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.Integer),
    sa.column("next_due_at", Moment()),
    sa.column("next_due_stage", sa.String),
    sa.column("next_due_provisional", sa.Boolean),
)
SETTINGS = sa.table("settings", sa.column("name", sa.String), sa.column("value", sa.JSON))
DAYS = sa.table("calendar_days", sa.column("day", sa.Date), sa.column("layer", sa.String), sa.column("name", sa.String))
YEARS = sa.table("calendar_years", sa.column("year", sa.Integer))
SHOWN = ("draft", "report_support", "draft,report_support", "report_support,draft")  # what a case shows of the units' dates


def upgrade() -> None:
    """Walk each date back from the reply's as it is explained now; whatever is settled anew later is marked by itself."""
    connection = op.get_bind()
    query = sa.select(CLOCKS).where(CLOCKS.c.stage == "draft", CLOCKS.c.state == "running", sa.not_(CLOCKS.c.provisional))
    found = connection.execute(query.where(CLOCKS.c.fixed_on.is_not(None), CLOCKS.c.latest_at.is_not(None))).all()
    if not found:
        return
    calendar = _calendar(connection)
    for row in found:
        span = Span(row.amount, Unit.WORKING_DAYS)
        _steps, guess = laid_steps(
            ClockFacts(row.start_at, span, fixed_date=row.fixed_on, latest=row.latest_at, laid=True), calendar
        )
        if guess:
            connection.execute(sa.update(CLOCKS).where(CLOCKS.c.id == row.id).values(provisional=True))
            first = (CASES.c.next_due_at == row.due_at) & CASES.c.next_due_stage.in_(SHOWN)
            connection.execute(sa.update(CASES).where(CASES.c.id == row.case_id, first).values(next_due_provisional=True))


def _calendar(connection: sa.Connection) -> WorkCalendar:
    hours = hours_from(connection.execute(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == "office_hours")).scalar() or {})
    days = connection.execute(sa.select(DAYS.c.day, DAYS.c.layer, DAYS.c.name))
    rows = tuple(CalendarDay(day, DayKind(layer), name) for day, layer, name in days)
    years = frozenset(connection.execute(sa.select(YEARS.c.year)).scalars())
    return WorkCalendar(rows, years, hours.weekdays, hours.frames, hours.half_days)


def downgrade() -> None:
    """Nothing to take back: the version before knows 暂定 as well."""
