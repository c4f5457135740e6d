"""Publish clean copies of files: the copies, the pictures of their pages, and the files that are out."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of clean copies, of their pages and of published files."""
    op.create_table(
        "public_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_public_copies_attachment_id_attachments")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_public_copies_case_id_cases")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name=op.f("fk_public_copies_confirmed_by_id_people")),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_public_copies_made_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_copies")),
        sa.UniqueConstraint("attachment_id", name=op.f("uq_public_copies_attachment_id")),
    )
    with op.batch_alter_table("public_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_copies_case_id"), ["case_id"], unique=False)
    op.create_table(
        "public_copy_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=True),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["public_copies.id"], name=op.f("fk_public_copy_pages_copy_id_public_copies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_copy_pages")),
        sa.UniqueConstraint("copy_id", "page_no", name=op.f("uq_public_copy_pages_copy_id_page_no")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_public_copy_pages_stored_name")),
    )
    op.create_table(
        "published_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_published_files_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_files")),
        sa.UniqueConstraint("publication_id", "serial", name=op.f("uq_published_files_publication_id_serial")),
    )


def downgrade() -> None:
    """Drop them; the attachments themselves stay."""
    op.drop_table("published_files")
    op.drop_table("public_copy_pages")
    op.drop_table("public_copies")
