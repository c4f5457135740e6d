"""The act pages of triage and handling over HTTP: they open, they refuse in words, a double click does no harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from opinion_app.app import create_app
from opinion_app.flow import assess as acts
from opinion_app.records.case import Case
from opinion_app.records.finding import Finding
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.words import RiskFactor, Stage
from opinion_app.steps.triage import assigning, operations
from tests.builders.life import (
    REPLY,
    Office,
    answered,
    approved,
    assigned,
    closed,
    forwarded,
    handling_case,
    make_office,
    under_review,
)
from tests.builders.office import NOW, make_case
from tests.support.databases import ENGINES, Furnished, furnish, hurry, make_settings, release
from tests.support.signed_in import signed_in

HIDDEN = re.compile(r'name="(csrf_token|_key|version|read)"[^>]* value="([^"]*)"')


@dataclass
class House:
    """The running application and the people in it."""

    app: Flask
    office: Office
    ids: dict[str, str]


Begun = tuple[Office, dict[str, str]]


def historic_no_more(office: Office) -> str:
    """A matter assessed as 历史遗留 and then as not: its verification was due within five working days, now within two."""
    case, grades = make_case(office.session, office.clerk), {factor: Ground(1, "见截图") for factor in RiskFactor}
    for historic in (True, False):
        acts.assess(office.session, case, office.clerk, NOW, Sheet(grades, findings="可能被误读", plan="口径", historic=historic))
    return case.number


def referred_letter(office: Office) -> str:
    """A letter that was to be answered by the thirtieth and was referred before."""
    case = forwarded(office, date(2026, 11, 30))
    assigning.reassign(office.session, case, office.clerk, NOW, office.roads.id, "职责调整")
    operations.refer(office.session, case, office.clerk, NOW, "县信访局", "不属本地", None)
    return case.number


def begin(session: Session) -> Begun:
    """One case in each early stage."""
    office = make_office(session)
    return office, {
        "received": make_case(session, office.clerk).number,
        "other": make_case(session, office.clerk).number,
        "assigned": assigned(office).number,
        "handling": handling_case(office).number,
        "under_review": under_review(office).number,
        "approved": approved(office).number,
        "answered": answered(office).number,
        "closed": closed(office).number,
        "historic_no_more": historic_no_more(office),
        "referred_letter": referred_letter(office),
    }


@pytest.fixture(scope="module", params=ENGINES)
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Furnished[Begun]:
    """The office with its cases, walked to their stages once for each engine."""
    return furnish(request, tmp_path_factory.mktemp("act-pages"), begin)


@pytest.fixture
def house(furnished: Furnished[Begun], tmp_path: Path) -> Iterator[House]:
    """The application over a copy, an hour after the cases came in: what has a time limit is still open whatever day it is."""
    with furnished.copy(tmp_path) as url, time_machine.travel(NOW + timedelta(hours=1)):
        app = create_app(make_settings(tmp_path / "data", url))
        hurry(app)
        yield House(app, *furnished.content)
        release(app)


def fill(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Open the form at `path` and send it with `fields`."""
    opened = client.get(path)
    assert opened.status_code == 200, opened.text
    return client.post(path, data=dict(HIDDEN.findall(opened.text)) | fields)


CLASS = {"kind": "help", "area": "城建", "urgency": "normal", "procedure": "ordinary"}


