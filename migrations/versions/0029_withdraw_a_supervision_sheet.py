"""Withdraw a 督办单: one that waits for its answer can be taken back, and stays on the case with who did, when and why."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
BY = "fk_supervisions_withdrawn_by_id_people"


def upgrade() -> None:
    """Three columns; every sheet so far stands."""
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_why", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(op.f(BY), "people", ["withdrawn_by_id"], ["id"])


def downgrade() -> None:
    """The clock of such a sheet has ended with the reason, which the version before shows as it shows every stopped one."""
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(BY), type_="foreignkey")
        batch_op.drop_column("withdrawn_why")
        batch_op.drop_column("withdrawn_at")
        batch_op.drop_column("withdrawn_by_id")
