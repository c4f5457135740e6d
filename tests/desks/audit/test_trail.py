"""The auditor reads the trail - filtered, exported, contacts masked, restricted cases without content - and nobody else does."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import text

from opinion_app.desks.audit.queries import masked
from opinion_app.flow import trail
from opinion_app.records.base import db
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role
from tests.builders.office import NOW, make_actor, make_case, make_person
from tests.support.client import Browser, client_for
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture
def auditor(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "auditor", Role.AUDITOR)
        make_person(session, "admin", Role.ADMINISTRATOR)
        clerk = make_actor(session, "clerk", Role.CLERK, name="赵受理", handles_accusations=True)
        make_case(session, clerk)
        make_case(
            session,
            clerk,
            kind=Kind.ACCUSATION,
            accused="某所长",
            concerns_official=True,
            title="举报某所长收钱",
        )
        trail.record(session, "case.note", "LY2026-000001", clerk, NOW, {"说明": (None, "已电话 13800001234 联系，=1+1")})
        trail.record(session, "refused", "POST /x", clerk, NOW, succeeded=False, address="10.0.0.9")
    return client_for(app, "auditor")


def test_contacts_are_masked_and_restricted_content_is_left_out(auditor: Browser) -> None:
    page = auditor.get("/office/trail").text

    assert "138****1234" in page
    assert "13800001234" not in page
    assert "举报某所长收钱" not in page
    assert "受限件，内容不显示" in page
    assert "村口路灯不亮" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("who=赵受理", 4),
        ("who=clerk", 4),
        ("who=nobody", 0),
        ("act=case.register", 2),
        ("act=what", 4),
        ("subject=ly2026-000001", 2),
        ("failed=1", 1),
        ("since=2026-11-23&until=2026-11-23", 4),
        ("since=2026-11-24", 0),
        ("since=0001-01-01&until=abc", 4),
        ("page=2", 0),
    ],
)
def test_the_filters_find(auditor: Browser, query: str, count: int) -> None:
    page = auditor.get(f"/office/trail?{query}").text

    assert page.count("<time datetime") == count


def test_an_export_is_a_sheet_without_formulas_and_is_on_the_trail(app: Flask, auditor: Browser) -> None:
    answer = auditor.submit("/office/trail?who=赵受理", to="/export")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active

    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert len(rows) == 4
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert any("138****1234" in str(row) for row in rows)
    assert "导出留痕" in auditor.get("/office/trail").text
    answer.close()


def test_the_check_tells_whole_from_altered(app: Flask, auditor: Browser) -> None:
    assert "留痕完整" in auditor.get("/office/trail/check").text
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE trail SET actor = '别人' WHERE seq = 2"))

    assert "留痕不完整" in auditor.get("/office/trail/check").text


@pytest.mark.parametrize("login", ["admin", "clerk"])
def test_nobody_else_reads_the_trail(app: Flask, auditor: Browser, login: str) -> None:
    browser = client_for(app, login)

    assert browser.get("/office/trail").status_code == 403
    assert browser.press("/office/trail/export").status_code == 403


def test_the_page_asks_the_same_however_long_the_trail_is(app: Flask, auditor: Browser) -> None:
    with app.app_context(), transaction() as session:
        for number in range(300):
            trail.record(session, "search", f"search:{number}", None, NOW, {"词": (None, "路灯")})
    with counting(app) as asked:
        page = auditor.get("/office/trail").text

    assert page.count("<time datetime") == 50
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_masking_leaves_what_is_no_contact() -> None:
    assert masked(None) is None
    assert masked("2026-11-23 还剩 3 个工作日") == "2026-11-23 还剩 3 个工作日"
    assert masked("邮箱 liu@example.cn") != "邮箱 liu@example.cn"
