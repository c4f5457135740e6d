"""Tell a unit's group by itself: which notice is a unit's, and a ledger of what each unit's group was told."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
UNIT = "fk_notices_unit_id_units"


def upgrade() -> None:
    """Make the column and the table; what a unit's group was told before stands beside the person it was told with."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f(UNIT), "units", ["unit_id"], ["id"])
    op.create_table(
        "unit_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(length=40), nullable=False),
        sa.Column("deadline_version", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_unit_reminders_clock_id_clocks")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_unit_reminders_notice_id_notices")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_reminders_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_reminders")),
    )
    op.create_index("uq_unit_reminders_rung", "unit_reminders", ["clock_id", "unit_id", "rung", "deadline_version"], unique=True)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("unit_reminders")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(UNIT), type_="foreignkey")
        batch_op.drop_column("unit_id")
