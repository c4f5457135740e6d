"""A citizen leaves a message, is given number and code once, and follows it; whatever is sent, nothing breaks or leaks."""

from __future__ import annotations

import re
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.public.messages.words import INBOX_ONLY
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Channel, Kind, Role
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import case_index
from tests.builders.office import make_person
from tests.support.client import Browser, forms_in, pick

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
MESSAGE: dict[str, Any] = {
    "kind": "help",
    "title": "村口路灯不亮",
    "body": "村口的路灯坏了半个月，晚上出门不方便。",
    "name": "刘一帆",
    "phone": "13800001234",
    "files": [],
}
CODE = re.compile(r"查询码</dt><dd class=\"code\">([^<]+)</dd>")
NEW = "/messages/new"
EXTRA = {"stage": "closed", "number": "LY2000-1", "restricted": "1", "received_at": "2000-01-01", "case_id": "7"}


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def leave(browser: Browser, **changed: Any) -> Any:
    return browser.submit(NEW, NEW, **(MESSAGE | changed))


def cases(app: Flask) -> int:
    with app.app_context(), transaction() as session:
        return session.scalar(select(func.count(Case.id))) or 0


def test_a_message_becomes_a_case_and_its_writer_can_follow_it(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
    answer = leave(browser, files=[(BytesIO(PNG), "路灯.png")], wish_public="y")
    assert answer.status_code == 303
    assert answer.location == "/messages/received?number=LY2026-000001"
    receipt = browser.get(answer.location)
    code = CODE.findall(receipt.text)[0]
    assert receipt.headers["Cache-Control"] == "no-store"
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case)).one()
        assert (case.channel, case.kind, case.wish_public) == (Channel.WEB_FORM, Kind.HELP, True)
        assert session.scalars(select(Attachment.name)).all() == ["路灯.png"]
        assert session.scalars(select(Correspondent.name)).all() == ["刘一帆"]
        assert case_index.newest(session.connection(), parse_query("路灯"), 5) == [case.id]
        left = session.scalars(select(Submission)).one()
        assert (left.case_id, left.fields) == (case.id, {})
        assert session.scalar(select(func.count(Notice.id))) == 1
    told = browser.submit("/messages/track", "/track", number="ly2026-000001", code=code.lower())
    assert "已收到" in told.text
    assert "最晚" in told.text
    assert "7 个工作日内答复" in told.text


def test_the_code_is_shown_once_and_never_by_the_address_alone(app: Flask, browser: Browser) -> None:
    location = leave(browser).location
    assert not CODE.search(Browser(app).get(location).text)  # somebody else with the address
    assert CODE.search(browser.get(location).text)
    again = browser.get(location)
    assert not CODE.search(again.text)
    assert "只在提交后显示一次" in again.text


def test_a_form_sent_twice_makes_one_case_and_one_code(app: Flask, browser: Browser) -> None:
    form = pick(browser.forms(NEW), NEW)
    first, second = browser.send(form, **MESSAGE), browser.send(form, **MESSAGE)
    assert first.location == second.location
    assert cases(app) == 1
    assert CODE.search(browser.get(second.location).text)


