"""The public site for everyone: what has the focus is seen, magnified pages do not scroll sideways, nothing needs a script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import AXE
from tests.browser.test_public_site import PAGES, Site, leave, settings, site

__all__ = ["settings", "site"]
# A phone, and 1280x800 at 200 %: the second is too low for a bar at its foot.
PHONE, MAGNIFIED = (360, 640), (640, 400)
MOST_STOPS = 150
# The place of what has the focus, and of the edge below which nothing is seen of it.
FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const box = one.getBoundingClientRect(), bar = document.querySelector('.doors-bar');
  const over = getComputedStyle(bar).position === 'fixed' && !bar.contains(one);
  const edge = over ? bar.getBoundingClientRect().top : innerHeight;
  return {name: one.name || one.textContent.trim(), top: box.top, bottom: box.bottom, edge};
}"""
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
ENHANCED = "axe.run(document, {runOnly: ['color-contrast-enhanced'], preload: false, resultTypes: ['violations']})"


@contextmanager
def reading(chromium: Browser, size: tuple[int, int], display: str = "", **more: Any) -> Iterator[Page]:
    context = chromium.new_context(locale="zh-CN", viewport={"width": size[0], "height": size[1]}, **more)
    context.add_init_script(f"localStorage.setItem('display', '{display}')")
    yield context.new_page()
    context.close()


def stops(page: Page) -> Iterator[dict[str, Any]]:
    """Everything the Tab key stops at, until it leaves the page."""
    for _press in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            return
        yield stop
    raise AssertionError(f"the Tab key finds no end on {page.url}")


def is_seen(stop: dict[str, Any]) -> bool:
    """Wholly, or where it is higher than the window at least its beginning (WCAG 2.2, 2.4.11 and more)."""
    high = stop["bottom"] - stop["top"]
    return bool(stop["top"] >= 0 and stop["bottom"] <= stop["edge"] + 1 if high < 100 else stop["top"] < stop["edge"] - 40)


def test_whatever_the_tab_key_stops_at_is_seen(chromium: Browser, site: Site) -> None:
    hidden = {}
    for size in (PHONE, MAGNIFIED):
        for display in ("", "elder"):
            with reading(chromium, size, display) as page:
                for path in ("/replies/", "/messages/new"):
                    page.goto(site.address + path)
                    there = list(stops(page))
                    assert len(there) > 20
                    hidden[size, display, path] = [stop for stop in there if not is_seen(stop)]
    assert not {where: said for where, said in hidden.items() if said}


def test_a_magnified_page_is_read_without_scrolling_sideways(chromium: Browser, site: Site) -> None:
    wide = {}
    for size, display in ((MAGNIFIED, ""), (MAGNIFIED, "elder"), ((320, 256), "")):  # 200 % twice, and 400 %
        with reading(chromium, size, display) as page:
            for path in PAGES:
                page.goto(site.address + path)
                wide[size, display, path] = page.evaluate(WIDER)
            assert page.evaluate("getComputedStyle(document.querySelector('.doors-bar')).position") == "static"
    assert not {where: by for where, by in wide.items() if by > 0}


def test_high_contrast_keeps_seven_to_one(chromium: Browser, site: Site) -> None:
    wrong = {}
    with reading(chromium, PHONE, "contrast") as page:
        for path in PAGES:
            page.goto(site.address + path)
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate(ENHANCED)["violations"]
            wrong[path] = [node["failureSummary"] for one in found for node in one["nodes"]]
    assert not {path: said for path, said in wrong.items() if said}


def test_without_scripts_one_reads_searches_writes_and_follows(chromium: Browser, site: Site) -> None:
    with reading(chromium, PHONE, java_script_enabled=False) as page:
        page.goto(site.address)
        page.fill("input[name=q]", "路灯")
        page.get_by_role("button", name="搜索").click()
        expect(page.locator("mark").first).to_have_text("路灯")
        page.locator(".reply-card a").first.click()
        expect(page.locator("h2", has_text="答复内容")).to_be_visible()
        page.goto(f"{site.address}/messages/new")
        page.locator("input[name=kind][value=help]").check()
        page.fill("input[name=title]", "村口路灯不亮")
        page.get_by_role("button", name="提交留言").click()
        expect(page.locator(".error-summary")).to_contain_text("内容")
        page.fill("textarea[name=body]", "坏了半个月")
        page.get_by_role("button", name="提交留言").click()
        expect(page.locator(".receipt .code")).to_have_count(2)
        number, code = page.locator(".receipt .code").all_inner_texts()
        page.goto(f"{site.address}/messages/track")
        page.fill("input[name=number]", number)
        page.fill("input[name=code]", code)
        page.get_by_role("button", name="查询", exact=True).click()
        expect(page.locator("h1")).to_contain_text(number)


@pytest.mark.parametrize("display", ["", "elder"])
def test_the_query_code_stands_on_one_line(chromium: Browser, site: Site, display: str) -> None:
    with reading(chromium, PHONE, display) as page:
        page.goto(f"{site.address}/messages/new")
        leave(page)
        for code in page.locator(".receipt .code").all():
            assert code.evaluate("one => one.getClientRects().length") == 1
            assert code.evaluate("one => one.scrollWidth <= one.clientWidth")
            lines = code.evaluate("one => one.clientHeight / parseFloat(getComputedStyle(one).lineHeight)")
            assert lines < 1.5
        assert page.evaluate(WIDER) <= 0


def test_the_large_version_shows_replies_before_filters_on_a_desktop_too(chromium: Browser, site: Site) -> None:
    with reading(chromium, (1280, 800), "elder") as page:
        page.goto(f"{site.address}/replies/")
        first, filters = (page.locator(part).bounding_box() for part in (".reply-card >> nth=0", "#filters"))
        assert first is not None
        assert filters is not None
        assert first["y"] < 800 < filters["y"]
        expect(page.locator(".to-filters")).to_be_visible()
