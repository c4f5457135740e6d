"""Tables of the office that are read whole: at no width of a window is a cell hidden, cut off or beyond the edge."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.reminders.operations import message_of
from opinion_app.flow.outbox import queue
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import DigestLine, PersonDigest
from opinion_app.rules.due_words import DueState
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date
from tests.builders.office import make_case, make_person
from tests.support.client import client_for
from tests.support.databases import make_settings
from tests.support.live import serving

WIDTHS = (1366, 1280, 1093, 800, 390)
# Cells that are not shown, that hide a part of themselves, that are squeezed to a character or two a line, or that end beyond
# what can be scrolled to.
OUT_OF_REACH = """() => [...document.querySelectorAll('main .table tbody td')].filter(cell => {
  const box = cell.getBoundingClientRect(), wrap = cell.closest('.table-wrap');
  const cut = cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).overflowX !== 'visible';
  const beyond = box.right > wrap.getBoundingClientRect().right + 1 && getComputedStyle(wrap).overflowX !== 'auto';
  const squeezed = box.width < 60 && box.height > 70;
  return cell.textContent.trim() && (!box.width || cut || beyond || squeezed);
}).map(cell => cell.textContent.trim())"""


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def notice_id(app: Flask) -> int:
    """A digest in the notices of the administrator, who may see every page of these."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        person = make_person(session, "administrator", Role.ADMINISTRATOR)
        case = make_case(session, None, now=now - timedelta(hours=1))
        line = DigestLine(1, case.id, 1, DueState.TODAY, case.number, "投诉", "村镇建设办公室", "提交答复稿：今天到期",
                          f"/office/cases/{case.number}", "您是承办单位负责人，也是分管领导的代理人", now)  # fmt: skip
        queue(session, message_of(PersonDigest(person.id, local_date(now), (line,))), [person], now, mail=False)
        session.flush()
        return int(session.scalars(select(Notice.id).where(Notice.person_id == person.id)).one())


def test_no_cell_of_a_table_is_out_of_reach(chromium: Browser, app: Flask, notice_id: int) -> None:
    cookie = client_for(app, "administrator").client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    pages = (f"/office/notices/{notice_id}", "/office/rules", "/office/calendar")
    with serving(app) as address:
        context = chromium.new_context(locale="zh-CN")
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        wrong = {
            f"{path} {width}": found for path in pages for width in WIDTHS if (found := unreached(page, address + path, width))
        }
        context.close()
    assert not wrong


def unreached(page: Page, address: str, width: int) -> list[str]:
    """The words of the cells one cannot read in a window of that width."""
    page.set_viewport_size({"width": width, "height": 800})
    if page.url != address:
        page.goto(address)
    assert page.locator("main .table tbody td").count() > 3
    found: list[str] = page.evaluate(OUT_OF_REACH)
    return found
