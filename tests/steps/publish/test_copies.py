"""Attachments of a publication: cleaned, gone through page by page, out under masked names, gone again with it."""

from __future__ import annotations

import errno
import io
import os
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select, update

from opinion_app import clock
from opinion_app.files.store import AttachmentStore
from opinion_app.records.attachment import Attachment
from opinion_app.records.current import settings_of
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import PublishedFile
from opinion_app.records.transaction import transaction
from opinion_app.rules.public_files import CopyState
from opinion_app.rules.words import Role
from opinion_app.steps.publish import drawing, planning
from tests.builders.office import make_actor, make_person, make_unit
from tests.builders.published import make_closed
from tests.files.made_pages import SECRET, opened, pdf, photo
from tests.support.client import Browser, client_for, forms_in, pick
from tests.support.queries import MOST_QUERIES, counting

CASE = "/office/cases/LY2026-000001"
FILES = f"{CASE}/public_files"
PUBLIC = "/replies/LY2026-000001"
REVIEWED: dict[str, Any] = {"secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开"}


@pytest.fixture(autouse=True)
def at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are drawn before the answer, by the same code in this process; `test_drawing` starts real ones."""
    store = AttachmentStore(settings_of(app).data_dir / "attachments")
    monkeypatch.setattr(drawing, "start", lambda copy_id, _settings: drawing.carry_out(copy_id, clock.now, store))


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        make_closed(session, make_actor(session, "other", Role.CLERK), make_unit(session, "村镇建设办"))
    browser = client_for(app, "clerk")
    sent = [(io.BytesIO(photo()), "刘一帆家门口.jpg"), (io.BytesIO(pdf(2)), "批复.pdf")]
    assert browser.submit(f"{CASE}/attach", "/attach", use="reply", files=sent).status_code == 303
    return browser


def on(**choices: str) -> dict[str, Any]:
    """The fields of pages: page_1 for `page-1`."""
    return {name.replace("_", "-"): value for name, value in choices.items()}


def drawn(clerk: Browser, number: int) -> str:
    """Make the pictures of a file's pages; answers where they are decided on."""
    answer = clerk.submit(FILES, f"/{number}/draw")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def finished(clerk: Browser, number: int, **choices: Any) -> str:
    page = drawn(clerk, number)
    answer = clerk.submit(page, page, go="finish", **choices)
    assert answer.status_code == 303, answer.text
    return page


def publish(clerk: Browser, **values: Any) -> None:
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", **values)
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    answer = clerk.send(form, headers=None, go="publish", **REVIEWED)
    assert answer.status_code == 303, answer.text


def test_from_the_file_to_the_public_and_back(app: Flask, clerk: Browser) -> None:
    finished(clerk, 1, **on(page_1="show", boxes_1="0,0,50,100"))
    finished(clerk, 2, **on(page_1="leave", page_2="show", boxes_2=""))
    reader = Browser(app)
    assert reader.get(f"{PUBLIC}/files/1", buffered=True).status_code == 404
    publish(clerk)
    shown = reader.get(PUBLIC).text
    assert "刘**家门口.jpg" in shown
    assert "刘一帆" not in shown
    picture = reader.get(f"{PUBLIC}/files/1", buffered=True)
    assert picture.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in picture.headers
    assert not opened(picture.data).getexif()
    assert sum(opened(picture.data).convert("RGB").getpixel((50, 150))) < 30
    assert reader.get(f"{PUBLIC}/files/1", buffered=True, headers={"If-None-Match": picture.headers["ETag"]}).status_code == 304
    paper = pypdfium2.PdfDocument(reader.get(f"{PUBLIC}/files/2", buffered=True).data)
    assert len(paper) == 1
    assert SECRET not in paper[0].get_textpage().get_text_range()
    listed = reader.get("/replies.json").get_json()["items"][0]["files"]
    assert [file["name"] for file in listed] == ["刘**家门口.jpg", "批复.pdf"]
    clerk.submit(f"{CASE}/withdraw", "/withdraw", reason="留言人要求")
    for path in (f"{PUBLIC}/files/1", f"{PUBLIC}/files/2"):
        assert reader.get(path, buffered=True, headers={"If-None-Match": picture.headers["ETag"]}).status_code == 404


