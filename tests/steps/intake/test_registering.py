"""Registering over HTTP: seconds per message, nothing typed or sent is lost, the same matter is noticed, secrets stay out."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from opinion_app import clock
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import db
from opinion_app.records.case import Case, Correspondent, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.submission import Progress
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.query_code import code_hash
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Channel, Kind, Role, Source, Urgency
from opinion_app.steps.intake import operations
from tests.builders.office import make_case, make_person, make_unit
from tests.support.client import Browser, client_for, forms_in
from tests.support.queries import MOST_QUERIES, counting

# What depends on no database is tried on one.
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4"
    b"\0\0\0\0IEND\xaeB`\x82"
)
MESSAGE: dict[str, Any] = {"title": "桥头积水", "body": "桥头下雨就积水，行人过不去。", "kind": "complaint"}
LETTER: dict[str, Any] = MESSAGE | {
    "issuer": "县信访局",
    "document_number": "信转〔2026〕15号",
    "notice_date": "2026-11-01",
    "received_on": "2026-11-03",
}


@dataclass
class House:
    """The application, and a clerk at work in it."""

    app: Flask
    clerk: Browser

    def only(self, query: Any) -> Any:
        with self.app.app_context():
            found = db.session.scalar(query)
            db.session.expunge_all()
            return found

    def count(self, table: Any) -> int:
        return int(self.only(select(func.count()).select_from(table)))


@pytest.fixture
def house(app: Flask) -> House:
    """An office with a clerk and one unit."""
    with app.app_context(), transaction() as session:
        unit = make_unit(session, "城管队")
        make_person(session, "clerk", Role.CLERK, name="陈受理")
        make_person(session, "head", Role.UNIT_HEAD, unit=unit)
    return House(app, client_for(app, "clerk"))


def test_a_message_of_four_fields_is_registered_with_its_clocks(house: House) -> None:
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE)
    assert answer.status_code == 303, answer.text
    case = house.only(select(Case))
    assert answer.headers["Location"] == f"/office/cases/{case.number}"
    assert (case.source, case.channel, case.kind) == (Source.MESSAGE, Channel.LEADER_BOARD, Kind.COMPLAINT)
    assert abs((clock.now() - case.received_at).total_seconds()) < 120
    assert house.count(Clock) >= 2
    shown = house.clerk.get(answer.headers["Location"]).text
    assert f"编号 {case.number}" in shown
    assert "在登记时已过" not in shown


@ON_ONE
def test_d12_a_letter_entered_after_its_time_is_not_late_in_silence(house: House) -> None:
    received = clock.now() - timedelta(days=60)
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, received_at=f"{received:%Y-%m-%dT%H:%M}")
    assert answer.status_code == 303, answer.text
    shown = house.clerk.get(answer.headers["Location"]).text
    assert re.search(r"注意：受理分办时限（[\d-]+）、答复时限（[\d-]+）在登记时已过。", shown)


@pytest.mark.parametrize(
    ("then", "location"),
    [("assign", "/office/cases/LY2026-000001/assign"), ("next", "/office/register/message?channel=hotline")],
)
def test_the_clerk_chooses_what_comes_next(house: House, then: str, location: str) -> None:
    year = f"LY{clock.now().year}"
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, channel="hotline", then=then)
    assert answer.headers["Location"] == location.replace("LY2026", year)
    following = house.clerk.get(answer.headers["Location"]).text
    assert then == "assign" or '<option selected value="hotline">' in following


def test_a_letter_brings_issuer_dates_and_scans(house: House) -> None:
    scan = (io.BytesIO(PNG), "通知.png")
    values = LETTER | {"issuer_urgency": "特急", "return_on": "2026-12-05", "name": "王小明", "phone": "13800002222"}
    answer = house.clerk.submit("/office/register/letter", to="/letter", **values, files=scan)
    assert answer.status_code == 303, answer.text
    shown = house.clerk.get(answer.headers["Location"]).text
    assert "要求反馈的日期 12月5日 周六不上班（周末），下一个工作日是 12月7日 周一，仍以来文日期为准" in shown
    case, letter = house.only(select(Case)), house.only(select(Letter))
    assert (case.source, case.urgency) == (Source.FORWARDED_LETTER, Urgency.URGENT)
    assert (letter.issuer, letter.issuer_urgency, str(letter.return_on), letter.report_owed) == (
        "县信访局",
        "特急",
        "2026-12-05",
        True,
    )
    assert house.only(select(Correspondent.name)) == "王小明"
    assert house.only(select(Attachment.name)) == "通知.png"
    assert '<option value="县信访局">' in house.clerk.get("/office/register/letter").text


@ON_ONE
@pytest.mark.parametrize(
    ("page", "values", "words"),
    [
        ("message", {"title": ""}, "请填写标题"),
        ("message", {"title": "长" * 101}, "最多 100 个字"),
        ("message", {"body": "长" * 20_001}, "最多 20000 个字"),
        ("message", {"kind": None}, "请选择诉求类型"),
        ("message", {"received_at": "2026-02-30T09:00"}, "没有这个时间"),
        ("message", {"received_at": "2096-01-01T09:00"}, "不能晚于现在"),
        ("message", {"received_at": "1926-01-01T09:00"}, "请核对年份"),
        ("message", {"email": "a@b.cn,c@d.cn"}, "邮箱格式不对"),
        ("message", {"original_link": "javascript:alert(1)"}, "链接应以"),
        ("message", {"kind": "accusation"}, "举报件请写明"),
        ("message", {"kind": "accusation", "accused_unit_id": "999"}, "没有这个单位"),
        ("letter", {"issuer": ""}, "请填写来文单位"),
        ("letter", {"received_on": "2026-02-30"}, "没有这个日期"),
        ("letter", {"received_on": "2096-01-01"}, "不能晚于今天"),
        ("letter", {"notice_date": "2026-11-05"}, "不能晚于收文日期"),
        ("letter", {"return_on": "2026-11-02"}, "不能早于收文日期"),
        ("letter", {"return_on": "2999-11-02"}, "请核对年份"),
        ("message", {"area": "没有的领域"}, "不在可选范围内"),
        ("letter", {"area": "没有的领域"}, "不在可选范围内"),
        ("message", {"channel": "x"}, "不在可选范围内"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(house: House, page: str, values: dict[str, Any], words: str) -> None:
    sent = (LETTER if page == "letter" else MESSAGE) | {"place": "石桥村"} | values
    answer = house.clerk.submit(f"/office/register/{page}", to=f"/{page}", **sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="石桥村"' in answer.text
    assert house.count(Case) == 0


@ON_ONE
def test_hostile_text_is_kept_as_text(house: House) -> None:
    body = "<script>alert(1)</script>\0 <b>某安置办法</b> 𠮷\U0001f600 ../../etc"
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE | {"body": body})
    shown = house.clerk.get(answer.headers["Location"]).text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
    assert "𠮷\U0001f600" in shown
    assert "\0" not in house.only(select(Case.body))


def test_a_file_stays_chosen_when_a_field_is_wrong(house: House) -> None:
    file = (io.BytesIO(PNG), "../../现场.png")
    refused = house.clerk.submit("/office/register/message", to="/message", **MESSAGE | {"title": ""}, files=file)
    assert refused.status_code == 422
    assert "现场.png" in refused.text
    form = next(form for form in forms_in(refused.text, "") if form.action.endswith("/message"))
    answer = house.clerk.send(form, title="桥头积水")
    assert answer.status_code == 303, answer.text
    assert house.only(select(Attachment.name)) == "现场.png"


@ON_ONE
def test_a_kept_file_of_somebody_else_is_not_taken(house: House) -> None:
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, kept="eyJ4IjoxfQ.forged")
    assert answer.status_code == 303
    assert house.count(Attachment) == 0


@ON_ONE
def test_a_program_named_pdf_is_refused_and_the_text_stays(house: House) -> None:
    file = (io.BytesIO(b"MZ\x90\0" + b"\0" * 400), "通知.pdf")
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, files=file)
    assert answer.status_code == 422
    assert "而是一个程序" in answer.text
    assert "桥头下雨就积水" in answer.text
    assert house.count(Case) == 0


@pytest.mark.parametrize(
    "said", [{"classification": "机密"}, {"body": "机密★10年 关于某事"}, {"title": "【秘密】某件", "issuer": ""}]
)
def test_what_is_marked_secret_leaves_only_that_somebody_tried(house: House, said: dict[str, Any], settings: Settings) -> None:
    file = (io.BytesIO(PNG), "扫描.png")
    answer = house.clerk.submit("/office/register/letter", to="/letter", **LETTER | {"place": "石桥村"} | said, files=file)
    assert answer.status_code == 422
    assert "不得" in answer.text
    assert "石桥村" not in answer.text
    assert "桥头" not in answer.text
    assert house.count(Case) == house.count(TrailValue) == 0
    assert house.only(select(TrailEntry.act)) == "register.secret"
    assert not [path for path in Path(settings.data_dir).rglob("*") if path.is_file() and path.parent.name != "data"]


def test_the_same_text_is_noticed_and_the_clerk_decides(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        first = make_case(session, title="旧件", body=MESSAGE["body"]).number
    refused = house.clerk.submit("/office/register/message", to="/message", **MESSAGE)
    assert refused.status_code == 422
    assert "内容相同" in refused.text
    assert first in refused.text
    merged = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, same=first)
    assert merged.headers["Location"].endswith(f"/merge?into={first}")
    assert f'value="{first}"' in house.clerk.get(merged.headers["Location"]).text
    assert house.clerk.submit("/office/register/message", to="/message", **MESSAGE, same="anyway").status_code == 303
    assert house.count(Case) == 3


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"phone": "+86 138-0000-1234"}, "联系电话相同"),
        ({"original_number": "HX-7"}, "原编号相同"),
        ({"original_link": "https://example.cn/7"}, "链接相同"),
        ({"issuer": "县信访局", "document_number": "信转〔2026〕15号"}, "来文文号相同"),
    ],
)
def test_the_hint_comes_while_typing_and_writes_nothing(house: House, typed: dict[str, Any], reason: str) -> None:
    secret = house.app.extensions["opinion_settings"].secret_key
    assert house.clerk.submit("/office/register/letter", to="/letter", **LETTER).status_code == 303
    with house.app.app_context(), transaction() as session:
        make_case(session, original_number="HX-7", original_link="https://example.cn/7")
    house.clerk.submit("/office/register/message", to="/message", **MESSAGE, same="anyway", phone="13800001234")
    token = house.clerk.forms("/office/register/message")[-1].fields
    data = dict(token) | {"title": "", "body": "别的事"} | typed
    with counting(house.app) as asked:
        answer = house.clerk.post("/office/register/similar", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert reason in answer.text
    assert "<html" not in answer.text
    assert not [statement for statement in asked if not statement.upper().startswith("SELECT")]
    assert secret not in answer.text


def test_two_clicks_register_once(house: House) -> None:
    form = house.clerk.forms("/office/register/message")[-1]
    answers = [house.clerk.send(form, **MESSAGE) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert house.count(Case) == 1


def test_an_accusation_of_the_clerks_own_unit_goes_out_of_the_clerks_sight(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_unit(session, "党政办", is_office=True)
        make_person(session, "clerk", Role.CLERK, unit=office)
        unit_id = office.id
    clerk = client_for(app, "clerk")
    answer = clerk.submit(
        "/office/register/message",
        to="/message",
        **MESSAGE | {"kind": "accusation", "accused_unit_id": str(unit_id), "accused": "党政办"},
    )
    assert answer.headers["Location"] == "/office/register"
    assert "不再能查看" in clerk.get("/office/register").text


@ON_ONE
def test_only_clerks_register(house: House) -> None:
    head = client_for(house.app, "head")
    assert head.get("/office/register/message").status_code == 403
    assert head.get("/office/register").status_code == 403


def test_the_pages_ask_few_questions(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        for place in range(12):
            make_case(session, body=f"第{place}件")
    for path in ("/office/register", "/office/register/message", "/office/register/letter"):
        with counting(house.app) as asked:
            assert house.clerk.get(path).status_code == 200
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_a_query_code_is_shown_once_and_only_its_hash_is_kept(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        number = make_case(session).number
    path = f"/office/cases/{number}/query_code"
    assert house.clerk.submit(path, to="/query_code").status_code == 422
    answer = house.clerk.submit(path, to="/query_code", check="当面核对证件")
    assert answer.status_code == 200
    code = answer.text.split("<strong>")[1].split("</strong>")[0]
    secret = house.app.extensions["opinion_settings"].secret_key
    held = house.only(select(Progress))
    assert held.code_hash == code_hash(secret, number, code)
    assert held.step
    assert code not in house.clerk.get(f"/office/cases/{number}").text
    assert "已经发过查询码" in house.clerk.get(path).text
    again = house.clerk.submit(path, to="/query_code", check="当面核对证件", note="遗失")
    assert code not in again.text
    assert house.only(select(Progress.code_hash)) != held.code_hash
    assert house.only(select(func.count()).where(TrailEntry.act == "case.query_code")) == 2
    timeline = house.clerk.get(f"/office/cases/{number}").text
    assert "重发查询码" in timeline
    assert "当面核对证件" in timeline


@ON_ONE
def test_a_receipt_is_printed_without_a_code(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        number = make_case(session).number
    answer = house.clerk.get(f"/office/cases/{number}/receipt")
    assert "受理回执" in answer.text
    assert "查询码</th>" not in answer.text
    assert client_for(house.app, "head").get(f"/office/cases/{number}/receipt").status_code == 404


def test_an_act_tried_again_takes_its_files_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    take_in = operations.take_in

    def overtaken_once(*arguments: Any) -> Case:
        tries.append(1)
        if len(tries) == 1:
            raise StaleDataError
        return take_in(*arguments)

    monkeypatch.setattr(operations, "take_in", overtaken_once)
    file = (io.BytesIO(PNG), "现场.png")
    answer = house.clerk.submit("/office/register/message", to="/message", **MESSAGE, files=file)
    assert answer.status_code == 303, answer.text
    assert len(tries) == 2
    assert house.only(select(Attachment.size)) == len(PNG)
