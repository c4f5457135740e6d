"""The pages of risk over HTTP: the sheet, the proposal, the leader's word, reports, versions, paper and list."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.flow import assess as acts
from opinion_app.records.assessment import Assessment
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import ClockState, RiskFactor, RiskLevel
from tests.builders.life import Office, handling_case, make_office
from tests.builders.office import make_case
from tests.support.client import Browser, client_for
from tests.support.databases import make_settings
from tests.support.queries import MOST_QUERIES, counting

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
SHEET: dict[str, Any] = {f"grade_{factor.value}": "2" for factor in RiskFactor} | {
    f"ground_{factor.value}": "见截图" for factor in RiskFactor
}
WHOLE: dict[str, Any] = SHEET | {"findings": "群众误以为停水收费", "plan": "一、口径", "level": ""}


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what these forms change is changed on both by tests/flow/test_assess.py."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def number(app: Flask) -> str:
    """A case a unit is handling, in an office with everybody."""
    with app.app_context(), transaction() as session:
        office = make_office(session)
        return handling_case(office, clock.now()).number


def page_of(number: str, act: str) -> str:
    return f"/office/cases/{number}/{act}"


def test_the_sheet_is_filled_in_and_the_leader_approves(app: Flask, number: str) -> None:
    clerk, leader = client_for(app, "clerk"), client_for(app, "leader")
    opened = clerk.get(page_of(number, "assess"), headers={"HX-Request": "true"})
    assert opened.status_code == 200
    assert "插入预案提纲" in opened.text
    assert "<html" not in opened.text
    answer = clerk.submit(page_of(number, "assess"), page_of(number, "assess"), **WHOLE, files=(BytesIO(PDF), "预案.pdf"))
    assert answer.status_code == 303, answer.text
    shown = clerk.get(f"/office/cases/{number}").text
    assert "重大" in shown
    assert "第 1 版" in shown
    approving = leader.get(page_of(number, "approve_assessment"))
    assert "群众误以为停水收费" in approving.text
    assert "预案.pdf" in approving.text
    answer = leader.submit(
        page_of(number, "approve_assessment"), page_of(number, "approve_assessment"), passed="yes", opinion="照办"
    )
    assert answer.status_code == 303, answer.text
    assert "照办" in leader.get(f"/office/cases/{number}").text
    paper = leader.get(page_of(number, "assessments/1"))
    assert "舆情风险评估研判表" in paper.text
    assert "同意。照办" in paper.text
    assert clerk.get(page_of(number, "assessments/9")).status_code == 404
    with app.app_context(), transaction() as session:
        file = session.scalars(select(Attachment).where(Attachment.owner == "assessment")).one()
        assert file.owner_id == session.scalar(select(Assessment.id))


def test_the_files_of_the_office_do_not_stand_with_the_writers_words(app: Flask, number: str) -> None:
    clerk, path = client_for(app, "clerk"), page_of(number, "assess")
    clerk.submit(path, path, **(WHOLE | {"plan": ""}), files=(BytesIO(PDF), "预案.pdf"))
    shown = clerk.get(f"/office/cases/{number}").text
    assert "请尽快补充应对处置预案" not in shown
    assert "预案.pdf" not in shown[shown.index('id="message"') : shown.index('id="office-files"')]
    assert "预案.pdf" in shown[shown.index('id="office-files"') :]
    assert re.search(r"\d\d:\d\d 前，(\d+月\d+日 )?\d\d:\d\d 起提醒", shown), "a clock of hours names the hour"


def test_a_refused_file_leaves_the_whole_sheet_on_the_form(app: Flask, number: str) -> None:
    path = page_of(number, "assess")
    answer = client_for(app, "clerk").submit(path, path, **WHOLE, files=(BytesIO(b"MZ" + bytes(2000)), "预案.pdf"))
    assert answer.status_code == 422
    for words in ("不是 PDF", f"{WHOLE['findings']}</textarea>", "保存研判"):
        assert words in answer.text
    clerk = client_for(app, "clerk")
    assert "未研判" in clerk.get(f"/office/cases/{number}").text
    assert clerk.submit(path, path, **(WHOLE | {"plan": ""})).status_code == 303
    assert "请尽快补充应对处置预案" in clerk.get(f"/office/cases/{number}").text, "without a plan one is asked for"


def test_the_leaders_consent_stands_once_on_paper(app: Flask, number: str) -> None:
    clerk, leader = client_for(app, "clerk"), client_for(app, "leader")
    clerk.submit(page_of(number, "assess"), page_of(number, "assess"), **WHOLE)
    path = page_of(number, "approve_assessment")
    assert leader.submit(path, path, passed="yes", opinion="同意，按预案办理。").status_code == 303
    paper = leader.get(page_of(number, "assessments/1")).text
    assert "同意，按预案办理。" in paper
    assert "同意。同意" not in paper


def test_an_unfinished_sheet_keeps_what_was_typed_and_names_the_factors(app: Flask, number: str) -> None:
    clerk = client_for(app, "clerk")
    path = page_of(number, "assess")
    answer = clerk.submit(path, path, grade_content="2", ground_content="群内热议", findings="有误读风险")
    assert answer.status_code == 422
    assert "群内热议" in answer.text
    assert "有误读风险" in answer.text
    assert "请选择“媒体介入”属于哪一档" in answer.text
    other = clerk.submit(path, path, **(WHOLE | {"level": "IV"}))
    assert other.status_code == 422
    assert "不同，请写明理由" in other.text
    strange = clerk.submit(path, path, **(WHOLE | {"grade_content": "9", "level": "V"}))
    assert strange.status_code == 422


def test_the_proposal_follows_the_grades_and_writes_nothing(app: Flask, number: str) -> None:
    clerk = client_for(app, "clerk")
    form = next(form for form in clerk.forms(page_of(number, "assess")) if form.action.endswith("/assess"))
    token = dict(form.fields)["csrf_token"]
    answer = clerk.post("/office/risk/propose", {"csrf_token": token, "grade_spread": "3"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "较大" in answer.text
    assert "已评 1／6 项" in answer.text
    assert "选好各项因素后显示" in clerk.post("/office/risk/propose", {"csrf_token": token}, headers={"HX-Request": "true"}).text


def test_a_second_version_shows_what_changed(app: Flask, number: str) -> None:
    clerk = client_for(app, "clerk")
    path = page_of(number, "assess")
    assert clerk.submit(path, path, **WHOLE).status_code == 303
    again = clerk.submit(path, path, grade_media="3", ground_media="省台报道", plan="一、统一口径")
    assert again.status_code == 303, again.text
    text = clerk.get(page_of(number, "assessments")).text
    assert "原为 2 档" in text
    assert "<ins>统一</ins>" in text
    assert "已被新版替代" in text
    fall = clerk.submit(path, path, level="IV", difference_reason="已经澄清")
    assert fall.status_code == 303
    shown = clerk.get(f"/office/cases/{number}").text
    assert "拟降为“一般”" in shown
    assert "经领导审定后生效" in shown
    assert "拟降级" in client_for(app, "leader").get(page_of(number, "approve_assessment")).text


def test_each_report_meets_its_own_clock_at_the_time_it_was_made(app: Flask, number: str) -> None:
    clerk = client_for(app, "clerk")
    path = page_of(number, "report_risk")
    assert clerk.get(path).status_code == 409, "no level yet"
    assert clerk.submit(page_of(number, "assess"), page_of(number, "assess"), **WHOLE).status_code == 303
    opened = clerk.get(path).text
    assert "电话报告上级（待办）" in opened
    told: dict[str, Any] = {"receiver": "县委值班室", "text": "情况简述"}
    assert clerk.submit(path, path, act="phone_upward", **told).status_code == 303
    assert met(app) == {"risk_phone"}
    assert clerk.submit(path, path, act="submit_verification", **told, files=(BytesIO(PDF), "核实.pdf")).status_code == 303
    assert clerk.submit(path, path, act="record_response", **told, link="昌政发〔2026〕8号").status_code == 303
    assert met(app) == {"risk_phone", "risk_publish", "risk_response"}, "a full response is a statement too"
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Finding.text).where(Finding.kind == "verification")) == "情况简述"
    shown = clerk.get(f"/office/cases/{number}").text
    assert "昌政发〔2026〕8号" in shown
    assert "县委值班室" in shown
    refused = clerk.submit(path, path, act="report_upward", **told, happened_at="2099-01-01T10:00")
    assert refused.status_code == 422
    assert "不能晚于现在" in refused.text
    assert clerk.submit(path, path, act="report_upward", **told, happened_at="2001-01-01T10:00").status_code == 422
    assert clerk.submit(path, path, act="answer", **told).status_code == 422


def met(app: Flask) -> set[str]:
    with app.app_context(), transaction() as session:
        return set(session.scalars(select(Clock.stage).where(Clock.state == ClockState.MET, Clock.stage.like("risk_%"))))


def test_who_may_not_see_the_case_finds_no_assessment(app: Flask, number: str) -> None:
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        case.restricted = True
    handler = client_for(app, "finance_handler")
    for act in ("assess", "approve_assessment", "report_risk", "assessments", "assessments/1"):
        assert handler.get(page_of(number, act)).status_code == 404


def test_the_auditor_reads_and_does_nothing(app: Flask, number: str) -> None:
    handler = client_for(app, "roads_head")
    assert handler.get(page_of(number, "assess")).status_code == 403
    assert handler.get(page_of(number, "assessments")).status_code == 200


def graded(office: Office, level: RiskLevel, count: int) -> None:
    """That many cases of one level."""
    sheet = Sheet({factor: Ground(1, "截图") for factor in RiskFactor}, level, "综合判断", "有风险")
    for _ in range(count):
        acts.assess(office.session, make_case(office.session, office.clerk, now=clock.now()), office.clerk, clock.now(), sheet)


def test_the_list_shows_graded_cases_and_grows_by_no_query(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        make_case(session, office.clerk, now=clock.now())
        graded(office, RiskLevel.IV, 2)
        graded(office, RiskLevel.I, 1)
    clerk = client_for(app, "clerk")
    clerk.get("/office/risk")  # what a process reads once for all pages is no part of the comparison
    with counting(app) as few:
        first = clerk.get("/office/risk")
    assert first.text.index("LY2026-000004") < first.text.index("LY2026-000003"), "the gravest first"
    assert "LY2026-000001" not in first.text
    assert "LY2026-000002" not in clerk.get("/office/risk?level=I").text
    assert "待领导审定" in clerk.get("/office/risk?level=waiting").text
    assert "没有这样的件" in clerk.get("/office/risk?level=II").text
    assert clerk.get("/office/risk?level=strange&page=99").status_code == 200
    assert "目前没有定级" in client_for(app, "finance_head").get("/office/risk").text
    with app.app_context(), transaction() as session:
        office.session = session
        graded(office, RiskLevel.III, 30)
    with counting(app) as many:
        clerk.get("/office/risk")
    assert len(few) == len(many) <= MOST_QUERIES, "\n".join(many)


def test_a_stranger_to_the_page_is_sent_away(app: Flask) -> None:
    assert Browser(app).get("/office/risk").status_code == 303