def test_a_form_sent_twenty_times_at_once_makes_one_case(app: Flask, browser: Browser) -> None:
    form = pick(browser.forms(NEW), NEW)
    cookie = browser.client.get_cookie("opinion")
    assert cookie is not None

    def send(_n: int) -> Any:
        one = Browser(app)
        one.client.set_cookie("opinion", cookie.value)
        return one.send(form, **MESSAGE)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert cases(app) == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": ""}, "请填写标题"),
        ({"kind": ""}, "请选择一项"),
        ({"kind": "root"}, "路灯坏了"),
        ({"area": "没有的领域"}, "不在可选范围内"),
        ({"body": ""}, "请填写内容"),
        ({"title": "长" * 41}, "最多 40 个字"),
        ({"body": "长" * 10_001}, "最多 10000 个字"),
        ({"email": "a@x.cn, b@evil.cn"}, "邮箱格式不对"),
        ({"phone": "123"}, "这不像电话号码"),
        ({"phone": "138****1234"}, "138****1234"),
        ({"kind": "accusation"}, "被举报的单位或个人"),
        ({"body": "【机密】村里的事"}, "涉密文件不得进入"),
        ({"leave_empty": "http://spam"}, "现在已经清空"),
        ({"files": [(BytesIO(b"MZ\x90\x00"), "账单.pdf")]}, "而是一个程序"),
        ({"files": [(BytesIO(b"PK\x03\x04"), "表.xlsx")]}, "可以上传"),
        ({"files": [(BytesIO(b""), "空.png")]}, "空的"),
        ({"files": [(BytesIO(PNG), f"{n}.png") for n in range(6)]}, "一次最多上传 5 个"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(app: Flask, browser: Browser, changed: dict[str, Any], said: str) -> None:
    fresh = {name: _again(value) for name, value in changed.items()}
    answer = leave(browser, **fresh)
    assert answer.status_code == 422
    assert said in answer.text
    if "title" not in changed:
        assert "村口路灯不亮" in answer.text
    assert cases(app) == 0
    mended = browser.send(pick(forms_in(answer.text, NEW), NEW), **MESSAGE, accused="", email="", area="其他")
    assert mended.status_code == 303


def test_a_field_that_a_browser_filled_in_unseen_is_no_dead_end(app: Flask, browser: Browser) -> None:
    answer = leave(browser, leave_empty="https://xx.example")
    assert "xx.example" not in answer.text
    assert re.search(r'<input id="leave_empty" name="leave_empty" type="text" tabindex="-1" autocomplete="off">', answer.text)
    again = browser.send(pick(forms_in(answer.text, NEW), NEW))  # the page as it stands, the button pressed once more
    assert again.status_code == 303
    assert cases(app) == 1


def _again(value: Any) -> Any:
    return [(BytesIO(stream.getvalue()), name) for stream, name in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>" * 9,
        "长" * 9000,
        "nul\0byte\x0b",
        "四字节𠮷😀",
        "\u202e反向",
        "{{7*7}}${7*7}",
        "'; drop table cases;--",
    ],
)
def test_odd_texts_come_in_and_are_only_text(app: Flask, browser: Browser, body: str) -> None:
    everywhere = dict.fromkeys(("title", "place", "name", "accused"), body[:38])
    refused = leave(browser, **everywhere, body=body, phone=body[:38])  # nobody's telephone number
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    answer = leave(browser, **everywhere, body=body)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "<script>alert" not in page
    assert cases(app) == 1


def test_too_many_messages_are_told_when_to_come_back(app: Flask, browser: Browser) -> None:
    for serial in range(5):
        assert leave(browser, title=f"第 {serial} 封").status_code == 303
    answer = leave(browser, title="第六封", body="还有一件事要说。")
    assert answer.status_code == 429
    assert "分钟后再试" in answer.text
    assert "还有一件事要说。" in answer.text
    assert int(answer.headers["Retry-After"]) > 3000
    assert cases(app) == 5


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(app: Flask, browser: Browser) -> None:
    leave(browser)
    answers = [
        browser.submit("/messages/track", "/track", number=number, code="ABCDEFGHJKMN")
        for number in ("LY2026-000001", "LY2026-999999")
    ]
    strip = [re.sub(r"LY2026-\d+|value=\"[^\"]{20,}\"", "", answer.text) for answer in answers]
    assert strip[0] == strip[1]
    assert "没有查到" in answers[0].text
    assert answers[0].status_code == answers[1].status_code == 200


def test_codes_cannot_be_guessed_at_will(browser: Browser) -> None:
    for _try in range(10):
        assert browser.submit("/messages/track", "/track", number="LY2026-000001", code="ABCD").status_code == 200
    late = browser.submit("/messages/track", "/track", number="LY2026-000001", code="ABCD")
    assert late.status_code == 429
    assert late.headers["Retry-After"] == "60"


def test_a_form_without_its_key_is_not_taken(app: Flask, browser: Browser) -> None:
    form = pick(browser.forms(NEW), NEW)
    answer = browser.send(form, **MESSAGE, _key="made-up")
    assert answer.status_code == 422
    assert cases(app) == 0


