"""A letter cancelled for what was so for a while goes after all, once; what its reader is not sent, others are (N03, N09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow import accounts, clocks
from opinion_app.flow.coming_back import AFTER_ALL, bring_back
from opinion_app.flow.outbox import tell
from opinion_app.flow.recheck import REPLACED
from opinion_app.flow.settings import put_setting
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import NoticeState, Role, Stage
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_person
from tests.desks.outbox.posted import DUE, LATE, MAIL, kept, leave, mailing, morning, post, round_
from tests.desks.reminders.laddered import Office


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a mail server and somebody who may stand in."""
    yield from mailing(core)


def test_n03_a_leave_entered_by_mistake_keeps_nobodys_digest_back_for_good(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    leave(office, "handler", f"{DUE}T09:00")
    office.run(f"{DUE}T09:01")
    post(office, f"{DUE}T09:10", Outcome.UNREACHABLE)
    assert kept(office, "handler").last_error == "收件人请假，改由代办人或单位其他人接收"
    leave(office, "handler", f"{DUE}T09:20", None)
    digest, letter = "待办通报 11月11日：今天到期 1 件", "今天到期：LY2026-000001 答复"
    assert round_(office, f"{DUE}T10:30") == [f"handler {digest}", f"head {digest}"], "the deputy no longer stands in"
    assert (kept(office, "handler").state, kept(office, "handler").last_error) == (NoticeState.SENT, "")
    leave(office, "handler", f"{DUE}T11:00")
    assert round_(office, f"{DUE}T11:01") == [f"deputy {letter}"], "who is to stand in after all is told once"
    assert [round_(office, f"{DUE}T{time}") for time in ("11:30", "17:00")] == [[], []]


def test_n03_a_rung_that_could_not_be_read_for_a_while_goes_after_all(office: Office) -> None:
    morning(office, LATE)
    handler = office.people["handler"]
    handler.active = False
    assert post(office, f"{LATE}T08:35") == [
        "head 催办通知：LY2026-000001 答复",
        "head 待办通报 11月12日：逾期 1 件",
        "vice 催办通知：LY2026-000001 答复",
    ]
    handler.active = True
    bring_back(office.session, MAIL, parse_moment(f"{LATE}T09:00"), "")
    waiting = kept(office, "handler")
    assert (waiting.state, waiting.attempts, waiting.last_error) == (NoticeState.PENDING, 0, AFTER_ALL)
    again = ["handler 催办通知：LY2026-000001 答复", "handler 待办通报 11月12日：逾期 1 件"]
    assert post(office, f"{LATE}T09:00") == again
    assert post(office, f"{LATE}T09:01") == []


@pytest.mark.parametrize("stays", ["a day later", "moved", "met", "restored", "no address"])
def test_n03_what_would_not_be_sent_now_stays_cancelled(office: Office, stays: str) -> None:
    morning(office, LATE)
    handler, moment = office.people["handler"], f"{LATE}T09:00"
    handler.active = False
    post(office, f"{LATE}T08:35")
    handler.active = True
    if stays == "a day later":
        moment = "2026-11-13T08:36"
    elif stays == "moved":
        office.clock.deadline_version += 1
    elif stays == "met":
        clocks.stop_all(office.session, office.case, "办结", parse_moment(moment))
    elif stays == "restored":
        put_setting(office.session, "restored_at", parse_moment(moment).isoformat())
    else:
        handler.email = ""
    office.session.flush()
    assert post(office, moment) == []
    assert kept(office, "handler").state is NoticeState.CANCELLED


def test_n03_of_two_acts_on_a_case_only_the_later_is_told_after_all(office: Office) -> None:
    handler = office.people["handler"]
    for number in ("1", "2"):
        tell(office.session, office.case, [handler], f"第 {number} 次催办", number, parse_moment(f"{DUE}T09:00"), mail=True)
    handler.active = False
    assert post(office, f"{DUE}T09:01") == []
    handler.active = True
    assert post(office, f"{DUE}T09:05") == ["handler LY2026-000001 第 2 次催办"]
    assert post(office, f"{DUE}T09:06") == []


def test_n09_where_every_address_of_a_unit_is_gone_somebody_is_asked_the_same_day_to_pass_it_on(office: Office) -> None:
    office.people["boss"] = make_person(office.session, "boss", Role.ADMINISTRATOR, email="boss@office.test")
    morning(office, LATE)
    for login in ("handler", "head"):
        office.people[login].email = ""
    office.people["handler"].robot_url = "wecombot://abcdefgh1234/"
    office.session.flush()
    post(office, f"{LATE}T08:33")
    office.people["handler"].robot_url = ""
    office.session.flush()
    assert round_(office, f"{LATE}T08:34") == ["boss 催办通知：LY2026-000001"]
    assert kept(office, "boss").lines[0]["reason"].endswith("没有邮箱和群机器人，请您转告")
    office.people["head"].email = "head@office.test"
    assert round_(office, f"{LATE}T08:40") == ["head 催办通知：LY2026-000001 答复", "head 待办通报 11月12日：逾期 1 件"]
    assert [round_(office, f"{LATE}T{time}") for time in ("08:41", "17:00")] == [[], []]


def replaced(office: Office) -> None:
    now = parse_moment(f"{LATE}T08:33")
    accounts.set_roles(office.session, office.people["head"], [Role.HANDLER], None, now)
    accounts.set_roles(office.session, office.people["deputy"], [Role.UNIT_HEAD], None, now)


def test_n09_a_head_replaced_while_the_letter_waits_is_told_in_the_place_of_the_other(office: Office) -> None:
    morning(office, LATE)
    replaced(office)
    assert post(office, f"{LATE}T08:34") == [
        "handler 催办通知：LY2026-000001 答复",
        "handler 待办通报 11月12日：逾期 1 件",
        "vice 催办通知：LY2026-000001 答复",
    ]
    assert round_(office, f"{LATE}T08:35") == ["deputy 催办通知：LY2026-000001 答复"]
    assert [round_(office, f"{LATE}T{time}") for time in ("08:36", "17:00")] == [[], []]


def test_n01_where_the_case_itself_changed_hands_what_told_of_that_is_enough(office: Office) -> None:
    morning(office, LATE)
    replaced(office)
    at = parse_moment(f"{LATE}T08:33")
    signs = office.people["deputy"].id
    office.session.add(Move(case_id=office.case.id, act="sign_for", to_stage=Stage.HANDLING, actor_id=signs, at=at))
    office.session.flush()
    post(office, f"{LATE}T08:34")
    assert round_(office, f"{LATE}T08:35") == []


def test_n12_a_digest_that_gave_way_to_a_newer_one_has_nothing_looked_at_again(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:32", Outcome.UNREACHABLE)
    queue_digests(office.session, parse_moment(f"{LATE}T08:30"))
    looks = select(Clock.next_rung_at).where(Clock.id == office.clock.id)
    before = office.session.scalars(looks).one()
    post(office, f"{LATE}T08:34")
    told = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.last_error == REPLACED)
    assert sorted(office.session.scalars(told)) == ["handler", "head"]
    assert office.session.scalars(looks).one() == before
