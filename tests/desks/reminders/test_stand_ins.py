"""Who stands in from the due day on hears of it that day: nobody learns only when it is late (N02, N09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.accounts.operations import set_leave
from opinion_app.desks.people import operations as people
from opinion_app.desks.people import unit_operations as units
from opinion_app.desks.people.operations import PersonValues
from opinion_app.desks.people.unit_operations import UnitValues
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import accounts, clocks
from opinion_app.flow.accounts import NewPerson
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Kind, NoticeChannel, Procedure, Role, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, give_addresses, make_office
from tests.builders.office import make_actor, make_case, make_person

DUE, DAY = "2026-11-26", date(2026, 11, 26)  # a Thursday: three working days after the Monday it came
INQUIRY = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
CAME = parse_moment("2026-11-23T09:00")


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        make_person(session, "deputy", Role.HANDLER, unit=made.finance)
        give_addresses(session)
        yield made


def at(time: str, day: str = DUE) -> Any:
    return parse_moment(f"{day}T{time}")


def person(office: Office, actor: Actor) -> Person:
    return office.session.get_one(Person, actor.id)


def deputy(office: Office) -> Person:
    return office.session.scalars(select(Person).where(Person.login == "deputy")).one()


def due_today(office: Office) -> Case:
    """A case whose reply is due today and was told so far only to those who were there this morning."""
    case = assigned(office, CAME, INQUIRY, kind=Kind.INQUIRY)
    sign_for(office.session, case, office.finance_head, CAME, office.finance_handler.id)
    reply = clocks.reply_clock(office.session, case.id)
    assert reply is not None
    assert reply.due_at == at("23:59:59")
    for clock in clocks.open_clocks(office.session, case.id):
        if clock is not reply:
            clocks.end_clock(clock, CAME, "", clock.state.MET)
    office.session.flush()
    return case


def morning(office: Office) -> None:
    queue_digests(office.session, at("08:30"))
    queue_rungs(office.session, at("08:31"))


def later(office: Office, *times: str) -> list[tuple[str, str]]:
    """Who is told what by mail while the rungs are looked at."""
    for time in times:
        queue_rungs(office.session, at(time))
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.created_at >= at(times[0])).order_by(Notice.id)
    return [(row.person.login, row.subject) for row in office.session.scalars(query) if row.person is not None]


def leave(office: Office, actor: Actor, now: str) -> None:
    of_the_unit = deputy(office).id if actor.unit_id is not None else None
    set_leave(office.session, actor, of_the_unit, DAY, date(2026, 12, 20), parse_moment(now))


def values(of: Person, **changed: Any) -> PersonValues:
    held = {field: getattr(of, field) for field in ("name", "roles", *people.LABELS)}
    return PersonValues(**held | changed)


def test_n09_the_deputy_of_who_goes_on_leave_on_the_day_is_told_once_by_a_letter(office: Office) -> None:
    case = due_today(office)
    morning(office)
    leave(office, office.finance_handler, f"{DUE}T08:45")
    assert later(office, "09:00", "15:00", "17:00") == [("deputy", f"今天到期：{case.number} 答复")]


def test_n09_leave_that_begins_later_is_told_by_the_digest_of_its_day(office: Office) -> None:
    due_today(office)
    queue_digests(office.session, at("08:30", "2026-11-25"))
    queue_rungs(office.session, at("08:31", "2026-11-25"))
    leave(office, office.finance_handler, "2026-11-25T10:00")
    morning(office)
    told = {row.person.login for row in office.session.scalars(select(Notice).where(Notice.local_date == DAY)) if row.person}
    assert "deputy" in told
    assert "finance_handler" not in told
    assert later(office, "09:00") == []


def test_n12_before_the_digest_the_digest_alone_tells(office: Office) -> None:
    due_today(office)
    queue_digests(office.session, at("08:30", "2026-11-25"))
    queue_rungs(office.session, at("08:31", "2026-11-25"))
    leave(office, office.finance_handler, f"{DUE}T07:50")
    assert waiting(office, "07:50") == []
    assert later(office, "07:51") == []


def test_n09_with_handler_and_head_disabled_the_others_are_told_and_who_returns_is_not_told_again(office: Office) -> None:
    case = due_today(office)
    morning(office)
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    for gone in (office.finance_handler, office.finance_head):
        people.disable(office.session, person(office, gone), admin, at("08:50"))
    assert later(office, "09:00", "15:00") == [("deputy", f"今天到期：{case.number} 答复")]
    people.enable(office.session, person(office, office.finance_head), admin, at("15:30"))
    assert later(office, "16:00", "17:00") == []


def test_n09_a_new_head_is_told_and_a_new_name_has_nothing_looked_at(office: Office) -> None:
    case = due_today(office)
    morning(office)
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    one = deputy(office)
    people.edit(office.session, one, values(one, name="代办员", title="科员"), admin, at("08:55"), None)
    assert waiting(office, "08:55") == []
    people.edit(office.session, one, values(one, roles=frozenset({Role.UNIT_HEAD})), admin, at("08:59"), None)
    assert later(office, "09:00", "09:01") == [("deputy", f"今天到期：{case.number} 答复")]


def waiting(office: Office, time: str) -> list[str]:
    query = select(Clock.stage).where(Clock.next_rung_at <= at(time)).order_by(Clock.id)
    return list(office.session.scalars(query))


def test_n09_another_leader_in_charge_has_what_is_due_today_looked_at_again(office: Office) -> None:
    due_today(office)
    morning(office)
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    held = {field: getattr(office.finance, field) for field in units.LABELS}
    units.edit(office.session, office.finance, UnitValues(**held | {"phone": "1"}), admin, at("08:55"), None)
    assert waiting(office, "08:55") == []
    units.edit(office.session, office.finance, UnitValues(**held, leader_id=office.leader.id), admin, at("08:56"), None)
    assert waiting(office, "08:56") == ["reply"]


def test_n09_what_burns_in_the_night_is_told_to_whoever_is_left_at_once(office: Office) -> None:
    make_case(office.session, office.clerk, now=at("05:00"), urgency=Urgency.URGENT)
    queue_rungs(office.session, at("05:55"))
    leave(office, office.clerk, f"{DUE}T05:56")
    [(login, subject)] = later(office, "05:57", "05:58")
    assert login == "leader", "the clerk has no deputy"
    assert "受理分办" in subject


def test_n09_somebody_added_on_the_day_by_whatever_way_hears_what_is_due_once(office: Office) -> None:
    case = due_today(office)
    morning(office)
    new = NewPerson("newcomer", "新来的", frozenset({Role.UNIT_HEAD}), office.finance.id, email="newcomer@office.test")
    accounts.add_person(office.session, new, "", None, at("10:00"))
    assert later(office, "10:01", "15:00") == [("newcomer", f"今天到期：{case.number} 答复")]


def test_n09_roles_given_by_whatever_way_are_looked_at_again(office: Office) -> None:
    case = due_today(office)
    morning(office)
    accounts.set_roles(office.session, deputy(office), [Role.UNIT_HEAD], None, at("10:00"))
    assert later(office, "10:01", "15:00") == [("deputy", f"今天到期：{case.number} 答复")]
