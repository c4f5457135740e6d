"""What a visitor knows and may therefore see: said to PostgreSQL for one transaction, where row security asks for it."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

CODE_HASH = "opinion.code_hash"
FORM_KEY = "opinion.form_key"


def vouch(session: Session, what: str, value: str) -> None:
    """Until the end of this transaction the rows bound to `value` are within reach of the public wing's role.

    The role of the office sees every row anyway; SQLite knows no roles (docs/sql/public-role.sql)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT set_config(:what, :value, true)"), {"what": what, "value": value})
