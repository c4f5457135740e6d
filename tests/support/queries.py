"""Counts what a piece of code asks of the database, so that no page grows with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from opinion_app.desks.worklist import kept_counts
from opinion_app.records.base import db

MOST_QUERIES = 12  # of one page, whatever it shows


@contextmanager
def counting(app: Flask, *, kept: bool = False) -> Iterator[list[str]]:
    """The statements sent within the block, in order, without those that only open or close a transaction.

    The figures of the worklists are asked for anew unless `kept`: whether the last ones still hold depends on the minute.

    with counting(app) as asked:
        client.get("/office/")
    assert len(asked) <= MOST_QUERIES, "\\n".join(asked)
    """
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    if not kept:
        kept_counts._kept.clear()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
