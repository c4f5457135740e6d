"""Draw the pages of a clean copy apart from the page that asks for it: how far that is, and what came of it."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
COLUMNS = ("beaten_at", "message", "total", "state")


def upgrade() -> None:
    """Make the columns; the pages of every copy that is there are drawn."""
    op.add_column("public_copies", sa.Column("state", sa.String(length=40), nullable=False, server_default="drawn"))
    op.add_column("public_copies", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("public_copies", sa.Column("message", sa.Text(), nullable=False, server_default=""))
    op.add_column("public_copies", sa.Column("beaten_at", Moment(), nullable=True))


def downgrade() -> None:
    """Drop them; what is not drawn to its end is made again by hand."""
    for name in COLUMNS:
        op.drop_column("public_copies", name)
