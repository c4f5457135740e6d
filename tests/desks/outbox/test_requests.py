"""申请延期 and 申请退回 ask somebody for a decision: mailed where a date presses, cancelled once decided, asked of whoever may
decide by then, and of the way up where nobody may (N01, N03, N09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow import accounts
from opinion_app.records.actors import actor_of
from opinion_app.records.case import CaseGrant
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import NoticeState, Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling import extending
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import assigning
from tests.desks.outbox.posted import DUE, letters_to, mailing, morning, post, round_
from tests.desks.outbox.test_handed_on import told_inside
from tests.desks.reminders.laddered import Office

MORE, BACK = "LY2026-000001 申请延期，请审批", "LY2026-000001 财政所申请退回，请审核"
BLIND = "LY2026-000001 有一步无人办理，请您安排，2026年11月11日 周三 到期"
EARLY = "2026-11-05"  # four working days before the reply is due
Ask = Callable[[Office, str], None]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in mailing(core):
        made.session.scalars(select(Person).where(Person.login == "admin")).one().email = "admin@office.test"
        yield made


def ask_more(office: Office, moment: str) -> None:
    head = actor_of(office.session, office.people["head"])
    extending.ask(office.session, office.case, head, parse_moment(moment), More(amount=3), "采购灯具")


def ask_back(office: Office, moment: str) -> None:
    head = actor_of(office.session, office.people["head"])
    handling.ask_return(office.session, office.case, head, parse_moment(moment), "不属我单位职责范围")


def decide_more(office: Office, moment: str) -> None:
    vice = actor_of(office.session, office.people["vice"])
    extending.decide(office.session, office.case, vice, parse_moment(moment), agree=False, opinion="请抓紧")


def decide_back(office: Office, moment: str) -> None:
    clerk = actor_of(office.session, office.people["clerk"])
    assigning.decide_return(office.session, office.case, clerk, parse_moment(moment), agree=False, opinion="属你单位职责")


def today(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35")


def keep_from_all_but_the_head(office: Office) -> None:
    office.case.restricted = True
    given = {"case_id": office.case.id, "granted_at": office.case.registered_at}
    office.session.add(CaseGrant(person_id=office.people["head"].id, **given))
    office.session.flush()


def reasons(office: Office, subject: str) -> set[str]:
    lines = office.session.scalars(select(Notice.lines).where(Notice.subject.startswith(subject)))
    return {line.get("reason", "") for [line] in lines}


REQUESTS = [(ask_more, decide_more, MORE, "vice"), (ask_back, decide_back, BACK, "clerk")]


@pytest.mark.parametrize(("ask", "decide", "words", "who"), REQUESTS)
def test_n01_a_request_is_told_once_by_mail_where_its_date_presses(
    office: Office, ask: Ask, decide: Ask, words: str, who: str
) -> None:
    ask(office, f"{EARLY}T09:00")
    assert told_inside(office, f"{EARLY}T09:00") == [f"{who} {words}"]
    assert round_(office, f"{EARLY}T09:01") == []
    decide(office, f"{EARLY}T09:02")
    if ask is ask_back:
        return  # a unit asks for it once
    today(office)
    ask(office, f"{DUE}T09:00")
    assert round_(office, f"{DUE}T09:01") == [f"{who} {words}（今天到期）"]
    assert [round_(office, f"{DUE}T{at}") for at in ("09:02", "12:00", "17:00")] == [[], [], []]


@pytest.mark.parametrize(("ask", "decide", "words", "who"), REQUESTS)
def test_n03_what_is_decided_while_its_letter_waits_is_not_asked_any_more(
    office: Office, ask: Ask, decide: Ask, words: str, who: str
) -> None:
    today(office)
    ask(office, f"{DUE}T09:00")
    assert post(office, f"{DUE}T09:00", Outcome.UNREACHABLE) == [f"{who} {words}（今天到期）"]
    decide(office, f"{DUE}T09:01")
    sent = [line for line in round_(office, f"{DUE}T09:02") if words in line]
    assert sent == []
    [letter] = [one for one in letters_to(office, who) if words in one.subject]
    assert letter.state is NoticeState.CANCELLED
    assert "请审" not in "".join(round_(office, f"{DUE}T12:00"))


def test_n03_another_leader_in_charge_is_asked_by_the_same_letter(office: Office) -> None:
    today(office)
    ask_more(office, f"{DUE}T09:00")
    office.run(f"{DUE}T09:00")
    row = office.session.scalars(select(LeaderInCharge)).one()
    row.person_id = office.people["mayor"].id
    office.session.flush()
    office.session.expire(row)
    assert round_(office, f"{DUE}T09:02") == [f"mayor {MORE}（今天到期）"]
    assert [one.last_error for one in letters_to(office, "vice") if MORE in one.subject] == ["这一步已不由收件人办理"]
    assert [round_(office, f"{DUE}T{at}") for at in ("09:03", "12:00", "17:00")] == [[], [], []]


@pytest.mark.parametrize(
    ("ask", "words", "gone", "asked", "why"),
    [
        (ask_more, MORE, ("vice", "mayor"), {"clerk"}, "没有可以审批的领导，请您安排"),
        (ask_back, BACK, ("clerk",), {"vice", "mayor"}, "没有在岗的受理员，请您安排"),
    ],
)
def test_n09_where_nobody_may_decide_the_way_up_is_asked_at_once(
    office: Office, ask: Ask, words: str, gone: tuple[str, ...], asked: set[str], why: str
) -> None:
    today(office)
    for login in gone:
        accounts.set_roles(office.session, office.people[login], [Role.AUDITOR], None, parse_moment(f"{DUE}T08:50"))
    ask(office, f"{DUE}T09:00")
    assert {line for line in round_(office, f"{DUE}T09:01") if words in line} == {f"{one} {words}（今天到期）" for one in asked}
    assert reasons(office, words) == {why}
    assert [round_(office, f"{DUE}T{at}") for at in ("09:02", "17:00")] == [[], []]


@pytest.mark.parametrize("ask", [ask_more, ask_back])
def test_n09_of_a_case_that_is_kept_from_all_who_decide_administrators_hear_number_and_date(office: Office, ask: Ask) -> None:
    keep_from_all_but_the_head(office)
    ask(office, f"{EARLY}T09:00")
    assert told_inside(office, f"{EARLY}T09:00") == [f"admin {BLIND}"]
    [line] = office.session.scalars(select(Notice.lines).where(Notice.subject == BLIND)).one()
    assert (line["kind"], line["unit"], line["blind"]) == ("", "", True)
