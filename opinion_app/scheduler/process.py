"""The clock process: APScheduler ticks, the lease decides who acts, and it ends cleanly when asked (decisions 26)."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
from datetime import datetime
from types import FrameType

from apscheduler.schedulers.background import BlockingScheduler
from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.exc import SQLAlchemyError

from opinion_app import clock
from opinion_app.desks.outbox.delivery import Watch
from opinion_app.rules.zone import SHANGHAI
from opinion_app.scheduler.lease import STANDSTILL
from opinion_app.scheduler.runner import Application, Runner

log = logging.getLogger(__name__)
BEAT_SECONDS = 5.0
SET_BACK_SECONDS = 5.0
DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def new_runner(app: Application, at: datetime | None = None) -> Runner:
    """A runner of this process; with `at` its wall clock stands at that moment."""
    name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    return Runner(app, name, Watch(clock.now if at is None else lambda: at, clock.ticks))


class Heart(threading.Thread):
    """Beats the lease, notices a wall clock that was set back, and ends the scheduler when the process is asked to end."""

    def __init__(self, runner: Runner, scheduler: BaseScheduler) -> None:
        super().__init__(name="heart", daemon=True)
        self._runner, self._scheduler = runner, scheduler
        self._last = (runner.watch.now(), runner.watch.ticks())

    def run(self) -> None:
        while not self._runner.stopping.wait(BEAT_SECONDS):
            self.pulse()
        self._scheduler.shutdown(wait=True)

    def pulse(self) -> None:
        """One beat; a database that is away is waited for."""
        try:
            self._runner.beat()
        except SQLAlchemyError as error:
            log.warning("no heartbeat, the database did not answer: %s", error)
        if self._was_set_back():
            log.warning("the wall clock was set back; looking at every job anew")
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=self._runner.watch.now())

    def _was_set_back(self) -> bool:
        """APScheduler waits by the wall clock; set back by an hour it would sleep that hour (R11)."""
        now, ticks = self._runner.watch.now(), self._runner.watch.ticks()
        (last_now, last_ticks), self._last = self._last, (now, ticks)
        return (now - last_now).total_seconds() < ticks - last_ticks - SET_BACK_SECONDS


def run(app: Application) -> None:
    """Run the clock until SIGTERM or Ctrl-C; call it in the main thread of a process of its own."""
    runner = new_runner(app)
    scheduler = BlockingScheduler(timezone=SHANGHAI, job_defaults=DEFAULTS)
    for entry in runner.entries():
        scheduler.add_job(
            runner.tick, "interval", seconds=entry.tick, args=[entry], id=entry.name, next_run_time=runner.watch.now()
        )
    heart = Heart(runner, scheduler)
    _end_on_signal(runner)
    heart.pulse()
    heart.start()
    scheduler.start()
    heart.join()
    try:
        runner.release()
    except SQLAlchemyError as error:
        log.warning("the lease was not given back: %s", error)


def _end_on_signal(runner: Runner) -> None:
    def asked(_number: int, _frame: FrameType | None) -> None:
        runner.stopping.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)


def run_once(app: Application, at: datetime | None = None) -> list[str]:
    """Run everything that is due at `at` (None: now) once and answer the names of the jobs that ran.

    Waits up to half a minute to see whether another clock is alive; if one is, only untouched slots are taken."""
    runner = new_runner(app, at)
    waiting = threading.Event()
    begun = clock.ticks()
    alone = runner.beat()
    while not alone and clock.ticks() - begun <= STANDSTILL + 1:
        if _somebody_beats(runner):
            break
        waiting.wait(1)
        alone = runner.beat()
    now = runner.watch.now()
    ran = [entry.name for entry in runner.entries() if runner.run_due(entry, now, alone=alone)]
    if alone:
        runner.release()
    return ran


def _somebody_beats(runner: Runner) -> bool:
    return runner.keeper.changes_seen > 1
