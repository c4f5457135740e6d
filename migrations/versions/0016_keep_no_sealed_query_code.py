"""Keep no sealed query code: a receipt that waits keeps the key of its form, of which its query code is made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
KIND = sa.String(length=40)


def upgrade() -> None:
    """Empty what was sealed: such a receipt still goes out, and says where its writer gets a code."""
    op.execute("UPDATE notices SET sealed_code = '' WHERE sealed_code <> ''")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("sealed_code", new_column_name="code_key", existing_type=KIND, existing_nullable=False)


def downgrade() -> None:
    """The version before would read a key as a sealed code."""
    op.execute("UPDATE notices SET code_key = '' WHERE code_key <> ''")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("code_key", new_column_name="sealed_code", existing_type=KIND, existing_nullable=False)
