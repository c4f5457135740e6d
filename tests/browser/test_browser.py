"""The browser itself: it starts, draws Chinese, and is kept from other hosts."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Page

from tests.support.live import serving


def test_the_browser_shows_chinese_text_from_a_live_server(page: Page) -> None:
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "<!doctype html><html lang='zh-CN'><title>问</title><p>群众留言办理</p>"

    with serving(app) as url:
        page.goto(url)
        text = page.inner_text("p")
        width = page.evaluate("document.fonts.check('16px sans-serif', '办')")

    assert text == "群众留言办理"
    assert width is True
