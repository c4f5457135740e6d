"""What is handed out whole has no silent end: the table of all replies, and the map of a site that needs several files."""

from __future__ import annotations

import csv
import gzip
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from opinion_app.app import create_app
from opinion_app.flow.publications import take_down
from opinion_app.public.replies import whole
from opinion_app.records.publication import Publication
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind
from tests.builders.office import NOW, make_case
from tests.builders.published import make_many
from tests.support.client import Browser
from tests.support.databases import ENGINES, Furnished, furnish, hurry, make_settings, release
from tests.support.queries import counting

MANY = 105
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module", params=ENGINES)
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Furnished[None]:
    """A hundred replies and five; some came out in the same moment, every tenth is an inquiry, the tenth was taken down."""

    def fill(session: Any) -> None:
        make_many(session, MANY, make_case(session))
        serial = func.cast(func.substr(Publication.number, 8), Publication.id.type)
        at_once = update(Publication).where(serial.between(60, 80)).values(published_at=NOW + timedelta(minutes=60))
        session.execute(at_once.execution_options(synchronize_session=False))
        tenth = [f"LY2025-{number:06d}" for number in range(10, MANY, 10)]
        session.execute(
            update(Publication)
            .where(Publication.number.in_(tenth))
            .values(kind=Kind.INQUIRY)
            .execution_options(synchronize_session=False)
        )
        session.expire_all()
        take_down(session, session.scalars(select(Publication).where(Publication.number == "LY2025-000010")).one(), NOW)

    return furnish(request, tmp_path_factory.mktemp("many"), fill)


@pytest.fixture
def app(many: Furnished[None], tmp_path: Path) -> Iterator[Flask]:
    with many.copy(tmp_path) as url:
        whole_app = create_app(make_settings(tmp_path / "data", url))
        hurry(whole_app)
        yield whole_app
        release(whole_app)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def numbers(data: bytes) -> list[str]:
    return [row[1] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))][1:]


@pytest.mark.parametrize("at_once", [1, 7, 104, 1000])
def test_the_table_has_every_reply_once_newest_first(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", at_once)
    with app.app_context(), transaction() as session:
        rows = select(Publication.number).where(whole.OUT).order_by(Publication.published_at.desc(), Publication.id.desc())
        expected = list(session.scalars(rows))
    assert len(expected) == MANY - 1
    with counting(app) as asked:
        assert numbers(browser.get("/replies.csv").data) == expected
    assert len(asked) == (MANY - 1) // at_once + 1, "one query for each batch"


@pytest.mark.parametrize(
    ("query", "count"), [("?kind=inquiry", 9), ("?q=路灯", MANY - 1), ("?q=盏路灯&kind=inquiry", 9), ("?period=2019", 0)]
)
def test_the_filters_of_the_list_hold_in_every_batch(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, query: str, count: int
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 4)
    found = numbers(browser.get(f"/replies.csv{query}").data)
    assert (len(found), len(set(found))) == (count, count)
    assert "LY2025-000010" not in found


def test_the_table_is_handed_out_whole_and_asked_for_again(browser: Browser) -> None:
    plain = browser.get("/replies.csv")
    packed = browser.get("/replies.csv", headers={"Accept-Encoding": "gzip"})
    assert plain.headers["Content-Length"] == str(len(plain.data))
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert len(packed.data) < len(plain.data) / 4
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer in (plain, packed):
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="replies.csv"'
        again = browser.get("/replies.csv", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    head = browser.client.head("/replies.csv")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])
    assert head.headers["Content-Length"] == plain.headers["Content-Length"]


def test_a_table_that_fails_on_the_way_is_not_handed_out_in_half(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Iterator[Any]:
        yield from go_on(*args)
        raise OSError("no space left on device")

    go_on = whole.in_batches
    monkeypatch.setattr(whole, "in_batches", broken)
    answer = browser.get("/replies.csv")
    assert answer.status_code == 500
    assert "LY2025" not in answer.text


def locations(answer: Any, entry: str) -> list[str]:
    assert answer.status_code == 200
    root = ET.fromstring(answer.data)
    assert root.tag == f"{MAP}{'urlset' if entry == 'url' else 'sitemapindex'}"
    found = [one.findtext(f"{MAP}loc") or "" for one in root.iter(f"{MAP}{entry}")]
    return [place.removeprefix("http://127.0.0.1:8000") for place in found]


def test_a_map_of_many_replies_is_a_list_of_files_that_hold_each_once(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = locations(browser.get("/sitemap.xml"), "url")
    assert len(alone) == MANY - 1 + 5
    monkeypatch.setattr(whole, "IN_MAP", 40)
    files = locations(browser.get("/sitemap.xml"), "sitemap")
    assert files == ["/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]
    held = [locations(browser.get(file), "url") for file in files]
    assert [len(each) for each in held] == [45, 40, 24]
    assert [place for each in held for place in each] == alone
    for part in (0, 4, 10**9, "x", "-1"):
        assert browser.get(f"/sitemap-{part}.xml").status_code == 404


@pytest.mark.parametrize(("replies", "parts"), [(0, 1), (1, 1), (45_000, 1), (45_001, 2), (90_001, 3)])
def test_no_file_of_the_map_holds_more_than_the_standard_allows(replies: int, parts: int) -> None:
    assert whole.parts_of_map(replies) == parts
    assert whole.IN_MAP + 5 <= 50_000
