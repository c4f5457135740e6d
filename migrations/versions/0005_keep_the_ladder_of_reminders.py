"""Keep what the ladder of reminders needs: when a clock is looked at again, what became of a rung, 催办 and 督办."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("clocks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_rung_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("rung_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index("ix_clocks_rung", ["state", "next_rung_at"], unique=False)
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=40), nullable=False, server_default="told"))
    op.create_table(
        "supervisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("card", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", Moment(), nullable=False),
        sa.Column("feedback_due_on", sa.Date(), nullable=True),
        sa.Column("clock_id", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("feedback_by_id", sa.Integer(), nullable=True),
        sa.Column("feedback_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervisions_case_id_cases")),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_supervisions_clock_id_clocks")),
        sa.ForeignKeyConstraint(["feedback_by_id"], ["people.id"], name=op.f("fk_supervisions_feedback_by_id_people")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["people.id"], name=op.f("fk_supervisions_issued_by_id_people")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_supervisions_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisions")),
        sa.UniqueConstraint("case_id", "kind", "serial", name=op.f("uq_supervisions_case_id_kind_serial")),
        sa.UniqueConstraint("key", name=op.f("uq_supervisions_key")),
    )
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervisions_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    """Undo it."""
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervisions_case_id"))
    op.drop_table("supervisions")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_column("state")
    with op.batch_alter_table("clocks", schema=None) as batch_op:
        batch_op.drop_index("ix_clocks_rung")
        batch_op.drop_column("rung_version")
        batch_op.drop_column("next_rung_at")
