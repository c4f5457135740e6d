"""The leak test: a marker in every field that is not public, in cases of every stage; no public address ever shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import String, select
from sqlalchemy.orm import Session

from opinion_app.files.store import AttachmentStore
from opinion_app.flow import index, writer_mail
from opinion_app.flow.publications import take_down
from opinion_app.flow.sweep import named_files
from opinion_app.public.site.exporting import export, gather
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import Base, db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import MaskingDecision, Publication, PublicationPlan, PublishedFile
from opinion_app.records.rating import Rating
from opinion_app.records.recusal import Recusal
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.submission import Progress, Submission
from opinion_app.records.transaction import transaction
from opinion_app.records.wording import ReplyTemplate
from opinion_app.rules.rating import Verdict
from opinion_app.rules.registration import Writer
from opinion_app.rules.words import FindingKind, Gate, PublicationState, Stage
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.published import make_publication
from tests.support.client import Browser

MARK = "泄密标记乙丙丁"
ADDRESS = "xie-mi@b.cn"
SECRETS = (MARK, "13800001234", ADDRESS)
OUT = PublicationState.PUBLISHED
TEXTS = (
    Case,
    Reply,
    ReplyCheck,
    Finding,
    Move,
    Attachment,
    Progress,
    Submission,
    MaskingDecision,
    PublicationPlan,
    Recusal,
    ReplyTemplate,
)
BAD = dict.fromkeys(("resolved", "time", "attitude"), Verdict.DISCONTENT)
ADDRESSES = (
    "/",
    "/replies/",
    "/replies/?page=2",
    "/replies.json",
    "/replies.json?page=2",
    "/replies.csv",
    "/replies/feed.atom",
    "/sitemap.xml",
    "/stats",
    "/robots.txt",
    "/messages/new",
    "/messages/track",
    "/messages/rated?again=1",
    "/search.html",
)


@pytest.fixture
def marked(app: Flask) -> Flask:
    """A case in every stage with the marker in every text it has; every second one published clean, one withdrawn."""
    object.__setattr__(settings_of(app), "smtp_url", "smtp://mail.office.test")  # letters to the writers wait in the outbox
    with app.app_context(), transaction() as session:
        clerk = make_actor(session, "clerk")
        for serial, stage in enumerate([*Stage, Stage.CLOSED], 1):
            case = make_case(session, None, writer=Writer(MARK, "13800001234", ADDRESS, MARK, MARK), nickname=MARK, title=MARK)
            case.stage = stage
            session.add(Reply(case_id=case.id, version_no=1, text=MARK, text_hash="", drafted_at=NOW))
            session.add(Finding(case_id=case.id, kind=FindingKind.NOTE, text=MARK, author_id=clerk.id, written_at=NOW))
            session.add(Progress(number=case.number, code_hash="x" * 64, step="办理中", updated_at=NOW))
            session.add(Rating(number=case.number, round=0, useful=False, comment=MARK, submitted_at=NOW, **BAD))
            session.add(
                Attachment(
                    case_id=case.id,
                    name=f"{MARK}{serial}.pdf",
                    stored_name=f"{serial:032x}",
                    size=1,
                    sha256="",
                    media_type="application/pdf",
                    added_at=NOW,
                )
            )
            session.flush()
            _plan_and_copy(session, case, clerk.id, serial)
            writer_mail.tell_received(session, case, NOW, MARK)
            writer_mail.tell_answered(session, case, NOW)
            if serial % 2:
                row = make_publication(session, case)
                session.flush()
                _publish_file(session, row.id, f"{serial:032x}", "现场.jpg")
        _mark_everything(session)
        for case in session.scalars(select(Case)):
            index.put_case(session, case)
        gone = session.scalars(select(Publication).order_by(Publication.id)).first()
        assert gone is not None
        gone.question = gone.answer = gone.title = gone.note = gone.writer = MARK
        for file in session.scalars(select(PublishedFile).where(PublishedFile.publication_id == gone.id)):
            file.name = f"{MARK}.jpg"
        take_down(session, gone, NOW)
        _lay_files(app, session)
    return app


def _lay_files(app: Flask, session: Session) -> None:
    """The bytes: marked ones for whatever is inside, plain ones for what is out."""
    store = AttachmentStore(settings_of(app).data_dir / "attachments")
    out = set(session.scalars(select(PublishedFile.stored_name).join(Publication).where(Publication.state == OUT)))
    for name in named_files(session):
        path = store.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("公开的内容" if name in out else MARK, encoding="utf-8")


def _plan_and_copy(session: Session, case: Case, clerk_id: int, serial: int) -> None:
    """What the office keeps beside a publication: a snapshot that waits, a clean copy nobody published, a recusal, a check."""
    texts = {"title": MARK, "question": MARK, "answer": MARK, "writer": MARK, "files": MARK, "digests": [], "copies": []}
    plan = PublicationPlan(case_id=case.id, publish_at=NOW + timedelta(days=999), source_hash="", snapshot_hash="", texts=texts)
    plan.planned_by_id, plan.planned_at = clerk_id, NOW
    file = session.scalars(select(Attachment).where(Attachment.case_id == case.id)).one()
    copy = PublicCopy(case_id=case.id, attachment_id=file.id, made_by_id=clerk_id, made_at=NOW)
    copy.stored_name, copy.media_type = f"{serial + 1000:032x}", "image/jpeg"
    recusal = Recusal(case_id=case.id, person_id=clerk_id, reason=MARK, recorded_by_id=clerk_id, recorded_at=NOW)
    check = ReplyCheck(gate=Gate.WORDING, passed=True, opinion=MARK, text_hash="", checked_by_id=clerk_id, checked_at=NOW)
    reply = session.scalars(select(Reply).where(Reply.case_id == case.id)).one()
    reply.checks.append(check)
    session.add_all((plan, copy, recusal))
    session.flush()


def _publish_file(session: Session, publication_id: int, stored_name: str, name: str) -> None:
    kept = {"serial": 1, "size": 1, "sha256": "", "media_type": "image/jpeg"}
    session.add(PublishedFile(publication_id=publication_id, name=name, stored_name=stored_name, **kept))


def _mark_everything(session: Session) -> None:
    """Write the marker into every free text of the office's tables that is empty so far."""
    for model in TEXTS:
        for row in session.scalars(select(model)):
            for column in _free_texts(model):
                if not getattr(row, column):
                    setattr(row, column, MARK)


