"""Units, people and roles as rows: what is refused, and that giving what is held already is no change."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.flow import accounts
from opinion_app.flow.accounts import NewPerson
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import Role
from tests.builders.office import NOW, make_person, make_unit


def test_a_unit_needs_a_name_of_its_own(core: Flask) -> None:
    with transaction() as session:
        accounts.add_unit(session, " 财政所 ", None, NOW)
        for name, words in (("财政所", "已有"), (" ", "请填写")):
            with pytest.raises(Invalid, match=words):
                accounts.add_unit(session, name, None, NOW)


def test_roles_are_given_and_taken_and_told_once(core: Flask) -> None:
    with transaction() as session:
        person = make_person(session, "clerk", Role.CLERK)
        assert not accounts.set_roles(session, person, [Role.CLERK], None, NOW)
        assert accounts.set_roles(session, person, [Role.LEADER, Role.REVIEWER], None, NOW)
        assert person.roles == {Role.LEADER, Role.REVIEWER}
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(TrailEntry)) == 1


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewPerson("a", "张三", frozenset({Role.CLERK})), "login"),
        (NewPerson("zhang", " ", frozenset({Role.CLERK})), "name"),
        (NewPerson("zhang", "张三", frozenset({Role.CLERK}), email="a..b@c.cn"), "email"),
        (NewPerson("zhang", "张三"), "roles"),
        (NewPerson("zhang", "张三", frozenset({Role.AUDITOR, Role.LEADER})), "roles"),
        (NewPerson("zhang", "张三", frozenset({Role.UNIT_HEAD})), "unit_id"),
        (NewPerson("zhang", "张三", frozenset({Role.UNIT_HEAD}), 999), "unit_id"),
    ],
)
def test_a_person_who_will_not_do_is_refused(core: Flask, new: NewPerson, field: str) -> None:
    with transaction() as session, pytest.raises(Invalid) as refusal:
        accounts.add_person(session, new, "", None, NOW)

    assert set(refusal.value.fields) == {field}


def test_n09_a_person_has_no_unit_mailbox_for_an_own_address(core: Flask) -> None:
    new = NewPerson("zhang", "张三", frozenset({Role.CLERK}), email="Czs@town.test")
    with transaction() as session:
        make_unit(session, "财政所").email = "czs@town.test"
        with pytest.raises(Invalid, match="这是财政所的单位邮箱") as refusal:
            accounts.add_person(session, new, "", None, NOW)
    assert set(refusal.value.fields) == {"email"}
