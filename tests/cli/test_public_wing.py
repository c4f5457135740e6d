"""The public wing on a machine of its own: the real commands know its database address and no other."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from opinion_app import create_app
from opinion_app.core import create_core
from opinion_app.records.transaction import transaction
from tests.builders.office import make_case
from tests.builders.published import make_publication
from tests.cli.test_serving import answers, until
from tests.faults.real_server import free_port
from tests.public.test_database_role import with_role
from tests.support.client import Browser
from tests.support.databases import make_settings, release
from tests.support.tree import ROOT

READING = "opinion_reader"
OPINION = [sys.executable, "-m", "opinion_app.cli"]


@pytest.fixture
def public_url(tmp_path: Path, postgres_url: str) -> str:
    """An office with one reply that is out, and the address of the public wing's role."""
    settings = with_role(tmp_path / "office", postgres_url)
    app = create_core(settings)
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), title="路灯已经修好")
    release(app)
    return settings.public_database_url


@pytest.fixture
def environ(tmp_path: Path, public_url: str) -> dict[str, str]:
    """The environment of a machine that has the public address alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPINION_")}
    changed = {"OPINION_SECRET_KEY": secrets.token_hex(32), "OPINION_DATA_DIR": str(tmp_path / "wing")}
    return kept | changed | {"OPINION_PUBLIC_DATABASE_URL": public_url}


def test_the_wing_serves_with_the_public_address_alone(environ: dict[str, str], tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as told:
        command = [*OPINION, "serve", "--public", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=told, stderr=told)
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/") or server.poll() is not None)
        assert server.poll() is None, log.read_text()
        said = log.read_text()
        assert f"http://127.0.0.1:{port}/（" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/replies/", timeout=60) as answer:
            assert "路灯已经修好" in answer.read().decode()
        with pytest.raises(urllib.error.HTTPError) as gone:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/office/", timeout=60)
        gone.value.close()
        assert gone.value.code == 404
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    assert not (tmp_path / "wing" / "opinion.db").exists()


def test_the_copy_is_made_with_the_public_address_alone(environ: dict[str, str], tmp_path: Path) -> None:
    command = [*OPINION, "export-site", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    assert "路灯已经修好" in (tmp_path / "site" / "replies" / "LY2026-000001.html").read_text("utf-8")
    assert not (tmp_path / "wing" / "opinion.db").exists()


@pytest.fixture
def reading(tmp_path: Path, public_url: str, postgres_url: str) -> Iterator[Flask]:
    """The wing under a role that may read what the public role reads of publications, and write nothing."""
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (READING,)).fetchone():
            connection.execute(f"CREATE ROLE {READING} LOGIN")
        tables = "publications, published_files, publication_index, view_counts, public_figures, rating_figures, settings"
        connection.execute(f"GRANT SELECT ON {tables}, alembic_version TO {READING}")
        connection.execute(f"CREATE POLICY reader ON publications FOR SELECT TO {READING} USING (state = 'published')")
        connection.execute(f"CREATE POLICY reader_settings ON settings FOR SELECT TO {READING} USING (name = 'office')")
    url = public_url.replace("//opinion_public@", f"//{READING}@")
    app = create_app(make_settings(tmp_path / "reading", public_database_url=url), rooms=("public",))
    yield app
    release(app)


def test_without_write_access_it_serves_reading_only(reading: Flask) -> None:
    browser = Browser(reading)
    for path in ("/messages/new", "/messages/track", "/messages/received", "/messages/rated"):
        assert browser.get(path).status_code == 404, path
    for path in ("/messages/new", "/messages/track", "/messages/rate"):
        assert browser.post(path, {}).status_code in (400, 404, 405), path
    for path in (
        "/",
        "/replies/",
        "/replies/?q=没有这样的词",
        "/replies/LY2026-000001",
        "/stats",
        "/sitemap.xml",
        "/no-such-page",
    ):
        answer = browser.get(path)
        assert answer.status_code == (404 if "no-such" in path else 200), path
        assert "/messages/" not in answer.text, path


def test_a_file_nobody_may_write_is_read_only_too(tmp_path: Path, sqlite_url: str) -> None:
    read_only = sqlite_url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    for url, offered in ((sqlite_url, 200), (read_only, 404)):
        app = create_app(make_settings(tmp_path / "wing", public_database_url=url), rooms=("public",))
        browser = Browser(app)
        assert browser.get("/").status_code == 200
        assert browser.get("/messages/new").status_code == offered, url
        release(app)
