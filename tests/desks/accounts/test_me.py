"""One's own page: sessions elsewhere are ended, leave and deputy are set for oneself."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import make_person
from tests.support.client import Browser, client_for


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        make_person(session, "other", Role.CLERK, name="钱代理")
        make_person(session, "gone", Role.CLERK, active=False)
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
