"""How connections to the database behave: one way to begin, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, Select, event
from sqlalchemy.exc import IntegrityError

from opinion_app.records.said_errors import say_less

# GET requests and reports only read: on SQLite they need no write lock and must not wait for one.
_reading: ContextVar[bool] = ContextVar("reading", default=False)

BUSY_MILLISECONDS = 15_000
BRIEF_MILLISECONDS = 250
_DUPLICATE = "23505"  # SQLSTATE unique_violation


@contextmanager
def reading_only() -> Iterator[None]:
    """Within this block new transactions take no write lock on SQLite."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def begin_reading() -> None:
    """From here on, in this context, transactions only read (used by the request hook)."""
    _reading.set(True)


def begin_writing() -> None:
    """From here on, in this context, transactions may write."""
    _reading.set(False)


def is_reading() -> bool:
    """Whether transactions of this context only read."""
    return _reading.get()


def engine_options(url: str) -> dict[str, Any]:
    """Pool and driver options for `url`; the time limits are those of hardening R5.

    What a statement carried is in no error of either engine: hidden here, and taken out of the driver's words by
    `said_errors`."""
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_timeout": 8,
        "connect_args": {
            "connect_timeout": 3,
            "keepalives": 1,
            "keepalives_idle": 15,
            "options": "-c statement_timeout=60000 -c lock_timeout=15000 -c timezone=UTC",
        },
    }


def is_duplicate(error: IntegrityError) -> bool:
    """Whether a row was refused because another of the same unique key is there: two people did the same at once."""
    state = getattr(error.orig, "sqlstate", None)
    return state == _DUPLICATE or getattr(error.orig, "sqlite_errorname", "") in _SQLITE_DUPLICATES


_SQLITE_DUPLICATES = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


@contextmanager
def writing_briefly(engine: Engine) -> Iterator[Connection]:
    """A small transaction that gives up at once when others hold the lock; for notes that are no act of anybody.

    Raises OperationalError when it had to give up."""
    begin_writing()
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        lite = engine.dialect.name == "sqlite"
        if lite:
            driver.execute(f"PRAGMA busy_timeout={BRIEF_MILLISECONDS}")
        try:
            with connection.begin():
                if not lite:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout={BRIEF_MILLISECONDS}")
                yield connection
        finally:
            if lite:
                driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def prepare(engine: Engine) -> None:
    """Attach the house's connection rules to `engine`; BEGIN IMMEDIATE is what keeps SQLite from losing writes."""
    event.listen(engine, "handle_error", say_less)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _on_begin_asking)
        event.listen(engine, "before_cursor_execute", _on_statement)
        event.listen(engine, "rollback", _on_end)
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


# psycopg forgets every prepared statement of a connection with each ROLLBACK, and a page that only reads ends in one: each of
# its questions would be read and planned anew, on every page, which costs more than answering most of them. So a transaction
# that was to read and sent nothing but queries is ended by COMMIT: there is nothing in it that either could undo or keep.
_ONLY_ASKED = "opinion_only_asked"


def _on_begin_asking(connection: Connection) -> None:
    connection.info[_ONLY_ASKED] = True


def _on_statement(connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: object) -> None:
    query = getattr(context.compiled, "statement", None) if context is not None else None
    if not (statement.startswith("SELECT") or (isinstance(query, Select) and statement.startswith("WITH"))):
        connection.info[_ONLY_ASKED] = False


def _on_end(connection: Connection) -> None:
    """Called before a ROLLBACK is sent; after the COMMIT there is nothing left for it to end."""
    if connection.closed or connection.invalidated or not (_reading.get() and connection.info.get(_ONLY_ASKED)):
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INTRANS":  # neither failed nor lost
        with suppress(connection.dialect.loaded_dbapi.Error):  # lost just now: the ROLLBACK that follows meets and tells it
            driver.commit()


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "trusted_schema=off",
        "secure_delete=on",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
