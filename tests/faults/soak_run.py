"""A simulated month of reminders under every fault at once: `python -m tests.faults.soak_run [CASES] [DAYS] [KILLS] [ENGINE]`.

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
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.timetable import timetable
from opinion_app.rules.words import NoticeChannel, NoticeState
from tests.faults import soak_office
from tests.faults.soak_clock import JOBS
from tests.support import postgres
from tests.support.databases import make_settings, migrate, release
from tests.support.mail_server import MailServer, mail_server
from tests.support.tree import ROOT

PATIENCE = 90.0  # seconds for one look of the clock, on a busy machine
DRAIN = 14  # looks after the month, with a mail server in health
REMINDERS = ("digest", "rung")


@dataclass
class Count:
    """What a soak run found; `missing`, `extra`, `unsent`, `stuck`, `unexplained` and `doubles_unrecorded` must be 0."""

    cases: int = 0
    days: int = 0
    told: int = 0
    mails: int = 0
    accepted: int = 0
    kills: int = 0
    lost_after_data: int = 0
    refused_for_now: int = 0
    dropped_before: int = 0
    restarts: int = 0
    missing: int = 0
    extra: int = 0
    unsent: int = 0
    stuck: int = 0
    doubles: int = 0
    doubles_unrecorded: int = 0
    unexplained: int = 0
    cancelled: int = 0
    failed_runs: int = 0
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        broken = self.missing or self.extra or self.unsent or self.stuck or self.doubles_unrecorded or self.unexplained
        return not broken and self.doubles <= self.kills + self.lost_after_data


@dataclass
class Weather:
    """How the mail server behaves: a third of the letters meets a fault while it is bad."""

    chance: random.Random
    bad: bool = True
    counted: Counter[str] = field(default_factory=Counter)

    def __call__(self) -> str:
        if not self.bad or self.chance.random() > 1 / 3:
            return ""
        mode = self.chance.choice(("temporary", "temporary", "before", "after"))
        self.counted[mode] += 1
        return mode


class Clocks:
    """Two clock processes, killed and started again."""

    def __init__(self, settings: Settings, smtp_url: str, timefile: Path, end: datetime) -> None:
        self._environ = os.environ | {
            "OPINION_SECRET_KEY": settings.secret_key,
            "OPINION_DATA_DIR": str(settings.data_dir),
            "OPINION_DATABASE_URL": settings.database_url,
            "OPINION_SMTP_URL": smtp_url,
            "OPINION_MAIL_FROM": "opinion@office.test",
        }
        self._command = [sys.executable, "-m", "tests.faults.soak_clock", str(timefile), end.isoformat()]
        self._children = [self._start() for _ in range(2)]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, env=self._environ, stderr=subprocess.DEVNULL)

    def kill(self, which: int) -> str:
        """Kill one, and start another in its place; answers the name of the killed."""
        killed = self._children[which]
        killed.send_signal(signal.SIGKILL)
        killed.wait(timeout=20)
        self._children[which] = self._start()
        return f"soak:{killed.pid}"

    def end(self) -> None:
        """End both."""
        for child in self._children:
            child.kill()
            child.wait(timeout=20)


def soak(settings: Settings, count_of: Count, chance: random.Random, restart: Callable[[], None] | None = None) -> Count:
    """Run the month under faults and compare it with the month without; `settings` name a migrated, empty database."""
    begun, owed = time.monotonic(), _without_faults(count_of)
    app, timefile = create_core(settings), settings.data_dir / "time"
    with app.app_context(), transaction() as session:
        soak_office.build(session, count_of.cases)
    weather, excused = Weather(chance), Counter[str]()
    _set(timefile, soak_office.START)
    with mail_server() as server:
        server.moods = weather
        clocks = Clocks(settings, server.url, timefile, soak_office.START + timedelta(days=count_of.days))
        try:
            _month(app, count_of, clocks, timefile, chance, restart, excused)
            weather.bad = False
            _drain(app, count_of, timefile)
        finally:
            timefile.unlink()
            clocks.end()
        _judge(app, count_of, server, weather, owed, excused)
    release(app)
    count_of.seconds = time.monotonic() - begun
    return count_of


def _month(
    app: Flask,
    counted: Count,
    clocks: Clocks,
    timefile: Path,
    chance: random.Random,
    restart: Callable[[], None] | None,
    excused: Counter[str],
) -> None:
    looks = list(soak_office.moments(counted.days))
    deadly = sorted(chance.sample(range(len(looks)), min(counted.kills, len(looks))))
    counted.kills = len(deadly)
    restarts = set(chance.sample(range(len(looks)), 3)) if restart else set()
    for place, (day, now) in enumerate(looks):
        if now.hour == 11:
            _patiently(app, partial(soak_office.act, day=day, now=now))
        _set(timefile, now)
        if place in deadly:
            time.sleep(chance.uniform(0.0, 0.6))
            excused.update(_patiently(app, partial(_claimed_by, clocks.kill(chance.randrange(2)))))
        if place in restarts and restart:
            restart()
            counted.restarts += 1
        _wait(app, now)


def _claimed_by(runner: str, session: Any) -> list[str]:
    """The letters a killed clock held: each may be sent once more."""
    return list(session.scalars(select(Notice.message_id).where(Notice.claimed_by == runner)))


def _drain(app: Flask, counted: Count, timefile: Path) -> None:
    last = soak_office.START + timedelta(days=counted.days)
    for hour in range(1, DRAIN):
        now = last + timedelta(hours=24 + hour * 2)
        _set(timefile, now)
        _wait(app, now, jobs=("outbox",))


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


def _without_faults(counted: Count) -> set[str]:
    """The keys of everything that is told in the same month when nothing goes wrong."""
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
                told = set(session.scalars(select(Notice.key).where(Notice.category.in_(REMINDERS))))
        release(app)
    return told


def _judge(app: Flask, counted: Count, server: MailServer, weather: Weather, owed: set[str], excused: Counter[str]) -> None:
    with app.app_context(), transaction() as session:
        notices = session.scalars(select(Notice).where(Notice.category.in_(REMINDERS))).all()
        mails = [notice for notice in notices if notice.channel is NoticeChannel.MAIL]
        told = {notice.key for notice in notices}
        counted.told, counted.mails = len(told), len(mails)
        counted.missing, counted.extra = len(owed - told), len(told - owed)
        made = {notice.key: f"{notice.created_at} {notice.subject}" for notice in notices}
        for key in sorted(owed ^ told):
            sys.stderr.write(f"{'extra' if key in told else 'missing'} {key} {made.get(key, '')}\n")
        accepted = Counter(str(taken.message["Message-ID"]) for taken in server.taken)
        counted.accepted = sum(accepted.values())
        gone = [mail for mail in mails if mail.state is NoticeState.CANCELLED]
        counted.cancelled = len(gone)
        counted.unsent = len([mail for mail in mails if mail not in gone and not accepted[mail.message_id]])
        waiting = (NoticeState.PENDING, NoticeState.CLAIMED)
        held = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL)).all()
        counted.stuck = len([mail for mail in held if mail.state in waiting or mail.next_attempt_at is not None])
        twice = {number for number, times in accepted.items() if times > 1}
        counted.doubles = sum(accepted[number] - 1 for number in twice)
        excused.update(str(taken.message["Message-ID"]) for taken in server.taken if taken.mood == "after")
        counted.unexplained = sum(max(accepted[number] - 1 - excused[number], 0) for number in twice)
        by_id = {mail.message_id: mail for mail in held}
        counted.doubles_unrecorded = len([one for one in twice if by_id[one].attempts < 2 and not by_id[one].unknown_outcomes])
        counted.failed_runs = len(session.scalars(select(JobRun.id).where(JobRun.succeeded.is_(False))).all())
        rows = session.execute(select(Reminder.clock_id, Reminder.person_id, Reminder.rung, Reminder.deadline_version)).all()
        assert len(rows) == len(set(rows)), "the ledger holds a rung twice"
    counted.lost_after_data, counted.dropped_before = weather.counted["after"], weather.counted["before"]
    counted.refused_for_now = weather.counted["temporary"]


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
