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
from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.outbox import queue
from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge
from opinion_app.records.transaction import transaction
from opinion_app.records.wording import ReplyTemplate
from opinion_app.rules.digest import DigestLine, PersonDigest
from opinion_app.rules.due_words import DueState
from opinion_app.rules.import_modes import ImportMode, ImportState
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Kind, Role
from opinion_app.rules.zone import local_date
from tests.builders.office import make_case, make_person, make_unit
from tests.desks.reminders.moving import move_date
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
  const squeezed = box.width < 60 && box.height > 70 && cell.textContent.trim().length > 2;
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
        make_person(session, "auditor", Role.AUDITOR)
        case = make_case(session, None, now=now - timedelta(hours=1))
        line = DigestLine(1, case.id, 1, DueState.TODAY, case.number, "投诉", "村镇建设办公室", "提交答复稿：今天到期",
                          f"/office/cases/{case.number}", "您是承办单位负责人，也是分管领导的代理人", now)  # fmt: skip
        queue(session, message_of(PersonDigest(person.id, local_date(now), (line,))), [person], now, mail=False)
        session.flush()
        return int(session.scalars(select(Notice.id).where(Notice.person_id == person.id)).one())


@pytest.fixture
def import_id(app: Flask) -> int:
    """What else is listed: units, people with what they are, templates, and rows of a sheet that were not taken."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        above = make_unit(session, "村镇建设和自然资源综合管理办公室", short_name="村建办", category="内设机构")
        unit = make_unit(session, "不动产登记和房屋征收服务中心", parent_id=above.id, category="事业单位")
        make_person(
            session, "ouyang.jianguo", Role.HANDLER, Role.UNIT_HEAD, unit=unit, title="党委委员、人大副主席", name="欧阳建国"
        )
        leader = make_person(session, "leader", Role.LEADER, name="欧阳副镇长")
        clerk = make_person(session, "clerk", Role.CLERK, Role.REVIEWER, name="陈受理", title="党政综合办公室副主任")
        session.add(LeaderInCharge(unit_id=unit.id, person_id=leader.id))
        text = {"text": "您好，来信收悉。", "changed_by_id": clerk.id, "changed_at": now}
        session.add(ReplyTemplate(title="城乡居民医疗保险参保登记办理条件和所需材料", kind=Kind.INQUIRY, area="医疗卫生", **text))
        done = {"state": ImportState.DONE, "mode": ImportMode.AUTO, "created_at": now, "refused": 1, "warned": 1}
        run = ImportRun(file_name="留言.xlsx", stored_name="0" * 32, sha256="", **done)
        session.add(run)
        session.flush()
        cells = {
            "cells": ["领导留言板", "村口路灯不亮", "2026年13月1日", "http://liuyan.people.com.cn/threads/content?tid=12345678"]
        }
        for number in (2, 3):
            why = "收到时间“2026年13月1日”不是日期，请按 2026-11-23 的样子填写。"
            session.add(ImportProblem(run_id=run.id, row_no=number, column="收到时间", reason=why, content=cells))
        return run.id


@pytest.fixture
def why(app: Flask) -> str:
    """The address of why a date is as it is that moved twice."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        case = make_case(session, None, now=now)
        reply = reply_clock(session, case.id)
        assert reply is not None
        for days in (20, 30):
            move_date(reply, now, now + timedelta(days=days))
            reply.dates[-1]["why"] = "载入 2027 年放假安排（国务院办公厅关于2027年部分节假日安排的通知）"
        return f"/office/cases/{case.number}/clocks/{reply.id}"


def test_no_cell_of_a_table_is_out_of_reach(chromium: Browser, app: Flask, notice_id: int, import_id: int, why: str) -> None:
    settings = ("rules", "calendar", "ladder", "people", "units", "reply-templates")
    pages = (f"/office/notices/{notice_id}", *(f"/office/{name}" for name in settings))
    assert out_of_reach(chromium, app, "administrator", pages) == {}
    assert out_of_reach(chromium, app, "clerk", (f"/office/import/{import_id}", why)) == {}
    assert out_of_reach(chromium, app, "auditor", ("/office/trail",)) == {}


def out_of_reach(chromium: Browser, app: Flask, login: str, pages: tuple[str, ...]) -> dict[str, list[str]]:
    """By page and width the words of the cells that person cannot read there."""
    cookie = client_for(app, login).client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with serving(app) as address:
        context = chromium.new_context(locale="zh-CN")
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        wrong = {
            f"{path} {width}": found for path in pages for width in WIDTHS if (found := unreached(page, address + path, width))
        }
        context.close()
    return wrong


def unreached(page: Page, address: str, width: int) -> list[str]:
    """The words of the cells one cannot read in a window of that width."""
    page.set_viewport_size({"width": width, "height": 800})
    if page.url != address:
        page.goto(address)
    assert page.locator("main .table tbody td").count() > 3
    found: list[str] = page.evaluate(OUT_OF_REACH)
    return found
