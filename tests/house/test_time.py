"""One reader of the wall clock, and no moment without its zone."""

from __future__ import annotations

import ast
import re

from sqlalchemy import DateTime

import opinion_app.records  # noqa: F401 - fills the metadata
from opinion_app.records.base import Base
from tests.support import tree

CLOCK_READERS = {
    "datetime.now", "datetime.today", "datetime.utcnow", "datetime.datetime.now", "datetime.datetime.today",
    "datetime.datetime.utcnow", "date.today", "datetime.date.today", "time.time", "time.time_ns", "time.gmtime",
    "time.localtime", "time.ctime", "func.now", "func.current_timestamp", "func.current_date", "func.localtimestamp",
}  # fmt: skip
ZONE_LOSERS = {"datetime.utcfromtimestamp", "datetime.datetime.utcfromtimestamp", "datetime.utcnow"}
SQL_CLOCK = re.compile(r"\bcurrent_(timestamp|date|time)\b|\bnow\(\)|datetime\('now'|strftime\([^)]*'now'", re.IGNORECASE)


def test_only_the_clock_reads_the_time() -> None:
    found = [
        f"{tree.named(path)}:{node.lineno} {tree.dotted(node.func)}"
        for path in tree.modules("opinion_app", "migrations", "config.py")
        if tree.named(path) != "opinion_app/clock.py"
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and tree.dotted(node.func) in CLOCK_READERS | ZONE_LOSERS
    ]

    assert not found


def test_no_statement_asks_the_database_for_the_time() -> None:
    found = [
        f"{tree.named(path)}:{node.lineno}"
        for path in tree.modules("opinion_app", "migrations")
        for node in _strings(tree.parsed(path))
        if SQL_CLOCK.search(str(node.value))
    ]

    assert not found


def test_every_stored_moment_has_its_zone() -> None:
    naive = [
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, DateTime) and not column.type.timezone
    ]

    assert Base.metadata.tables
    assert not naive


def _strings(module: ast.Module) -> list[ast.Constant]:
    """The string constants of a module but for its docstrings, which may speak of what the code must not do."""
    said = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(module) if isinstance(node, ast.Constant)]
    return [node for node in constants if isinstance(node.value, str) and id(node) not in said]


SPEAKERS = {"moment_words", "day_words", "short_day_words", "due_day_words", "due_moment_words"}
SAY_IT_THEMSELVES = ("spoken.py", "due_date.py", "explain.py")  # the words, what carries the mark, steps that know their own


def test_a_due_date_is_said_by_what_carries_its_mark() -> None:
    spoken = [
        f"{tree.named(path)}:{node.lineno}"
        for path in tree.modules("opinion_app")
        if path.name not in SAY_IT_THEMSELVES
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and tree.dotted(node.func) in SPEAKERS
        if any("due" in ast.unparse(given) for given in node.args)
    ]
    pages = tree.ROOT.glob("templates/**/*.html")
    shown = [tree.named(path) for path in pages if re.search(r"due_at\s*\|", path.read_text("utf-8"))]

    assert (spoken, shown) == ([], [])
