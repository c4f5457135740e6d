"""Rows on their way into a backup and back, by the tables the database really has, so that an older schema is kept too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Integer, MetaData, Table, insert, select, text

# The text indexes are made anew from the rows; the revision stands in the manifest.
LEFT_OUT = ("case_index", "publication_index", "sqlite_", "alembic_version")
BATCH = 1000
KINDS = ((Boolean, "bool"), (DateTime, "moment"), (Date, "date"), (JSON, "json"), (Integer, "int"))


def reflected(connection: Connection) -> list[Table]:
    """The tables as they are, those referred to first where that can be told."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(LEFT_OUT))
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def kinds_of(table: Table) -> dict[str, str]:
    """Each column with the kind of its values."""
    return {
        column.name: next((kind for type_, kind in KINDS if isinstance(column.type, type_)), "text") for column in table.columns
    }


def rows_of(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """The rows of a table as JSON can hold them, in the order of the key."""
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        yield [_out(value) for value in row]


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def put_rows(connection: Connection, table: Table, columns: dict[str, str], rows: Iterable[list[Any]]) -> int:
    """Insert the rows of a backup; answers how many."""
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = bool(column.nullable)
    naive = connection.dialect.name == "sqlite"
    names = list(columns)
    count, batch = 0, []
    for row in rows:
        batch.append({name: _in(value, columns[name], naive=naive) for name, value in zip(names, row, strict=True)})
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            count, batch = count + len(batch), []
    if batch:
        connection.execute(insert(table), batch)
    return count + len(batch)


def _in(value: Any, kind: str, *, naive: bool) -> Any:
    if value is None:
        return None
    if kind == "moment":
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if naive else moment
    return date.fromisoformat(value) if kind == "date" else value


def loosen(connection: Connection) -> list[str]:
    """Let rows come in any order within this transaction; answers the statements that make references strict again."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys=on"))
        return []
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
    ).all()
    for table, name, _definition in found:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    return [f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in found]


def go_on_counting(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL's sequences continue after the highest id (SQLite looks for itself)."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        key = list(table.primary_key.columns)
        if len(key) != 1 or not isinstance(key[0].type, Integer):
            continue
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": key[0].name})
        highest = connection.scalar(select(key[0]).order_by(key[0].desc()).limit(1))
        if sequence and highest:
            connection.execute(text("SELECT setval(:s, :v)"), {"s": sequence, "v": highest})
