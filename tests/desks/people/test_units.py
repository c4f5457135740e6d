"""The administrator's pages about units: added, put below another, closed only when nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.supervise import Asked, issue
from opinion_app.records.assignment import Assignment
from opinion_app.records.clock import Clock
from opinion_app.records.person import LeaderInCharge
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import AssignmentState, ClockState, Role, Stage, UnitRole
from opinion_app.rules.zone import local_date
from tests.builders.office import NOW, make_case, make_person, make_unit
from tests.support.client import Browser, client_for


@pytest.fixture
def admin(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        make_person(session, "leader", Role.LEADER, name="陈镇长")
        make_unit(session, "财政所")
    return client_for(app, "admin")


def unit(app: Flask, name: str) -> Unit:
    with app.app_context(), transaction() as session:
        held = session.scalars(select(Unit).where(Unit.name == name)).one()
        session.expunge_all()
        return held


def page_of(app: Flask, name: str) -> str:
    return f"/office/units/{unit(app, name).id}"


def test_a_unit_is_added_with_pinyin_parent_and_leader(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        leader = session.scalars(select(LeaderInCharge)).all()
    assert not leader
    answer = admin.submit(
        "/office/units/new", name="农业农村综合服务中心", parent_id=unit(app, "财政所").id, leader_id=2, category="站所"
    )

    assert answer.status_code == 303
    made = unit(app, "农业农村综合服务中心")
    assert made.pinyin.startswith("nyncz")
    assert made.parent_id == unit(app, "财政所").id
    assert "陈镇长" in admin.get("/office/units").text
    admin.submit(page_of(app, made.name), leader_id="")
    with app.app_context(), transaction() as session:
        assert not session.scalars(select(LeaderInCharge)).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "请填写单位名称"),
        ({"name": "财政所"}, "不能重复"),
        ({"email": "a@b, c@d"}, "只能填一个"),
        ({"robot_url": "javascript:alert(1)"}, "https://"),
        ({"parent_id": "999"}, "上级单位"),
        ({"leader_id": "1"}, "分管领导应是"),
        ({"sort_order": "很前"}, "排序"),
    ],
)
def test_what_will_not_do_is_said(app: Flask, admin: Browser, values: dict[str, Any], words: str) -> None:
    typed: dict[str, Any] = {"name": "民政办"} | values
    answer = admin.submit("/office/units/new", **typed)

    assert answer.status_code == 422
    assert words in answer.text


def test_no_unit_lies_above_itself(app: Flask, admin: Browser) -> None:
    admin.submit("/office/units/new", name="下属站", parent_id=unit(app, "财政所").id)
    for above in ("下属站", "财政所"):
        target = page_of(app, "财政所")
        assert admin.submit(target, parent_id=unit(app, above).id).status_code == 422


def test_a_unit_with_open_cases_people_or_units_below_stays_open(app: Flask, admin: Browser) -> None:
    held = unit(app, "财政所")
    closing = page_of(app, "财政所") + "/close"

    def close() -> tuple[int, str]:
        answer = admin.press(closing)
        return answer.status_code, answer.text

    with app.app_context(), transaction() as session:
        case = make_case(session)
        case.stage = Stage.ASSIGNED
        part = Assignment(case_id=case.id, unit_id=held.id, role=UnitRole.LEAD, state=AssignmentState.PENDING, assigned_at=NOW)
        session.add(part)
        person = make_person(session, "handler", Role.HANDLER, unit=session.get(Unit, held.id))
        below = make_unit(session, "下属站", parent_id=held.id)
        ids = case.id, person.id, below.id
    assert "还有 1 件在办" in close()[1]
    assert "还有 <strong>1</strong> 件在办" in admin.get(page_of(app, "财政所")).text

    with app.app_context(), transaction() as session:
        session.get_one(type(case), ids[0]).stage = Stage.CLOSED
        sheet = Asked(SupervisionKind.SUPERVISE, "请办", held.id, local_date(NOW))
        asked = issue(session, session.get_one(type(case), ids[0]), sheet, None, NOW)
        assert asked is not None
        sheet_clock = asked.clock_id or 0
    assert "1 份督办没有反馈" in close()[1]
    assert "<strong>1</strong> 份督办没有反馈" in admin.get(page_of(app, "财政所")).text
    with app.app_context(), transaction() as session:
        session.get_one(Clock, sheet_clock).state = ClockState.MET
    assert "1 名在用人员" in close()[1]
    with app.app_context(), transaction() as session:
        session.get_one(type(person), ids[1]).active = False
    assert "1 个下属单位（下属站）" in close()[1]
    with app.app_context(), transaction() as session:
        session.get_one(Unit, ids[2]).active = False
    assert close()[0] == 303
    assert not unit(app, "财政所").active

    enabling = admin.press(f"/office/people/{ids[1]}/enable")
    assert "已停用" in enabling.text
    assert admin.submit(page_of(app, "财政所"), to="/reopen").status_code == 303
    assert unit(app, "财政所").active


def test_a_unit_somebody_saved_first_is_not_overwritten(app: Flask, admin: Browser) -> None:
    target = page_of(app, "财政所")
    stale = admin.submit(target, version="0")

    assert stale.status_code == 409


def test_the_lists_say_what_the_office_lacks(admin: Browser) -> None:
    text = admin.get("/office/units").text

    assert "财政所没有承办人或单位负责人" in text
    assert "没有受理员" in text