def test_nothing_is_made_while_a_page_is_undecided(clerk: Browser) -> None:
    page = drawn(clerk, 2)
    answer = clerk.submit(page, page, go="finish", **on(page_1="show"))
    assert answer.status_code == 422
    assert "第 2 页" in answer.text
    form = pick(clerk.forms(page), page)
    assert ("page-1", "show") in form.fields, "what was decided is kept"
    assert "没有一页公开" in clerk.submit(page, page, go="finish", **on(page_1="leave", page_2="leave")).text
    assert "第 1 页：" in clerk.submit(page, page, go="finish", **on(page_1="show", boxes_1="abc")).text
    assert clerk.get(f"{page}/file", buffered=True).status_code == 404
    assert clerk.get(f"{page}/pages/1", buffered=True).headers["Content-Type"] == "image/jpeg"
    assert clerk.get(f"{page}/pages/9", buffered=True).status_code == 404
    assert "一并公开的附件" not in clerk.get(f"{CASE}/publish").text


def test_a_refused_page_can_be_mended_and_sent_again(clerk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = drawn(clerk, 2)
    refused = clerk.submit(page, page, go="finish", **on(page_1="show"))
    again = pick(forms_in(refused.text, page), page)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("opinion_app.files.store.os.fsync", full)
        answer = clerk.send(again, go="finish", **on(page_2="leave"))
    assert answer.status_code == 422
    assert "磁盘已满" in answer.text
    third = pick(forms_in(answer.text, page), page)
    assert clerk.send(third, go="finish").status_code == 303
    assert "已做好" in clerk.get(FILES).text


def test_what_was_saved_can_be_gone_on_with_and_a_change_voids_the_copy(clerk: Browser) -> None:
    page = finished(clerk, 1, **on(page_1="show"))
    assert "已做好" in clerk.get(FILES).text
    assert clerk.get(f"{page}/file", buffered=True).status_code == 200
    opened_before = pick(clerk.forms(page), page)
    assert clerk.submit(page, page, go="save", **on(boxes_1="1,1,5,5")).status_code == 303
    assert "待逐页确认" in clerk.get(FILES).text
    assert clerk.send(opened_before, go="save").status_code == 409


def test_an_office_file_is_refused_with_the_reason(app: Flask, clerk: Browser) -> None:
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Attachment).where(Attachment.name == "批复.pdf")).one()
        row.name = "批复（修订）.docx"
        row.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    shown = clerk.get(FILES).text
    assert "修订痕迹、批注和作者姓名" in shown
    assert "另存为 PDF" in shown
    answer = clerk.press(f"{FILES}/2/draw", FILES)
    assert answer.status_code == 409
    assert "修订痕迹" in answer.text
    assert clerk.press(f"{FILES}/99/draw", FILES).status_code == 404


def keep_inside(app: Flask, owner: str) -> None:
    """Let the first file belong to another part of the case."""
    with app.app_context(), transaction() as session:
        session.scalars(select(Attachment).order_by(Attachment.id)).first().owner = owner  # type: ignore[union-attr]


@pytest.mark.parametrize("owner", ["internal", "finding", "report_back", "case"])
def test_what_stays_inside_is_neither_offered_nor_drawn(app: Flask, clerk: Browser, owner: str) -> None:
    """`case`: a file added after the case was registered, of which nobody said what it is for."""
    keep_inside(app, owner)
    shown = clerk.get(FILES).text
    assert "刘一帆家门口.jpg" not in shown
    assert "另有 1 份内部材料" in shown
    answer = clerk.press(f"{FILES}/1/draw", FILES)
    assert answer.status_code == 409
    assert "答复附件" in answer.text
    with app.app_context(), transaction() as session:
        assert session.scalars(select(PublicCopy.id)).all() == []


def test_a_copy_made_before_its_file_was_kept_inside_stays_inside(app: Flask, clerk: Browser) -> None:
    page = finished(clerk, 1, **on(page_1="show"))
    keep_inside(app, "finding")
    assert clerk.get(f"{page}/file", buffered=True).status_code == 409
    assert clerk.get(page).status_code == 409
    assert "一并公开的附件" not in clerk.get(f"{CASE}/publish").text
    publish(clerk, copies=["1"])
    with app.app_context(), transaction() as session:
        assert session.scalars(select(PublishedFile.id)).all() == []


