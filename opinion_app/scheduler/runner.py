"""One clock process at work: it looks whether a job is due, takes the slot, does the work and writes down how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from opinion_app.desks.outbox.delivery import Watch
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.settings import restored_at
from opinion_app.flow.standing_work import entries_here
from opinion_app.records.engine import reading_only
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.timetable import Entry
from opinion_app.scheduler.jobs import OPERATIONS, Work
from opinion_app.scheduler.lease import LeaseKeeper
from opinion_app.scheduler.ledger import finish, take

log = logging.getLogger(__name__)


class Application(Protocol):
    """What the clock needs of the application: a context to work in."""

    def app_context(self) -> AbstractContextManager[object]:
        """The context of the application."""


class Runner:
    """Runs what is due. `name` is unique to the process; slots and claims it leaves behind are known by it."""

    def __init__(
        self, app: Application, name: str, watch: Watch, operations: dict[str, Callable[[Work], str]] = OPERATIONS
    ) -> None:
        self.app, self.name, self.watch, self.operations = app, name, watch, operations
        self.keeper = LeaseKeeper(name)
        self.stopping = threading.Event()

    def entries(self) -> tuple[Entry, ...]:
        """The timetable of this installation."""
        with self.app.app_context():
            return entries_here()

    def beat(self) -> bool:
        """One heartbeat; answers whether this process leads."""
        with self.app.app_context(), transaction() as session:
            return self.keeper.beat(session, self.watch.now(), self.watch.ticks())

    def release(self) -> None:
        """Give the lease back."""
        with self.app.app_context(), transaction() as session:
            self.keeper.release(session)

    def tick(self, entry: Entry) -> bool:
        """Run the job if it is due and this process leads; answers whether it ran."""
        if self.stopping.is_set() or not self.keeper.leading(self.watch.ticks()):
            return False
        return self.run_due(entry, self.watch.now(), alone=True)

    def run_due(self, entry: Entry, now: datetime, *, alone: bool) -> bool:
        """Run the job's latest slot if nobody has; whatever goes wrong within is written down, never raised."""
        with self.app.app_context():
            run_id = self._take(entry, now, alone=alone)
            if run_id is None:
                return False
            report, succeeded = self._work(entry, now, run_id)
            with transaction() as session:
                finish(session, run_id, self.name, self.watch.now(), report, succeeded=succeeded)
        return True

    def _take(self, entry: Entry, now: datetime, *, alone: bool) -> int | None:
        with reading_only(), transaction() as session:
            slot = entry.schedule.latest(now, work_calendar(session))
            restored = restored_at(session)
        if slot is None or (restored is not None and slot <= restored and entry.tells):
            return None  # what fell due before a restore was told before it (R9)
        with transaction() as session:
            return take(session, entry, slot, self.name, now, alone=alone)

    def _work(self, entry: Entry, now: datetime, run_id: int) -> tuple[str, bool]:
        work = Work(now, self.watch, self.name, self.stopping.is_set, run_id)
        try:
            return self.operations[entry.name](work), True
        except Exception as error:  # one job's fault must not end the clock; it stands in the ledger for everybody to see
            log.exception("job %s failed", entry.name)
            return _why(error), False


def _why(error: Exception) -> str:
    """What went wrong, for the ledger: our own refusals in their own words, anything else with its kind."""
    return error.message if isinstance(error, OfficeError) else f"{type(error).__name__}: {error}"