@pytest.mark.parametrize(
    ("cookies", "said"),
    [("none", "允许本站的 Cookie"), ("other", "允许本站的 Cookie"), ("lapsed", "请核对内容后再提交一次")],
)
def test_who_keeps_no_cookie_is_told_what_to_do_and_keeps_the_text(app: Flask, cookies: str, said: str) -> None:
    """The protection of the form is checked before the page is asked; its refusal must lead somewhere all the same."""
    form = pick(Browser(app).forms(NEW), NEW)
    visitor = Browser(app)
    if cookies == "other":
        visitor.client.set_cookie("statistics", "1")
    if cookies == "lapsed":
        visitor.get(NEW)
    values = MESSAGE | {"title": "路灯 <b>", "area": "城建", "wish_public": "y", "files": [(BytesIO(PNG), "路灯.png")]}
    answer = visitor.send(form, **values)
    assert answer.status_code == 400
    assert said in answer.text
    assert "照片和 PDF 需要重新选择" in answer.text
    assert "刷新页面" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    fresh = pick(forms_in(answer.text), NEW)
    held = {name: value.strip() for name, value in fresh.fields}
    kept = ("kind", "title", "body", "area", "name", "phone", "wish_public")
    assert [held[name] for name in kept] == [values[name] for name in kept]
    assert cases(app) == 0
    again = visitor.send(fresh)  # a browser that keeps the cookie of the refusal
    assert again.status_code == 303
    assert cases(app) == 1


def test_a_form_without_a_token_is_taken_from_nobody(app: Flask, browser: Browser) -> None:
    browser.get(NEW)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "made-up"}):
        answer = browser.post(NEW, MESSAGE | {"files": []} | token)
        assert answer.status_code == 400
    assert cases(app) == 0


def test_following_without_a_cookie_says_what_to_do(app: Flask) -> None:
    form = pick(Browser(app).forms("/messages/track"), "/track")
    visitor = Browser(app)
    answer = visitor.send(form, number="LY2026-000001", code="ABCD EFGH JKMN")
    assert (answer.status_code, "允许本站的 Cookie" in answer.text) == (400, True)
    assert dict(pick(forms_in(answer.text), "/track").fields)["number"] == "LY2026-000001"
    rated = Browser(app).post("/messages/rate", {"number": "LY2026-000001", "code": "ABCD", "comment": "灯<又>坏了"})
    assert (rated.status_code, "允许本站的 Cookie" in rated.text) == (400, True)
    assert ">灯&lt;又&gt;坏了</textarea>" in rated.text


def test_extra_fields_change_nothing(app: Flask, browser: Browser) -> None:
    answer = leave(
        browser, stage="closed", number="LY2000-1", restricted="1", received_at="2000-01-01", source="forwarded_letter"
    )
    assert answer.status_code == 303
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case)).one()
        assert (case.number, case.stage.value, case.restricted, case.source.value) == (
            "LY2026-000001",
            "received",
            False,
            "message",
        )


def test_what_the_address_is_used_for_is_said_before_the_button(app: Flask, browser: Browser) -> None:
    assert "各发一封邮件" not in browser.get(NEW).text  # no mail leaves this office, so none is promised
    app.config[INBOX_ONLY] = True
    assert "本单位开通发信的，收到留言时" in browser.get(NEW).text
    del app.config[INBOX_ONLY]
    object.__setattr__(settings_of(app), "smtp_url", "smtp://mail.office.test")
    said, _button, _after = browser.get(NEW).text.partition("提交留言")
    assert "收到留言时（写明编号和查询码）和答复时各发一封邮件到这个邮箱，不发别的" in said


def test_a_message_sent_twice_queues_one_receipt(app: Flask, browser: Browser) -> None:
    object.__setattr__(settings_of(app), "smtp_url", "smtp://mail.office.test")
    form = pick(browser.forms(NEW), NEW)
    for _time in range(2):
        browser.send(form, **MESSAGE | {"email": "liu@mail.test"})
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Notice).where(Notice.writer_id.is_not(None))).one()
        assert (row.category, row.address) == ("receipt", "***@***")
