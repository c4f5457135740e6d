"""The clock as a process of its own: killed in the middle nothing is missing, and asked to end it leaves the lease free (R2)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.cli import WATCHED
from opinion_app.desks.outbox.delivery import ByServer, Watch, deliver
from opinion_app.desks.outbox.operations import Sender
from opinion_app.flow.outbox import Letter, queue
from opinion_app.notify.smtp import SmtpPost
from opinion_app.records.current import settings_of
from opinion_app.records.job import Lease
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import CLAIM
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from tests.builders.office import make_person
from tests.support.mail_server import mail_server
from tests.support.tree import ROOT

PEOPLE = 8


def wait_for(true: Callable[[], bool], seconds: float = 240) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def start(core: Flask, smtp_url: str, log: Path) -> subprocess.Popen[bytes]:
    settings = settings_of(core)
    environ = os.environ | {
        "OPINION_SECRET_KEY": settings.secret_key,
        "OPINION_DATA_DIR": str(settings.data_dir),
        "OPINION_DATABASE_URL": settings.database_url,
        "OPINION_SMTP_URL": smtp_url,
        "OPINION_MAIL_FROM": "opinion@office.test",
        WATCHED: "1",  # as the web starts it: it watches a pipe of its parent's
    }
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "opinion_app.cli", "clock"]
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stderr=stream)


def holder(core: Flask) -> str | None:
    with transaction() as session:
        return session.scalar(select(Lease.holder))


@pytest.mark.slow
def test_n04_r2_killed_in_the_middle_nothing_is_missing_and_at_most_one_is_double(core: Flask, tmp_path: Path) -> None:
    now = clock.now()
    with transaction() as session:
        people = [make_person(session, f"p{n}", Role.CLERK, email=f"p{n}@office.test") for n in range(PEOPLE)]
        queue(session, Letter("test", "t", "通报", [{"text": "到期"}], "/office/notices"), people, now, mail=True)
    with mail_server() as server:
        server.delay = 0.3
        child = start(core, server.url, tmp_path / "log")
        try:
            wait_for(lambda: len(server.taken) >= 3)
        finally:
            child.kill()
            child.communicate(timeout=20)
        server.delay = 0
        later = now + CLAIM + timedelta(minutes=1)
        post = ByServer(SmtpPost(server_of(server.url)), "opinion@office.test")
        deliver(post, "next", Sender("opinion@office.test", "http://o.test"), Watch(lambda: later, count().__next__))
        got = Counter(taken.recipients[0] for taken in server.taken)
        ids = {taken.recipients[0]: {taken.message["Message-ID"]} for taken in server.taken}
        for taken in server.taken:
            ids[taken.recipients[0]].add(taken.message["Message-ID"])
    assert set(got) == {f"p{n}@office.test" for n in range(PEOPLE)}
    assert sum(got.values()) <= PEOPLE + 1
    assert all(len(own) == 1 for own in ids.values())
    with transaction() as session:
        states = set(session.scalars(select(Notice.state).where(Notice.channel == NoticeChannel.MAIL)))
    assert states == {NoticeState.SENT}


@pytest.mark.slow
def test_n04_asked_to_end_the_clock_leaves_the_lease_free(core: Flask, tmp_path: Path) -> None:
    child = start(core, "", tmp_path / "log")
    try:
        wait_for(lambda: bool(holder(core)))
        time.sleep(1)
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0, (tmp_path / "log").read_text()
    finally:
        child.kill()
        child.communicate(timeout=10)
    assert holder(core) == ""
