"""A database that goes away between the last dot and the note of it: the letter is not sent again (hardening R6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from opinion_app.desks.outbox.delivery import PATIENCE, ByServer, Delivered, Watch, deliver
from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.records.base import db
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.words import NoticeChannel, NoticeState
from tests.desks.outbox.test_delivery import NOW, SENDER, told
from tests.support.mail_server import MailServer, mail_server


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@contextmanager
def away(server: MailServer, times: int) -> Iterator[None]:
    """The database refuses the first `times` writes that follow a letter the server took."""
    left = [times]

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE notices") and server.taken and left[0]:
            left[0] -= 1
            raise OperationalError(statement, {}, Exception("server closed the connection unexpectedly"))

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)


def run(server: MailServer, pauses: list[float], ticks: float = 1.0, *, stopping: bool = False) -> Delivered:
    post = ByServer(SmtpPost(server_of(server.url), Patience(connect=2, command=1, confirmation=1)), SENDER.address)
    return deliver(post, "r1", SENDER, Watch(lambda: NOW, count(0, ticks).__next__, pauses.append), lambda: stopping)


def state() -> NoticeState | None:
    with transaction() as session:
        return session.scalar(select(Notice.state).where(Notice.channel == NoticeChannel.MAIL))


def test_r6_what_the_server_said_is_kept_until_the_database_is_back(core: Flask, server: MailServer) -> None:
    told("a")
    pauses: list[float] = []
    with away(server, 3):
        done = run(server, pauses)
    assert done.counts == {Outcome.SENT: 1}
    assert (state(), len(pauses)) == (NoticeState.SENT, 3)
    assert run(server, pauses).counts == {}
    assert len(server.taken) == 1


def test_r6_a_database_that_stays_away_ends_the_run(core: Flask, server: MailServer) -> None:
    told("a")
    pauses: list[float] = []
    with away(server, 1000), pytest.raises(OperationalError):
        run(server, pauses, PATIENCE / 4)
    assert 2 <= len(pauses) <= 5
    assert state() is NoticeState.CLAIMED, "it is looked at again when the claim has run out"


def test_r6_a_process_that_is_asked_to_end_waits_for_no_database(core: Flask, server: MailServer) -> None:
    told("a")
    pauses: list[float] = []
    with away(server, 1), pytest.raises(OperationalError):
        run(server, pauses, stopping=True)
    assert pauses == []
