"""Keep the unit in which more time was asked for: five working days stay working days whatever becomes of the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; what was asked so far was asked in the unit of its clock."""
    op.add_column("extension_requests", sa.Column("amount_unit", sa.String(length=20), nullable=False, server_default=""))
    op.execute(
        "UPDATE extension_requests SET amount_unit = (SELECT clocks.amount_unit FROM clocks"
        " WHERE clocks.id = extension_requests.clock_id) WHERE until IS NULL"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("extension_requests", "amount_unit")
