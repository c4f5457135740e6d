"""A real browser on the machine's own Chromium: nothing is downloaded, nothing leaves, nothing goes wrong unseen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.support.presence import absent

BINARIES = ("chromium-headless-shell", "chromium")  # the same engine; without a window to draw it needs a third less time
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    NOWHERE_ELSE,
]
VIEWPORT = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    path = os.environ.get("OPINION_TEST_CHROMIUM") or next(filter(None, map(shutil.which, BINARIES)), "")
    if not os.access(path, os.X_OK):
        absent("Chromium is not installed (Debian: apt-get install chromium-headless-shell fonts-noto-cjk)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, set up as in the office; requests to other hosts find none and fail the test."""
    refused: list[str] = []

    def only_here(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "http://localhost:", "file:///", "data:", "blob:")):
            refused.append(request.url)

    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=VIEWPORT)  # type: ignore[arg-type]
    context.on("request", only_here)
    yield context
    context.close()
    assert not refused, f"the page asked other hosts: {refused}"


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    """A page whose script errors and refused content fail the test; answers of 4xx are the test's own business."""
    wrong: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            wrong.append(message.text)

    page = browser_context.new_page()
    page.set_default_timeout(60_000)  # on a machine that others load too
    page.on("console", on_console)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert not wrong, f"the browser complained: {wrong}"
