"""The database role of the public wing: it reads what is out, fills the inbox, and sees no case and no writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from opinion_app import clock, create_app
from opinion_app.core import create_core
from opinion_app.flow.inbox import take_in_waiting
from opinion_app.flow.publications import take_down
from opinion_app.flow.settings import put_office, put_setting
from opinion_app.public.replies.views import flush_views
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.engine import reading_only
from opinion_app.records.office import Counter, FormKey
from opinion_app.records.publication import PublishedFile, ViewCount
from opinion_app.records.rating import Rating
from opinion_app.records.submission import Progress, Submission
from opinion_app.records.transaction import transaction
from opinion_app.records.vouched import CODE_HASH, FORM_KEY, vouch
from opinion_app.rules.rating import Verdict
from opinion_app.rules.settings import Settings
from tests.builders.office import make_case
from tests.builders.published import make_publication
from tests.public.messages.test_messages import CODE, MESSAGE, NEW
from tests.support import postgres, tree
from tests.support.client import Browser
from tests.support.databases import make_settings, release

SCRIPT = tree.ROOT / "docs" / "sql" / "public-role.sql"


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    """An office on PostgreSQL with a role of its own for the public wing."""
    return with_role(tmp_path / "data", postgres_url)


def with_role(data_dir: Path, postgres_url: str) -> Settings:
    """The role is made by the script the manual names."""
    plain = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    statements = [line for line in SCRIPT.read_text().splitlines() if not line.startswith(("\\", "SELECT 'CREATE", "ALTER ROLE"))]
    with psycopg.connect(plain, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'opinion_public'").fetchone():
            connection.execute("CREATE ROLE opinion_public LOGIN")
        connection.execute("\n".join(statements))
    public = postgres_url.replace("//opinion@", "//opinion_public@")
    return make_settings(data_dir, postgres_url, public_database_url=public)


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
        "SELECT address_key FROM submissions",
        "SELECT * FROM ratings",
        "SELECT comment FROM ratings",
        "SELECT useful FROM ratings",
        "SELECT case_id, taken_at FROM ratings",
        "UPDATE ratings SET reopen = true",
        "DELETE FROM ratings",
        "INSERT INTO progress (number, code_hash) VALUES ('LY2026-000001', '')",
        "INSERT INTO publications (number) VALUES ('LY2026-000001')",
        "SELECT address FROM notices",
        "SELECT code_key FROM notices",
        "SELECT * FROM masking_decisions",
        "SELECT token_hash FROM sign_in_sessions",
        "CREATE TABLE mine (id int)",
        "INSERT INTO submissions (number, code_hash, fields, files, submitted_at, address_key, taken_at)"
        " VALUES ('X', 'h', '{}', '[]', now(), '', now())",
        "INSERT INTO ratings (number, round, resolved, time, attitude, useful, comment, reopen, submitted_at, reopened)"
        " VALUES ('LY2026-000001', 0, 'content', 'content', 'content', true, '', false, now(), false)",
        "UPDATE form_keys SET payload_hash = ''",
        "INSERT INTO form_keys (key, person_id, payload_hash, location, created_at) VALUES ('k', 1, '', '', now())",
        "INSERT INTO counters (series, year, value) VALUES ('message', 2099, 5)",
        "INSERT INTO counters (series, year, value) VALUES ('sentiment_item', 2099, 0)",
        "UPDATE counters SET value = 0",
        "UPDATE counters SET value = value + 2",
        "UPDATE counters SET year = 2000",
        "UPDATE view_counts SET views = 0",
        "DELETE FROM public_attempts",
        "UPDATE alembic_version SET version_num = ''",
    ],
)
def test_the_role_is_refused_what_is_not_public(house: Settings, asked: str) -> None:
    with asking(house) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT number FROM progress",
        "SELECT answer FROM progress WHERE number = 'LY2026-000001'",
        "SELECT code_hash FROM submissions",
        "SELECT number FROM ratings",
        "SELECT key FROM form_keys",
        "UPDATE form_keys SET location = '/' RETURNING key",
        "SELECT value FROM counters WHERE series <> 'message'",
        "UPDATE counters SET value = value + 1 WHERE series = 'sentiment_item' RETURNING value",
        "SELECT value FROM settings WHERE name NOT IN ('office', 'areas', 'number_patterns', 'published_version')",
        "SELECT value FROM settings WHERE value::text LIKE '%0875-5550101%'",
        "SELECT id FROM publication_index WHERE id NOT IN (SELECT id FROM publications)",
    ],
)
def test_rows_that_are_nobodys_business_are_not_there(house: Settings, asked: str) -> None:
    with asking(house) as connection:
        assert connection.execute(asked).fetchall() == []


def test_a_row_is_there_for_whoever_has_its_code_and_for_nobody_else(house: Settings) -> None:
    with asking(house) as connection:
        for known, found in (("h" * 64, [("LY2026-000001",)]), ("g" * 64, []), ("", []), ("%", [])):
            connection.execute("SELECT set_config('opinion.code_hash', %s, true)", (known,))
            assert connection.execute("SELECT number FROM progress").fetchall() == found
            assert connection.execute("SELECT number FROM ratings").fetchall() == found


@pytest.mark.parametrize("ending", ["commit", "rollback", "reading"])
def test_what_one_visitor_vouched_for_is_forgotten_before_the_next_gets_the_connection(house: Settings, ending: str) -> None:
    """A pool hands the same connection to one visitor after another; what the first may see must not come along with it."""
    wing = create_core(replace(house, database_url=house.public_database_url))
    seen = []
    with wing.app_context():
        for vouched in (True, False, True, False):
            session = db.session()
            with reading_only() if ending == "reading" else nullcontext():
                if vouched:
                    vouch(session, CODE_HASH, "h" * 64)
                    vouch(session, FORM_KEY, "k" * 32)
                numbers = session.scalars(select(Progress.number)).all()
                keys = session.scalars(select(FormKey.key)).all()
                seen.append((numbers, keys, session.scalar(text("SELECT pg_backend_pid()"))))
                session.commit() if ending == "commit" else session.rollback()
                db.session.remove()
    release(wing)
    its_own = (["LY2026-000001"], ["k" * 32])
    assert [row[:2] for row in seen] == [its_own, ([], []), its_own, ([], [])]
    assert len({row[2] for row in seen}) == 1  # it was one connection all along


def asking(settings: Settings) -> psycopg.Connection[Any]:
    return psycopg.connect(settings.public_database_url.replace("postgresql+psycopg://", "postgresql://"))


@pytest.fixture(scope="module")
def house(
    postgres_server: postgres.Server, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A furnished office whose role nobody gets to change anything with; made once for all refusals."""
    name = postgres_server.create(postgres_template)
    settings = with_role(tmp_path_factory.mktemp("house"), postgres_server.url(name))
    app = create_core(settings)
    with app.app_context(), transaction() as session:
        case = make_case(session)
        row = make_publication(session, case)
        take_down(session, make_publication(session, make_case(session)), clock.now())
        now = clock.now()
        verdicts = dict.fromkeys(("resolved", "time", "attitude"), Verdict.DISCONTENT)
        session.add_all(
            (
                Progress(number=case.number, code_hash="h" * 64, step="已答复", answer="原来的答复", updated_at=now),
                Submission(number="LY2026-000009", code_hash="h" * 64, fields={}, submitted_at=now),
                Rating(number=case.number, round=0, useful=False, submitted_at=now, **verdicts),
                FormKey(key="k" * 32, payload_hash="", created_at=now),
                ViewCount(publication_id=row.id, views=7),
                Counter(series="sentiment_item", year=2026, value=3),
            )
        )
        put_office(session, {"name": "云岭镇", "leader_phone": "0875-5550101"})
        put_setting(session, "kept_numbers", ["0875-5550102"])
    release(app)
    yield settings
    postgres_server.drop(name)


RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
READS = {
    "alembic_version",
    "form_keys",
    "counters",
    "progress",
    "public_attempts",
    "public_figures",
    "publication_index",
    "publications",
    "published_files",
    "rating_figures",
    "settings",
    "view_counts",
}
WRITES = {"form_keys", "counters", "public_attempts", "ratings", "submissions"}
READS_IN_PART = {
    "ratings": {"id", "number", "round", "submitted_at"},
    "submissions": {"id", "number", "code_hash", "submitted_at", "taken_at"},
}


def test_of_every_table_the_role_has_what_was_meant_and_no_more(house: Settings) -> None:
    """A table that is added later is refused until somebody writes it down here and in the script."""
    asked = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm') AND "
    may = "has_table_privilege(oid, '{}')"
    columns = (
        "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT has_table_privilege(pg_class.oid, 'SELECT') "
        "AND has_column_privilege(pg_class.oid, attnum, 'SELECT')"
    )
    with asking(house) as connection:
        held = {right: {row[0] for row in connection.execute(asked + may.format(right))} for right in RIGHTS}
        in_part = connection.execute(columns).fetchall()
    assert held["SELECT"] == READS
    assert held["INSERT"] == WRITES
    assert held["UPDATE"] | held["DELETE"] | held["TRUNCATE"] == set()  # single columns at most: see the refusals above
    assert {table: {column for of, column in in_part if of == table} for table, _column in in_part} == READS_IN_PART


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
