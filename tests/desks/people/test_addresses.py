"""An address is a person's own or the mailbox a unit shares, never both: its owner would have every letter twice (N09)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.words import Role
from tests.builders.office import make_person, make_unit
from tests.support.client import Browser, client_for, forms_in, pick

OWN, BOX = "zhu@town.test", "czs@town.test"


@pytest.fixture
def admin(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        unit = make_unit(session, "财政所")
        unit.email = BOX
        make_person(session, "zhu", Role.UNIT_HEAD, unit=unit, name="朱所长", email=OWN)
    return client_for(app, "admin")


def emails(app: Flask) -> tuple[str, str]:
    with app.app_context(), transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.email != "")).one()
        return unit.email, session.scalars(select(Person).where(Person.email != "")).one().email


def page_of(app: Flask, model: type[Unit] | type[Person]) -> str:
    with app.app_context(), transaction() as session:
        query = select(Unit.id).where(Unit.email != "") if model is Unit else select(Person.id).where(Person.email != "")
        return f"/office/{'units' if model is Unit else 'people'}/{session.scalars(query).one()}"


@pytest.mark.parametrize("address", [OWN, OWN.upper(), "zhu+office@town.test"])
def test_n09_somebodys_own_address_is_no_mailbox_of_a_unit(app: Flask, admin: Browser, address: str) -> None:
    assert "朱所长本人的邮箱" in admin.submit(page_of(app, Unit), email=address).text
    assert "朱所长本人的邮箱" in admin.submit("/office/units/new", name="新所", category="站所", email=address).text
    with app.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.email != "")).one().active = False
    assert "朱所长（已停用）本人的邮箱" in admin.submit(page_of(app, Unit), email=address).text
    assert emails(app) == (BOX, OWN)


@pytest.mark.parametrize("address", [BOX, "Czs@Town.test"])
def test_n09_the_mailbox_of_a_unit_is_nobodys_own_address(app: Flask, admin: Browser, address: str) -> None:
    words = "这是财政所的单位邮箱；没有自己邮箱的请留空"
    assert words in admin.submit(page_of(app, Person), email=address).text
    assert words in admin.submit("/office/people/new", login="sun.li", name="孙丽", roles=["reviewer"], email=address).text
    assert emails(app) == (BOX, OWN)


def test_what_was_so_before_keeps_nothing_else_from_being_saved(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Unit).where(Unit.email != "")).one().email = OWN
    assert admin.submit(page_of(app, Unit), phone="0571-1").status_code == 303
    assert admin.submit(page_of(app, Person), phone="0571-2").status_code == 303
    assert admin.submit(page_of(app, Unit), email="box@town.test").status_code == 303
    assert emails(app) == ("box@town.test", OWN)


@pytest.mark.parametrize("address", [OWN, "Zhu+box@town.test"])
def test_one_mailbox_of_two_people_is_said_and_kept_once_it_is_known(app: Flask, admin: Browser, address: str) -> None:
    new: dict[str, Any] = {"login": "sun.li", "name": "孙丽", "roles": ["reviewer"], "email": address}
    answer = admin.submit("/office/people/new", **new)
    assert answer.status_code == 422
    assert "朱所长也用这个邮箱：同时通知几个人的，每人一封，都会发到这里。" in answer.text
    assert "我知道这个邮箱还有别人在用" in answer.text
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Person.id).where(Person.login == "sun.li")) is None
    assert admin.send(pick(forms_in(answer.text), "/new"), know_shared="y").status_code == 200
    with app.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "sun.li")).one()
        assert person.email == address
        place = f"/office/people/{person.id}"
    assert "know_shared" not in admin.get(place).text, "asked of who brings it in alone"
    assert admin.submit(place, phone="0571-3").status_code == 303
    with app.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.login == "zhu")).one().active = False
    assert admin.submit(place, email="own@town.test").status_code == 303
    assert admin.submit(place, email=address).status_code == 303, "who has no account is sent nothing"


def test_a_tick_about_one_shared_mailbox_is_none_about_another(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "qian", Role.CLERK, name="钱受理", email="qian@town.test")
    new: dict[str, Any] = {"login": "sun.li", "name": "孙丽", "roles": ["reviewer"], "email": OWN}
    asked = admin.submit("/office/people/new", **new)
    again = admin.send(pick(forms_in(asked.text), "/new"), know_shared="y", email="qian@town.test")
    assert (again.status_code, "钱受理也用这个邮箱" in again.text) == (422, True)
    form = pick(forms_in(again.text), "/new")
    assert "know_shared" not in dict(form.fields), "not ticked for somebody else's"
    assert admin.send(form, know_shared="y").status_code == 200
    with app.app_context(), transaction() as session:
        assert session.scalar(select(Person.email).where(Person.login == "sun.li")) == "qian@town.test"
