"""The search of the static copy finds what the service finds, in a real browser and with no server behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from opinion_app.app import create_app
from opinion_app.public.site.exporting import export, gather
from opinion_app.records.base import db
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.search.bigrams import fold, parse_query
from tests.browser.axe import findings
from tests.builders.office import NOW, make_case
from tests.builders.published import make_many, make_publication
from tests.support import tree
from tests.support.client import Browser as Client
from tests.support.databases import make_settings, release

JS = tree.PACKAGE / "static" / "js"
TEXTS = (
    "“路灯”、老人：ＬＹ２０２６－０００００１ ①③⑧ 一三八",
    "村口的路\n  灯 坏\n了 two\nlines 12\n号",
    "Café İstanbul ΣΑΣ ﬁ ㈱ ½ x² Ⅳ 々〇 𠮷野家 😀👍🏽",
    "a--b a----b a.cn/b_1 x:/y 50%+3 #1 0875—7120001",
    "零\u200b宽\u00ad 全\u3000角 tab\tend\r\n\u2028\x85\x0b\x00 ｶﾞ が",
    "|~`<>^$ € ¥ ° ± ½ ∞ №",
)
QUERIES = ("“路灯”", "路灯、老人", "路灯 不亮", "ｌｙ２０２６－０００００２", "？", "村口的路灯坏", "SQUARE ㎡", "亮老")


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def copy(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """A copy on the disk, of some thirty replies; its address."""
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session), question="村口的路\n灯坏了，老人出门不便。", title="村口路灯不亮")
        make_publication(session, make_case(session), NOW.replace(year=2025), answer="面积 30 square ㎡", title="去年公开的事")
        make_many(session, 25, make_case(session))
    made = create_app(settings, rooms=("public",))
    made.config["OPINION_STATIC_COPY"] = True
    with made.app_context():
        held = gather(db.session())

    def fetch(address: str) -> bytes | None:
        with made.test_client().get(address) as answer:
            return bytes(answer.data) if answer.status_code == 200 else None

    export(held, fetch, tmp_path / "site", settings.base_url, "", "frame")
    yield (tmp_path / "site").as_uri()
    release(made)


def told(total: int) -> str:
    """What the copy says of so many hits; it shows twenty at first."""
    if total > 20:
        return "还有更多"
    return f"共找到 {total} 件" if total else "没有找到"


def test_texts_and_questions_are_compared_as_in_the_service(page: Page) -> None:
    page.goto("about:blank")
    page.evaluate((JS / "site-fold.js").read_text("utf-8"))
    assert page.evaluate("texts => texts.map(opinionFold.fold)", list(TEXTS)) == [fold(text) for text in TEXTS]
    asked = [*TEXTS, *QUERIES, "字 " * 300]
    assert page.evaluate("texts => texts.map(opinionFold.words)", asked) == [list(parse_query(text).words) for text in asked]


def test_the_copy_finds_what_the_service_finds(app: Flask, page: Page, copy: str) -> None:
    page.context.unroute("**/*")
    found = {}
    for query in QUERIES:
        live = Client(app).get(f"/replies.json?q={query}").get_json()
        found[query] = live["total"]
        page.goto(f"{copy}/search.html?q={query}")
        expect(page.locator("[data-found]")).to_contain_text(told(live["total"]))
    assert found["路灯、老人"] == 1
    assert found["？"] == 0
    page.goto(f"{copy}/search.html?q=灯坏了，老人")
    assert page.locator("mark").all_inner_texts() == ["灯坏了", "老人"]
    page.goto(f"{copy}/search.html?q=口的路灯坏了")
    expect(page.locator("mark").first).to_have_text("口的路 灯坏了")  # broken over two lines as it was written


def test_filters_agree_with_the_service_and_an_odd_address_shows_whole_choices(app: Flask, page: Page, copy: str) -> None:
    page.context.unroute("**/*")
    for year in ("2025", "2026"):
        total = Client(app).get(f"/replies.json?period={year}").get_json()["total"]
        page.goto(f"{copy}/search.html?period={year}")
        expect(page.locator("[data-found]")).to_contain_text(told(total))
        expect(page.locator("select[name=period]")).to_have_value(year)
    page.goto(f"{copy}/search.html?kind=zz&area=yy&unit=xx&period=1")
    for name in ("kind", "area", "unit", "period"):
        assert page.locator(f"select[name={name}]").evaluate("one => one.selectedIndex") == 0
    expect(page.locator(".reply-card")).to_have_count(20)


@pytest.mark.parametrize(("width", "display"), [(360, "elder"), (1280, "")])
def test_axe_finds_nothing_in_the_copy(chromium: Browser, copy: str, width: int, display: str) -> None:
    context = chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 800})
    context.add_init_script(f"localStorage.setItem('display', '{display}')")
    page = context.new_page()
    wrong = {}
    for name in ("index", "search", "stats", "replies/index", "replies/by-kind-help", "replies/LY2026-000001"):
        page.goto(f"{copy}/{name}.html")
        assert page.evaluate("getComputedStyle(document.querySelector('.masthead .site')).display") == "inline-flex"
        wrong[name] = findings(page)
    expect(page.locator("[data-share]")).to_be_visible()
    context.close()
    assert not {name: said for name, said in wrong.items() if said}
