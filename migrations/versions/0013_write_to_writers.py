"""Write to writers: a notice has one receiver, a person or the writer of a case, and writers are told two things only."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
ONE = "(person_id IS NULL) <> (writer_id IS NULL)"
TWO_THINGS = "writer_id IS NULL OR (channel = 'mail' AND category IN ('receipt', 'answered'))"


def upgrade() -> None:
    """Let notices go to writers; those there are have a person each."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("writer_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sealed_code", sa.String(length=40), nullable=False, server_default=""))
        batch_op.create_foreign_key(op.f("fk_notices_writer_id_correspondents"), "correspondents", ["writer_id"], ["id"])
        batch_op.create_index("ix_notices_writer_id", ["writer_id"], unique=False)
        batch_op.create_check_constraint(op.f("ck_notices_one_receiver"), ONE)
        batch_op.create_check_constraint(op.f("ck_notices_to_writer"), TWO_THINGS)
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("sealed_code", existing_type=sa.String(length=40), server_default=None, existing_nullable=False)


def downgrade() -> None:
    """Drop what writers were told; whoever reads the case still sees that it was answered."""
    op.execute("DELETE FROM notices WHERE writer_id IS NOT NULL")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_to_writer"), type_="check")
        batch_op.drop_constraint(op.f("ck_notices_one_receiver"), type_="check")
        batch_op.drop_index("ix_notices_writer_id")
        batch_op.drop_constraint(op.f("fk_notices_writer_id_correspondents"), type_="foreignkey")
        batch_op.drop_column("sealed_code")
        batch_op.drop_column("writer_id")
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
