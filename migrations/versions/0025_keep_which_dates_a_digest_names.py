"""Keep which dates each digest names, so that the page of a case tells of the digests of every morning."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

NOTICES = sa.table(
    "notices",
    sa.column("id", sa.Integer),
    sa.column("person_id", sa.Integer),
    sa.column("channel", sa.String),
    sa.column("category", sa.String),
    sa.column("local_date", sa.Date),
    sa.column("lines", sa.JSON),
)
CLOCKS = sa.table("clocks", sa.column("id", sa.Integer))
INSIDE = "in_app"
BATCH = 200  # digests at a time: each may have hundreds of lines


def upgrade() -> None:
    """Make the table and fill it from the digests there are: those by mail and robot, those inside where nothing else went."""
    entries = op.create_table(
        "digest_entries",
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("due_group", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_digest_entries_clock_id_clocks")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_digest_entries_notice_id_notices")),
        sa.PrimaryKeyConstraint("clock_id", "notice_id", name=op.f("pk_digest_entries")),
    )
    op.create_index("ix_digest_entries_notice_id", "digest_entries", ["notice_id"])
    connection = op.get_bind()
    for digests in _batches(connection):
        named = _named(digests)
        held = set(connection.scalars(sa.select(CLOCKS.c.id).where(CLOCKS.c.id.in_({clock_id for clock_id, _ in named}))))
        rows = [
            {"clock_id": clock_id, "notice_id": notice_id, "due_group": group}
            for (clock_id, notice_id), group in named.items()
            if clock_id in held
        ]
        if rows:
            connection.execute(sa.insert(entries), rows)


def _batches(connection: sa.Connection) -> Iterator[list[Mapping[str, Any]]]:
    outside = NOTICES.alias("outside")
    same = outside.c.person_id == NOTICES.c.person_id, outside.c.local_date == NOTICES.c.local_date
    beside = sa.exists().where(*same, outside.c.category == "digest", outside.c.channel != INSIDE)
    listed = NOTICES.c.category == "digest", sa.or_(NOTICES.c.channel != INSIDE, ~beside)
    query = sa.select(NOTICES.c.id, NOTICES.c.lines).where(*listed).order_by(NOTICES.c.id).limit(BATCH)
    last = 0
    while rows := list(connection.execute(query.where(NOTICES.c.id > last)).mappings()):
        yield rows
        last = rows[-1]["id"]


def _named(digests: list[Mapping[str, Any]]) -> dict[tuple[int, int], str]:
    lines = ((line, digest["id"]) for digest in digests for line in digest["lines"] or ())
    return {(int(line["clock"]), notice_id): str(line.get("group", ""))[:20] for line, notice_id in lines if line.get("clock")}


def downgrade() -> None:
    """Drop it: the digests themselves still say what they name."""
    op.drop_table("digest_entries")
