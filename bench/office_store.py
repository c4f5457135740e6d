"""Builds the measured office once for each engine and keeps it in .bench/, where later runs find it."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Connection, Engine, Table, select

from bench.office_people import Row
from bench.office_rows import GENERATOR, Generator
from opinion_app.core import create_core
from opinion_app.records.base import db
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.records.transaction import transaction
from opinion_app.search.index import case_index, publication_index
from tests.builders.office import seed
from tests.support.databases import make_settings, release

FOLDER = Path(__file__).resolve().parents[1] / ".bench"


def key(cases: int) -> str:
    """What a cache is known by: another generator, size or schema makes another office."""
    tables = [
        (table.name, [(column.name, str(column.type)) for column in table.columns], sorted(str(i.name) for i in table.indexes))
        for table in db.metadata.sorted_tables
    ]
    schema = hashlib.sha256(json.dumps(tables).encode()).hexdigest()[:8]
    return f"v{GENERATOR}-{cases}-{schema}"


def forget_others(engine: str, cases: int, keep: str) -> None:
    """Remove the caches of this size and engine that another generator or schema made: each takes a gigabyte."""
    for path in FOLDER.glob(f"{engine}-v*-{cases}-*"):
        if path.name != f"{engine}-{keep}":
            shutil.rmtree(path, ignore_errors=True)


def build(url: str, folder: Path, cases: int) -> datetime:
    """Fill the empty database at `url`; answers the moment its present is."""
    now = datetime.now(UTC).replace(microsecond=0)
    app = create_core(make_settings(folder, url))
    with app.app_context():
        flask_migrate.upgrade()
        with transaction() as session:
            seed(session, now)
        with transaction() as session:
            rule_ids = {row.code: row.id for row in session.execute(select(DeadlineRuleRow.code, DeadlineRuleRow.id))}
        _fill(app, Generator(cases, now, rule_ids))
    release(app)
    return now


def _fill(app: Flask, generator: Generator) -> None:
    start = time.monotonic()
    engine = db.engine
    with engine.connect() as connection:
        with connection.begin():
            case_index.rebuild(connection, _written(connection, generator))
        with connection.begin():
            publication_index.rebuild(connection, generator.public_texts)
    _settle(engine)
    print(f"  built in {time.monotonic() - start:.0f} s", flush=True)


def _written(connection: Connection, generator: Generator) -> Iterator[tuple[int, list[str]]]:
    """Write the rows of a chunk, then hand its texts to the index."""
    done = 0
    for chunk in generator.chunks():
        for table in db.metadata.sorted_tables:
            if table.name in chunk:
                put_rows(connection, table, chunk[table.name])
        yield from generator.texts
        done += len(chunk.get("cases", ()))
        if done % 20_000 == 0:
            print(f"  {done:,} cases", flush=True)


def put_rows(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Insert many rows by the driver's own fast way; what a row leaves out takes the column's default."""
    columns = list(table.columns)
    binders = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    values = [tuple(_bound(row, column, bind) for column, bind in zip(columns, binders, strict=True)) for row in rows]
    names = [column.name for column in columns]
    quoted = ",".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        marks = ",".join("?" * len(names))
        cursor.executemany(f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})", values)  # noqa: S608
        return
    with cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
        for value in values:
            copy.write_row(value)


def _bound(row: Row, column: Any, bind: Any) -> Any:
    value = row[column.name] if column.name in row else _default(column)
    return bind(value) if bind is not None and value is not None else value


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def _settle(engine: Engine) -> None:
    """Bring number series and the planner's figures up to date, as an office's nightly care does."""
    raw = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            raw.cursor().execute("ANALYZE")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            autocommit: Any = raw.driver_connection
            autocommit.autocommit = True
            for table in db.metadata.sorted_tables:
                if "id" in table.columns and table.columns["id"].autoincrement is not False:
                    raw.cursor().execute(
                        f"SELECT setval(s, (SELECT coalesce(max(id), 1) FROM {table.name}))"  # noqa: S608
                        f" FROM pg_get_serial_sequence('{table.name}', 'id') s WHERE s IS NOT NULL"
                    )
            raw.cursor().execute("SET statement_timeout = 0")  # on a busy machine it takes longer than any page may
            raw.cursor().execute("VACUUM ANALYZE")
    finally:
        raw.close()
