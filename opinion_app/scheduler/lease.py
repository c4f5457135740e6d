"""The lease: any number of clocks may run, one acts. A beat counter and each clock's own monotonic time decide (decisions 26).

Wall clocks play no part: whoever sees the counter stand still for 30 of its own seconds takes over; a leader that could not
beat for 20 of its own seconds no longer acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from opinion_app.records.job import Lease
from opinion_app.records.once import insert_once

NAME = "clock"
NOBODY = ""
STANDSTILL = 30.0
HOLDS_FOR = 20.0


@dataclass
class LeaseKeeper:
    """One process's view of the lease; `ticks` below are seconds of its own monotonic clock."""

    me: str
    _seen: tuple[str, int] | None = None
    _seen_at: float = 0.0
    _held_until: float = float("-inf")
    changes_seen: int = 0

    def leading(self, ticks: float) -> bool:
        """Whether this process may act now."""
        return ticks < self._held_until

    def beat(self, session: Session, now: datetime, ticks: float) -> bool:
        """Beat as the leader, or look whether the leader has stopped and take over; answers whether this process leads.

        The caller commits. `now` is only noted for people to read."""
        row = session.get(Lease, NAME, populate_existing=True)
        if row is None:
            won = self._first(session, now)
        elif row.holder == self.me:
            won = self._write(session, row, now, taken=False)
        elif row.holder == NOBODY or self._stands_still(row, ticks):
            won = self._write(session, row, now, taken=True)
        else:
            won = False
        self._held_until = ticks + HOLDS_FOR if won else float("-inf")
        return won

    def _stands_still(self, row: Lease, ticks: float) -> bool:
        seen = (row.holder, row.beat)
        if seen != self._seen:
            self._seen, self._seen_at = seen, ticks
            self.changes_seen += 1
        return ticks - self._seen_at >= STANDSTILL

    def _first(self, session: Session, now: datetime) -> bool:
        values = {"name": NAME, "holder": self.me, "beat": 1, "taken_at": now, "beaten_at": now}
        return session.scalar(insert_once(session, Lease).values(**values).returning(Lease.name)) is not None

    def _write(self, session: Session, row: Lease, now: datetime, *, taken: bool) -> bool:
        """Move the counter on, if nobody else did meanwhile."""
        values: dict[str, Any] = {"holder": self.me, "beat": row.beat + 1, "beaten_at": now}
        statement = update(Lease).where(Lease.name == NAME, Lease.holder == row.holder, Lease.beat == row.beat)
        if taken:
            values["taken_at"] = now
        return _rows(session.execute(statement.values(**values).execution_options(synchronize_session=False))) == 1

    def release(self, session: Session) -> None:
        """Give the lease back, so that another clock need not wait; the caller commits."""
        self._held_until = float("-inf")
        session.execute(
            update(Lease)
            .where(Lease.name == NAME, Lease.holder == self.me)
            .values(holder=NOBODY)
            .execution_options(synchronize_session=False)
        )


def _rows(result: Any) -> int:
    return int(result.rowcount) if isinstance(result, CursorResult) else 0
