"""Withdraw a ladder to come: a version that is not in force yet can be taken back, and stays in the history with who did."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
BY = "fk_ladder_versions_withdrawn_by_id_people"


def upgrade() -> None:
    """Two columns; every version so far stands."""
    with op.batch_alter_table("ladder_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f(BY), "people", ["withdrawn_by_id"], ["id"])


def downgrade() -> None:
    """The version before knows no withdrawal and would put such a ladder into force: it goes."""
    op.execute("DELETE FROM ladder_versions WHERE withdrawn_at IS NOT NULL")
    with op.batch_alter_table("ladder_versions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(BY), type_="foreignkey")
        batch_op.drop_column("withdrawn_by_id")
        batch_op.drop_column("withdrawn_at")
