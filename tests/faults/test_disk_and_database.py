"""The disk is full, the database locked or away: a plain page, nothing half-written, recovery (hardening R5, R7, R8)."""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import func, select, update

from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.records import engine
from opinion_app.records.finding import Finding
from opinion_app.records.person import SignInSession
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.web.identity import TOUCH_EVERY
from tests.builders.life import handling_case, make_office
from tests.support.client import Browser, client_for, pick
from tests.support.databases import hurry, make_settings, release
from tests.support.postgres import Server

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TEXT = "电话联系了留言人，约好周五上门查看路灯。"


@dataclass
class House:
    """The application, one case in work and where its files lie."""

    app: Flask
    number: str
    attachments: Path

    @property
    def note(self) -> str:
        return f"/office/cases/{self.number}/note"

    def send(self, browser: Browser) -> Any:
        return browser.send(pick(browser.forms(self.note), "/note"), text=TEXT, files=(io.BytesIO(PDF), "记录.pdf"))

    def kept(self) -> tuple[int, int]:
        """How many notes there are, and how many files whole or half."""
        with self.app.app_context(), engine.reading_only(), transaction() as session:
            notes = int(session.scalar(select(func.count(Finding.id))) or 0)
        return notes, len([path for path in self.attachments.rglob("*") if path.is_file()])


def opened(settings: Settings) -> Iterator[House]:
    app = create_app(settings)
    hurry(app)
    with app.app_context(), transaction() as session:
        number = handling_case(make_office(session)).number
    yield House(app, number, settings.data_dir / "attachments")
    release(app)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The service on each engine."""
    yield from opened(settings)


@pytest.fixture
def small(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The service on SQLite, with little patience for a lock."""
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 300)
    yield from opened(make_settings(tmp_path / "data", sqlite_url))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO], ids=["full", "quota", "broken"])
def test_a_disk_that_takes_no_file_refuses_the_form_and_keeps_nothing(
    house: House, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client_for(house.app, "finance_handler")

    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("opinion_app.files.store.os.fsync", fail)
        answer = house.send(browser)
    assert answer.status_code == 503
    assert ("磁盘已满" in answer.text) == (number != errno.EIO)
    assert "管理员" in answer.text
    assert house.kept() == (0, 0)

    assert house.send(browser).status_code == 303
    assert house.kept() == (1, 1)


def test_a_disk_that_is_really_full_refuses_the_form_and_keeps_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full stands in for a file on a full disk: every write to it fails as the kernel fails it."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    browser = client_for(house.app, "finance_handler")
    opens = Path.open

    def on_full_disk(path: Path, mode: str = "r", *args: Any, **named: Any) -> Any:
        if path.suffix != ".part":
            return opens(path, mode, *args, **named)
        opens(path, "xb").close()
        return opens(full, "r+b", *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", on_full_disk)
        answer = house.send(browser)

    assert answer.status_code == 503
    assert "磁盘已满" in answer.text
    assert house.kept() == (0, 0)


def test_a_locked_database_says_so_and_keeps_nothing(small: House, sqlite_url: str) -> None:
    browser = client_for(small.app, "finance_handler")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        answer = small.send(browser)
        assert answer.status_code == 503
        assert time.monotonic() - began < 10
        assert answer.headers["Retry-After"]
        assert "稍后" in answer.text
        assert small.kept() == (0, 0)
        assert browser.get(f"/office/cases/{small.number}").status_code == 200, "reading goes on"
    finally:
        other.close()

    assert small.send(browser).status_code == 303
    assert small.kept() == (1, 1)


def test_no_page_waits_for_the_note_that_its_session_is_in_use(small: House, sqlite_url: str) -> None:
    """Noting it once a minute made reading fail while a backup or an import held the lock."""
    browser = client_for(small.app, "finance_handler")
    with small.app.app_context(), transaction() as session:
        session.execute(update(SignInSession).values(seen_at=clock.now() - 3 * TOUCH_EVERY))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert browser.get("/office/").status_code == 200
        assert browser.get(f"/office/cases/{small.number}/decline").status_code == 403, "refused, though it cannot be noted"
    finally:
        other.close()


def test_a_database_that_is_away_says_so_and_comes_back_by_itself(
    tmp_path: Path, postgres_url: str, postgres_server: Server
) -> None:
    """The server refuses connections and ends those there are, as in a restart."""
    for house in opened(make_settings(tmp_path / "data", postgres_url)):
        browser = client_for(house.app, "finance_handler")
        form = pick(browser.forms(house.note), "/note")
        allow(postgres_server, postgres_url, allowed=False)
        try:
            for answer in (browser.get("/office/"), browser.send(form, text=TEXT, files=(io.BytesIO(PDF), "记录.pdf"))):
                assert answer.status_code == 503
                assert "稍候" in answer.text
                assert "psycopg" not in answer.text
            assert browser.get("/static/css/tokens.css", buffered=True).status_code == 200
        finally:
            allow(postgres_server, postgres_url, allowed=True)

        assert browser.send(form, text=TEXT, files=(io.BytesIO(PDF), "记录.pdf")).status_code == 303
        assert house.kept() == (1, 1)


def allow(server: Server, url: str, *, allowed: bool) -> None:
    """Let a database take connections, or take none and end those it has."""
    name = url.split("@/")[1].split("?")[0]
    with psycopg.connect(host=str(server.sockets), user="opinion", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.Literal(allowed)))
        if not allowed:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
