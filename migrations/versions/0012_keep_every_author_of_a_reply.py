"""Keep every author of a reply: whoever wrote a version, or one it grew from, may not pass or sign it."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REPLIES = sa.table(
    "replies",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("version_no", sa.Integer),
    sa.column("drafter_id", sa.Integer),
    sa.column("author_ids", sa.JSON),
)
MOVES = sa.table(
    "moves",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("act", sa.String),
    sa.column("actor_id", sa.Integer),
    sa.column("detail", sa.JSON),
)


def upgrade() -> None:
    """Add the column; who saved a draft in the past stands among the moves, with the version it was."""
    op.add_column("replies", sa.Column("author_ids", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    wrote: dict[tuple[int, int], set[int]] = defaultdict(set)
    for case_id, actor_id, detail in connection.execute(
        sa.select(MOVES.c.case_id, MOVES.c.actor_id, MOVES.c.detail).where(MOVES.c.act == "draft", MOVES.c.actor_id.is_not(None))
    ):
        wrote[case_id, int((detail or {}).get("version", 0))].add(actor_id)
    columns = (REPLIES.c.id, REPLIES.c.case_id, REPLIES.c.version_no, REPLIES.c.drafter_id)
    grown: dict[int, set[int]] = defaultdict(set)
    found = []
    for reply_id, case_id, version, drafter in connection.execute(sa.select(*columns).order_by(*columns[1:3])):
        grown[case_id] |= wrote[case_id, version] | ({drafter} if drafter is not None else set())
        found.append({"of": reply_id, "authors": sorted(grown[case_id])})
    if found:
        change = sa.update(REPLIES).where(REPLIES.c.id == sa.bindparam("of")).values(author_ids=sa.bindparam("authors"))
        connection.execute(change, found)


def downgrade() -> None:
    """Drop it; the last drafter stays."""
    op.drop_column("replies", "author_ids")
