"""Plants a mark in every column of every table that can hold words, but for those that are public or hold no words of anybody.

What there is to plant is asked of the tables themselves: a table or column that is added tomorrow is planted tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, String, Table, insert, select, update
from sqlalchemy.orm import Session

from opinion_app.records.base import Base, Moment, Vocabulary
from opinion_app.rules.words import PublicationState
from tests.builders.office import NOW

MARK = "泄密标记"
NOT_PLANTED = {
    "publications": "public while they are out; the rows that are not are planted",
    "published_files": "public while they are out; the rows of others are planted",
    "public_figures": "counts by month, made for the public",
    "rating_figures": "counts by month, made for the public",
    "view_counts": "counts of readings, shown on the page",
}
"""Tables that are made for the public, with the reason."""
PLAIN = {
    "cases.number": "what a writer is told; the addresses of public pages are made of it",
    "progress.number": "the same number",
    "submissions.number": "the same number",
    "ratings.number": "the same number",
    "progress.code_hash": "compared with what a visitor types, so it must stay a hash",
    "submissions.code_hash": "the same hash",
    "settings.name": "names what the program asks for; a row with a planted value is added",
}
"""Columns that cannot carry a mark, with the reason."""
BYTES = "stored_name"
"""Columns of this name name bytes, which are planted themselves."""
EMPTY = {"notices.writer_id": "a notice goes to a person of the office or to a writer, not to both"}
"""Pointers that a made-up row leaves empty, with the reason."""


def plantable() -> Iterator[tuple[Table, list[Column[Any]]]]:
    """Each table with its columns that hold words."""
    pointed_to = {key.column for table in Base.metadata.tables.values() for key in table.foreign_keys}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_PLANTED:
            yield table, [column for column in table.columns if _holds_words(column) and column not in pointed_to]


def _holds_words(column: Column[Any]) -> bool:
    plain = f"{column.table.name}.{column.name}" in PLAIN or column.name == BYTES or column.foreign_keys
    return isinstance(column.type, String | JSON) and not plain


def plant(session: Session) -> None:
    """Put the mark into every such column of every row; a table without rows is given one. Twice is no harm."""
    session.flush()
    for table, columns in plantable():
        if session.scalar(select(1).select_from(table).limit(1)) is None:
            session.execute(insert(table).values(_row(session, table)))
        if table.name == "settings":
            _plant_setting(session, table)
        elif columns:
            _plant_rows(session, table, columns)
    _plant_what_is_not_out(session)
    session.expire_all()


def _plant_setting(session: Session, table: Table) -> None:
    if session.scalar(select(table.c.name).where(table.c.name == "kept_numbers")) is None:
        session.execute(insert(table).values(name="kept_numbers", value=[MARK]))


def _plant_rows(session: Session, table: Table, columns: list[Column[Any]]) -> None:
    keys = list(table.primary_key.columns)
    rows = session.execute(select(*keys, *(column.label(f"_{column.name}") for column in columns)).order_by(*keys)).all()
    for serial, row in enumerate(rows, 1):
        here = [key == value for key, value in zip(keys, row, strict=False)]
        said = {column.name: _marked(column, getattr(row, f"_{column.name}"), serial) for column in columns}
        session.execute(update(table).where(*here).values(said))


def _marked(column: Column[Any], held: Any, serial: int) -> Any:
    if isinstance(column.type, JSON):
        return held | {MARK: MARK} if isinstance(held, dict) else [*(held or []), MARK] if isinstance(held, list | None) else MARK
    return f"{MARK}{serial}"[: getattr(column.type, "length", None) or 100]


def _row(session: Session, table: Table) -> dict[str, Any]:
    """A row that the table takes."""
    wanted = [column for column in table.columns if _needed(column) and f"{table.name}.{column.name}" not in EMPTY]
    return {column.name: _value(session, column) for column in wanted}


def _needed(column: Column[Any]) -> bool:
    return column.table.autoincrement_column is not column and (not column.nullable or bool(column.foreign_keys))


def _value(session: Session, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return session.scalar(select(key.column).limit(1))
    kinds: dict[type, Any] = {Moment: NOW, Date: date(2026, 1, 1), Boolean: False, Integer: 1, JSON: [MARK], String: MARK}
    if column.name == BYTES:
        return "f" * 32
    if isinstance(column.type, Vocabulary):
        return next(iter(column.type.words))
    return next(value for kind, value in kinds.items() if isinstance(column.type, kind))


def _plant_what_is_not_out(session: Session) -> None:
    """Publications that were withdrawn, and their files, are as secret as anything else."""
    tables = Base.metadata.tables
    rows, files = tables["publications"], tables["published_files"]
    gone = select(rows.c.id).where(rows.c.state != PublicationState.PUBLISHED)
    words = ("title", "question", "answer", "writer", "note", "unit_name", "area")
    session.execute(update(rows).where(rows.c.id.in_(gone)).values(dict.fromkeys(words, MARK)))
    session.execute(update(files).where(files.c.publication_id.in_(gone)).values(name=MARK, media_type=MARK))


def unplanted(session: Session) -> list[str]:
    """The columns that hold no mark in any row: what the leak test would not see leak."""
    missing = []
    for table, columns in plantable():
        for column in columns:
            values = session.scalars(select(column))
            if not any(MARK in str(value) for value in values):
                missing.append(f"{table.name}.{column.name}")
    return missing
