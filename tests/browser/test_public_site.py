"""The public site in a real browser: axe finds nothing, a rating opens a case again, drafts last, the copy works from a disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.flow.figures import count_figures
from opinion_app.flow.progress import open_progress
from opinion_app.public.site.exporting import export, gather
from opinion_app.records.base import db
from opinion_app.records.transaction import transaction
from opinion_app.rules.query_code import code_hash
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import AnswerMethod
from opinion_app.steps.closing import operations as closing
from tests.browser.axe import findings
from tests.builders.life import approved, make_office
from tests.builders.office import make_case
from tests.builders.published import make_many, make_publication
from tests.support.databases import make_settings, release
from tests.support.live import serving

CODE = "ABCDEFGHJKMN"
NUMBER = "LY2026-000001"
LEFT_OUT = "隐去姓名和门牌号，涉及个人隐私"
PAGES = (
    "/",
    "/replies/",
    "/replies/?q=路灯",
    "/replies/?q=没有这样的词",
    "/replies/LY2026-000002",
    "/stats",
    "/messages/new",
    "/messages/track",
    "/messages/rated?again=1",
    "/replies/LY2026-999999",
)


@dataclass
class Site:
    """A running office with an answered case that its writer follows, and some published ones."""

    app: Flask
    address: str


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def site(app: Flask, settings: Settings) -> Iterator[Site]:
    with app.app_context(), transaction() as session:
        office, now = make_office(session), clock.now()
        case = approved(office)
        open_progress(session, case, code_hash(settings.secret_key, case.number, CODE), now)
        closing.answer(session, case, office.clerk, now, AnswerMethod.ONLINE)
        make_publication(session, make_case(session), left_out=LEFT_OUT)
        make_many(session, 25, make_case(session))
        count_figures(session, now)
    with serving(app) as address:
        yield Site(app, address)


# Each reading mode at both widths, two at a time where they may be on together.
MODES = [(360, ""), (1280, ""), (360, "elder contrast"), (1280, "elder"), (360, "large"), (1280, "large contrast")]


@pytest.mark.parametrize(("width", "display"), MODES)
def test_axe_finds_nothing(chromium: Browser, site: Site, width: int, display: str) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 800})
    context.add_init_script(f"localStorage.setItem('display', '{display}')")
    page = context.new_page()
    wrong = {}
    for path in PAGES:
        page.goto(site.address + path)
        wrong[path] = findings(page)
    track(page, site)
    wrong["progress"] = findings(page)
    page.goto(f"{site.address}/messages/new")
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".error-summary")).to_be_visible()
    wrong["form with errors"] = findings(page)
    leave(page)
    expect(page.locator(".receipt")).to_be_visible()
    wrong["receipt"] = findings(page)
    context.close()
    assert not {path: said for path, said in wrong.items() if said}


def leave(page: Page) -> None:
    """Fill in the form that is open, and send it."""
    page.locator("input[name=kind][value=help]").check()
    page.fill("input[name=title]", "村口路灯不亮")
    page.fill("textarea[name=body]", "坏了半个月")
    page.get_by_role("button", name="提交留言").click()


def track(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/messages/track")
    page.fill("input[name=number]", NUMBER)
    page.fill("input[name=code]", CODE)
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator("h1")).to_contain_text(NUMBER)


def test_an_answer_is_rated_by_keyboard_and_the_case_opens_again(page: Page, site: Site) -> None:
    track(page, site)
    expect(page.locator("main")).to_contain_text("线路老化")
    page.locator("input[name=useful][value=no]").focus()
    page.keyboard.press("Space")
    for name, steps in (("resolved", 2), ("time", 0), ("attitude", 1)):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _step in range(steps):
            page.keyboard.press("ArrowDown")
        assert page.locator(f"input[name={name}]:checked").count() == 1
    assert page.locator("input[name=resolved]:checked").get_attribute("value") == "discontent"
    page.keyboard.press("Tab")
    page.keyboard.type("只修好了一盏")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages/rated?again=1")
    expect(page.locator("main")).to_contain_text("已申请重新办理")
    track(page, site)
    expect(page.locator("h1")).to_contain_text("重新办理")
    expect(page.locator("main")).to_contain_text("最晚")
    expect(page.locator("main")).to_contain_text("上一次的答复")
    expect(page.locator("form[action='/messages/rate']")).to_have_count(0)


def test_a_draft_outlives_the_page_and_a_lost_connection(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/messages/new")
    page.locator("input[name=kind][value=help]").check()
    page.fill("input[name=title]", "村口路灯不亮")
    page.fill("textarea[name=body]", "坏了半个月")
    page.fill("input[name=name]", "刘一帆")
    page.context.set_offline(True)
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator("[data-keep-said]")).to_contain_text("没有联网")
    page.context.set_offline(False)
    other = page.context.new_page()
    other.goto(f"{site.address}/messages/new")
    expect(other.locator("input[name=title]")).to_have_value("村口路灯不亮")
    expect(other.locator("input[name=name]")).to_have_value("")
    assert "刘一帆" not in str(other.evaluate("JSON.stringify(localStorage)"))
    other.get_by_role("button", name="删除草稿").click()
    expect(other.locator("textarea[name=body]")).to_have_value("")
    other.reload()
    expect(other.locator("input[name=title]")).to_have_value("")
    page.get_by_role("button", name="提交留言").click()
    expect(page.locator(".receipt .code")).to_have_count(2)
    with page.expect_download() as saved:
        page.get_by_role("button", name="保存为文件").click()
    text = saved.value.path().read_text("utf-8-sig")
    assert page.locator(".receipt .code").nth(1).inner_text() in text
    assert "刘一帆" not in text


def test_the_copy_opens_from_a_disk_and_searches_itself(page: Page, site: Site, settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings, rooms=("public",))
    app.config["OPINION_STATIC_COPY"] = True
    with app.app_context():
        held = gather(db.session())

    def fetch(address: str) -> bytes | None:
        with app.test_client().get(address) as answer:
            return bytes(answer.data) if answer.status_code == 200 else None

    export(held, fetch, tmp_path / "site", settings.base_url, "", "frame")
    release(app)
    page.context.unroute("**/*")
    page.goto((tmp_path / "site" / "index.html").as_uri())
    page.fill("input[name=q]", "路灯 半个月")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("[data-found]")).to_contain_text("共找到 1 件")
    expect(page.locator("mark").first).to_have_text("路灯")
    expect(page.locator(".reply-card .badge")).to_have_text(["求助", "部分公开"])
    assert not findings(page)
    page.locator(".reply-card a").first.click()
    expect(page.locator("h1")).to_contain_text("村口路灯不亮")
    expect(page.get_by_role("note")).to_contain_text(f"部分公开　{LEFT_OUT}")
    page.goto((tmp_path / "site" / "search.html").as_uri())
    expect(page.locator(".reply-card")).to_have_count(20)
    page.get_by_role("button", name="再看 20 件").click()
    expect(page.locator(".reply-card")).to_have_count(26)
    expect(page.locator(".reply-card", has=page.locator(".badge", has_text="部分公开"))).to_have_count(1)  # and on no other
    page.goto((tmp_path / "site" / "search.html").as_uri() + "?unit=第 3 办")
    expect(page.locator("[data-found]")).to_contain_text("共找到 4 件")


def test_the_address_of_a_reply_is_shared_without_asking_another_host(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(f"{site.address}/replies/LY2026-000002")
    page.get_by_role("button", name="分享").click()
    expect(page.locator("[data-share-said]")).to_contain_text("网址已复制")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/replies/LY2026-000002")
