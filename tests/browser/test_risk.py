"""The sheet of factors in a real browser: the level follows the grades, the outline goes in, the case page shows the outcome."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.flow.assess import assess
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import RiskFactor, RiskLevel
from tests.builders.life import handling_case, make_office
from tests.support.client import client_for
from tests.support.databases import hurry, make_settings, release
from tests.support.live import serving


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, sqlite_url: str) -> Settings:
    """One engine is enough: what is looked at here happens in the browser."""
    return make_settings(tmp_path_factory.mktemp("risk"), sqlite_url)


@pytest.fixture
def served(settings: Settings) -> Iterator[tuple[Flask, str]]:
    """A running office with one case in a unit's hands."""
    app = create_app(settings)
    hurry(app)
    with app.app_context(), transaction() as session:
        handling_case(make_office(session), clock.now())
    with serving(app) as address:
        yield app, address
    release(app)


def enter(page: Page, app: Flask, address: str, login: str) -> None:
    """Come in with the cookie of a person who is signed in."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client_for(app, login).client.get_cookie(name)
    assert cookie is not None
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": address}])


def test_a_clerk_grades_a_case_in_place(page: Page, served: tuple[Flask, str]) -> None:
    app, address = served
    enter(page, app, address, "clerk")
    page.goto(f"{address}/office/cases/LY2026-000001")
    page.get_by_text("其他操作").click()
    page.get_by_role("link", name="风险研判").click()
    sheet = page.locator("#act-panel")
    proposal = page.locator("#proposal")
    expect(proposal).to_contain_text("已评 0／6 项")
    for factor in RiskFactor:
        sheet.locator(f"#grade_{factor.value}-2").check()
        sheet.locator(f"#ground_{factor.value}").fill("见监测截图")
    expect(proposal).to_contain_text("重大")
    expect(proposal).to_contain_text("已评 6／6 项")
    expect(page.locator("#difference_reason")).to_be_hidden()
    sheet.get_by_label("较大", exact=True).check()
    expect(page.locator("#difference_reason")).to_be_visible()
    page.locator("#difference_reason").fill("传播限于本村")
    page.locator("#findings").fill("收费依据未公示")
    page.locator("#plan").fill("先口头解释")
    page.get_by_role("button", name="插入预案提纲").click()
    assert "先口头解释\n\n一、目标与适用范围" in page.locator("#plan").input_value()
    sheet.get_by_role("button", name="保存研判").click()
    expect(page.locator(".flashes")).to_contain_text("定为“较大”")
    expect(page.locator(".case-marks")).to_contain_text("较大")
    expect(page.locator(".rail")).to_contain_text("发布权威信息")


def test_a_clerk_reads_what_is_open_before_a_graded_case_is_merged(page: Page, served: tuple[Flask, str]) -> None:
    app, address = served
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case)).one()
        clerk = actor_of(session, session.scalars(select(Person).where(Person.login == "clerk")).one())
        said = Sheet({factor: Ground(1, "截图") for factor in RiskFactor}, RiskLevel.I, "综合判断", "有风险")
        assess(session, case, clerk, clock.now(), said)
    enter(page, app, address, "clerk")
    page.goto(f"{address}/office/cases/LY2026-000001")
    page.get_by_text("其他操作").click()
    page.get_by_role("link", name="并案").click()
    panel = page.locator("#act-panel")
    expect(panel).to_contain_text("还不能“并案”")
    expect(panel).to_contain_text("电话报告上级")
    expect(panel).to_contain_text("反过来把另一件并入本件")
    expect(panel.locator("#into")).to_have_count(0)
    panel.get_by_role("link", name="登记报告与回应").click()
    expect(page.locator("#act-panel, main").first).to_contain_text("舆情报告与回应")
