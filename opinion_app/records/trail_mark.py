"""The mark of the trail: which acts a transaction has seen, brought along by a query that is asked anyway.

What was worked out from the rows may be kept beside the mark it was worked out under, and is good for as long as the mark is
the same, because an act and the end of the chain it moves are committed together (`flow/trail`):

- The end of the chain is one row, locked by whoever seals until that transaction has ended. Two acts can therefore not be
  committed in another order than that of their entries; a number drawn early and committed late, as a sequence gives them,
  cannot be. Whoever reads a mark sees every act up to it.
- The mark must be read no later than the rows. On SQLite both are one snapshot. On PostgreSQL each statement of a transaction
  sees what was committed before it (READ COMMITTED): rows read after the mark may be newer than it, never older. Kept under
  that mark they are only found by somebody who read it too, before the next act was committed, and are then a moment early.
- It is the hash of the chain, not the number of the entry: a database that was restored and went another way has the number
  again, but not the hash.

A transaction that writes must neither use nor keep anything here: it sees its own rows before the chain does."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.engine import is_reading
from opinion_app.records.trail import TrailHead

MARK = select(TrailHead.chain).where(TrailHead.id == 1).scalar_subquery().label("trail_mark")
_NOTED = "opinion_trail_mark"


def note(session: Session, mark: str | None) -> None:
    """Remember for this transaction the `MARK` that one of its queries has brought along."""
    session.info[_NOTED] = (session.get_transaction(), mark)


def mark_of(session: Session) -> str | None:
    """The mark this transaction began with; None where it asked for none, may write, or there is no trail yet."""
    noted = session.info.get(_NOTED)
    if noted is None or noted[0] is not session.get_transaction() or not is_reading():
        return None
    mark: str | None = noted[1]
    return mark
