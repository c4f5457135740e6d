"""Count the claims that ran out by themselves, so that they take nothing from the one time an unknown outcome is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No claim of the letters there are is known to have run out; those that wait keep what they were counted as."""
    op.add_column("notices", sa.Column("claims_ran_out", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the count away again."""
    op.drop_column("notices", "claims_ran_out")
