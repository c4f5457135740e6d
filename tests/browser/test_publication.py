"""Publication in a real browser: a file cleaned page by page, words masked by selecting them, read on a phone, taken down.

With OPINION_PICTURES set to a folder, the pages passed are photographed into it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import CDPSession, Page, expect

from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.attach import attach_stored
from opinion_app.records.actors import actor_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from tests.builders.life import handling_case, make_office
from tests.builders.office import make_person, make_unit
from tests.builders.published import make_closed
from tests.files.made_pages import opened, pdf, photo
from tests.support.client import Browser, client_for
from tests.support.databases import hurry, make_settings, release
from tests.support.live import serving

NUMBER = "LY2026-000001"
CASE = f"/office/cases/{NUMBER}"
BODY = "村口的路灯坏了半个月，我叫刘一帆，电话13800001234，住在老槐树旁边的蓝色小楼，请修一下。"


@dataclass
class House:
    """A running office with one closed case that has a photograph and a PDF."""

    app: Flask
    address: str

    def enter(self, page: Page, login: str) -> None:
        """Come in with the cookie of a person who is signed in."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = client_for(self.app, login).client.get_cookie(name)
        assert cookie is not None
        page.context.clear_cookies()
        page.context.add_cookies([{"name": name, "value": cookie.value, "url": self.address}])


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path_factory.mktemp("publication"), sqlite_url)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    app = create_app(settings)
    hurry(app)
    store = AttachmentStore(settings.data_dir / "attachments")
    with app.app_context(), transaction() as session:
        clerk = actor_of(session, make_person(session, "publisher", Role.CLERK, name="陈受理"))
        case = make_closed(session, clerk, make_unit(session, "市政站", phone="0875-7120001"), body=BODY)
        sent = [("刘一帆家门口.jpg", photo((1200, 900))), ("维修批复.pdf", pdf(2))]
        files = [(name, store.save(io.BytesIO(data), name, STAFF_LIMITS)) for name, data in sent]
        attach_stored(session, case, files, clerk, clock.now(), owner="reply")
        handling_case(make_office(session), clock.now())
    with serving(app) as address:
        yield House(app, address)
    release(app)


def shoot(page: Page, name: str) -> None:
    """Keep a picture for the manual, where a folder for it is named."""
    folder = os.environ.get("OPINION_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


DRAWN_WITHIN = 60_000  # milliseconds; a process of its own draws the pages, and the page shows how far it is


def clean_files(page: Page, address: str) -> None:
    """Both files page by page: half of the photograph blacked out with the mouse, the first page of the PDF left out."""
    page.goto(f"{address}{CASE}/public_files")
    shoot(page, "公开-附件")
    page.get_by_role("button", name="制作公开副本").first.click()
    sheet = page.locator(".sheet-page")
    expect(page.locator("[data-undo-box]")).to_be_visible(
        timeout=DRAWN_WITHIN
    )  # the script listens: before that the mouse draws nothing
    expect(sheet.locator("img")).to_have_js_property("complete", True)
    area = sheet.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 2, area["y"] + 2)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] - 2, steps=4)
    page.mouse.up()
    expect(sheet.locator("rect")).to_have_count(1)
    page.get_by_label("公开", exact=True).check()
    shoot(page, "公开-涂黑")
    page.get_by_role("button", name="制作公开副本").click()
    expect(page.locator(".flashes")).to_contain_text("公开副本已做好")
    page.get_by_role("button", name="制作公开副本").first.click()
    page.locator("#p-1-leave").check()
    page.locator("#p-2-show").check()
    page.locator("#boxes-2").fill("10,10,60,10")
    expect(page.locator(".sheet-page").nth(1).locator("rect")).to_have_count(1)
    page.get_by_role("button", name="制作公开副本").click()
    expect(page.locator(".flashes")).to_contain_text("公开副本已做好")


