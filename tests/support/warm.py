"""Connections to lent PostgreSQL databases, kept open from one test to the next.

Behind each new one stands a new process of the server, which has to learn the catalogue and to plan every statement first. What a
test closed is made as new when its database is put back, and only then given out again; whatever is not idle by then is ended.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

MOST = 2  # more at once are the few tests' of two at work
AS_NEW = "RESET ALL; RESET SESSION AUTHORIZATION; DISCARD TEMP; DISCARD SEQUENCES; UNLISTEN *; SELECT pg_advisory_unlock_all()"
Connection = psycopg.Connection[Any]


class Warm:
    """What is kept of one lent database: what its borrower closed, and what the next may have."""

    known: ClassVar[dict[tuple[str, str], Warm]] = {}

    def __init__(self, sockets: str, name: str) -> None:
        self.place = sockets, name
        self.closed: list[Connection] = []
        self.ready: list[Connection] = []
        self._asked: dict[Connection, Hashable] = {}
        self.known[self.place] = self

    def give(self, asked: Hashable) -> Connection | None:
        """One that was opened with the same options."""
        found = next((one for one in self.ready if self._asked[one] == asked), None)
        if found is not None:
            self.ready.remove(found)
        return found

    def remember(self, connection: Connection, asked: Hashable) -> None:
        """Note with which options one was opened."""
        self._asked[connection] = asked

    def take(self, connection: Connection) -> bool:
        """Keep one that is closed now; False where it is to be closed indeed."""
        idle = not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE
        if idle and connection in self._asked:
            self.closed.append(connection)
        return idle and connection in self._asked

    def renew(self) -> list[int]:
        """Make those that were closed as new; answers the server's processes behind what is kept."""
        for one in self.closed:
            with suppress(psycopg.Error):  # a test may have ended it
                if len(self.ready) < MOST:
                    one.autocommit = True
                    one.execute(AS_NEW)
                    one.autocommit = False
                    self.ready.append(one)
                    continue
            self._close(one)
        self.closed.clear()
        return [one.info.backend_pid for one in self.ready]

    def end(self) -> None:
        """Close all of it and forget the database."""
        del self.known[self.place]
        for one in (*self.closed, *self.ready):
            self._close(one)

    def _close(self, connection: Connection) -> None:
        self._asked.pop(connection, None)
        connection.close()


def keep_connections() -> None:
    """From now on what SQLAlchemy closes of a lent database is kept, and given out where it would open one."""
    opened, closed = PGDialect_psycopg.connect, PGDialect_psycopg.do_close

    def connect(dialect: PGDialect_psycopg, *given: Any, **named: Any) -> Any:
        warm = Warm.known.get((str(named.get("host")), str(named.get("dbname"))))
        asked = given, tuple(sorted((name, value) for name, value in named.items() if isinstance(value, (str, int))))
        kept = warm.give(asked) if warm is not None else None
        if kept is not None:
            return kept
        connection: Any = opened(dialect, *given, **named)
        if warm is not None:
            warm.remember(connection, asked)
        return connection

    def close(dialect: PGDialect_psycopg, connection: Any) -> None:
        warm = Warm.known.get((connection.info.host, connection.info.dbname)) if not connection.closed else None
        if warm is None or not warm.take(connection):
            closed(dialect, connection)

    PGDialect_psycopg.connect = connect  # type: ignore[method-assign, assignment]
    PGDialect_psycopg.do_close = close  # type: ignore[method-assign, assignment]
    PGDialect_psycopg.do_terminate = closed  # type: ignore[method-assign]
