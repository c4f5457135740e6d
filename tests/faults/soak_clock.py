"""A clock process whose time a soak run sets (`python -m tests.faults.soak_clock TIMEFILE END`; the rest is in the environment).

It beats, looks at every job and works exactly as `opinion clock` does; only the two readings of time are not the machine's. What
is told is told at the moment a round began with, and from END on only what is queued is sent: what the month owes is told at a
moment of the month or not at all, however long a round takes. Letters are claimed and confirmed by the moment of their own.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from opinion_app.core import create_core
from opinion_app.desks.outbox.delivery import Watch
from opinion_app.scheduler.process import BEAT_SECONDS
from opinion_app.scheduler.runner import Runner

JOBS = ("digest", "rungs", "outbox")
FASTER = 20.0  # a lease stands still for 30 seconds of this clock


def ticks() -> float:
    """Seconds of a monotonic clock that runs faster than the machine's."""
    return time.monotonic() * FASTER


class Moment:
    """The wall clock of the month: read from the file, or held still while something is told."""

    def __init__(self, path: Path) -> None:
        self._path, self.held = path, datetime.fromisoformat(path.read_text("ascii"))
        self.still = False

    def read(self) -> datetime:
        """The moment a round begins with; raises OSError when the month has come to an end."""
        self.held = datetime.fromisoformat(self._path.read_text("ascii"))
        return self.held

    def __call__(self) -> datetime:
        try:
            return self.held if self.still else datetime.fromisoformat(self._path.read_text("ascii"))
        except OSError:
            return self.held


def beat(runner: Runner, path: Path) -> None:
    """Beat beside the work, as the heart of a clock process does."""
    while path.exists():
        with suppress(SQLAlchemyError, OSError):  # while the database restarts; the next beat tells
            runner.beat()
        time.sleep(BEAT_SECONDS / FASTER)


def main(path: Path, end: datetime) -> None:
    """Work until the time file is gone; from `end` on nothing new is told."""
    app, moment = create_core(), Moment(path)
    runner = Runner(app, f"soak:{os.getpid()}", Watch(moment, ticks))
    entries = [entry for entry in runner.entries() if entry.name in JOBS]
    threading.Thread(target=beat, args=(runner, path), daemon=True).start()
    while path.exists():
        try:
            moment.still = False
            for entry in entries if moment.read() < end else entries[-1:]:
                moment.still = entry is not entries[-1]
                runner.tick(entry)
        except (SQLAlchemyError, OSError):
            time.sleep(0.1)  # the database restarts, or the time has come to an end
        time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
