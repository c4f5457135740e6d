"""Let writers rate answers: ratings, their counts for the public, and until when each answer may be rated."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
COUNTS = ("asked", "rated", "content")


def upgrade() -> None:
    """Make the tables; answers given before may not be rated, for nobody was told they may."""
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.String(length=40), nullable=False),
        sa.Column("time", sa.String(length=40), nullable=False),
        sa.Column("attitude", sa.String(length=40), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reopen", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", Moment(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ratings_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("number", "round", name=op.f("uq_ratings_number_round")),
    )
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ratings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ratings_taken_at"), ["taken_at"], unique=False)
    op.create_table(
        "rating_figures",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("aspect", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("fairly", sa.Integer(), nullable=False),
        sa.Column("discontent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "aspect", name=op.f("pk_rating_figures")),
    )
    _add("progress", sa.Column("round", sa.Integer(), nullable=True))
    _add("progress", sa.Column("rate_until", sa.Date(), nullable=True))
    _add("progress", sa.Column("may_reopen", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE progress SET round = 0, may_reopen = :no").bindparams(no=False))
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.alter_column("round", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("may_reopen", existing_type=sa.Boolean(), nullable=False)
    for name in COUNTS:
        _add("public_figures", sa.Column(name, sa.Integer(), nullable=True))
    op.execute("UPDATE public_figures SET asked = 0, rated = 0, content = 0")
    with op.batch_alter_table("public_figures", schema=None) as batch_op:
        for name in COUNTS:
            batch_op.alter_column(name, existing_type=sa.Integer(), nullable=False)


def _add(table: str, column: sa.Column[object]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(column)


def downgrade() -> None:
    """Drop them; what was said of a case stays on its trail."""
    with op.batch_alter_table("public_figures", schema=None) as batch_op:
        for name in COUNTS:
            batch_op.drop_column(name)
    with op.batch_alter_table("progress", schema=None) as batch_op:
        for name in ("may_reopen", "rate_until", "round"):
            batch_op.drop_column(name)
    op.drop_table("rating_figures")
    with op.batch_alter_table("ratings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ratings_taken_at"))
        batch_op.drop_index(batch_op.f("ix_ratings_case_id"))
    op.drop_table("ratings")
