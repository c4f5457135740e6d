"""Keep by which paper the issuer of a forwarded letter granted more time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Requests made so far name no paper."""
    with op.batch_alter_table("extension_requests") as table:
        table.add_column(sa.Column("consent_number", sa.String(100), nullable=False, server_default=""))
        table.add_column(sa.Column("consent_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """The papers are forgotten; what was granted stays."""
    with op.batch_alter_table("extension_requests") as table:
        table.drop_column("consent_on")
        table.drop_column("consent_number")
