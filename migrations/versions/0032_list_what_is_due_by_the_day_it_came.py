"""List what is due by the day it came: the index of what is due holds that day, so that the newest are found in it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

COLUMNS = ["next_due_at", "id", "restricted", "accused_unit_id", "next_warn_at", "stage"]
OWING = "stage IN ('answered', 'approved', 'assigned', 'handling', 'received', 'under_review') OR next_due_at IS NOT NULL"


def _anew(columns: list[str]) -> None:
    op.drop_index("ix_cases_due", "cases")
    op.create_index("ix_cases_due", "cases", columns, sqlite_where=sa.text(OWING), postgresql_where=sa.text(OWING))


def upgrade() -> None:
    """Make the index anew with the day each case came."""
    _anew([*COLUMNS, "received_at"])


def downgrade() -> None:
    """Make it anew without."""
    _anew(COLUMNS)
