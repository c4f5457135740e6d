"""The look before a letter leaves: done, moved, suspended or taken away in between means not sent (N03)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.outbox import Letter, queue, tell
from opinion_app.flow.recheck import look_once_more
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import DigestEntry, Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.words import ClockState, Kind, NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
SENDER = Sender("opinion@office.test", "http://office.test")


@dataclass
class Told:
    session: Session
    clerk: Person
    cases: list[Case]

    @property
    def mail(self) -> Notice:
        """The clerk's first mail."""
        query = select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)
        return self.session.scalars(query.limit(1)).one()


@pytest.fixture
def told(core: Flask) -> Iterator[Told]:
    """A clerk with a digest of two lines."""
    with transaction() as session:
        clerk = make_person(session, "clerk", Role.CLERK, email="clerk@office.test")
        cases = [make_case(session, None), make_case(session, None)]
        queue_digests(session, NOW)
        yield Told(session, clerk, cases)


def accept(told: Told, place: int = 0) -> Clock:
    [clock] = [held for held in clocks.open_clocks(told.session, told.cases[place].id) if held.stage == "accept"]
    return clock


def test_a_line_that_is_done_is_dropped_and_the_rest_says_how_it_stands_now(told: Told) -> None:
    clocks.after_act(told.session, told.cases[0], "accept", NOW)
    lines, why = look_once_more(told.session, told.mail, NOW + timedelta(days=1))[:2]
    assert [(line["number"], line["text"]) for line in lines] == [("LY2026-000002", "受理分办：已逾期 1 个工作日")]
    assert why == ""


@pytest.mark.parametrize(
    ("state", "why"),
    [(ClockState.MET, "已完成"), (ClockState.STOPPED, "已办结、转出或改派"), (ClockState.SUSPENDED, "已中止计时")],
)
def test_when_nothing_is_left_the_letter_is_cancelled_with_the_reason(told: Told, state: ClockState, why: str) -> None:
    for place in (0, 1):
        accept(told, place).state = state
        told.session.flush()
    assert claim(told.session, "r1", SENDER, NOW) is None
    assert (told.mail.state, told.mail.last_error) == (NoticeState.CANCELLED, why)


def test_a_moved_date_or_a_clock_that_is_gone_drops_the_line(told: Told) -> None:
    moved(told, "2026-12-10T23:59:59")
    told.mail.lines = [*told.mail.lines, {"number": "LY9", "clock": 999_999, "version": 1, "text": "到期"}]
    lines = look_once_more(told.session, told.mail, NOW).lines
    assert [line["number"] for line in lines] == ["LY2026-000002"]


def moved(told: Told, due: str, place: int = 0) -> Clock:
    """The date of a clock moved after the digest was queued, as a recomputation leaves it."""
    clock = accept(told, place)
    clock.deadline_version, clock.due_at, clock.warn_at = clock.deadline_version + 1, parse_moment(due), parse_moment(due)
    told.session.flush()
    return clock


@pytest.mark.parametrize(
    ("due", "group", "text"),
    [
        ("2026-11-25T23:59:59", "临期", "受理分办：还剩 1 个工作日"),
        ("2026-11-24T23:59:59", "今天到期", "受理分办：今天到期"),
        ("2026-11-23T23:59:59", "逾期", "受理分办：已逾期 1 个工作日"),
    ],
)
def test_n03_a_digest_keeps_the_line_whose_date_moved_while_it_still_presses(told: Told, due: str, group: str, text: str) -> None:
    moved(told, due)
    lines, why = look_once_more(told.session, told.mail, NOW)[:2]
    kept = {line["number"]: (line["group"], line["text"], line["version"]) for line in lines}
    assert kept == {"LY2026-000001": (group, text, 2), "LY2026-000002": ("今天到期", "受理分办：今天到期", 1)}
    assert why == ""


def test_n03_the_letter_that_leaves_is_ordered_and_headed_by_how_things_stand_then(told: Told) -> None:
    moved(told, "2026-11-23T23:59:59", place=1)
    moved(told, "2026-11-25T23:59:59")
    taken = claim(told.session, "r1", SENDER, NOW)
    assert taken is not None
    assert [(line["number"], line["group"]) for line in told.mail.lines] == [("LY2026-000002", "逾期"), ("LY2026-000001", "临期")]
    assert taken.subject == told.mail.subject == "待办通报 11月24日：逾期 1 件、临期 1 件"


def test_n03_whatever_presses_when_the_letter_leaves_is_in_it(told: Told) -> None:
    """Queued at half past eight, then extended, the calendar changed, one done: nothing due by tomorrow is left unsaid."""
    more = [make_case(told.session, None) for _ in range(3)]
    for table in (Reminder, DigestEntry, Notice):
        told.session.execute(delete(table))
    told.cases += more
    queue_digests(told.session, NOW)
    clock_changes.extend(told.session, told.cases[0], accept(told, 0), Extension(NOW, Span(1, Unit.WORKING_DAYS), reason="核实"))
    clock_changes.extend(told.session, told.cases[1], accept(told, 1), Extension(NOW, Span(9, Unit.WORKING_DAYS), reason="核实"))
    clocks.after_act(told.session, told.cases[2], "accept", NOW)
    moved(told, "2026-11-23T23:59:59", place=3)
    later = NOW + timedelta(hours=2)
    asked = plan_digests(told.session, later)
    assert claim(told.session, "r1", SENDER, later) is not None
    [due_now] = [digest for digest in asked.digests if digest.person_id == told.clerk.id]
    assert [(line["number"], line["text"]) for line in told.mail.lines] == [(line.number, line.text) for line in due_now.lines]
    assert len(told.mail.lines) == 3