def test_the_case_page_keeps_the_files_for_the_reply_apart(app: Flask, clerk: Browser) -> None:
    clerk.submit(f"{CASE}/attach", "/attach", files=(io.BytesIO(photo()), "内部照片.jpg"))
    page = clerk.get(CASE).text
    reply, office = page.split('id="reply-files"')[1], page.split('id="office-files"')[1]
    assert "批复.pdf" in reply
    assert "内部照片.jpg" in office
    assert "批复.pdf" not in office.split("</section>")[0]


def test_a_broken_file_is_said_on_the_page(app: Flask, clerk: Browser) -> None:
    clerk.submit(f"{CASE}/attach", "/attach", use="reply", files=(io.BytesIO(b"%PDF-1.4\nnothing\n%%EOF\n"), "坏.pdf"))
    answer = clerk.submit(FILES, "/3/draw")
    assert answer.status_code == 303
    page = clerk.get(answer.location).text
    assert "打不开" in page
    assert "重新制作" in page
    assert "打不开" in clerk.get(FILES).text
    assert pick(forms_in(page, "/draw"), "/3/draw")


def test_while_it_is_drawn_the_page_says_how_far(app: Flask, clerk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without script too: a link to look again, and a button to go on once nothing was heard for long."""
    started: list[int] = []
    monkeypatch.setattr(drawing, "start", lambda copy_id, _settings: started.append(copy_id))
    page = drawn(clerk, 2)
    shown = clerk.get(page).text
    assert "正在逐页转成图片" in shown
    assert "刷新看进度" in shown
    assert "正在逐页转成图片" in clerk.get(FILES).text
    assert "制作公开副本" not in shown
    assert "继续" not in shown.split("处理会继续")[1].split("</main>")[0]
    part = clerk.get(f"{page}/progress", headers={"HX-Request": "true"})
    assert "0 / … 页" in part.text
    assert clerk.press(f"{FILES}/2/draw", FILES).location == page
    assert started == [1], "one process for a file"
    answer = clerk.press(f"{page}/resume", FILES)
    assert answer.status_code == 409
    with app.app_context(), transaction() as session:
        session.execute(update(PublicCopy).values(beaten_at=clock.now() - drawing.STILL_AFTER * 2))
    assert "已经三分钟没有动静" in clerk.get(page).text
    assert clerk.submit(page, "/resume").status_code == 303
    assert started == [1, 1]
    with app.app_context():
        drawing.carry_out(1, clock.now, AttachmentStore(settings_of(app).data_dir / "attachments"))
    ended = clerk.get(f"{page}/progress", headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    assert "逐页决定公开还是不公开" in clerk.get(page).text


def test_nothing_is_decided_before_all_is_drawn(app: Flask, clerk: Browser) -> None:
    page = drawn(clerk, 2)
    form = pick(clerk.forms(page), page)
    with app.app_context(), transaction() as session:
        session.execute(update(PublicCopy).values(state=CopyState.DRAWING))
    assert clerk.send(form, go="save").status_code == 409


def test_a_copy_left_out_stays_inside(app: Flask, clerk: Browser) -> None:
    finished(clerk, 1, **on(page_1="show"))
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", copies=[])
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert clerk.send(form, go="publish", copies=["1"], **REVIEWED).status_code == 422, "not what was reviewed"
    assert clerk.send(form, go="publish", copies=[], **REVIEWED).status_code == 303
    assert Browser(app).get(f"{PUBLIC}/files/1", buffered=True).status_code == 404


def test_the_pages_ask_little_however_many_files_there_are(app: Flask, clerk: Browser) -> None:
    page = finished(clerk, 1, **on(page_1="show"))
    finished(clerk, 2, **on(page_1="show", page_2="show"))
    for path in (FILES, page, f"{CASE}/publish"):
        with counting(app) as asked:
            assert clerk.get(path).status_code == 200
        assert len(asked) <= MOST_QUERIES, f"{path}\n" + "\n".join(asked)


def test_files_go_out_with_a_plan(app: Flask, clerk: Browser) -> None:
    finished(clerk, 1, **on(page_1="show"))
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    at = clock.now() + timedelta(days=1)
    clerk.send(form, go="publish", when="later", publish_at=f"{at:%Y-%m-%dT%H:%M}", **REVIEWED)
    with app.app_context():
        assert planning.publish_due(at + timedelta(days=1)) == "公开 1 件"
        with transaction() as session:
            assert session.scalars(select(PublishedFile.name)).all() == ["刘**家门口.jpg"]
