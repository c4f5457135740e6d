"""Keep the leader's telephone apart from what the office says of itself: the public wing's role may read only the second."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SETTINGS = sa.table("settings", sa.column("name", sa.String), sa.column("value", sa.JSON))
INSIDE = ("leader_phone",)


def upgrade() -> None:
    """Move the number into a row of its own."""
    words = _held("office")
    inside = {name: words.pop(name) for name in INSIDE if name in words}
    if inside:
        _put("office", words)
        op.get_bind().execute(sa.insert(SETTINGS).values(name="office_inside", value=inside))


def downgrade() -> None:
    """Put it back."""
    inside = _held("office_inside")
    if inside:
        _put("office", _held("office") | inside)
        op.get_bind().execute(sa.delete(SETTINGS).where(SETTINGS.c.name == "office_inside"))


def _held(name: str) -> dict[str, str]:
    return dict(op.get_bind().scalar(sa.select(SETTINGS.c.value).where(SETTINGS.c.name == name)) or {})


def _put(name: str, value: dict[str, str]) -> None:
    op.get_bind().execute(sa.update(SETTINGS).where(SETTINGS.c.name == name).values(value=value))
