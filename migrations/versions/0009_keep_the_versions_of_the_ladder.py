"""Keep the versions of the ladder, and no two versions of a deadline rule under one number."""

import sqlalchemy as sa
from alembic import op

from opinion_app import clock
from opinion_app.records.base import Moment
from opinion_app.rules.zone import local_date

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
BEFORE = "升级前在用的一版"


def upgrade() -> None:
    """Make the table; the ladder the office has set becomes its first version there."""
    versions = op.create_table(
        "ladder_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["people.id"], name=op.f("fk_ladder_versions_changed_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_versions")),
        sa.UniqueConstraint("version_no", name=op.f("uq_ladder_versions_version_no")),
    )
    settings = sa.table("settings", sa.column("name", sa.String()), sa.column("value", sa.JSON()))
    held = op.get_bind().execute(sa.select(settings.c.value).where(settings.c.name == "ladder")).scalar()
    if held:
        now = clock.now()
        row = {"version_no": 2, "data": held, "in_force_from": local_date(now), "changed_at": now, "note": BEFORE, "changes": []}
        op.bulk_insert(versions, [row])
        op.bulk_insert(settings, [{"name": "ladder_version", "value": 2}])
    op.create_index("uq_deadline_rules_version", "deadline_rules", ["code", "version_no"], unique=True)


def downgrade() -> None:
    """Drop it; the ladder in force stays in the settings."""
    op.drop_index("uq_deadline_rules_version", table_name="deadline_rules")
    op.execute(sa.text("DELETE FROM settings WHERE name IN ('ladder_version', 'ladder_since')"))
    op.drop_table("ladder_versions")
