"""Set publications for later: a table of reviewed snapshots that wait for their moment."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of publications that wait for their moment."""
    op.create_table(
        "publication_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("publish_at", Moment(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_publication_plans_case_id_cases")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["people.id"], name=op.f("fk_publication_plans_planned_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_plans")),
    )
    with op.batch_alter_table("publication_plans", schema=None) as batch_op:
        batch_op.create_index("ix_publication_plans_state_at", ["state", "publish_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_publication_plans_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    """Drop it; what waits in it is not published."""
    op.drop_table("publication_plans")
