"""List the merged letters that owe a report: the index of what is due in the office holds them as well."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

COLUMNS = ["next_due_at", "id", "restricted", "accused_unit_id", "next_warn_at"]
OPEN = "stage IN ('answered', 'approved', 'assigned', 'handling', 'received', 'under_review')"
OWING = "stage IN ('answered', 'approved', 'assigned', 'handling', 'merged', 'received', 'under_review')"


def _anew(condition: str) -> None:
    op.drop_index("ix_cases_due", "cases")
    op.create_index("ix_cases_due", "cases", COLUMNS, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def upgrade() -> None:
    """Make the index anew with what is merged."""
    _anew(OWING)


def downgrade() -> None:
    """Make it anew without."""
    _anew(OPEN)
