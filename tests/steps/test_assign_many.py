"""批量交办 over HTTP: one form for many cases, each through the one door; what is refused is named and stops nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from opinion_app import clock
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role, Stage, UnitRole
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.client import Browser, client_for
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture
def office(app: Flask) -> dict[str, Any]:
    """A clerk, a handler, two units and three messages, one of them against the first unit."""
    with app.app_context(), transaction() as session:
        seed(session)
        finance, roads = make_unit(session, "财政所"), make_unit(session, "村镇建设办")
        make_person(session, "clerk", Role.CLERK)
        make_person(session, "handler", Role.HANDLER, unit=finance)
        now = clock.now()
        plain = [make_case(session, now=now, title=f"路灯{number}", received_at=now).number for number in (1, 2)]
        against = make_case(
            session, now=now, title="反映财政所", kind=Kind.ACCUSATION, accused="财政所", accused_unit_id=finance.id
        )
        return {"finance": finance.id, "roads": roads.id, "plain": plain, "against": against.number}


def token_of(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def opened(app: Flask, numbers: list[str], login: str = "clerk") -> tuple[Browser, TestResponse]:
    """The form for these cases, as the bulk bar of the worklist opens it."""
    browser = client_for(app, login)
    token = token_of(browser.get("/office/").text)
    return browser, browser.post("/office/assign/chosen", data={"csrf_token": token, "case": numbers})


def fields_of(page: str, numbers: list[str]) -> dict[str, Any]:
    """What the form would send, before anything is filled in."""
    named = {f"seen-{number}": page.split(f'name="seen-{number}" value="')[1].split('"')[0] for number in numbers}
    key = page.split('name="_key" value="')[1].split('"')[0]
    late = re.findall(r'name="late" value="([^"]+)"', page)
    return {"csrf_token": token_of(page), "_key": key, "case": numbers, "late": late} | named


def rows(app: Flask, *conditions: Any) -> int:
    with app.app_context(), transaction() as session:
        return int(session.scalar(select(func.count(Assignment.id)).where(*conditions)) or 0)


def passed(app: Flask, number: str) -> None:
    """The reply of that case was due yesterday."""
    with app.app_context(), transaction() as session:
        reply = session.scalars(select(Clock).join(Case).where(Case.number == number, Clock.stage == "reply")).one()
        reply.due_at = clock.now() - timedelta(days=1)


def test_all_that_was_ticked_is_assigned_with_one_form(app: Flask, office: dict[str, Any]) -> None:
    browser, page = opened(app, office["plain"])
    assert page.status_code == 200
    sent = fields_of(page.text, office["plain"]) | {
        "lead": office["finance"],
        "supports": [office["roads"]],
        "note": "请三日内现场查看",
    }
    answer = browser.post("/office/assign", data=sent)

    assert answer.status_code == 200
    assert "已交办 2 件给财政所" in answer.text
    assert rows(app, Assignment.role == UnitRole.LEAD, Assignment.unit_id == office["finance"]) == 2
    assert rows(app, Assignment.role == UnitRole.SUPPORT, Assignment.note == "请三日内现场查看") == 2
    with app.app_context(), transaction() as session:
        cases = session.scalars(select(Case).where(Case.number.in_(office["plain"]))).all()
        assert {(case.stage, case.accepted_at is not None) for case in cases} == {(Stage.ASSIGNED, True)}


def test_a_refused_case_is_named_with_its_reason_and_stops_no_other(app: Flask, office: dict[str, Any]) -> None:
    numbers = [office["against"], *office["plain"]]
    browser, page = opened(app, numbers)
    answer = browser.post("/office/assign", data=fields_of(page.text, numbers) | {"lead": office["finance"]})

    assert "已交办 2 件" in answer.text
    assert "1 件没有交办" in answer.text
    assert "财政所是被举报单位" in answer.text
    assert rows(app) == 2


def test_a_form_sent_twice_assigns_once_and_says_the_same(app: Flask, office: dict[str, Any]) -> None:
    browser, page = opened(app, office["plain"])
    sent = fields_of(page.text, office["plain"]) | {"lead": office["finance"]}
    said = [browser.post("/office/assign", data=sent).text.count("没有交办") for _ in range(2)]

    assert said == [0, 0]
    assert rows(app) == 2
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count(Move.id)).where(Move.act == "assign")) == 2


def test_a_case_somebody_else_has_changed_meanwhile_is_left_alone(app: Flask, office: dict[str, Any]) -> None:
    browser, page = opened(app, office["plain"])
    with app.app_context(), transaction() as session:
        other = session.scalars(select(Case).where(Case.number == office["plain"][0])).one()
        other.title = "路灯一，已核对"
    answer = browser.post("/office/assign", data=fields_of(page.text, office["plain"]) | {"lead": office["finance"]})

    assert "已交办 1 件" in answer.text
    assert f"{office['plain'][0]}</a>：您打开这个页面之后" in answer.text
    assert rows(app) == 1


def test_what_cannot_be_assigned_now_is_said_before_anything_is_sent(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Case).where(Case.number == office["plain"][0])).one().needs_leader = True
    _browser, page = opened(app, [*office["plain"], "LY2026-999999"])

    assert "有 1 件现在不能交办" in page.text
    assert "正在呈批" in page.text
    assert "交办这 1 件" in page.text


def test_d12_of_which_the_draft_date_has_passed_is_said_before_they_are_given(app: Flask, office: dict[str, Any]) -> None:
    late, again = office["plain"]
    passed(app, late)
    browser, page = opened(app, [late, again])

    assert "其中 1 件的答复时限已过" in page.text
    assert f"<li>{late}：答复时限已于" in page.text
    assert f"<li>{again}：" not in page.text
    assert page.text.count("承办单位提交答复稿的日期随之已过") == 1
    assert 'name="know_late"' in page.text
    told = browser.post("/office/assign", data=fields_of(page.text, [late, again]) | {"lead": office["finance"]})
    assert "已交办 1 件" in told.text
    assert "交办后，有时限随即逾期" in told.text
    assert "请打开这件单独交办" in told.text
    assert rows(app) == 1
    browser, page = opened(app, [late])
    known = {"lead": office["finance"], "know_late": "y"}
    assert "已交办 1 件" in browser.post("/office/assign", data=fields_of(page.text, [late]) | known).text


def test_d12_the_tick_speaks_for_the_cases_the_page_named_and_for_no_other(app: Flask, office: dict[str, Any]) -> None:
    named, silent = office["plain"]
    passed(app, named)
    browser, page = opened(app, [named, silent])
    assert "只对上面写明已过的件有效" in page.text
    sent = fields_of(page.text, [named, silent]) | {"know_late": "y"}
    passed(app, silent)
    again = browser.post("/office/assign", data=sent)
    assert again.status_code == 422
    assert "其中 2 件的答复时限已过" in again.text
    assert not re.search(r'<input[^>]*name="know_late"[^>]*checked', again.text), "it was ticked when one was named"
    told = browser.post("/office/assign", data=sent | {"lead": office["finance"]})
    assert "已交办 1 件" in told.text
    assert f"{silent}</a>：交办后，有时限随即逾期" in told.text
    assert rows(app) == 1


def test_nothing_chosen_or_no_unit_is_told_and_nothing_written(app: Flask, office: dict[str, Any]) -> None:
    browser, page = opened(app, office["plain"])
    without_unit = browser.post("/office/assign", data=fields_of(page.text, office["plain"]) | {"note": "写了一半的意见"})

    assert without_unit.status_code == 422
    assert "请选择主办单位" in without_unit.text
    assert "写了一半的意见" in without_unit.text
    _browser, empty = opened(app, [])
    assert "没有可以交办的件" in empty.text
    assert rows(app) == 0


def test_only_a_clerk_assigns(app: Flask, office: dict[str, Any]) -> None:
    assert opened(app, office["plain"], "handler")[1].status_code == 403


@pytest.mark.parametrize("amount", [10, 100])
def test_the_form_asks_no_more_for_more_cases(app: Flask, office: dict[str, Any], amount: int) -> None:
    with app.app_context(), transaction() as session:
        now = clock.now()
        numbers = [make_case(session, now=now, title=f"件{number}").number for number in range(amount)]
    browser = client_for(app, "clerk")
    token = token_of(browser.get("/office/").text)
    with counting(app) as statements:
        page = browser.post("/office/assign/chosen", data={"csrf_token": token, "case": numbers})

    assert f"交办这 {amount} 件" in page.text
    assert len(statements) <= MOST_QUERIES
