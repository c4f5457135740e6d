"""Tell who masked a snapshot from who reviewed it, and keep what else was said of it until the reviewer comes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
MASKER = "fk_masking_decisions_masked_by_id_people"


def upgrade() -> None:
    """Make both columns; of what is there nobody else is known than who decided."""
    with op.batch_alter_table("masking_decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("masked_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("said", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_foreign_key(op.f(MASKER), "people", ["masked_by_id"], ["id"])


def downgrade() -> None:
    """Drop both."""
    with op.batch_alter_table("masking_decisions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(MASKER), type_="foreignkey")
        batch_op.drop_column("said")
        batch_op.drop_column("masked_by_id")
