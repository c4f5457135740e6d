"""List the closed cases that still owe something: the index of what is due holds whatever has a date."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = ["next_due_at", "id", "restricted", "accused_unit_id", "next_warn_at"]
OPEN = "'answered', 'approved', 'assigned', 'handling', 'received', 'under_review'"
OPEN_OR_MERGED = "stage IN ('answered', 'approved', 'assigned', 'handling', 'merged', 'received', 'under_review')"
OWING = f"stage IN ({OPEN}) OR next_due_at IS NOT NULL"


def _anew(columns: list[str], condition: str) -> None:
    op.drop_index("ix_cases_due", "cases")
    op.create_index("ix_cases_due", "cases", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def upgrade() -> None:
    """Make the index anew with whatever has a date, and its stage, so that nothing need be opened to count it."""
    _anew([*COLUMNS, "stage"], OWING)


def downgrade() -> None:
    """Make it anew with what is in hand or merged."""
    _anew(COLUMNS, OPEN_OR_MERGED)
