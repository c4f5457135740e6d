"""What the database lets this process do, asked once at the start of a public wing of its own (decisions 28)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

# All of what leaving a message, following it and rating its answer take.
MESSAGES = (
    ("submissions", "INSERT"),
    ("progress", "SELECT"),
    ("ratings", "INSERT"),
    ("form_keys", "INSERT"),
    ("counters", "UPDATE"),
    ("public_attempts", "INSERT"),
)
_RIGHT = text("SELECT has_any_column_privilege(:table, :right)")


def takes_messages(engine: Engine) -> bool:
    """Whether messages can be left over this connection; without write access a wing serves reading only.

    Raises DBAPIError where the database is away or has no such tables."""
    if engine.dialect.name == "sqlite":
        return _writable(engine)
    with engine.connect() as connection:
        return all(connection.scalar(_RIGHT, {"table": table, "right": right}) for table, right in MESSAGES)


def _writable(engine: Engine) -> bool:
    """Whether the file takes a write lock; one that others hold just now is writable too."""
    raw: Any = engine.raw_connection()
    try:
        raw.execute("BEGIN")  # not IMMEDIATE: of a file that is read only that quietly becomes a reading one
        raw.execute("DELETE FROM submissions WHERE 0")
        raw.rollback()
    except raw.driver_connection.OperationalError as error:
        return not str(error.sqlite_errorname).startswith("SQLITE_READONLY")
    finally:
        raw.close()
    return True
