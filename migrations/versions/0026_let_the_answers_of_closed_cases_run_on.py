"""Let the date run on by which a unit has to answer a 督办单 on a closed case, which stopped with the closing until now."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

CLOCKS = sa.table(
    "clocks",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("stage", sa.String),
    sa.column("state", sa.String),
    sa.column("ended_at", Moment()),
    sa.column("end_reason", sa.String),
    sa.column("due_at", Moment()),
    sa.column("warn_at", Moment()),
    sa.column("provisional", sa.Boolean),
    sa.column("next_rung_at", Moment()),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.Integer),
    sa.column("stage", sa.String),
    sa.column("next_due_at", Moment()),
    sa.column("next_due_stage", sa.String),
    sa.column("next_warn_at", Moment()),
    sa.column("next_due_provisional", sa.Boolean),
)
SHEETS = sa.table("supervisions", *(sa.column(name, sa.Integer) for name in ("clock_id", "unit_id")), sa.column("feedback_at"))
PARTS = sa.table("assignments", *(sa.column(name, sa.Integer) for name in ("case_id", "unit_id")), sa.column("state", sa.String))
UNITS = sa.table("units", sa.column("id", sa.Integer), sa.column("active", sa.Boolean))


def upgrade() -> None:
    """Only where the unit is there, still takes part and has not answered. The ladder looks once: what it told stays told."""
    connection = op.get_bind()
    part = sa.exists().where(PARTS.c.case_id == CLOCKS.c.case_id, PARTS.c.unit_id == SHEETS.c.unit_id)
    query = (
        sa.select(CLOCKS, CASES.c.next_due_at)
        .join(CASES, CASES.c.id == CLOCKS.c.case_id)
        .join(SHEETS, SHEETS.c.clock_id == CLOCKS.c.id)
        .where(CASES.c.stage == "closed", CLOCKS.c.stage == "feedback", CLOCKS.c.state == "stopped")
        .where(CLOCKS.c.end_reason == "已办结", SHEETS.c.feedback_at.is_(None))
        .where(part.where(PARTS.c.state.not_in(("returned", "withdrawn"))))
        .where(sa.exists().where(UNITS.c.id == SHEETS.c.unit_id, UNITS.c.active))
        .order_by(CLOCKS.c.due_at.desc())
    )
    for row in connection.execute(query).mappings().all():
        again = sa.update(CLOCKS).where(CLOCKS.c.id == row["id"])
        connection.execute(again.values(state="running", ended_at=None, end_reason="", next_rung_at=row["ended_at"]))
        if row["next_due_at"] is None or row["next_due_at"] > row["due_at"]:
            shown = {"next_due_at": row["due_at"], "next_due_stage": row["stage"], "next_warn_at": row["warn_at"]}
            case = sa.update(CASES).where(CASES.c.id == row["case_id"])
            connection.execute(case.values(next_due_provisional=row["provisional"], **shown))


def downgrade() -> None:
    """Nothing to take back: the version before knows clocks that run."""
