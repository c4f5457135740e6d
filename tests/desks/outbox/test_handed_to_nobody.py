"""A step handed to a desk where nobody is, or nobody who may know of it: whoever sees to it is asked at once (N01, N09)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox import operations
from opinion_app.desks.supervising.operations import ask
from opinion_app.flow import accounts
from opinion_app.flow.handing_on import Handed
from opinion_app.flow.outbox import tell
from opinion_app.flow.supervise import Asked
from opinion_app.records.actors import actor_of
from opinion_app.records.case import CaseGrant
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.reply import operations as reply
from tests.builders.life import REPLY
from tests.builders.office import make_person, make_unit
from tests.desks.outbox.posted import DUE, LATE, leave, letters_to, mailing, morning, post, round_
from tests.desks.outbox.test_given_away import under_review
from tests.desks.outbox.test_handed_on import ASKED, roles, told_inside
from tests.desks.reminders.laddered import Office

BLIND = "LY2026-000001 有一步无人办理，请您安排，2026年11月11日 周三 到期"
EARLY = "2026-11-06"  # three working days before the reply is due


def urged_and_gone(office: Office) -> None:
    """A 催办 waits for the people of the unit, and all of them leave."""
    at, clerk = parse_moment(f"{EARLY}T09:00"), actor_of(office.session, office.people["clerk"])
    ask(office.session, office.case, Asked(SupervisionKind.URGE, "请速办", office.case.lead_unit_id), clerk, at)
    for login in ("head", "handler", "deputy"):
        office.people[login].active = False
    office.session.flush()


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    yield from mailing(core)


def above(office: Office) -> None:
    town = make_unit(office.session, "青川镇")
    office.people["head"].unit.parent_id = town.id  # type: ignore[union-attr]
    office.people["above"] = make_person(office.session, "above", Role.UNIT_HEAD, unit=town, email="above@office.test")


def kept_from_the_clerks(office: Office) -> None:
    """A restricted case that its handler may know, and of the whole office nobody else but who is named."""
    office.case.restricted = True
    office.session.add(
        CaseGrant(case_id=office.case.id, person_id=office.people["handler"].id, granted_at=office.case.registered_at)
    )
    for login in ("vice", "mayor"):
        accounts.set_roles(office.session, office.people[login], [Role.REVIEWER], None, office.case.registered_at)
    office.session.scalars(select(Person).where(Person.login == "admin")).one().email = "admin@office.test"
    office.session.flush()


def hand_in(office: Office, moment: str) -> None:
    at, handler = parse_moment(moment), actor_of(office.session, office.people["handler"])
    reply.save_draft(office.session, office.case, handler, at, REPLY)
    reply.submit(office.session, office.case, handler, at)


def today_at_the_desk(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    roles(office, "head", Role.HANDLER)


@pytest.mark.parametrize("restricted", [False, True])
def test_n09_of_what_does_not_press_the_way_up_is_asked_inside_at_once(office: Office, *, restricted: bool) -> None:
    """Number and date to the unit above, which may not see the case; of one that is kept from it to the administrators."""
    if restricted:
        kept_from_the_clerks(office)
    above(office)
    roles(office, "head", Role.HANDLER)
    hand_in(office, f"{EARLY}T09:00")
    assert told_inside(office, f"{EARLY}T09:00") == [f"{'admin' if restricted else 'above'} {BLIND}"]
    [line] = office.session.scalars(select(Notice.lines).where(Notice.subject == BLIND)).one()
    assert (line["kind"], line["unit"], line["blind"]) == ("", "", True)
    assert line["reason"] == ("无人可通知，请核对人员设置" if restricted else "下属单位没有在岗的负责人")
    assert round_(office, f"{EARLY}T09:02") == []


@pytest.mark.parametrize("restricted", [False, True])
def test_n09_of_what_presses_the_way_up_is_asked_by_a_letter_that_leaves(office: Office, *, restricted: bool) -> None:
    if restricted:
        kept_from_the_clerks(office)
    above(office)
    today_at_the_desk(office)
    under_review(office)
    told = f"{'admin' if restricted else 'above'} {BLIND}"
    assert [line for line in round_(office, f"{DUE}T09:02") if "无人办理" in line] == [told]
    assert [round_(office, f"{DUE}T{at}") for at in ("09:04", "11:00", "17:00")] == [[], [], []]


def test_n09_a_head_named_while_that_letter_waits_is_asked_with_every_word(office: Office) -> None:
    above(office)
    today_at_the_desk(office)
    under_review(office)
    office.run(f"{DUE}T09:00")
    post(office, f"{DUE}T09:00", Outcome.UNREACHABLE)
    roles(office, "deputy", Role.UNIT_HEAD)
    assert [line for line in round_(office, f"{DUE}T09:02") if "000001" in line] == [f"deputy {ASKED}"]
    [line] = letters_to(office, "deputy")[-1].lines
    assert (line["kind"], line["unit"], line.get("blind"), line.get("reason")) == ("求助", "财政所", None, None)
    assert [one.last_error for one in letters_to(office, "above") if one.subject == BLIND] == ["这一步已不由收件人办理"]


def test_n01_a_new_head_is_asked_of_what_is_late_by_one_letter(office: Office) -> None:
    """It says that it is late; 催办通知 of the same date was told to the head before."""
    morning(office, LATE)
    post(office, f"{LATE}T08:35")
    hand_in(office, f"{LATE}T08:40")
    office.run(f"{LATE}T08:41")
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    assert round_(office, f"{LATE}T08:42") == ["deputy LY2026-000001 答复稿送审，请审核（已逾期 1 个工作日）"]
    assert [round_(office, f"{LATE}T{at}") for at in ("08:43", "12:00", "17:00")] == [[], [], []]


def test_n09_whoever_stands_in_for_the_head_that_left_is_asked_before_the_unit_above(office: Office) -> None:
    above(office)
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    head = office.people["head"]
    head.active, head.deputy_id = False, office.people["deputy"].id
    office.session.flush()
    under_review(office)
    assert round_(office, f"{DUE}T09:01") == [f"deputy {ASKED}"]
    [line] = letters_to(office, "deputy")[-1].lines
    assert (line["reason"], line.get("blind")) == (f"{head.name}不在岗，由您代办", None)
    assert [round_(office, f"{DUE}T{at}") for at in ("09:04", "17:00")] == [[], []]


def test_n09_where_the_whole_office_is_on_leave_a_step_is_asked_of_it_all_the_same(office: Office) -> None:
    roles(office, "head", Role.HANDLER)
    for login in ("clerk", "vice", "mayor"):
        leave(office, login, f"{EARLY}T08:40")
    office.session.scalars(select(Person).where(Person.login == "admin")).one().leave_from = local_date(parse_moment(EARLY))
    office.session.flush()
    hand_in(office, f"{EARLY}T09:00")
    asked = [f"{login} LY2026-000001 答复稿送审，请审核" for login in ("clerk", "mayor", "vice")]
    assert sorted(told_inside(office, f"{EARLY}T09:00")) == [f"admin {BLIND}", *asked]


def test_n09_a_hand_urging_whose_readers_left_is_asked_of_the_unit_above(office: Office) -> None:
    above(office)
    urged_and_gone(office)
    assert post(office, f"{EARLY}T09:01") == [f"above {BLIND}"]
    assert [one.last_error for one in letters_to(office, "head")] == ["收件人已停用"]


def test_n05_a_letter_that_cannot_be_asked_of_others_keeps_no_other_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    urged_and_gone(office)
    tell(office.session, office.case, [office.people["clerk"]], "请留意", "k", parse_moment(f"{EARLY}T09:00"), mail=True)

    def broken(session: Session, notices: Sequence[Notice], now: datetime) -> Handed:
        if office.people["clerk"].id in {notice.person_id for notice in notices}:
            return Handed()
        raise ValueError("boom")

    monkeypatch.setattr(operations, "hand_on", broken)
    assert post(office, f"{EARLY}T09:01") == ["clerk LY2026-000001 请留意"]
    assert [one.last_error for one in letters_to(office, "head")] == ["邮件无法生成：ValueError: boom"]
