"""A 督办单 with a date that waits for the mail server is for whoever a reminder of it would name when it leaves (N03, N09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.supervising.operations import ask
from opinion_app.desks.supervising.withdrawing import withdraw
from opinion_app.flow import supervise
from opinion_app.flow.supervise import Asked
from opinion_app.records.actors import actor_of
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import NoticeChannel, Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.review import recusing
from opinion_app.steps.triage import assigning
from tests.builders.office import make_unit
from tests.desks.outbox.posted import DUE, leave, letters_to, mailing, morning, round_
from tests.desks.outbox.posted import post as run_of_the_outbox
from tests.desks.outbox.test_handed_on import roles
from tests.desks.outbox.test_handed_to_nobody import above
from tests.desks.outbox.test_urged import of_the_unit
from tests.desks.reminders.laddered import Office

DAY, ANSWER = DUE, date(2026, 11, 17)
ASKED, COPIED = "LY2026-000001 督办单第 1 号，请及时办理", "LY2026-000001 督办单第 1 号已发给财政所，请知悉"
NO_LONGER = "这一步已不由收件人办理"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The morning's digests have left."""
    for made in mailing(core):
        morning(made, DAY)
        run_of_the_outbox(made, f"{DAY}T08:35")
        yield made


def supervised(office: Office) -> None:
    """A clerk issued a 督办单 while the mail server does not answer."""
    clerk = actor_of(office.session, office.people["clerk"])
    asked = Asked(SupervisionKind.SUPERVISE, "请速办", office.case.lead_unit_id, ANSWER)
    ask(office.session, office.case, asked, clerk, parse_moment(f"{DAY}T09:00"))
    run_of_the_outbox(office, f"{DAY}T09:00", Outcome.UNREACHABLE)


def test_n03_a_sheet_goes_to_whom_it_was_issued_and_to_its_copy(office: Office) -> None:
    supervised(office)
    assert round_(office, f"{DAY}T09:02") == [f"handler {ASKED}", f"head {ASKED}", f"vice {COPIED}"]
    assert round_(office, f"{DAY}T09:04") == []


def test_n03_a_sheet_goes_not_to_who_withdrew_meanwhile(office: Office) -> None:
    supervised(office)
    clerk = actor_of(office.session, office.people["clerk"])
    recusing.recuse(office.session, office.case, clerk, parse_moment(f"{DAY}T09:01"), office.people["handler"].id, "亲属")
    assert round_(office, f"{DAY}T09:02") == [f"head {ASKED}", f"vice {COPIED}"]
    assert letters_to(office, "handler")[-1].last_error == NO_LONGER


def test_n09_a_sheet_of_a_unit_whose_people_all_left_meanwhile_is_asked_of_the_way_up(office: Office) -> None:
    above(office)
    supervised(office)
    of_the_unit(office, active=False)
    assert round_(office, f"{DAY}T09:02") == [
        f"above LY2026-000001 有一步无人办理，请您安排，请于 {ANSWER} 前反馈",
        f"vice {COPIED}",
    ]
    assert round_(office, f"{DAY}T09:04") == []
    of_the_unit(office, active=True)
    assert round_(office, f"{DAY}T09:05") == [f"handler {ASKED}", f"head {ASKED}"]  # theirs had not left


def test_n09_a_head_named_while_a_sheet_waits_is_asked_too_and_who_falls_ill_is_stood_in_for(office: Office) -> None:
    supervised(office)
    roles(office, "deputy", Role.UNIT_HEAD)
    leave(office, "handler", f"{DAY}T09:01")
    assert round_(office, f"{DAY}T09:02") == [
        f"deputy {ASKED}",
        "deputy 今天到期：LY2026-000001 答复",
        f"head {ASKED}",
        f"vice {COPIED}",
    ]
    assert letters_to(office, "handler")[-1].last_error == ("收件人请假，改由代办人或单位其他人接收")


def test_n09_who_passes_a_copy_on_keeps_it_and_is_asked_nothing(office: Office) -> None:
    """The 分管领导 has no address: the deputy hears it, and is nobody of whom the answer is asked."""
    vice, deputy = office.people["vice"], office.people["deputy"]
    vice.email, vice.deputy_id = "", deputy.id
    office.session.flush()
    supervised(office)
    assert round_(office, f"{DAY}T09:02") == [f"deputy {ASKED}", f"handler {ASKED}", f"head {ASKED}"]


def told_inside_since(office: Office, moment: str) -> list[str]:
    query = select(Person.login, Notice.subject).join(Person, Person.id == Notice.person_id).order_by(Notice.id)
    rows = office.session.execute(query.where(Notice.channel == NoticeChannel.IN_APP, Notice.created_at >= parse_moment(moment)))
    return [f"{login} {subject}" for login, subject in rows]


@pytest.mark.parametrize("ended", ["answered", "withdrawn", "reassigned"])
def test_n03_a_sheet_that_ended_while_it_waited_is_asked_of_nobody_new(office: Office, ended: str) -> None:
    """Neither of a deputy of who falls ill then, nor of the way up where its unit has the case no more."""
    above(office)
    supervised(office)
    at, [sheet] = parse_moment(f"{DAY}T09:01"), supervise.sheets(office.session, office.case.id)
    by = {login: actor_of(office.session, person) for login, person in office.people.items()}
    if ended == "answered":
        supervise.answer(office.session, office.case, sheet, by["head"], at, "已说明情况")
    elif ended == "withdrawn":
        withdraw(office.session, office.case, sheet.id, "已当面说明", by["vice"], at)
    else:
        roads = make_unit(office.session, "村镇建设办")
        assigning.reassign(office.session, office.case, by["clerk"], at, roads.id, "职责调整", know_late=True)
    roles(office, "deputy", Role.UNIT_HEAD)
    leave(office, "handler", f"{DAY}T09:02")
    round_(office, f"{DAY}T09:03")
    assert [line for line in told_inside_since(office, f"{DAY}T09:02") if "请及时办理" in line] == []


@pytest.mark.parametrize("copied", ["deputy of who falls ill", "last who is there"])
def test_n09_who_has_the_copy_of_a_sheet_is_still_asked_for_its_answer(office: Office, copied: str) -> None:
    if copied == "last who is there":
        office.people["mayor"].active = False
        office.people["clerk"].leave_from = parse_moment(DAY).date()
        office.session.flush()
    supervised(office)
    if copied == "last who is there":
        of_the_unit(office, active=False)
    else:
        office.people["deputy"] = office.people["vice"]
        leave(office, "handler", f"{DAY}T09:01")
        office.people["head"].active = False
        office.session.flush()
    assert [line for line in round_(office, f"{DAY}T09:02") if "督办单" in line] == [f"vice {COPIED}", f"vice {ASKED}"]
