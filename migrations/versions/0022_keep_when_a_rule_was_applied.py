"""Keep when the office put the cases in hand under a version of a deadline rule."""

import sqlalchemy as sa
from alembic import op

from opinion_app.records.base import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENTS = [sa.column(name, Moment()) for name in ("changed_at", "applied_at")]
RULES = sa.table("deadline_rules", sa.column("id", sa.Integer), *MOMENTS)
CLOCKS = sa.table("clocks", sa.column("rule_id", sa.Integer), sa.column("source", sa.String))


def upgrade() -> None:
    """A version that clocks were put under says so in their source; it was so at the earliest when it was saved."""
    op.add_column("deadline_rules", sa.Column("applied_at", Moment()))
    under = sa.select(CLOCKS.c.rule_id).where(CLOCKS.c.source.contains("（按修改后的规则）"))
    op.get_bind().execute(sa.update(RULES).where(RULES.c.id.in_(under)).values(applied_at=RULES.c.changed_at))


def downgrade() -> None:
    """What a case was put under since is forgotten; its clocks keep their dates."""
    op.drop_column("deadline_rules", "applied_at")
