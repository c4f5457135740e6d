"""Stop the dates of answers that the ladder asked units for over a letter merged into another case: nobody can give them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

CLOCKS = sa.table(
    "clocks",
    *(sa.column(name, sa.Integer) for name in ("id", "case_id")),
    *(sa.column(name, sa.String) for name in ("stage", "state", "end_reason")),
    *(sa.column(name, Moment()) for name in ("start_at", "ended_at", "due_at", "warn_at")),
    sa.column("provisional", sa.Boolean),
)
CASES = sa.table(
    "cases",
    sa.column("id", sa.Integer),
    *(sa.column(name, sa.String) for name in ("stage", "next_due_stage")),
    *(sa.column(name, Moment()) for name in ("next_due_at", "next_warn_at")),
    sa.column("next_due_provisional", sa.Boolean),
)
OPEN = ("running", "suspended")
NOTHING: dict[str, Any] = {"due_at": None, "stage": "", "warn_at": None, "provisional": False}


def upgrade() -> None:
    """They stop as if with the merge, so that they go on when it is taken apart; the case shows what it still owes."""
    connection = op.get_bind()
    asked = sa.select(CLOCKS.c.id, CLOCKS.c.case_id).join(CASES, CASES.c.id == CLOCKS.c.case_id)
    asked = asked.where(CASES.c.stage == "merged", CLOCKS.c.stage == "feedback", CLOCKS.c.state.in_(OPEN))
    rows = connection.execute(asked).all()
    for row in rows:
        ended = {"state": "stopped", "end_reason": "并案", "ended_at": CLOCKS.c.start_at}
        connection.execute(sa.update(CLOCKS).where(CLOCKS.c.id == row.id).values(**ended))
    for case_id in {row.case_id for row in rows}:
        owed = sa.select(CLOCKS).where(CLOCKS.c.case_id == case_id, CLOCKS.c.state.in_(OPEN), CLOCKS.c.due_at.is_not(None))
        first = connection.execute(owed.order_by(CLOCKS.c.due_at, CLOCKS.c.id).limit(1)).mappings().first() or NOTHING
        shown = {"next_due_at": first["due_at"], "next_due_stage": first["stage"], "next_warn_at": first["warn_at"]}
        case = sa.update(CASES).where(CASES.c.id == case_id)
        connection.execute(case.values(next_due_provisional=first["provisional"], **shown))


def downgrade() -> None:
    """Nothing to take back: the version before knows answers that stopped."""
