"""Tell what a 部分公开 leaves out: a sentence of the publication, reviewed with its texts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LEFT_OUT = "来信和答复中涉及个人隐私等不宜公开的内容已经遮盖或略去（《政府信息公开条例》第十五条、第三十七条）。"


def upgrade() -> None:
    """Add the column; what is out of cases decided so says the standard sentence from now on, in copies of the site too."""
    op.add_column("publications", sa.Column("left_out", sa.Text(), nullable=False, server_default=""))
    partial = "SELECT id FROM cases WHERE disclosure = 'partial'"
    told = f"UPDATE publications SET left_out = :told, version = version + 1 WHERE case_id IN ({partial})"  # noqa: S608
    op.execute(sa.text(told).bindparams(told=LEFT_OUT))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("publications", "left_out")
