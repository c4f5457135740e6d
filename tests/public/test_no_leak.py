"""The leak test: a mark in every column that is not public, in cases of every stage; no public address ever shows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app import create_app
from opinion_app.files.store import AttachmentStore
from opinion_app.flow import index
from opinion_app.flow.sweep import named_files
from opinion_app.public.site.exporting import export, gather
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import Base, db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import Publication, PublishedFile
from opinion_app.records.submission import Progress, PublicAttempt
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import Writer
from opinion_app.rules.words import Kind, PublicationState, Role, Stage
from opinion_app.steps.publish import bench, operations, queries
from opinion_app.steps.publish.chosen import Chosen, Review
from tests.builders.office import NOW, make_actor, make_case, make_unit
from tests.builders.published import make_closed
from tests.support.client import Browser
from tests.support.crawling import Pages, crawl, every_route
from tests.support.databases import ENGINES, hurry, make_settings, release
from tests.support.planting import MARK, NOT_PLANTED, PLAIN, plant, plantable, unplanted

WRITER = ("刘一帆", "13800001234")
BODY = f"村口的路灯坏了半个月，我叫{WRITER[0]}，电话{WRITER[1]}，请修一下。"
NAMED = "刘一帆身份证.jpg"
PLAIN_BYTES, SECRET_BYTES = "公开的内容", MARK
CORRECTION = "答复日期有误，已改正"
CODE = "ABCD EFGH JKMN"


@dataclass
class House:
    """An office with something in every table, and the numbers of what is out and of what is not."""

    app: Flask
    clerk: Actor
    out: list[str]
    gone: list[str]

    @property
    def host(self) -> str:
        return settings_of(self.app).base_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no page may show; what was public a moment ago is among it when nothing is out any more, wherever it is kept."""
        return (MARK, quote(MARK), *WRITER, *(() if self.out else (CORRECTION, PLAIN_BYTES)))


@pytest.fixture(scope="module", params=ENGINES)
def furnished_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An office on each engine, furnished once for all tests."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "opinion.db")
        url = f"sqlite:///{folder / 'opinion.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create(request.getfixturevalue("postgres_template"))
        url = server.url(name)
    app = create_app(make_settings(folder / "data", url))
    hurry(app)
    yield furnished(app)
    release(app)
    if request.param != "sqlite":
        server.drop(name)


@pytest.fixture(scope="module", params=["out", "withdrawn"])
def house(request: pytest.FixtureRequest, furnished_house: House) -> House:
    """The office while a reply is out, and then the same one, with all that its pages keep, when that is withdrawn too."""
    if request.param == "withdrawn":
        take_down(furnished_house)
    assert len(furnished_house.out) == (1 if request.param == "out" else 0)
    return furnished_house


def take_down(house: House) -> None:
    """Withdraw what is out by the office's own act; what was public a moment ago is then a secret like the rest."""
    with house.app.app_context(), transaction() as session:
        for case in session.scalars(select(Case).where(Case.number.in_(house.out))):
            operations.withdraw(session, case, house.clerk, NOW, reason="留言人要求")
        session.execute(delete(PublicAttempt))  # nobody is sent away for what was asked while it was out
    with house.app.app_context(), transaction() as session:
        plant(session)  # after the commit, which seals the trail
        lay_files(house.app, session)
    house.gone += house.out
    house.out.clear()


def furnished(app: Flask) -> House:
    """Two replies published by the office's own act, one corrected, one withdrawn; then everything else is planted."""
    with app.app_context(), transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        unit = make_unit(session, "村镇建设办", phone="0875-7120001")
        for stage in Stage:
            make_case(session, clerk, writer=Writer(*WRITER)).stage = stage
        cases = [make_closed(session, clerk, unit, body=BODY, writer=Writer(*WRITER)) for _ in range(2)]
        for case in cases:
            publish(session, case, clerk)
        publish(session, cases[0], clerk, correction=CORRECTION)
        operations.withdraw(session, cases[1], clerk, NOW, reason="留言人要求")
        accuse(session, clerk, unit.id)
        session.add(Progress(number=cases[0].number, code_hash="x" * 64, step="已答复", updated_at=NOW))
        numbers = [case.number for case in cases]
    with app.app_context(), transaction() as session:
        plant(session)
        for row in session.scalars(select(Case)):
            index.put_case(session, row)
        lay_files(app, session)
    return House(app, clerk, numbers[:1], numbers[1:])


def publish(session: Session, case: Case, clerk: Actor, correction: str = "") -> None:
    """Publish as a clerk does, everything masked, with one clean copy of a file."""
    copy = session.scalar(select(PublicCopy).where(PublicCopy.case_id == case.id)) or clean_copy(session, case, clerk)
    held = queries.material(session, case, [copy.id], correction)
    laid = bench.lay_out(held, {}, "", "网友", everything=True)
    assert laid.snapshot is not None
    chosen = Chosen(laid.decisions, "网友", laid.snapshot.hash, correction, copies=[copy.id])
    operations.publish(session, case, clerk, NOW, chosen, Review("不涉密", "可以公开"))


