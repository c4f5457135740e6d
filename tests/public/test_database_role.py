"""The database role of the public wing: it reads what is out, fills the inbox, and sees no case and no writer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock, create_app
from opinion_app.flow.inbox import take_in_waiting
from opinion_app.flow.publications import take_down
from opinion_app.public.replies.views import flush_views
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.publication import PublishedFile
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from tests.builders.office import make_case
from tests.builders.published import make_publication
from tests.public.messages.test_messages import CODE, MESSAGE, NEW
from tests.support import tree
from tests.support.client import Browser
from tests.support.databases import make_settings, release

SCRIPT = tree.ROOT / "docs" / "sql" / "public-role.sql"


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    """An office on PostgreSQL with a role of its own for the public wing, made by the script the manual names."""
    plain = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    statements = [line for line in SCRIPT.read_text().splitlines() if not line.startswith(("\\", "SELECT 'CREATE", "ALTER ROLE"))]
    with psycopg.connect(plain, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'opinion_public'").fetchone():
            connection.execute("CREATE ROLE opinion_public LOGIN")
        connection.execute("\n".join(statements))
    public = postgres_url.replace("//opinion@", "//opinion_public@")
    return make_settings(tmp_path / "data", postgres_url, public_database_url=public)


@pytest.fixture
def wing(settings: Settings) -> Iterator[Flask]:
    """The public wing alone, under its own role."""
    app = create_app(settings, rooms=("public",))
    yield app
    release(app)


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT * FROM cases",
        "SELECT * FROM correspondents",
        "SELECT * FROM attachments",
        "SELECT * FROM replies",
        "SELECT * FROM publication_plans",
        "SELECT * FROM public_copies",
        "SELECT * FROM public_copy_pages",
        "DELETE FROM published_files",
        "SELECT * FROM trail_values",
        "SELECT * FROM people",
        "SELECT * FROM case_index",
        "SELECT fields FROM submissions",
        "SELECT files FROM submissions",
        "UPDATE publications SET title = ''",
        "DELETE FROM publications",
        "UPDATE progress SET answer = ''",
        "UPDATE settings SET value = '1'",
        "UPDATE submissions SET taken_at = now()",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_role_is_refused_what_is_not_public(settings: Settings, asked: str) -> None:
    url = settings.public_database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(asked)


def test_the_role_does_not_see_what_was_withdrawn(app: Flask, settings: Settings) -> None:
    with app.app_context(), transaction() as session:
        out, gone = (make_publication(session, make_case(session), title=title) for title in ("公开的", "撤回的"))
        session.flush()
        kept = {"serial": 1, "size": 1, "sha256": "", "stored_name": "0" * 32, "media_type": "image/jpeg"}
        session.add_all(PublishedFile(publication_id=row.id, name=f"{row.title}.jpg", **kept) for row in (out, gone))
        take_down(session, gone, clock.now())
    url = settings.public_database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        assert [row[0] for row in connection.execute("SELECT number FROM publications")] == ["LY2026-000001"]
        assert [row[0] for row in connection.execute("SELECT name FROM published_files")] == ["公开的.jpg"]


def test_the_wing_works_under_its_role(app: Flask, wing: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session))
    browser = Browser(wing)
    for path in ("/", "/replies/", "/replies/?q=路灯", "/replies/LY2026-000001", "/replies.csv", "/stats", "/replies/feed.atom"):
        assert browser.get(path).status_code == 200, path
    flush_views(wing)
    assert "1 次" in browser.get("/replies/LY2026-000001").text
    assert browser.get("/office/").status_code == 404


def test_a_message_waits_in_the_inbox_until_the_office_takes_it_in(app: Flask, wing: Flask) -> None:
    browser = Browser(wing)
    answer = browser.submit(NEW, NEW, **MESSAGE)
    assert answer.status_code == 303, answer.text
    code = CODE.findall(browser.get(answer.location).text)[0]
    number = answer.location.split("=")[1]
    told = browser.submit("/messages/track", "/track", number=number, code=code)
    assert "已收到" in told.text
    with app.app_context():
        with transaction() as session:
            assert session.scalar(select(Case.id)) is None
            assert take_in_waiting(session, clock.now(), settings_of(app).secret_key) == 1
        with transaction() as session:
            assert session.scalars(select(Case.number)).all() == [number]
            assert session.scalars(select(Submission.taken_at)).one() is not None
            assert take_in_waiting(session, clock.now(), settings_of(app).secret_key) == 0
    assert "最晚" in browser.submit("/messages/track", "/track", number=number, code=code).text
