"""A clock process whose time a soak run sets (`python -m tests.faults.soak_clock TIMEFILE END`; the rest is in the environment).

It beats, looks at every job and works exactly as `opinion clock` does; only the two readings of time are not the machine's. It
reads the moment once a round, and from END on only sends what is queued: what the month owes is told at a moment of the month or
not at all, however long a round takes.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from opinion_app.core import create_core
from opinion_app.desks.outbox.delivery import Watch
from opinion_app.scheduler.runner import Runner

JOBS = ("digest", "rungs", "outbox")
FASTER = 20.0  # a lease stands still for 30 seconds of this clock


def ticks() -> float:
    """Seconds of a monotonic clock that runs faster than the machine's."""
    return time.monotonic() * FASTER


def main(path: Path, end: datetime) -> None:
    """Work until the time file is gone; from `end` on nothing new is told."""
    app, moment = create_core(), end

    def now() -> datetime:
        return moment

    runner = Runner(app, f"soak:{os.getpid()}", Watch(now, ticks))
    entries = [entry for entry in runner.entries() if entry.name in JOBS]
    while path.exists():
        try:
            moment = datetime.fromisoformat(path.read_text("ascii"))
            for entry in entries if moment < end else entries[-1:]:
                runner.beat()
                runner.tick(entry)
        except (SQLAlchemyError, OSError):
            time.sleep(0.1)  # the database restarts, or the time has come to an end
        time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
