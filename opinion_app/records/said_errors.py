"""What an error of the database may say: what was refused and by which rule, never a value; errors reach logs and job reports."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sqlalchemy import ExceptionContext

# Classes of SQLSTATE whose messages speak of the server, the connection and locks (PostgreSQL, appendix A); those of data,
# constraints, syntax and casts quote what they could not read: a letter, a telephone number, words somebody searched for.
_OF_THE_SERVER = ("08", "25", "28", "3D", "40", "53", "55", "57", "58")
_NOT_ALLOWED = "42501"  # insufficient_privilege: permission denied for table …
_PLACES = ("schema_name", "table_name", "column_name", "datatype_name", "constraint_name")
# SQLite quotes what it could not read after a quotation mark or a colon, but names tables and columns after a colon, too.
_QUOTED = re.compile(r"[\"'“:]")
_NO_SUCH_TABLE = re.compile(r"no such table: [\w.]+")


def say_less(context: ExceptionContext) -> None:
    """Leave in an error, and in the driver's own below it, what `told` answers; called by the engine for each (handle_error)."""
    wrapped = context.sqlalchemy_exception
    if wrapped is None:
        return
    said = told(context.original_exception)
    context.original_exception.args = (said,)
    wrapped.args = (f"({type(context.original_exception).__name__}) {said}",)


def told(error: BaseException) -> str:
    """The words of a driver's error without any value: SQLSTATE and names on PostgreSQL, the message's first part on SQLite.

    Of an error that is no driver's (a value no column can hold) nothing is left but its class."""
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None:
        said = _told_by_postgresql(error, diagnosis)
    else:
        said = _told_by_sqlite(error) if isinstance(error, sqlite3.Error) else ""
    return said or type(error).__name__


def _told_by_postgresql(error: BaseException, diagnosis: Any) -> str:
    state = str(getattr(error, "sqlstate", None) or "")
    if not state:  # the driver's own: no server was reached, or a value was one it cannot send
        return str(error) if type(error).__name__ in ("OperationalError", "InterfaceError") else ""
    named = [f"{place.removesuffix('_name')} {name}" for place in _PLACES if (name := getattr(diagnosis, place))]
    words = [f"SQLSTATE {state}", *named]
    if state[:2] in _OF_THE_SERVER or state == _NOT_ALLOWED:
        words.append(str(diagnosis.message_primary))
    return ", ".join(words)


def _told_by_sqlite(error: BaseException) -> str:
    message = str(error)
    if str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_CONSTRAINT") or _NO_SUCH_TABLE.fullmatch(message):
        return message
    return _QUOTED.split(message)[0].strip()
