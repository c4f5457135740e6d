"""The whole life of a message and of a forwarded letter in a real browser, and what the citizen reads in the end.

With OPINION_PICTURES set to a folder, every page passed is photographed into it (the pictures of the manual)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from opinion_app import clock
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.passwords import hash_password
from opinion_app.rules.settings import Settings
from opinion_app.rules.zone import local_date
from tests.builders.life import REPLY, make_office
from tests.support.client import PASSWORD
from tests.support.databases import make_settings
from tests.support.live import serving

SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PEOPLE = ("clerk", "reviewer", "leader", "finance_head", "finance_handler")


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """A running office in which everybody has the same password."""
    with app.app_context(), transaction() as session:
        make_office(session)
        for person in session.scalars(select(Person)):
            person.password_hash = hash_password(PASSWORD)
            person.password_set_at = None
    with serving(app) as served:
        yield served


@pytest.fixture
def as_person(chromium: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """A signed-in browser window for each person; script errors in any of them fail the test."""
    wrong: list[str] = []
    contexts: dict[str, BrowserContext] = {}

    def window(login: str) -> Page:
        if login in contexts:
            return contexts[login].pages[0]
        contexts[login] = chromium.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800}, base_url=address
        )
        page = contexts[login].new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if login != "citizen":
            page.goto("/office/sign-in")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/office/**")
        return page

    yield window
    for context in contexts.values():
        context.close()
    assert not wrong


def shoot(page: Page, name: str) -> None:
    """Keep a picture for the manual, where a folder for it is named."""
    folder = os.environ.get("OPINION_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def open_act(page: Page, number: str, act: str) -> None:
    """Open an act in place on the case page, from its button or from the menu."""
    page.goto(f"/office/cases/{number}")
    link = page.locator(f"a[href$='/{number}/{act}']").first
    if not link.is_visible():
        page.locator("details.menu summary", has_text="其他操作").first.click()
    link.click()
    expect(page.locator("#act-panel form")).to_be_visible()


def send(page: Page, number: str, button: str) -> None:
    """Send the form in the panel and come back to the case."""
    page.locator("#act-panel").get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(f"**/office/cases/{number}*")
    expect(page.locator(".flashes")).to_be_visible()
    kept = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:'))")
    assert kept == [], "text that went through is not offered again"


def leave_message(page: Page) -> tuple[str, str]:
    """A citizen leaves a message; answers number and query code."""
    page.goto("/")
    shoot(page, "公众-首页")
    page.goto("/messages/new")
    page.locator("input[name=kind][value=help]").check()
    page.fill("input[name=title]", "村口路灯不亮")
    page.fill("textarea[name=body]", "村口三盏路灯坏了半个月，老人孩子晚上出门不方便，请帮忙修一下。联系人刘一帆。")
    page.fill("input[name=name]", "刘一帆")
    page.fill("input[name=phone]", "13800001234")
    page.locator("input[name=wish_public]").check()
    shoot(page, "公众-我要留言")
    page.get_by_role("button", name="提交留言").click()
    codes = page.locator(".receipt .code")
    expect(codes).to_have_count(2)
    shoot(page, "公众-回执")
    return codes.nth(0).inner_text().strip(), codes.nth(1).inner_text().strip()


def triage(page: Page, number: str) -> None:
    """The clerk finds the message on top of the list, opens it by keyboard and assigns it by pinyin."""
    page.goto("/office/")
    expect(page.locator("table")).to_contain_text(number)
    shoot(page, "办公-待办")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/office/cases/{number}")
    expect(page.locator("body")).not_to_contain_text("13800001234")
    shoot(page, "办公-办理件")
    open_act(page, number, "assign")
    picker = page.locator("#act-panel .picker input, #act-panel [role=combobox]").first
    picker.fill("财政")
    picker.press("Enter")
    shoot(page, "办公-交办")
    send(page, number, "交办")
    expect(page.locator(".flashes")).to_contain_text("已交办给财政所")


def handle(head: Page, handler: Page, number: str) -> None:
    """The unit signs for it, its handler drafts and submits the reply."""
    open_act(head, number, "sign_for")
    head.locator("#act-panel select[name=handler]").select_option(label="方承办")
    send(head, number, "签收")
    open_act(handler, number, "draft")
    handler.fill("#act-panel textarea[name=text]", REPLY)
    shoot(handler, "单位-拟写答复")
    send(handler, number, "保存并送审")


def review(head: Page, reviewer: Page, leader: Page, number: str) -> None:
    """Unit head, three gates, signature."""
    open_act(head, number, "check_unit_head")
    head.locator("#act-panel input[value=pass]").check()
    send(head, number, "提交审核意见")
    open_act(reviewer, number, "check_gates")
    for gate in ("political", "policy", "wording"):
        reviewer.locator(f"#act-panel input[name={gate}][value=pass]").check()
    shoot(reviewer, "办公-三关审核")
    send(reviewer, number, "提交审核意见")
    open_act(leader, number, "sign_off")
    leader.locator("#act-panel input[value=pass]").check()
    send(leader, number, "提交签发意见")


def finish(page: Page, number: str) -> None:
    """The clerk answers, decides on publication, closes and publishes with every find masked."""
    open_act(page, number, "answer")
    send(page, number, "登记答复")
    open_act(page, number, "decide_disclosure")
    page.locator("#act-panel input[name=disclosure][value=public]").check()
    page.locator("#act-panel input[name=basis]").first.check()
    page.fill("#act-panel textarea[name=grounds]", "对其他群众有参考价值")
    send(page, number, "公开决定")
    open_act(page, number, "close")
    send(page, number, "办结")
    open_act(page, number, "publish")
    page.locator("#act-panel").get_by_role("button", name="其余全部遮盖并预览").click()
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator("#preview")).not_to_contain_text("刘一帆")
    page.fill("textarea[name=secrecy_opinion]", "不涉及国家秘密和工作秘密")
    page.fill("textarea[name=disclosure_opinion]", "可以公开")
    page.evaluate("document.querySelector('#act-panel').scrollIntoView({behavior: 'instant'})")
    shoot(page, "办公-公开审查")
    page.get_by_role("button", name="公开", exact=True).last.click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    dialog.locator("button.primary, button[value=yes], button[data-yes]").first.click()
    page.wait_for_url(f"**/office/cases/{number}*")


def test_a_message_lives_its_whole_life(as_person: Callable[[str], Page]) -> None:
    citizen = as_person("citizen")
    number, code = leave_message(citizen)
    clerk, head, handler = as_person("clerk"), as_person("finance_head"), as_person("finance_handler")
    triage(clerk, number)
    handle(head, handler, number)
    review(head, as_person("reviewer"), as_person("leader"), number)
    finish(clerk, number)
    citizen.goto("/messages/track")
    citizen.fill("input[name=number]", number)
    citizen.fill("input[name=code]", code)
    citizen.get_by_role("button", name="查询", exact=True).click()
    expect(citizen.locator("main")).to_contain_text("线路老化")
    shoot(citizen, "公众-查询进度")
    citizen.goto("/replies/?q=路灯")
    citizen.locator(f"a[href='/replies/{number}']").first.click()
    expect(citizen.locator("main")).to_contain_text("线路老化")
    expect(citizen.locator("main")).not_to_contain_text("刘一帆")
    shoot(citizen, "公众-答复")
    rate_and_ask_again(citizen, number, code)
    handler.goto(f"/office/cases/{number}")
    expect(handler.locator("main")).to_contain_text("只修好了一盏")
    citizen.goto(f"/replies/{number}")
    expect(citizen.locator("main")).to_contain_text("重新办理")


def register_letter(page: Page) -> str:
    """The clerk registers a forwarded letter with its scan and hands it on in one go; answers its number."""
    page.goto("/office/register/letter")
    page.locator("input[name=kind][value=help]").check()
    today = local_date(clock.now()).isoformat()
    for name, value in (
        ("issuer", "县信访局"),
        ("document_number", "信转〔2026〕15号"),
        ("notice_date", today),
        ("received_on", today),
        ("title", "村口路灯不亮"),
        ("name", "刘一帆"),
        ("phone", "13800001234"),
    ):
        page.fill(f"input[name={name}]", value)
    page.fill("textarea[name=body]", "转来刘一帆来信：村口三盏路灯坏了半个月，请你镇办理并反馈。")
    page.locator("input[name=report_owed]").check()
    page.set_input_files("input[name=files]", {"name": "处置通知.pdf", "mimeType": "application/pdf", "buffer": SCAN})
    shoot(page, "办公-登记来信")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/office/cases/ZB*")
    expect(page.locator("main")).to_contain_text("处置通知.pdf")
    return str(page.url.split("/")[-1].split("?")[0])


def test_a_forwarded_letter_lives_its_whole_life(as_person: Callable[[str], Page]) -> None:
    clerk, head, handler = as_person("clerk"), as_person("finance_head"), as_person("finance_handler")
    number = register_letter(clerk)
    triage(clerk, number)
    handle(head, handler, number)
    review(head, as_person("reviewer"), as_person("leader"), number)
    open_act(clerk, number, "answer")
    send(clerk, number, "登记答复")
    open_act(clerk, number, "decide_disclosure")
    clerk.locator("#act-panel input[name=disclosure][value=withheld]").check()
    clerk.fill("#act-panel textarea[name=grounds]", "涉及个人事项")
    send(clerk, number, "公开决定")
    clerk.goto(f"/office/cases/{number}/close")
    expect(clerk.locator("body")).to_contain_text("请先登记反馈报告再办结")
    open_act(clerk, number, "report_back")
    clerk.fill("#act-panel input[name=document_number]", "青政办函〔2026〕3号")
    clerk.fill("#act-panel input[name=sent_on]", local_date(clock.now()).isoformat())
    clerk.fill("#act-panel textarea[name=text]", "三盏路灯已由财政所安排维修，来信人已答复。")
    send(clerk, number, "反馈来文单位")
    open_act(clerk, number, "close")
    send(clerk, number, "办结")
    open_act(clerk, number, "archive")
    send(clerk, number, "归档")
    expect(clerk.locator("main")).to_contain_text("已归档")
    clerk.goto(f"/replies/{number}")
    expect(clerk.locator("main")).not_to_contain_text("路灯")


def rate_and_ask_again(page: Page, number: str, code: str) -> None:
    """The writer finds the answer wanting, rates it and has the case taken up again; the old code still follows it."""
    for _round in ("rate", "look"):
        page.goto("/messages/track")
        page.fill("input[name=number]", number)
        page.fill("input[name=code]", code)
        page.get_by_role("button", name="查询", exact=True).click()
        if page.locator("form[action='/messages/rate']").count():
            for name, value in (("useful", "no"), ("resolved", "discontent"), ("time", "fairly"), ("attitude", "content")):
                page.locator(f"input[name={name}][value={value}]").check()
            page.fill("textarea[name=comment]", "只修好了一盏")
            page.locator("input[name=reopen]").check()
            shoot(page, "公众-评价")
            page.get_by_role("button", name="提交评价").click()
            expect(page.locator("main")).to_contain_text("已申请重新办理")
    expect(page.locator("h1")).to_contain_text("重新办理")
    expect(page.locator("main")).to_contain_text("最晚")


def test_a_wrong_code_tells_nothing(as_person: Callable[[str], Page]) -> None:
    citizen = as_person("citizen")
    number, _code = leave_message(citizen)
    said = []
    for tried in (number, "LY2026-999999"):
        citizen.goto("/messages/track")
        citizen.fill("input[name=number]", tried)
        citizen.fill("input[name=code]", "AAAA AAAA AAAA")
        citizen.get_by_role("button", name="查询", exact=True).click()
        said.append(citizen.locator(".error-summary").inner_text())
    assert said[0] == said[1]
