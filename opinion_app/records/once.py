"""Rows that are put in once: whoever comes second changes nothing, by one statement that both engines know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_for(bind: Session | Connection, table: Any) -> Any:
    """An INSERT into a class or table in the words of the database, which can say what happens to a row that is there already."""
    dialect = bind.get_bind().dialect if isinstance(bind, Session) else bind.dialect
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def insert_once(bind: Session | Connection, table: Any) -> Any:
    """An INSERT that leaves alone what is there already; what it returns is then empty."""
    return insert_for(bind, table).on_conflict_do_nothing()