@pytest.mark.parametrize(
    ("who", "which", "act", "fields", "stage"),
    [
        ("clerk", "received", "accept", CLASS, Stage.RECEIVED),
        ("clerk", "received", "assign", CLASS | {"lead": "1", "supports": ["2"], "note": "请速办"}, Stage.ASSIGNED),
        ("clerk", "received", "classify", CLASS | {"kind": "inquiry"}, Stage.RECEIVED),
        ("clerk", "received", "propose", {"proposal": "拟请财政所办理"}, Stage.RECEIVED),
        ("clerk", "received", "instruct", {"text": "请速办", "spoken_by": "凌镇长", "spoken_on": "2026-11-20"}, Stage.RECEIVED),
        ("clerk", "received", "decline", {"ground": "其他", "reason": "重复", "channel": "县信访局"}, Stage.DECLINED),
        ("clerk", "received", "refer", {"referred_to": "县信访局", "reason": "属信访"}, Stage.REFERRED),
        ("clerk", "assigned", "reassign", {"lead": "2", "reason": "职责"}, Stage.ASSIGNED),
        ("finance_head", "assigned", "sign_for", {"handler": "5"}, Stage.HANDLING),
        ("finance_head", "assigned", "ask_return", {"reason": "不属职责"}, Stage.ASSIGNED),
        ("finance_head", "handling", "name_handler", {"handler": "4"}, Stage.HANDLING),
        ("finance_handler", "handling", "note", {"kind": "contact", "text": "已电话联系"}, Stage.HANDLING),
        ("finance_handler", "handling", "ask_extension", {"amount": "3", "reason": "采购"}, Stage.HANDLING),
        ("finance_handler", "handling", "reveal_contact", {"reason": "核实"}, Stage.HANDLING),
        ("finance_handler", "handling", "draft", {"text": REPLY}, Stage.HANDLING),
        ("finance_handler", "handling", "draft", {"text": REPLY, "go": "submit"}, Stage.UNDER_REVIEW),
        ("finance_head", "under_review", "check_unit_head", {"verdict": "pass"}, Stage.UNDER_REVIEW),
        ("finance_head", "under_review", "check_unit_head", {"verdict": "back", "opinion": "写明日期"}, Stage.HANDLING),
        ("clerk", "approved", "answer", {"method": "phone"}, Stage.ANSWERED),
        ("clerk", "closed", "reopen", {"reason": "不满意"}, Stage.HANDLING),
        ("clerk", "closed", "archive", {"retention": "30y"}, Stage.ARCHIVED),
    ],
)
def test_an_act_opens_and_is_carried_out(
    house: House, who: str, which: str, act: str, fields: dict[str, object], stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(house.app, getattr(house.office, who).id)
    path = f"/office/cases/{house.ids[which]}/{act}"
    fragment = client.get(path, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    answer = fill(client, path, **fields)
    assert answer.status_code == 303, answer.text
    with house.app.app_context(), transaction() as session:
        assert session.scalar(select(Case.stage).where(Case.number == house.ids[which])) is stage


def test_an_empty_form_is_refused_with_words_beside_the_field(house: House) -> None:
    client = signed_in(house.app, house.office.clerk.id)
    answer = fill(client, f"/office/cases/{house.ids['received']}/decline", ground="其他")
    assert answer.status_code == 422
    assert "请填写具体说明" in answer.text


def test_a_form_sent_twice_is_carried_out_once(house: House) -> None:
    client = signed_in(house.app, house.office.finance_handler.id)
    path = f"/office/cases/{house.ids['handling']}/note"
    data = dict(HIDDEN.findall(client.get(path).text)) | {"kind": "note", "text": "查了台账"}
    answers = [client.post(path, data=data) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    with house.app.app_context(), transaction() as session:
        assert session.scalar(select(func.count(Finding.id))) == 1


def test_a_form_sent_again_with_another_text_is_refused(house: House) -> None:
    client = signed_in(house.app, house.office.finance_handler.id)
    path = f"/office/cases/{house.ids['handling']}/note"
    data = dict(HIDDEN.findall(client.get(path).text)) | {"kind": "note", "text": "查了台账"}
    assert client.post(path, data=data).status_code == 303
    assert client.post(path, data=data | {"text": "换了内容"}).status_code == 409


def test_whoever_may_not_see_a_case_is_told_there_is_none(house: House) -> None:
    client = signed_in(house.app, house.office.roads_head.id)
    assert client.get(f"/office/cases/{house.ids['received']}/sign_for").status_code == 404


def test_an_act_one_may_not_do_on_a_visible_case_is_forbidden(house: House) -> None:
    client = signed_in(house.app, house.office.finance_head.id)
    assert client.get(f"/office/cases/{house.ids['assigned']}/decline").status_code == 403


def test_d12_whoever_gives_a_unit_a_late_case_is_told_that_the_draft_date_has_passed(house: House) -> None:
    base, said = f"/office/cases/{house.ids['received']}", "承办单位提交答复稿的日期随之已过"
    client = signed_in(house.app, house.office.clerk.id)
    assert said not in client.get(f"{base}/assign").text
    with time_machine.travel(NOW + timedelta(days=30)):
        late = signed_in(house.app, house.office.clerk.id)
        assert said in late.get(f"{base}/assign").text
        assert said in given_late(late, f"{base}/assign", **CLASS, lead="1")
        assert said in late.get(f"{base}/reassign").text
        assert said in late.get(f"{base}/add_unit").text
        given_late(late, f"{base}/add_unit", "报协办结果", unit="2")
        given_late(late, f"{base}/reassign", lead="2", reason="职责")


def given_late(client: FlaskClient, path: str, owes: str = "提交答复稿", **fields: str) -> str:
    """A late case is given to a unit: refused with its date until the tick, and then told with it on the page it leads to."""
    assert "know_late" not in client.get(path).text
    refused = fill(client, path, **fields)
    assert (refused.status_code, 'name="know_late"' in refused.text) == (422, True)
    assert f"{owes}时限：— → 2026-12-02（已逾期）" in refused.text
    assert fill(client, path, **fields, know_late="y").status_code == 303
    shown = client.get(path.rpartition("/")[0]).text
    assert f"{owes}时限：— → 2026-12-02（已逾期）" in shown
    return shown


@pytest.mark.parametrize(
    ("who", "which", "act", "fields", "said"),
    [
        (
            "leader",
            "historic_no_more",
            "approve_assessment",
            {"passed": "yes"},
            "核实报告时限：2026-11-30 → 2026-11-25（已逾期）",
        ),
        ("clerk", "referred_letter", "reopen", {"reason": "退回"}, "答复时限：— → 2026-11-30（已逾期）"),
    ],
)
def test_d12_a_leaders_word_and_a_case_taken_up_again_make_nothing_late_in_silence(
    house: House, who: str, which: str, act: str, fields: dict[str, str], said: str
) -> None:
    base = f"/office/cases/{house.ids[which]}"
    with time_machine.travel(NOW + timedelta(days=4 if act == "approve_assessment" else 30)):
        client = signed_in(house.app, getattr(house.office, who).id)
        assert "know_late" not in client.get(f"{base}/{act}").text
        refused = fill(client, f"{base}/{act}", **fields)
        assert (refused.status_code, 'name="know_late"' in refused.text) == (422, True)
        assert said in refused.text
        assert fill(client, f"{base}/{act}", **fields, know_late="y").status_code == 303
        assert client.get(base).text.count(said) >= 2, "in the sentence and in the entry of the case"


def test_an_act_that_is_not_open_says_why(house: House) -> None:
    client = signed_in(house.app, house.office.clerk.id)
    answer = client.get(f"/office/cases/{house.ids['handling']}/accept")
    assert answer.status_code == 409
    assert "办理中" in answer.text


def test_contact_data_is_shown_only_after_asking(house: House) -> None:
    client = signed_in(house.app, house.office.finance_handler.id)
    base = f"/office/cases/{house.ids['handling']}"
    assert "13800001234" not in client.get(f"{base}/contact").text
    assert fill(client, f"{base}/reveal_contact", reason="核实").status_code == 303
    assert "13800001234" in client.get(f"{base}/contact").text


def test_the_drafter_is_told_whose_result_is_missing_until_it_comes(house: House) -> None:
    drafter, support = (signed_in(house.app, person.id) for person in (house.office.finance_handler, house.office.roads_head))
    base = f"/office/cases/{house.ids['handling']}"
    assert fill(drafter, f"{base}/draft", text=REPLY).status_code == 303
    missing = "村镇建设办还没有报送协办结果"
    for page in ("draft", "submit_reply"):
        assert missing in drafter.get(f"{base}/{page}").text
    assert fill(support, f"{base}/sign_for", handler=house.office.roads_head.id).status_code == 303
    assert missing in drafter.get(f"{base}/submit_reply").text
    assert fill(support, f"{base}/report_support", text="路灯线路由我办负责，已修复。").status_code == 303
    for page in ("draft", "submit_reply"):
        assert missing not in drafter.get(f"{base}/{page}").text


@pytest.mark.parametrize(
    ("act", "more", "done"),
    [
        ("accept", {}, "已受理。"),
        ("classify", {}, "分类已修改。"),
        ("assign", {"lead": "1", "note": "请速办"}, "已交办给财政所。"),
    ],
)
def test_d12_an_act_that_makes_dates_late_is_refused_until_somebody_says_they_know(
    house: House, act: str, more: dict[str, object], done: str
) -> None:
    path = f"/office/cases/{house.ids['received']}/{act}"
    urgent = CLASS | {"urgency": "urgent"} | more
    with time_machine.travel(NOW + timedelta(hours=3)):
        client = signed_in(house.app, house.office.clerk.id)
        assert "know_late" not in client.get(path).text, "nobody is asked before a date is in danger"
        refused = fill(client, path, **urgent)
        assert refused.status_code == 422
        assert "时限：2026-11-24 → 2026-11-23 11:00（已逾期）" in refused.text
        assert 'name="know_late"' in refused.text
        with house.app.app_context(), transaction() as session:
            case = session.scalars(select(Case).where(Case.number == house.ids["received"])).one()
            assert (case.urgency.value, case.stage, case.accepted_at) == ("normal", Stage.RECEIVED, None)
        answer = fill(client, path, **urgent, know_late="y")
        assert answer.status_code == 303, answer.text
        shown = client.get(answer.headers["Location"]).text
    assert done in shown
    assert shown.count("→ 2026-11-24 10:00") >= 2, "in the sentence and in the entry of the case"


def test_d13_a_merge_that_makes_dates_late_is_refused_on_its_page_until_somebody_says_they_know(house: House) -> None:
    with house.app.app_context(), transaction() as session:
        overdue = make_case(session, house.office.clerk, now=NOW - timedelta(days=20)).number
    path, into = f"/office/cases/{overdue}/merge", house.ids["received"]
    with time_machine.travel(NOW + timedelta(hours=3)):
        client = signed_in(house.app, house.office.clerk.id)
        assert "know_late" not in client.get(path).text
        refused = fill(client, path, into=into, reason="同一件事")
        assert (refused.status_code, 'name="know_late"' in refused.text) == (422, True)
        assert "答复时限：2026-12-02 → 2026-11-" in refused.text
        answer = fill(client, path, into=into, reason="同一件事", know_late="y")
        assert answer.status_code == 303, answer.text
        shown = client.get(answer.headers["Location"]).text
    assert f"{overdue} 已并入本件。时限随之变动：答复时限：2026-12-02 → 2026-11-" in shown