def _free_texts(model: type[Base]) -> Iterator[str]:
    """Every column that holds words, but for the key that must differ from case to case."""
    columns = [column for column in model.__table__.columns if isinstance(column.type, String)]
    return (column.key for column in columns if column.key != "identity_key" and not column.foreign_keys)


def everything(app: Flask) -> list[str]:
    with app.app_context(), transaction() as session:
        numbers = list(session.scalars(select(Case.number)))
    found = [f"/replies/{number}" for number in numbers] + [f"/messages/received?number={number}" for number in numbers]
    asked = [f"/replies/?q={quote(word)}" for word in (MARK, MARK[:2], "138", "标记")]
    asked += [f"/replies{form}?q={quote(MARK)}" for form in (".json", ".csv")]
    asked += [f"/replies/?{key}={quote(MARK)}" for key in ("kind", "area", "unit", "period", "page")]
    found += [f"/replies/{number}/files/{serial}" for number in numbers for serial in (1, 2)]
    inside = [f"/office/cases/{numbers[0]}", "/office/attachments/1", f"/office/search?q={quote(MARK)}", f"/{MARK}"]
    return [*ADDRESSES, *found, *asked, *inside]


def test_the_marker_appears_nowhere(marked: Flask) -> None:
    browser = Browser(marked)
    shown = []
    for path in everything(marked):
        answer = browser.get(path, follow_redirects=True, buffered=True)
        text = answer.data.decode("utf-8", "replace").replace(f'value="{MARK}"', "").replace(f"“{MARK}”", "")
        if any(secret in text for secret in SECRETS):
            shown.append(path)
        assert answer.status_code < 500, path
    assert not shown


def test_what_was_withdrawn_is_gone_from_every_address(marked: Flask) -> None:
    browser = Browser(marked)
    with marked.app_context(), transaction() as session:
        rows = list(session.scalars(select(Publication).order_by(Publication.id)))
        gone, out = rows[0].number, rows[1].number
    for path in ("/", "/replies/", "/replies.json", "/replies.csv", "/replies/feed.atom", "/sitemap.xml"):
        text = browser.get(path).data.decode()
        assert gone not in text, path
        assert out in text, path
    assert browser.get(f"/replies/{gone}").status_code == 404
    assert browser.get(f"/replies/{gone}/files/1").status_code == 404
    assert browser.get(f"/replies/{out}/files/1", buffered=True).status_code == 200
    assert browser.get(f"/replies/?q={gone}").text.count("reply-card") == 0


def test_the_static_copy_holds_no_marker(marked: Flask, tmp_path: Path) -> None:
    marked.config["OPINION_STATIC_COPY"] = True
    with marked.app_context():
        held = gather(db.session())

    def fetch(address: str) -> bytes | None:
        with marked.test_client().get(address) as answer:
            return bytes(answer.data) if answer.status_code == 200 else None

    export(held, fetch, tmp_path / "site", "http://127.0.0.1", "", "frame")
    there = {path.name: path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file()}
    assert "index.html" in there
    assert not [name for name, content in there.items() if any(secret.encode() in content for secret in SECRETS)]
