"""A simulated month of reminders under every fault at once: `python -m tests.faults.soak_run [CASES] [DAYS] [MOMENTS] [ENGINE]`.

Two clock processes run at once and are killed with SIGKILL at random moments, the mail server fails a third of the time (refuses
for now, hangs up before and after the final dot), the database is restarted. The same month without a fault says what was owed.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from opinion_app.core import create_core
from opinion_app.desks.outbox.delivery import ByFile, Watch, deliver
from opinion_app.desks.outbox.operations import Sender
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow.calendar import work_calendar
from opinion_app.notify.folder import FolderPost
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.timetable import timetable
from tests.faults import soak_office
from tests.faults.soak_clock import JOBS
from tests.faults.soak_judge import Count, Excuses, Told, judge, told
from tests.support import postgres
from tests.support.databases import make_settings, migrate, release
from tests.support.mail_server import MailServer, mail_server
from tests.support.tree import ROOT

PATIENCE = 90.0  # seconds for one look of the clock, on a busy machine
DRAIN = 14  # looks after the month, with a mail server in health
KILL_WITHIN = 1.5  # seconds to wait for a letter under way


@dataclass
class Weather:
    """How the mail server behaves: the first letters meet each fault once, then a third of them meets one while it is bad."""

    chance: random.Random
    bad: bool = True
    counted: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=lambda: ["after", "temporary", "before"])

    def __call__(self) -> str:
        if not self.bad or (not self.first and self.chance.random() > 1 / 3):
            return ""
        mode = self.first.pop() if self.first else self.chance.choice(("temporary", "temporary", "before", "after"))
        self.counted[mode] += 1
        return mode


class Clocks:
    """Two clock processes, killed and started again; what they complain of lies in files beside the database."""

    def __init__(self, settings: Settings, smtp_url: str, timefile: Path, end: datetime) -> None:
        self._environ = os.environ | {
            "OPINION_SECRET_KEY": settings.secret_key,
            "OPINION_DATA_DIR": str(settings.data_dir),
            "OPINION_DATABASE_URL": settings.database_url,
            "OPINION_SMTP_URL": smtp_url,
            "OPINION_MAIL_FROM": "opinion@office.test",
        }
        self._command = [sys.executable, "-m", "tests.faults.soak_clock", str(timefile), end.isoformat()]
        self._home, self._begun = settings.data_dir, 0
        self._children = [self._start() for _ in range(2)]
        self.died = 0

    def _start(self) -> subprocess.Popen[bytes]:
        self._begun += 1
        with (self._home / f"clock-{self._begun}.log").open("wb") as log:
            return subprocess.Popen(self._command, cwd=ROOT, env=self._environ, stderr=log)

    def kill(self, which: int) -> str:
        """Kill one, and start another in its place; answers the name of the killed."""
        killed = self._children[which]
        killed.send_signal(signal.SIGKILL)
        killed.wait(timeout=20)
        self._children[which] = self._start()
        return f"soak:{killed.pid}"

    def look(self) -> None:
        """Count a clock that ended by itself, say what it complained of, and start another in its place."""
        for which, child in enumerate(self._children):
            if child.poll() is not None:
                self.died += 1
                for log in sorted(self._home.glob("clock-*.log")):
                    sys.stderr.write(log.read_text("utf-8", "replace")[-2000:])
                self._children[which] = self._start()

    def end(self) -> None:
        """End both."""
        for child in self._children:
            child.kill()
            child.wait(timeout=20)


@dataclass
class Month:
    """A month under way: the office, what is done to its clocks, and what is written down of it."""

    app: Flask
    counted: Count
    clocks: Clocks
    timefile: Path
    chance: random.Random
    server: MailServer
    restart: Callable[[], None] | None
    excuses: Excuses = field(default_factory=Excuses)

    def run(self) -> None:
        """Every moment of the month under every fault; at `counted.kills` of them one clock or both are killed."""
        looks = list(soak_office.moments(self.counted.days))
        deadly = set(self.chance.sample(range(len(looks)), min(self.counted.kills, len(looks))))
        restarts = set(self.chance.sample(range(len(looks)), 3)) if self.restart else set()
        self.counted.kills = 0
        for place, (day, now) in enumerate(looks):
            if now.hour == 11:
                _patiently(self.app, partial(soak_office.act, day=day, now=now))
            if place in deadly:
                self._kill(now)
            _set(self.timefile, now)
            if place in restarts and self.restart:
                self.restart()
                self.counted.restarts += 1
            self.clocks.look()
            _wait(self.app, now)

    def drain(self) -> None:
        """The days after, with a mail server in health: nothing new is told, what is queued leaves."""
        last = soak_office.START + timedelta(days=self.counted.days)
        for hour in range(1, DRAIN):
            now = last + timedelta(hours=24 + hour * 2)
            _set(self.timefile, now)
            _wait(self.app, now, jobs=("outbox",))
        self.clocks.look()

    def _kill(self, now: datetime) -> None:
        """Kill a clock at any moment, every other time in the second in which the server has taken a letter and not said so."""
        before, in_mid_letter = len(self.server.taken), self.chance.random() < 0.5
        self.server.silence = 0.3 if in_mid_letter else 0.0
        _set(self.timefile, now)
        if in_mid_letter:
            _until(lambda: len(self.server.taken) > before, KILL_WITHIN)
        else:
            time.sleep(self.chance.uniform(0.0, 0.6))
        for which in self.chance.choice(((0,), (1,), (0, 1))):
            held = _patiently(self.app, partial(_claimed_by, self.clocks.kill(which)))
            self.excuses.killed.update(held)
            self.counted.kills += 1
            self.counted.kills_in_mid_letter += len(held)
        self.server.silence = 0.0


def soak(settings: Settings, count_of: Count, chance: random.Random, restart: Callable[[], None] | None = None) -> Count:
    """Run the month under faults and compare it with the month without; `settings` name a migrated, empty database."""
    begun, owed = time.monotonic(), _without_faults(count_of)
    app, timefile = create_core(settings), settings.data_dir / "time"
    with app.app_context(), transaction() as session:
        soak_office.build(session, count_of.cases)
    weather = Weather(chance)
    _set(timefile, soak_office.START)
    with mail_server() as server:
        server.moods = weather
        clocks = Clocks(settings, server.url, timefile, soak_office.START + timedelta(days=count_of.days))
        month = Month(app, count_of, clocks, timefile, chance, server, restart)
        try:
            month.run()
            weather.bad = False
            month.drain()
        finally:
            timefile.unlink()
            clocks.end()
    count_of.lost_after_data, count_of.dropped_before = weather.counted["after"], weather.counted["before"]
    count_of.refused_for_now, count_of.died = weather.counted["temporary"], clocks.died
    with app.app_context(), transaction() as session:
        judge(session, count_of, server.taken, owed, month.excuses)
    release(app)
    count_of.seconds = time.monotonic() - begun
    return count_of


def _claimed_by(runner: str, session: Any) -> list[str]:
    """The letters a killed clock held: each may be sent once more."""
    return list(session.scalars(select(Notice.message_id).where(Notice.claimed_by == runner)))


def _until(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.001)


def _set(timefile: Path, now: datetime) -> None:
    part = timefile.with_suffix(".part")
    part.write_text(now.isoformat(), "ascii")
    part.replace(timefile)


def _patiently(app: Flask, work: Callable[[Any], Any]) -> Any:
    """Do something with the database, which may be restarting."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with app.app_context(), transaction() as session:
                return work(session)
        except SQLAlchemyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _wait(app: Flask, now: datetime, jobs: tuple[str, ...] = JOBS) -> None:
    """Wait until whichever clock leads has looked at every job at this moment."""
    entries = [entry for entry in timetable() if entry.name in jobs]

    def done(session: Any) -> bool:
        calendar = work_calendar(session)
        slots = {entry.name: entry.schedule.latest(now, calendar) for entry in entries}
        query = select(JobRun.job, JobRun.slot).where(JobRun.finished_at.is_not(None), JobRun.slot.in_(list(slots.values())))
        finished = {(job, slot) for job, slot in session.execute(query)}
        return all(slot is None or (name, slot) in finished for name, slot in slots.items())

    end = time.monotonic() + PATIENCE
    while not _patiently(app, done):
        if time.monotonic() > end:
            raise AssertionError(f"no clock looked at {now.isoformat()}")
        time.sleep(0.03)


