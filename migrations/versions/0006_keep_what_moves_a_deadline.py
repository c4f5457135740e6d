"""Keep what moves a deadline: restarts, dates taken over in a merge, the versions of the date, and the ground of a suspension."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LISTS = ("restarts", "adoptions", "dates")


def upgrade() -> None:
    """Add the columns; clocks that run already have none of it."""
    with op.batch_alter_table("clocks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fixed_why", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("receipt", sa.String(length=20), nullable=False, server_default="same_day"))
        for name in LISTS:
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("extension_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_for", sa.String(length=40), nullable=False, server_default=""))
    # Day by day an inner deadline said it was the notice's date; it is counted back from the reply's.
    op.execute("UPDATE clocks SET fixed_why = '答复到期前留出审核签发的时间' WHERE stage = 'draft'")


def downgrade() -> None:
    """Drop the columns, in place: a table rebuilt by copying would take the rows that point to it along."""
    op.drop_column("cases", "suspended_for")
    op.drop_column("extension_requests", "until")
    for name in (*reversed(LISTS), "receipt", "fixed_why"):
        op.drop_column("clocks", name)
