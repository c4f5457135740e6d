"""Tell at a glance what waits: whom a reply under review waits for, and indexes of the few cases each list shows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = "stage IN ('answered', 'approved', 'assigned', 'handling', 'received', 'under_review')"
PASSED = """EXISTS (SELECT 1 FROM reply_checks JOIN replies ON replies.id = reply_checks.reply_id
    WHERE replies.case_id = cases.id AND replies.state = 'submitted' AND reply_checks.gate = '{}'
    AND reply_checks.passed AND reply_checks.text_hash = replies.text_hash)"""


def _only(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition.replace("IS true", "IS 1")), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Add the column with what the checks say now, and the indexes."""
    op.add_column("cases", sa.Column("review_step", sa.String(length=40), nullable=True))
    gates = " AND ".join(PASSED.format(gate) for gate in ("political", "policy", "wording"))
    op.execute(
        f"UPDATE cases SET review_step = CASE WHEN NOT {PASSED.format('unit_head')} THEN 'unit_head'"  # noqa: S608
        f" WHEN {gates} THEN 'sign_off' ELSE 'gates' END WHERE stage = 'under_review'"
    )
    op.create_index(
        "ix_cases_due", "cases", ["next_due_at", "id", "restricted", "accused_unit_id", "next_warn_at"], **_only(OPEN)
    )
    op.create_index(
        "ix_cases_needs_leader",
        "cases",
        ["needs_leader", "stage", "restricted", "accused_unit_id"],
        **_only("needs_leader IS true"),
    )
    op.create_index(
        "ix_cases_review",
        "cases",
        ["review_step", "lead_unit_id", "restricted", "accused_unit_id"],
        **_only("review_step IS NOT NULL"),
    )
    op.drop_index("ix_cases_to_publish", "cases")
    op.create_index(
        "ix_cases_to_publish", "cases", ["to_publish", "id", "restricted", "accused_unit_id"], **_only("to_publish IS true")
    )
    op.create_index("ix_assignments_unit_role", "assignments", ["unit_id", "role", "state", "case_id"])


def downgrade() -> None:
    """Take the indexes and the column away again."""
    op.drop_index("ix_assignments_unit_role", "assignments")
    op.drop_index("ix_cases_to_publish", "cases")
    op.create_index("ix_cases_to_publish", "cases", ["to_publish", "id"])
    for name in ("ix_cases_review", "ix_cases_needs_leader", "ix_cases_due"):
        op.drop_index(name, "cases")
    op.drop_column("cases", "review_step")
