"""PostgreSQL databases that tests borrow one after another: what a test changed is put back, at a tenth of a clone's cost.

A clone copies 600 files, and the first connection to it reads the whole catalogue anew. So a database is cloned once, a test
writes what it likes, and afterwards every table that no longer holds what it held is filled again, every sequence set back and
every connection ended. A database whose tables, columns or grants are no longer the same is dropped instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.support.postgres import OWNER, Server

WORN_OUT = 100  # deleted rows stay in the files: nothing cleans up here
SHAPE = """
SELECT (SELECT count(*) || ':' || coalesce(sum(hashtext(relname || ':' || coalesce(relacl::text, ''))::bigint), 0)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    || '/' || (SELECT count(*) || ':' || coalesce(sum(hashtext(attname || atttypid || coalesce(attacl::text, ''))::bigint), 0)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace)
    || '/' || (SELECT count(*) FROM pg_namespace)
"""
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
SEQUENCES = (
    "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences WHERE schemaname = 'public'"
)


class Borrowed:
    """One such database, and what it held at first."""

    def __init__(self, server: Server, source: str) -> None:
        self.server, self.name = server, server.create(source)
        self.lent = 0
        self._keeper = psycopg.connect(host=str(server.sockets), user=OWNER, dbname=self.name, autocommit=True)
        self._keeper.execute(
            "SET session_replication_role = replica"
        )  # rows go back in any order, past the trail's own guards too
        self._shape = self._one(SHAPE)
        self._tables = [str(row[0]) for row in self._keeper.execute(TABLES)]
        self._sums = self._sums_now()
        self._rows = {table: self._copy_out(table) for table in self._tables}
        calls = [f"setval('\"{name}\"', {value}, {called})" for name, value, called in self._keeper.execute(SEQUENCES)]
        self._reset = "SELECT " + ", ".join(calls)

    def restore(self) -> bool:
        """Put back what was changed; False where the database no longer has the shape it had, so that it is of no more use."""
        self._keeper.execute(OTHERS)
        if self._one(SHAPE) != self._shape:
            return False
        changed = [table for table, now, first in zip(self._tables, self._sums_now(), self._sums, strict=True) if now != first]
        with self._keeper.transaction():
            for table in changed:
                self._keeper.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table in changed:
                self._copy_in(table)
            self._keeper.execute(self._reset.encode())
        return True

    def drop(self) -> None:
        """End the keeper's connection and the database."""
        self._keeper.close()
        self.server.drop(self.name)

    def _one(self, asked: str) -> object:
        row = self._keeper.execute(asked.encode()).fetchone()
        assert row is not None
        return row[0]

    def _sums_now(self) -> Sequence[object]:
        """What each table holds, as a sum over its rows."""
        one = sql.SQL("(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t)")
        sums = [one.format(sql.Identifier(table)) for table in self._tables]
        row = self._keeper.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(sums)), prepare=True).fetchone()
        assert row is not None
        return row

    def _copy_out(self, table: str) -> bytes:
        with self._keeper.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))) as rows:
            return b"".join(bytes(part) for part in rows)

    def _copy_in(self, table: str) -> None:
        with self._keeper.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))) as rows:
            rows.write(self._rows[table])


class Lender:
    """Lends databases that are as `source` is; keeps one of each at hand."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._kept: dict[str, Borrowed] = {}

    @contextmanager
    def lend(self, source: str) -> Iterator[str]:
        """The name of a database like `source` until the block ends."""
        borrowed = self._kept.pop(source, None) or Borrowed(self.server, source)
        borrowed.lent += 1
        yield borrowed.name
        if source not in self._kept and borrowed.lent < WORN_OUT and borrowed.restore():
            self._kept[source] = borrowed
        else:
            borrowed.drop()

    def close(self) -> None:
        """Drop what is kept."""
        while self._kept:
            self._kept.popitem()[1].drop()
