"""Mark as 暂定 the promised days that rest on a year that is not loaded, as the words beside them say it (decisions 23)."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PROGRESS = sa.table(
    "progress",
    sa.column("promised_on", sa.Date),
    sa.column("promise", sa.String),
    sa.column("promised_guess", sa.Boolean),
)


def upgrade() -> None:
    """Add the mark; the words of a promise that is one say so already."""
    op.add_column("progress", sa.Column("promised_guess", sa.Boolean(), nullable=False, server_default=sa.false()))
    guessed = PROGRESS.c.promised_on.is_not(None) & PROGRESS.c.promise.contains("暂定")
    op.execute(sa.update(PROGRESS).where(guessed).values(promised_guess=True))


def downgrade() -> None:
    """Forget which days are guesses."""
    op.drop_column("progress", "promised_guess")
