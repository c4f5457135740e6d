"""What anybody may read goes out compressed; pages with a form's secret do not; conditional requests still hit."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from opinion_app.records.transaction import transaction
from tests.builders.office import make_case
from tests.builders.published import make_publication
from tests.support.client import Browser

TAKES = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def browser(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_publication(session, make_case(session))
    return Browser(app)


def fetched(browser: Browser, path: str, **more: Any) -> TestResponse:
    """An answer read to its end; the file it came from is closed."""
    answer = browser.get(path, **more)
    assert answer.data is not None
    answer.close()
    return answer


@pytest.mark.parametrize("path", ["/", "/replies/", "/replies/LY2026-000001", "/static/css/public.css", "/static/js/drafts.js"])
def test_public_text_is_compressed_and_the_same(browser: Browser, path: str) -> None:
    plain, packed = fetched(browser, path), fetched(browser, path, headers=TAKES)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) * 0.6
    again = fetched(browser, path, headers=TAKES | {"If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_first_page_is_below_sixty_kilobytes(browser: Browser) -> None:
    parts = {"/", *re.findall(r'(?:src|href)="(/static/[^"]+)"', browser.get("/").text)}
    parts |= {f"/static/js/{name}.js" for name in ("display-buttons", "forms", "drafts", "kept-draft")}
    assert sum(len(fetched(browser, part, headers=TAKES).data) for part in parts) < 60_000


@pytest.mark.parametrize("path", ["/messages/new", "/messages/track", "/office/sign-in"])
def test_pages_with_a_secret_are_not(browser: Browser, path: str) -> None:
    assert "Content-Encoding" not in browser.get(path, headers=TAKES).headers


def test_who_takes_no_gzip_is_given_plain_text(browser: Browser) -> None:
    assert "Content-Encoding" not in browser.get("/", headers={"Accept-Encoding": "gzip;q=0"}).headers