def _same(now: datetime) -> datetime:
    return now


def _without_faults(counted: Count) -> Told:
    """Everything that is told in the same month when nothing goes wrong."""
    with tempfile.TemporaryDirectory(prefix="opinion-soak-") as folder:
        data = Path(folder)
        settings = make_settings(data, f"sqlite:///{data / 'opinion.db'}")
        migrate(data, settings.database_url)
        app = create_core(settings)
        with app.app_context():
            with transaction() as session:
                soak_office.build(session, counted.cases)
            for day, now in soak_office.moments(counted.days):
                with transaction() as session:
                    if now.hour == 11:
                        soak_office.act(session, day, now)
                    if now.hour >= 8 and now.hour < 18:
                        queue_digests(session, now)
                    queue_rungs(session, now)
                deliver(
                    ByFile(FolderPost(data / "mail")),
                    "one",
                    Sender("o@o.test", "http://o"),
                    Watch(partial(_same, now), count().__next__),
                )
            with transaction() as session:
                owed = told(session)
        release(app)
    return owed


@contextmanager
def cluster(home: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL of its own that can be restarted: its address, and how to restart it."""
    programs, user, data = postgres.binaries(), postgres.unprivileged(), home / "data"
    if user is not None:
        shutil.chown(home, user)
    locale: list[str | Path] = ["-E", "UTF8", "--locale=C.UTF-8"]
    postgres.call([programs / "initdb", "-D", data, "-U", postgres.OWNER, "-A", "trust", "--no-sync", *locale], home, user)
    safe = {"listen_addresses": "", "max_connections": "60", "timezone": "UTC", "fsync": "on", "synchronous_commit": "on"}
    running = [postgres.start(programs / "postgres", data, home, user, safe)]
    postgres.wait(running[0], home)

    def restart() -> None:
        running[0].send_signal(signal.SIGINT)
        running[0].wait(timeout=60)
        running[0] = postgres.start(programs / "postgres", data, home, user, safe)
        postgres.wait(running[0], home)

    try:
        yield postgres.Server(home).url(postgres.Server(home).create()), restart
    finally:
        running[0].send_signal(signal.SIGQUIT)
        running[0].wait(timeout=60)


def main(cases: int, days: int, kills: int, engine: str) -> int:
    """Run on a fresh database, print what was counted; 0 when every promise was kept."""
    counted, chance = Count(cases=cases, days=days, kills=kills), random.Random()
    with tempfile.TemporaryDirectory(prefix="opinion-soak-") as folder:
        data = Path(folder) / "office"
        data.mkdir()
        if engine == "postgresql":
            with tempfile.TemporaryDirectory(prefix="opinion-pg-") as home, cluster(Path(home)) as (url, restart):
                settings = make_settings(data, url)
                migrate(data, settings.database_url)
                soak(settings, counted, chance, restart)
        else:
            settings = make_settings(data, f"sqlite:///{data / 'opinion.db'}")
            migrate(data, settings.database_url)
            soak(settings, counted, chance)
    sys.stdout.write(f"{'engine':20} {engine}\n")
    for name, value in vars(counted).items():
        sys.stdout.write(f"{name:20} {value if not isinstance(value, float) else round(value, 1)}\n")
    return int(not counted.kept)


if __name__ == "__main__":
    typed = [*sys.argv[1:], *("300", "30", "25", "sqlite")[len(sys.argv) - 1 :]]
    sys.exit(main(int(typed[0]), int(typed[1]), int(typed[2]), typed[3]))
