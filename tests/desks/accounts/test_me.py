"""One's own page: sessions elsewhere are ended, leave and deputy are set for oneself."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import make_person, make_unit
from tests.support.client import Browser, client_for


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        make_person(session, "other", Role.CLERK, name="钱代理")
        make_person(session, "gone", Role.CLERK, active=False)
        make_person(session, "outside", Role.HANDLER, unit=make_unit(session, "水务站"), name="冯磊")
        make_person(session, "auditor", Role.AUDITOR, name="邱审计")
    return client_for(app, "clerk")


def test_other_sessions_are_ended_and_this_one_stays(app: Flask, clerk: Browser) -> None:
    other = client_for(app, "clerk")
    assert "2 处" in clerk.get("/office/me").text

    assert clerk.submit("/office/me", to="/end-sessions").status_code == 303

    assert other.get("/office/me").status_code == 303
    assert "1 处" in clerk.get("/office/me").text


def test_leave_and_deputy_are_kept_and_can_be_taken_back(app: Flask, clerk: Browser) -> None:
    assert clerk.submit("/office/me", deputy_id=2, leave_from="2026-12-01", leave_until="2026-12-03").status_code == 303
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Person.deputy_id).where(Person.login == "clerk")) == 2

    clerk.submit("/office/me", deputy_id="", leave_from="", leave_until="")
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Person.deputy_id).where(Person.login == "clerk")) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"deputy_id": 1}, "另一名在用人员"),
        ({"deputy_id": 3}, "另一名在用人员"),
        (
            {"deputy_id": 4},
            "冯磊看不到clerk办理的件，收不到提醒，也不能代办。请选同单位的承办人或负责人",
        ),
        ({"deputy_id": 5}, "邱审计是审计员，只能查看，不能代办。请选同单位的承办人或负责人"),
        ({"leave_from": "2026-12-03", "leave_until": "2026-12-01"}, "不能早于"),
        ({"leave_from": "2026-12-03"}, "一起填"),
    ],
)
def test_what_will_not_do_is_said(clerk: Browser, values: dict[str, Any], words: str) -> None:
    answer = clerk.submit("/office/me", **values)

    assert answer.status_code == 422
    assert words in answer.text


def test_roles_sent_along_change_nothing(app: Flask, clerk: Browser) -> None:
    clerk.submit("/office/me", roles="administrator", active="0", unit_id="1", version="99")

    with app.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "clerk")).one()
        assert person.roles == {Role.CLERK}
        assert person.active


def test_n09_a_deputy_who_can_stand_in_no_more_is_named_and_not_dropped_in_silence(app: Flask, clerk: Browser) -> None:
    """Chosen before it was asked who may see what; those who never could are not offered."""
    assert "冯磊" not in clerk.get("/office/me").text
    with app.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.login == "clerk")).one().deputy_id = 4
    assert "冯磊" in clerk.get("/office/me").text
    answer = clerk.submit("/office/me", deputy_id=4, leave_from="2026-12-01", leave_until="2026-12-03")
    assert (answer.status_code, "冯磊看不到" in answer.text) == (422, True)