def test_n03_who_may_not_see_the_case_is_told_the_new_date_alone(told: Told) -> None:
    admin = make_person(told.session, "admin", Role.ADMINISTRATOR, email="admin@office.test")
    told.clerk.active = False  # nobody else is left to be told
    line = {"number": "LY1", "clock": accept(told).id, "case": told.cases[0].id, "version": 1, "text": "11月24日 到期"}
    line |= {"blind": True, "group": "今天到期"}
    letter = Letter("digest", "digest:d", "待办通报", [line], local_date=date(2026, 11, 24))
    [_, mail] = queue(told.session, letter, [admin], NOW, mail=True)
    moved(told, "2026-11-25T23:59:59")
    [kept] = look_once_more(told.session, told.session.get_one(Notice, mail), NOW).lines
    assert (kept["text"], kept["group"]) == ("2026年11月25日 周三 到期", "临期")


def test_who_may_no_longer_see_the_case_gets_no_line(told: Told) -> None:
    for case in told.cases:
        case.restricted = True
    assert look_once_more(told.session, told.mail, NOW)[:2] == ([], "已改派或不再由收件人办理")


def test_a_disabled_person_or_one_without_a_mailbox_gets_no_letter(told: Told) -> None:
    told.clerk.email = ""
    assert look_once_more(told.session, told.mail, NOW)[1] == "收件人没有邮箱地址"
    told.clerk.active = False
    assert look_once_more(told.session, told.mail, NOW)[1] == "收件人已停用"


def test_a_newer_digest_takes_the_place_of_one_that_never_left(told: Told) -> None:
    queue_digests(told.session, NOW + timedelta(days=1))
    assert look_once_more(told.session, told.mail, NOW)[1] == "已由较新的通报代替"


def test_a_notice_about_one_case_is_checked_too(told: Told) -> None:
    tell(told.session, told.cases[0], [told.clerk], "已答复", "answer:1", NOW, mail=True)
    mail = told.session.scalars(select(Notice).where(Notice.category == "case", Notice.channel == NoticeChannel.MAIL)).one()
    assert look_once_more(told.session, mail, NOW)[0] == mail.lines
    told.cases[0].kind, told.cases[0].restricted = Kind.ACCUSATION, True
    assert look_once_more(told.session, mail, NOW)[0] == []
    mail.case_id = None
    assert look_once_more(told.session, mail, NOW)[0] == mail.lines


def test_a_letter_to_the_administrator_keeps_its_bare_date(told: Told) -> None:
    admin = make_person(told.session, "admin", Role.ADMINISTRATOR, email="admin@office.test")
    told.clerk.active = False  # nobody else is left to be told
    line = {
        "number": "LY1",
        "clock": accept(told).id,
        "case": told.cases[0].id,
        "version": 1,
        "text": "11月24日 到期",
        "blind": True,
    }
    [_, mail] = queue(told.session, Letter("rung", "r", "LY1 已逾期", [line], case_id=told.cases[0].id), [admin], NOW, mail=True)
    assert look_once_more(told.session, told.session.get_one(Notice, mail), NOW)[0] == [line]


def test_n03_who_no_longer_owes_it_gets_no_letter_though_they_may_see_the_case(told: Told) -> None:
    told.clerk.leave_from = date(2026, 11, 20)
    make_person(told.session, "second", Role.CLERK)
    assert look_once_more(told.session, told.mail, NOW)[:2] == ([], "收件人请假，改由代办人或单位其他人接收")


@pytest.mark.parametrize(("reason", "said"), [("并案", "并案"), ("", "已办结、转出或改派")])
def test_n03_a_stopped_clock_says_why(told: Told, reason: str, said: str) -> None:
    for case in told.cases:
        clocks.stop_all(told.session, case, reason, NOW)
    told.session.flush()
    assert look_once_more(told.session, told.mail, NOW)[:2] == ([], said)


def test_n03_an_extended_clock_is_told_of_when_its_new_date_presses(told: Told) -> None:
    for place, case in enumerate(told.cases):
        clock_changes.extend(
            told.session, case, accept(told, place), Extension(NOW, Span(3, Unit.WORKING_DAYS), reason="需现场核实")
        )
    told.session.flush()
    assert look_once_more(told.session, told.mail, NOW)[:2] == ([], "时限已变更（已延期）")


def test_n12_of_digests_that_waited_for_a_robot_only_the_newest_is_told(core: Flask) -> None:
    with transaction() as session:
        person = make_person(session, "own", Role.CLERK, robot_url="json://own.test/")
        make_case(session, None)
        for days in range(3):
            queue_digests(session, NOW + timedelta(days=days))
        later = NOW + timedelta(days=2, hours=1)
        taken = claim(session, "r1", SENDER, later, NoticeChannel.ROBOT)
        assert taken is not None
        assert claim(session, "r1", SENDER, later, NoticeChannel.ROBOT) is None
        told = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.ROBOT).order_by(Notice.id)).all()
        assert [notice.last_error for notice in told] == ["已由较新的通报代替", "已由较新的通报代替", ""]
        assert {notice.person_id for notice in told} == {person.id}
