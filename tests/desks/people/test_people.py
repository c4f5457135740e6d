"""The administrator's pages about people: added, edited, disabled, never oneself, never the last administrator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.records.person import Person, SignInAttempt
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.words import Role
from tests.builders.office import make_person, make_unit
from tests.support.client import PASSWORD, Browser, client_for, give_password
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture(autouse=True)
def people(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        unit = make_unit(session, "财政所")
        make_person(session, "admin", Role.ADMINISTRATOR, name="王管理")
        give_password(make_person(session, "handler", Role.HANDLER, unit=unit, name="李承办"))
        make_person(session, "clerk", Role.CLERK, name="赵受理")


@pytest.fixture
def admin(app: Flask) -> Browser:
    return client_for(app, "admin")


def found(app: Flask, login: str) -> Person:
    with app.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.login == login)).one()
        session.expunge_all()
        return person


def path(app: Flask, login: str) -> str:
    return f"/office/people/{found(app, login).id}"


def trail_of(app: Flask) -> list[tuple[str, str]]:
    with app.app_context(), transaction() as session:
        return [(row.act, row.subject) for row in session.scalars(select(TrailEntry).order_by(TrailEntry.seq))]


def test_a_new_person_signs_in_with_the_password_shown_once(app: Flask, admin: Browser) -> None:
    answer = admin.submit("/office/people/new", login="Sun.Li", name="孙丽", roles=["reviewer"], email="sun@example.cn")

    shown = re.search(r'class="secret">([^<]+)<', answer.text)
    assert shown is not None
    password = shown.group(1).replace("&#43;", "+")
    assert found(app, "sun.li").pinyin == "sl sunli"
    assert found(app, "sun.li").email == "sun@example.cn"
    browser = Browser(app).sign_in("sun.li", password)
    assert browser.get("/office/").location == "/office/password"
    assert password not in admin.get(path(app, "sun.li")).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"login": "handler"}, "已被使用"),
        ({"login": "x"}, "登录名"),
        ({"login": "a b"}, "登录名"),
        ({"name": ""}, "请填写姓名"),
        ({"name": "长" * 31}, "最多 30 个字"),
        ({"roles": []}, "至少选择一个角色"),
        ({"roles": ["administrator", "clerk"]}, "不能兼任"),
        ({"roles": ["handler"]}, "必须属于一个单位"),
        ({"roles": ["emperor"]}, "没有这个角色"),
        ({"email": "a@x.cn, b@evil.cn"}, "只能填一个"),
        ({"unit_id": "99999"}, "没有这个单位"),
        ({"leave_from": "2026-12-01"}, "一起填"),
        ({"leave_from": "2026-02-30"}, "日期"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_kept(app: Flask, admin: Browser, values: dict[str, Any], words: str) -> None:
    typed: dict[str, Any] = {"login": "sun", "name": "孙丽", "roles": ["reviewer"], "phone": "0875-1234567"} | values
    answer = admin.submit("/office/people/new", **typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert "0875-1234567" in answer.text
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Person.id).where(Person.login == "sun")) is None


def test_an_edit_is_on_the_trail_with_old_and_new(app: Flask, admin: Browser) -> None:
    answer = admin.submit(path(app, "handler"), title="主办科员", roles=["handler", "unit_head"])

    assert answer.status_code == 303
    assert found(app, "handler").title == "主办科员"
    with app.app_context(), transaction() as session:
        values = {row.name: (row.old, row.new) for row in session.scalars(select(TrailValue))}
    assert values["职务"] == ("", "主办科员")
    assert values["角色"] == ("承办人", "承办人、单位负责人")


def test_two_who_edit_at_once_do_not_overwrite_each_other(app: Flask, admin: Browser) -> None:
    form = admin.forms(path(app, "handler"))
    edits = next(one for one in form if one.action.endswith(path(app, "handler")))
    assert admin.send(edits, title="甲").status_code == 303
    second = [(name, "other" if name == "_key" else value) for name, value in edits.fields]
    edits.fields = second

    assert admin.send(edits, title="乙").status_code == 409
    assert found(app, "handler").title == "甲"


def test_nobody_changes_their_own_roles(app: Flask, admin: Browser) -> None:
    answer = admin.submit(path(app, "admin"), roles=["clerk"])

    assert answer.status_code == 422
    assert "不能修改自己的角色" in answer.text
    assert found(app, "admin").roles == {Role.ADMINISTRATOR}


def test_the_last_administrator_stays(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "second", Role.ADMINISTRATOR)
    second = client_for(app, "second")
    assert second.submit(path(app, "admin"), to="/disable").status_code == 303

    refused = second.press(path(app, "second") + "/disable")

    assert refused.status_code == 409
    assert found(app, "second").active


def test_a_disabled_person_is_signed_out_and_can_be_let_in_again(app: Flask, admin: Browser) -> None:
    browser = client_for(app, "handler")
    assert admin.submit(path(app, "handler"), to="/disable").status_code == 303
    assert browser.get("/office/password").status_code == 303

    assert admin.submit(path(app, "handler"), to="/enable").status_code == 303
    assert Browser(app).sign_in("handler")
    assert ("person.disable", "person:handler") in trail_of(app)


def test_a_reset_password_ends_the_sessions_and_lifts_the_lock(app: Flask, admin: Browser) -> None:
    browser = client_for(app, "handler")
    for _ in range(5):
        Browser(app).submit("/office/sign-in", login="handler", password="wrong-Pass-1")
    assert "锁定至" in admin.get(path(app, "handler")).text

    answer = admin.submit(path(app, "handler"), to="/reset-password")
    shown = re.search(r'class="secret">([^<]+)<', answer.text)

    assert shown is not None
    assert browser.get("/office/password").status_code == 303
    assert Browser(app).sign_in("handler", shown.group(1).replace("&#43;", "+"))


def test_a_lock_can_be_lifted_and_sessions_ended(app: Flask, admin: Browser) -> None:
    browser = client_for(app, "handler")
    for _ in range(5):
        Browser(app).submit("/office/sign-in", login="handler", password="wrong-Pass-1")

    assert admin.submit(path(app, "handler"), to="/unlock").status_code == 303
    assert admin.submit(path(app, "handler"), to="/end-sessions").status_code == 303

    assert browser.get("/office/password").status_code == 303
    assert Browser(app).sign_in("handler", PASSWORD)
    with app.app_context(), transaction() as session:
        assert session.scalars(select(SignInAttempt.succeeded)).all() == [True]


@pytest.mark.parametrize("login", ["clerk", "handler"])
def test_nobody_else_opens_these_pages(app: Flask, login: str) -> None:
    browser = client_for(app, login)

    assert browser.get("/office/people").status_code == 403
    assert browser.get(path(app, "admin")).status_code == 403


def test_nobody_there_is_not_found(admin: Browser) -> None:
    assert admin.get("/office/people/99999").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=李", {"李承办"}),
        ("q=zsl", set()),
        ("role=clerk", {"赵受理"}),
        ("role=emperor&unit=x&page=-1", {"王管理", "李承办", "赵受理"}),
        ("state=disabled", set()),
        ("q=%25", set()),
    ],
)
def test_the_list_finds(admin: Browser, query: str, names: set[str]) -> None:
    text = admin.get(f"/office/people?{query}").text.split("<tbody>")[-1]

    assert {name for name in ("王管理", "李承办", "赵受理") if f">{name}</a>" in text} == names


@pytest.mark.parametrize("count", [10, 200])
def test_the_list_asks_the_same_however_many_there_are(app: Flask, admin: Browser, count: int) -> None:
    with app.app_context(), transaction() as session:
        for number in range(count):
            make_person(session, f"p{number}", Role.REVIEWER)
    with counting(app) as asked:
        assert admin.get("/office/people").status_code == 200

    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_a_handler_on_leave_has_a_deputy(app: Flask, admin: Browser) -> None:
    deputy = found(app, "clerk").id
    answer = admin.submit(path(app, "handler"), deputy_id=deputy, leave_from="2026-12-01", leave_until="2026-12-05")
    himself = admin.submit(path(app, "handler"), deputy_id=found(app, "handler").id)

    assert answer.status_code == 303
    assert found(app, "handler").deputy_id == deputy
    assert himself.status_code == 422


@pytest.mark.parametrize("how", ["role", "unit", "disabled", "name"])
def test_n09_whoever_takes_a_deputy_away_is_told_whose_it_was(app: Flask, admin: Browser, how: str) -> None:
    with app.app_context(), transaction() as session:
        unit, other = session.scalars(select(Unit)).one(), make_unit(session, "水务站")
        second = make_person(session, "second", Role.HANDLER, unit=unit, name="孙同事")
        session.scalars(select(Person).where(Person.login == "handler")).one().deputy_id = second.id
        unit_id = other.id
    of_second, lost = path(app, "second"), "李承办的代理人"
    assert lost not in admin.get("/office/people").text
    if how == "disabled":
        assert admin.submit(of_second, to="/disable").status_code == 303
    else:
        changes: dict[str, dict[str, Any]] = {"role": {"roles": ["administrator"]}, "unit": {"unit_id": unit_id}}
        assert admin.submit(of_second, to=of_second, **changes.get(how, {"name": "孙同志"})).status_code == 303
    said = "李承办的代理人已停用" if how == "disabled" else "李承办的代理人孙同事按现在的角色和单位不能代办"
    pages = [said in admin.get(where).text for where in (of_second, "/office/people", of_second)]
    assert pages == ([False] * 3 if how == "name" else [True, True, False]), "at once, and where the office reads what it lacks"
