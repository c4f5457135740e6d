"""The office's own settings: shown with their defaults, checked, saved with each change on the trail."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.settings import areas, office, setting
from opinion_app.records.trail import TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.two_people import SETTING
from opinion_app.rules.words import Role
from tests.builders.office import make_case, make_person
from tests.support.client import Browser, client_for


@pytest.fixture
def admin(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        make_person(session, "clerk", Role.CLERK)
    return client_for(app, "admin")


def test_what_is_saved_is_in_force_and_on_the_trail(app: Flask, admin: Browser) -> None:
    answer = admin.submit(
        "/office/settings",
        name="示范镇党政办",
        areas="城建\n 交通 \n\n其他\n交通",
        message="示范〔{year}〕{serial:04d}",
        site_id_code="5305240001",
    )

    assert answer.status_code == 303
    assert "示范镇党政办" in admin.get("/office/settings").text
    with app.app_context(), transaction() as session:
        assert areas(session) == ["城建", "交通", "其他"]
        assert office(session)["site_id_code"] == "5305240001"
        assert make_case(session).number == "示范〔2026〕0001"
        changed = {row.name: row.new for row in session.scalars(select(TrailValue))}
    assert changed["办公室名称"] == "示范镇党政办"
    assert changed["领域"] == "城建、交通"


def test_nothing_changed_leaves_no_trail(app: Flask, admin: Browser) -> None:
    assert admin.submit("/office/settings").status_code == 303
    assert "没有改动" in admin.get("/office/settings").text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "请填写办公室名称"),
        ({"message": "LY{serial}"}, "必须包含"),
        ({"message": "LY{year}{serial.__class__}"}, "编号规则"),
        ({"policy": "LY{year}-{serial:06d}"}, "不能相同"),
        ({"index_pattern": "{nothing}"}, "不认识的字段"),
        ({"index_pattern": "{year}"}, "必须包含"),
        ({"index_pattern": "{code.__class__}{year}{serial}"}, "不认识的字段"),
        ({"site_id_code": "12"}, "10 位数字"),
        ({"credit_code": "abc"}, "18 位"),
        ({"email": "a@b, c@d"}, "邮箱格式不对"),
        ({"areas": "其他"}, "至少填写一个领域"),
        ({"areas": "\n".join(f"领域{n}" for n in range(61))}, "最多 60 行"),
    ],
)
def test_what_will_not_do_is_said(admin: Browser, values: dict[str, Any], words: str) -> None:
    answer = admin.submit("/office/settings", **({"address": "镇政府路 1 号"} | values))

    assert answer.status_code == 422
    assert words in answer.text
    assert "镇政府路 1 号" in answer.text


def test_only_the_administrator_may(app: Flask, admin: Browser) -> None:
    assert client_for(app, "clerk").get("/office/settings").status_code == 403


def test_two_people_for_the_review_of_secrecy_need_two_clerks(app: Flask, admin: Browser) -> None:
    answer = admin.submit("/office/settings", secrecy_by_other="y")
    assert answer.status_code == 303
    shown = admin.get("/office/settings").text
    assert "受理员不足两名" in shown
    assert "受理员不足两名" in admin.get("/office/people").text
    with app.app_context(), transaction() as session:
        assert setting(session, SETTING, False) is True
        assert "是" in {row.new for row in session.scalars(select(TrailValue)) if row.name == "保密审查须由遮盖以外的人作出"}
        make_person(session, "second", Role.CLERK)
    assert admin.submit("/office/settings", secrecy_by_other=None, name="示范镇").status_code == 303
    assert "不足两名" not in admin.get("/office/settings").text