def test_a_finger_blacks_out_on_a_phone(chromium: Chromium, house: House) -> None:
    """Drawn downwards with a finger, where a page would scroll: the rectangle is kept and the page stays where it is."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    house.enter(page, "publisher")
    page.goto(f"{house.address}{CASE}/public_files")
    page.get_by_role("button", name="制作公开副本").first.click()
    expect(page.locator("[data-undo-box]")).to_be_visible(timeout=DRAWN_WITHIN)
    sheet = page.locator(".sheet-page")
    expect(sheet.locator("img")).to_have_js_property("complete", True)
    sheet.scroll_into_view_if_needed()
    area, before = sheet.bounding_box(), page.evaluate("scrollY")
    assert area is not None
    x, y = area["x"] + area["width"] / 4, area["y"] + area["height"] / 4
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        at = [{"x": x + step * 10, "y": y + step * 20}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(sheet.locator("rect")).to_have_count(1)
    left, top, width, height = map(float, page.locator("#boxes-1").input_value().split(","))
    assert (20 < left < 30, 20 < top < 30, width > 5, height > 10) == (True, True, True, True)
    assert page.evaluate("scrollY") == before
    shoot(page, "公开-涂黑-手机")
    two_fingers_up(touch, x, y)
    page.wait_for_function(f"scrollY > {before}")
    expect(sheet.locator("rect")).to_have_count(1)
    context.close()


def two_fingers_up(touch: CDPSession, x: float, y: float) -> None:
    """Drag the page upwards with two fingers."""
    places = [[{"x": x + side, "y": y - 25 * step} for side in (0, 60)] for step in range(9)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": places[0]})
    for at in places[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def choices_fit_a_phone(page: Page) -> None:
    """On a phone every choice stands wholly beside the find it decides: nothing has to be moved sideways."""
    page.set_viewport_size({"width": 390, "height": 800})
    edges = page.locator(".finds select").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert max(edges) <= 390, edges
    inner = page.locator(".finds").evaluate_all("all => all.map((one) => one.scrollWidth - one.clientWidth)")
    assert max(inner) <= 0, inner
    shoot(page, "公开-遮盖-手机")
    page.set_viewport_size({"width": 1280, "height": 800})


def mask_and_publish(page: Page, address: str) -> None:
    """Select what the rules cannot know, mask the rest, look, review, publish."""
    page.goto(f"{address}{CASE}/publish")
    choices_fit_a_phone(page)
    button = page.locator("[data-mask-selection='original-2']")
    expect(button).to_be_disabled()
    page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.getElementById("original-2"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf("老槐树旁边的蓝色小楼");
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + 10);
            document.getSelection().addRange(range);
          }
        }"""
    )
    expect(button).to_be_enabled()
    button.click()
    assert page.locator("#more").input_value() == "老槐树旁边的蓝色小楼"
    shoot(page, "公开-遮盖")
    page.get_by_role("button", name="其余全部遮盖并预览").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("138****1234")
    for hidden in ("刘一帆", "老槐树", "13800001234"):
        expect(preview).not_to_contain_text(hidden)
    page.fill("#secrecy_opinion", "经审查，不涉及国家秘密和工作秘密")
    page.fill("#disclosure_opinion", "可以公开，个人信息已遮盖")
    shoot(page, "公开-审查")
    page.get_by_role("button", name="公开", exact=True).click()
    page.locator("dialog[open]").locator("button.primary, button[value=yes], button[data-yes]").first.click()
    expect(page.locator(".flashes")).to_contain_text("已公开")


def test_from_the_masking_desk_to_a_phone_and_back(page: Page, house: House) -> None:
    house.enter(page, "publisher")
    clean_files(page, house.address)
    mask_and_publish(page, house.address)

    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{house.address}/replies/{NUMBER}")
    main = page.locator("main")
    expect(main).to_contain_text("刘**家门口.jpg")
    expect(main).not_to_contain_text("刘一帆")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shoot(page, "公开-手机")
    reader = Browser(house.app)
    picture = opened(reader.get(f"/replies/{NUMBER}/files/1", buffered=True).data)
    assert sum(picture.convert("RGB").getpixel((100, 400))) < 30, "blacked out"
    assert not picture.getexif()
    paper = pypdfium2.PdfDocument(reader.get(f"/replies/{NUMBER}/files/2", buffered=True).data)
    assert [paper[index].get_textpage().get_text_range() for index in range(len(paper))] == [""]

    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{house.address}{CASE}/withdraw")
    page.fill("#reason", "留言人要求撤回")
    page.get_by_role("button", name="撤回公开").click()
    dialog = page.locator("dialog[open]")
    if dialog.is_visible():
        dialog.locator("button.primary, button.danger, button[data-yes]").first.click()
    expect(page.locator(".flashes")).to_contain_text("已撤回")
    for path in (f"/replies/{NUMBER}", f"/replies/{NUMBER}/files/1", f"/replies/{NUMBER}/files/2"):
        assert reader.get(path).status_code == 404


def test_hints_stand_in_the_draft(page: Page, house: House) -> None:
    house.enter(page, "finance_handler")
    page.goto(f"{house.address}/office/cases/LY2026-000002")
    page.locator("a[href$='/draft']").first.click()
    panel = page.locator("#act-panel")
    panel.locator("#text").fill("我办高度重视，近期安排人员按装新灯。")
    panel.get_by_role("button", name="检查用语").click()
    hints = panel.locator(".hints")
    expect(hints.locator("mark")).to_have_count(3)
    expect(hints).to_contain_text("可改为“安装”")
    assert panel.locator("#text").input_value() == "我办高度重视，近期安排人员按装新灯。"
    shoot(page, "答复-用语提示")
    panel.get_by_role("link", name="查找相似的答复").or_(panel.get_by_text("相似的答复", exact=True)).first.click()
