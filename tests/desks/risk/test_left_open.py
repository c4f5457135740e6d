"""What is open of a risk level over HTTP: said before a case leaves the life, and never called done where it was stopped."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.risk.reporting import REPORTS
from opinion_app.flow import assess as acts
from opinion_app.flow.risk_clocks import risk_clocks
from opinion_app.flow.supervise import Asked, issue, sheets
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import ClockState, RetentionPeriod, RiskFactor, RiskLevel, Stage
from opinion_app.rules.zone import local_date
from tests.builders.life import assigned, closed, make_office
from tests.builders.office import make_case
from tests.support.client import client_for, pick
from tests.support.databases import make_settings

GRAVE = Sheet({factor: Ground(1, "截图") for factor in RiskFactor}, RiskLevel.I, "综合判断", "有风险")
FIRST, SECOND = "LY2026-000001", "LY2026-000002"


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what refuses is tried on both by tests/steps/test_leaving.py."""
    return make_settings(tmp_path / "data", sqlite_url)


def page_of(number: str, act: str) -> str:
    return f"/office/cases/{number}/{act}"


def stop_duties(app: Flask, number: str, reason: str) -> None:
    """As acts before this rule left them: the duties of the level stopped with the case, and nobody did them."""
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        for held in risk_clocks(session, case):
            held.state, held.end_reason, held.ended_at = ClockState.STOPPED, reason, clock.now()


def test_the_list_says_what_was_stopped_and_calls_done_only_what_was_done(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        for _ in range(2):
            acts.assess(session, make_case(session, office.clerk, now=clock.now()), office.clerk, clock.now(), GRAVE)
    clerk, numbers = client_for(app, "clerk"), (FIRST, SECOND)
    assert "均已办理" not in clerk.get("/office/risk").text
    stop_duties(app, numbers[0], "并案")
    for act, _label in REPORTS:
        typed: dict[str, Any] = {"act": act, "receiver": "县委网信办", "text": "已报"}
        assert clerk.submit(page_of(numbers[1], "report_risk"), page_of(numbers[1], "report_risk"), **typed).status_code == 303
    rows = re.findall(r"<tr data-href.*?</tr>", clerk.get("/office/risk").text, re.S)
    said = {number: row for row in rows for number in numbers if number in row}
    assert "已停止（并案）" in said[numbers[0]]
    assert "均已办理" not in said[numbers[0]]
    assert "均已办理" in said[numbers[1]]


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("merge", {"into": FIRST, "reason": "同一件事"}),
        ("decline", {"ground": "应当由纪检监察机关受理", "reason": "不属本机关职权", "channel": "县局"}),
        ("refer", {"referred_to": "县局", "reason": "归县局管"}),
    ],
)
def test_what_is_open_is_said_before_a_case_leaves_and_refuses_it(app: Flask, act: str, typed: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        for _ in range(2):
            make_case(session, office.clerk, now=clock.now())
    clerk, number = client_for(app, "clerk"), SECOND
    path = page_of(number, act)
    form = pick(clerk.forms(path), f"/{act}")
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        acts.assess(session, case, office.clerk, clock.now(), GRAVE)
        version = str(case.version)
    assert path in clerk.get(f"/office/cases/{number}").text, "the act is there to be opened, and says what is missing"
    shown = clerk.get(path, headers={"HX-Request": "true"}).text
    refused = clerk.send(form, **(typed | {"version": version}))
    assert refused.status_code == 409
    for text in (shown, refused.text):
        assert "电话报告" in text
        assert "请先办完并登记这些事项" in text
        assert ("反过来把另一件并入本件" in text) is (act == "merge")
    assert f"{page_of(number, 'report_risk')}" in shown
    assert 'name="reason"' not in shown
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Case).where(Case.number == number)).one().stage is Stage.RECEIVED


def test_a_sheet_that_waits_is_said_before_a_case_leaves_and_one_that_was_stopped_says_by_what(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        case = assigned(office, clock.now())
        asked = Asked(SupervisionKind.SUPERVISE, "请办", office.finance.id, local_date(clock.now()) + timedelta(days=3))
        assert issue(session, case, asked, office.leader, clock.now()) is not None
    clerk = client_for(app, "clerk")
    shown = clerk.get(page_of(FIRST, "refer")).text
    assert "督办单第 1 号（财政所）还没有反馈，“转出”以后就不能再反馈" in shown
    assert f'href="{page_of(FIRST, "urge")}"' in shown
    assert 'name="reason"' not in shown
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case)).one()
        [sheet] = sheets(session, case.id)
        assert sheet.clock is not None
        sheet.clock.state, sheet.clock.end_reason, sheet.clock.ended_at = ClockState.STOPPED, "并案", clock.now()
        case.stage = Stage.MERGED
    assert "没有反馈，时限已停止（并案）" in clerk.get(f"/office/cases/{FIRST}").text


def test_what_keeps_a_case_from_the_archive_offers_only_what_can_be_done_there(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        case, other = closed(office, clock.now()), make_case(session, office.clerk, now=clock.now())
        asked = Asked(SupervisionKind.SUPERVISE, "请办", office.finance.id, local_date(clock.now()) + timedelta(days=3))
        assert issue(session, case, asked, office.leader, clock.now()) is not None
        acts.assess(session, other, office.clerk, clock.now(), GRAVE)
        other.stage = Stage.DECLINED  # as it was left before 不予受理 was refused over the duties of its level
    clerk = client_for(app, "clerk")
    shown = clerk.get(page_of(FIRST, "archive")).text
    assert "督办单第 1 号（财政所）还没有反馈，“归档”以后就不能再反馈" in shown
    assert page_of(FIRST, "urge") not in shown
    assert "回到办理件" in shown
    with app.app_context(), transaction() as session:
        acts.assess(session, session.scalars(select(Case).where(Case.number == FIRST)).one(), office.clerk, clock.now(), GRAVE)
    shown = clerk.get(page_of(FIRST, "archive"), headers={"HX-Request": "true"}).text
    offered = re.findall(r'<a class="button" href="([^"]+)"', shown)
    assert offered == [page_of(FIRST, "report_risk"), page_of(FIRST, "assess")]
    assert [clerk.get(path).status_code for path in offered] == [200, 200]
    assert "本件不予受理，已不能补办；“归档”后这些时限停止" in clerk.get(page_of(SECOND, "archive")).text
    path = page_of(SECOND, "archive")
    assert clerk.submit(path, path, retention=RetentionPeriod.TEN.value).status_code == 303
    assert "还没有登记。本件不予受理" in clerk.get(f"/office/cases/{SECOND}").text
    assert "已停止（已归档）" in clerk.get("/office/risk").text
