"""Let the date run on by which a letter that is merged now owes its issuer a report, which stopped with the merge until now."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0023"
down_revision = "0022"
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
LETTERS = sa.table(
    "letters",
    sa.column("case_id", sa.Integer),
    sa.column("report_owed", sa.Boolean),
    sa.column("reported_at", Moment()),
)


def upgrade() -> None:
    """Only where the report is owed and not made: the duty went on, and nobody was reminded of it."""
    connection = op.get_bind()
    query = (
        sa.select(CLOCKS)
        .join(CASES, CASES.c.id == CLOCKS.c.case_id)
        .join(LETTERS, LETTERS.c.case_id == CASES.c.id)
        .where(CASES.c.stage == "merged", LETTERS.c.report_owed, LETTERS.c.reported_at.is_(None))
        .where(CLOCKS.c.stage == "report_back", CLOCKS.c.state == "stopped", CLOCKS.c.end_reason == "并案")
        .where(CLOCKS.c.due_at.is_not(None))
    )
    for row in connection.execute(query).mappings().all():
        again = sa.update(CLOCKS).where(CLOCKS.c.id == row["id"])
        connection.execute(again.values(state="running", ended_at=None, end_reason=""))
        shown = {"next_due_at": row["due_at"], "next_due_stage": row["stage"], "next_warn_at": row["warn_at"]}
        case = sa.update(CASES).where(CASES.c.id == row["case_id"])
        connection.execute(case.values(next_due_provisional=row["provisional"], **shown))


def downgrade() -> None:
    """Nothing to take back: the version before knows clocks that run."""
