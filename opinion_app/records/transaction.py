"""The unit of work: commit at the edge - the request, the job, the command - and nowhere else (decisions 37)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from opinion_app.records.base import db


@contextmanager
def transaction() -> Iterator[Session]:
    """Carry out the block in one transaction: commit when it ends well, roll back when it raises.

    Needs an application context, no request. The session is emptied afterwards, so that the next transaction reads afresh."""
    session: Session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()