def clean_copy(session: Session, case: Case, clerk: Actor) -> PublicCopy:
    kept = {"name": NAMED, "stored_name": f"{case.id:032x}", "size": 1, "sha256": "", "media_type": "image/jpeg", "added_at": NOW}
    file = Attachment(case_id=case.id, **kept)
    session.add(file)
    session.flush()
    copy = PublicCopy(case_id=case.id, attachment_id=file.id, made_by_id=clerk.id, made_at=NOW, confirmed_by_id=clerk.id)
    copy.stored_name, copy.media_type, copy.sha256, copy.size = f"{case.id + 1000:032x}", "image/jpeg", f"{case.id:064x}", 1
    copy.confirmed_at = NOW
    session.add(copy)
    session.flush()
    return copy


def accuse(session: Session, clerk: Actor, unit_id: int) -> None:
    """A 举报, closed like the others: it can never be published."""
    case = make_closed(session, clerk, kind=Kind.ACCUSATION, accused="村主任", body=BODY, writer=Writer(*WRITER))
    case.lead_unit_id = unit_id
    with pytest.raises(OfficeError):
        publish(session, case, clerk)
    assert session.scalar(select(Publication).where(Publication.case_id == case.id)) is None


def lay_files(app: Flask, session: Session) -> None:
    """The bytes: marked ones for whatever is inside, plain ones for what is out."""
    store = AttachmentStore(settings_of(app).data_dir / "attachments")
    names = select(PublishedFile.stored_name).join(Publication).where(Publication.state == PublicationState.PUBLISHED)
    out = set(session.scalars(names))
    for name in filter(None, named_files(session)):
        path = store.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PLAIN_BYTES if name in out else SECRET_BYTES, encoding="utf-8")


def shown(house: House, pages: Pages) -> list[str]:
    """The addresses that show a secret."""
    return [path for path, text in pages.items() if any(secret in text for secret in house.secrets)]


def test_the_mark_is_everywhere_inside_and_nowhere_outside(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        assert unplanted(session) == []
        numbers = [*house.out, *house.gone, *session.scalars(select(Case.number).where(Case.kind == Kind.ACCUSATION))]
    pages = crawl(house.app, house.host)
    for number in house.out:
        assert {f"/replies/{number}", f"/replies/{number}/files/1"} <= set(pages)
        assert PLAIN_BYTES in pages[f"/replies/{number}/files/1"]
        assert CORRECTION in pages[f"/replies/{number}"]
    assert not [path for path, text in pages.items() for number in house.gone if number in path or f"{number}<" in text]
    assert shown(house, pages) == []
    assert shown(house, every_route(house.app, numbers, "不存在")) == []


def test_no_search_form_or_wrong_code_shows_it(house: House) -> None:
    browser = Browser(house.app)
    masked = "/replies/?q=138"
    asked = [masked, *(f"/replies/?q={quote(word)}" for word in (MARK, MARK[:2], *WRITER))]
    asked += [f"/replies{form}?q={quote(MARK)}" for form in (".json", ".csv")]
    asked += [f"/replies/?{key}={quote(MARK)}" for key in ("kind", "area", "unit", "period", "page")]
    asked += [f"/messages/received?number={number}" for number in (*house.out, *house.gone)]
    asked += [f"/office/search?q={quote(MARK)}", f"/{quote(MARK)}"]
    told = {path: browser.get(path, follow_redirects=True, buffered=True) for path in asked}
    for number in (*house.out, *house.gone):
        told[f"track {number}"] = browser.submit("/messages/track", "/track", number=number, code=CODE)
        told[f"rate {number}"] = browser.press("/messages/rate", "/messages/track", number=number, code=CODE)
    told["new"] = browser.submit("/messages/new", "/messages/new", title="")
    assert [path for path, answer in told.items() if answer.status_code >= 500] == []
    assert shown(house, {path: echoed(answer.text) for path, answer in told.items()}) == []
    found = [path for path, answer in told.items() if path.startswith("/replies/?q=") and "reply-card" in answer.text]
    assert found == ([masked] if house.out else [])  # what stands there is 138****1234


def echoed(text: str) -> str:
    """A page without what it says back to who asked."""
    for word in (MARK, MARK[:2], *WRITER):
        text = text.replace(f'value="{word}"', "").replace(f"“{word}”", "").replace(f"q={quote(word)}", "")
        text = text.replace(f"={quote(word)}", "")
    return text


def test_the_static_copy_holds_it_nowhere(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.app.config, "OPINION_STATIC_COPY", True)
    with house.app.app_context():
        held = gather(db.session())

    def fetch(address: str) -> bytes | None:
        with house.app.test_client().get(address) as answer:
            return bytes(answer.data) if answer.status_code == 200 else None

    export(held, fetch, tmp_path / "site", house.host, "", "frame")
    there = {path.relative_to(tmp_path / "site").as_posix(): path for path in (tmp_path / "site").rglob("*") if path.is_file()}
    texts = {name: path.read_bytes().decode("utf-8", "replace") for name, path in there.items()}
    assert [name for name in texts if name.startswith("replies/LY") and name.endswith(".html")] == [
        f"replies/{number}.html" for number in house.out
    ]
    assert shown(house, texts) == []
    assert not [name for name, text in texts.items() for number in house.gone if number in name + text]


def test_what_is_left_out_exists_and_says_why() -> None:
    known = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    assert set(PLAIN) <= known
    assert set(NOT_PLANTED) <= set(Base.metadata.tables)
    assert sum(len(columns) for _table, columns in plantable()) > 150
