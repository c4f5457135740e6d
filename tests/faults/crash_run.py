"""Kills a busy server again and again and counts what that cost: `python -m tests.faults.crash_run [KILLS] [CLIENTS]`.

Clients register messages with a scan through the office's page; at a random moment the server is killed with SIGKILL and
started anew over what lies on the disk. An answer 303 is an acknowledgement: what it promised must be there (hardening R1).
"""

from __future__ import annotations

import http.client
import random
import sqlite3
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from opinion_app.app import create_app
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.sweep import KEPT_FOR, named_files, sweep
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from tests.builders.office import make_person
from tests.faults.caller import Caller
from tests.faults.real_server import Running
from tests.support.databases import make_settings, migrate, release

PAGE = "/office/register/message"
SCAN = b"%PDF-1.4\n" + b"% the scan of a letter\n" * 4000 + b"%%EOF\n"
SHORTEST, LONGEST = 0.5, 2.5  # seconds of work before a kill


@dataclass
class Count:
    """What a run found; all but `acknowledged`, `kills` and `slowest_start` must be 0."""

    kills: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    without_file: int = 0
    odd_answers: list[str] = field(default_factory=list)
    strays_left: int = 0
    strays_swept: int = 0
    slowest_start: float = 0.0
    integrity: str = ""


class Clients:
    """People who register messages as fast as the server takes them, and remember what they were promised."""

    def __init__(self, callers: list[Caller]) -> None:
        self.promised: list[str] = []
        self.odd: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(caller, who)) for who, caller in enumerate(callers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they do."""
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=120)

    def _work(self, caller: Caller, who: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            title = f"第 {who}-{turn} 件：村口路灯不亮"
            try:
                self._register(caller, title)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the server is gone; nothing was promised

    def _register(self, caller: Caller, title: str) -> None:
        form = caller.form(PAGE)
        body = f"{title}，已经 {title.encode().hex()} 天了，请派人看看。"
        answer = caller.send(form, [("files", "来信扫描件.pdf", SCAN)], title=title, body=body, kind="help")
        if answer.status == 303:
            self.promised.append(title)
        else:
            self.odd.append(f"{answer.status}: {answer.text[:2000]}")


def crash(settings: Settings, kills: int, clients: int, chance: random.Random) -> Count:
    """Work, kill, start anew, `kills` times over; then look at what is there."""
    app, count, server = create_app(settings), Count(), Running(settings)
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
    count.slowest_start = server.start()
    working = Clients([Caller.signed_in(app, "clerk", server.port) for _ in range(clients)])
    try:
        for _kill in range(kills):
            enough = len(working.promised) + 1
            _wait_for(working, enough)
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            server.end()
            count.kills += 1
            count.slowest_start = max(count.slowest_start, server.start())
        _wait_for(working, len(working.promised) + 1)
    finally:
        working.stop()
        server.end()
    _look(app, settings, working, count)
    release(app)
    return count


def _wait_for(working: Clients, enough: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while len(working.promised) < enough and time.monotonic() < end and not working.odd:
        time.sleep(0.05)


def _look(app: Flask, settings: Settings, working: Clients, count: Count) -> None:
    store = AttachmentStore(settings.data_dir / "attachments")
    with app.app_context(), transaction() as session:
        cases = {case.title: case.id for case in session.scalars(select(Case))}
        files = {row.case_id: store.path(row.stored_name) for row in session.scalars(select(Attachment))}
        count.acknowledged, count.stored, count.odd_answers = len(working.promised), len(cases), working.odd
        count.lost = len([title for title in working.promised if title not in cases])
        count.without_file = len([case for case in cases.values() if not _whole(files.get(case))])
        count.strays_swept = sweep(session, store, datetime.now(UTC) + KEPT_FOR + timedelta(minutes=1))
        count.strays_left = len(set(store.names()) - named_files(session))
        count.strays_left += len(list((settings.data_dir / "attachments" / "incoming").glob("*")))
    if settings.database_url.startswith("sqlite"):
        with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as connection:
            count.integrity = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        connection.close()


def _whole(path: Path | None) -> bool:
    return path is not None and path.exists() and path.read_bytes() == SCAN


def main(kills: int, clients: int) -> int:
    """Run on a fresh SQLite office, print what was counted; 0 when nothing was lost."""
    with tempfile.TemporaryDirectory(prefix="opinion-crash-") as folder:
        data = Path(folder)
        settings = make_settings(data, f"sqlite:///{data / 'opinion.db'}")
        migrate(data, settings.database_url)
        count = crash(settings, kills, clients, random.Random())
    for name, value in vars(count).items():
        sys.stdout.write(f"{name:16} {value if not isinstance(value, float) else round(value, 2)}\n")
    return int(bool(count.lost or count.without_file or count.odd_answers or count.strays_left or count.integrity != "ok"))


if __name__ == "__main__":
    kills, clients, *_ = [*map(int, sys.argv[1:]), *(20, 4)[len(sys.argv) - 1 :]]
    sys.exit(main(kills, clients))
