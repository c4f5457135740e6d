"""A line cut out of a letter that left was not told: it goes after all by a letter of its own, once (N01, N03)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.casefile.between_digests import heard_of
from opinion_app.desks.casefile.reminding import sent
from opinion_app.desks.people import operations as people
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.judging import table_of
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.roster import roster
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.actors import actor_of
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_person
from tests.desks.outbox.posted import DUE, LATE, MAIL, leave, letters_to, mailing, morning, post, round_
from tests.desks.reminders.laddered import Office, with_case
from tests.desks.reminders.test_moved_into_today import moved

ROBOT_URL = "wecombot://abcdefgh1234/"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a mail server and somebody who may stand in."""
    yield from mailing(core)


def two_cases(office: Office) -> Clock:
    """A second case that another handler of the unit has; the head is away for good. Answers its clock."""
    head = office.people["head"]
    office.people["second"] = make_person(office.session, "second", Role.HANDLER, unit=head.unit, email="second@office.test")
    _, clock = with_case(office.session, None, office.case.lead_unit_id or 0, office.people["second"].id)
    head.active = False
    office.session.flush()
    office.run("2026-11-10T08:32")
    return clock


def waits_without_one_line(office: Office) -> Clock:
    """The deputy of two waits for a letter about both, one is back when it leaves. Answers the clock it still tells of."""
    other = two_cases(office)
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    for login in ("handler", "second"):
        leave(office, login, f"{DUE}T09:00")
    office.run(f"{DUE}T09:01")
    assert post(office, f"{DUE}T09:10", Outcome.UNREACHABLE) == ["deputy 今天到期：2 件"]
    leave(office, "handler", f"{DUE}T09:20", None)
    return other


def test_n03_who_is_to_stand_in_after_all_hears_of_the_line_that_was_cut(office: Office) -> None:
    waits_without_one_line(office)
    assert round_(office, f"{DUE}T10:30") == ["deputy 今天到期：LY2026-000002 答复"]
    leave(office, "handler", f"{DUE}T11:00")
    assert round_(office, f"{DUE}T11:01") == ["deputy 今天到期：LY2026-000001 答复"]
    leave(office, "handler", f"{DUE}T11:10", None)
    leave(office, "handler", f"{DUE}T11:20")
    assert [round_(office, f"{DUE}T{time}") for time in ("11:30", "17:00")] == [[], []], "told once"


def test_n03_the_ledger_says_of_a_cut_line_that_it_was_not_told(office: Office) -> None:
    other = waits_without_one_line(office)
    foretold = [(one.subject, one.why_not) for one in rehearse(office.session, parse_moment(f"{DUE}T10:30")).cancelled]
    assert foretold == [("今天到期：LY2026-000001 答复", "已改派或已转到下一环节，不再由收件人办理")]
    post(office, f"{DUE}T10:30")
    left, behind = letters_to(office, "deputy")
    assert (left.state, [line["clock"] for line in left.lines]) == (NoticeState.SENT, [other.id])
    assert (behind.state, [line["clock"] for line in behind.lines]) == (NoticeState.CANCELLED, [office.clock.id])
    assert (behind.last_error, behind.subject) == (foretold[0][1], foretold[0][0])
    assert behind.message_id not in ("", left.message_id)
    entries = {row.clock_id: row.notice_id for row in office.session.scalars(select(Reminder)) if row.person_id == left.person_id}
    assert entries == {other.id: left.id, office.clock.id: behind.id}
    shown = [(one.whom, one.result, one.note) for one in sent(office.session, office.case.id) if one.whom == "deputy"]
    assert shown == [("deputy", "邮件·已取消", foretold[0][1])], "the page of the case says so"
    now, clocks = parse_moment(f"{DUE}T10:30"), [other, office.clock]
    table = table_of(office.session, clocks, now, roster(office.session, local_date(now)))
    heard = {clock.id: {who for who, *_ in heard_of(table, open_clock(clock))} for clock in clocks}
    assert {clock_id for clock_id, told in heard.items() if left.person_id in told} == {other.id}


def test_n03_a_line_that_no_longer_holds_stays_behind(office: Office) -> None:
    waits_without_one_line(office)
    post(office, f"{DUE}T10:30")
    office.clock.deadline_version += 1
    office.session.flush()
    leave(office, "handler", f"{DUE}T11:00")
    assert post(office, f"{DUE}T11:01") == []
    assert letters_to(office, "deputy")[-1].state is NoticeState.CANCELLED


@pytest.mark.parametrize("given_back", ["09:20", "12:00"])
def test_n03_a_head_who_is_one_again_hears_what_the_own_digest_left_out(office: Office, given_back: str) -> None:
    """A role taken away for a while: the digest that waits leaves without what the others of the unit have."""
    head = office.people["head"]
    _, mine = with_case(office.session, None, office.case.lead_unit_id or 0, head.id)
    office.run("2026-11-10T08:32")
    boss = actor_of(office.session, make_person(office.session, "boss", Role.ADMINISTRATOR, email="boss@office.test"))
    values = {name: getattr(head, name) for name in ("name", *people.LABELS)}
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    for moment, role in (("09:00", Role.HANDLER), (given_back, Role.UNIT_HEAD)):
        if moment > "10:30":
            assert "head 待办通报 11月11日：今天到期 1 件" in round_(office, f"{DUE}T10:30")
        at = parse_moment(f"{DUE}T{moment}")
        people.edit(office.session, head, people.PersonValues(roles=frozenset({role}), **values), boss, at, None)
    told = round_(office, f"{DUE}T12:01")
    late = given_back > "10:30"
    assert ("head 待办通报 11月11日：今天到期 1 件" if late else "head 待办通报 11月11日：今天到期 2 件") in told
    assert [round_(office, f"{DUE}T{time}") for time in ("12:30", "17:00")] == [[], []]
    assert mine.id in {line["clock"] for letter in letters_to(office, "head") for line in letter.lines}


def test_n02_a_line_whose_date_moved_stays_behind_when_the_rest_goes_after_all(office: Office) -> None:
    other = two_cases(office)
    morning(office, LATE)
    office.people["vice"].active = False
    office.session.flush()
    post(office, f"{LATE}T08:35")
    office.people["vice"].active = True
    other.deadline_version += 1
    office.session.flush()
    assert "vice 催办通知：LY2026-000001 答复" in post(office, f"{LATE}T09:00")
    gone, behind = letters_to(office, "vice")
    assert ([line["clock"] for line in gone.lines], gone.state) == ([office.clock.id], NoticeState.SENT)
    assert ([line["clock"] for line in behind.lines], behind.state) == ([other.id], NoticeState.CANCELLED)
    assert (behind.finished_at, behind.last_error) == (parse_moment(f"{LATE}T08:35"), "收件人已停用")
    entry = select(Reminder.notice_id).where(Reminder.clock_id == other.id, Reminder.person_id == gone.person_id)
    assert office.session.scalars(entry).all() == [behind.id]


def test_n01_a_rung_of_the_same_minute_takes_the_place_of_a_letter_that_would_come_back(office: Office) -> None:
    """Hours: who was away when they were soon over is back in the minute they are, and hears that alone, as a rehearsal says."""
    clock, handler = office.clock, office.people["handler"]
    clock.amount_unit, clock.amount = Unit.HOURS.value, 24
    clock.warn_at, clock.due_at = parse_moment(f"{DUE}T14:00"), parse_moment(f"{DUE}T17:00")
    office.session.flush()
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    office.run(f"{DUE}T14:00")
    handler.active = False
    assert post(office, f"{DUE}T14:01") == ["head 即将到期：LY2026-000001 答复"]
    handler.active = True
    told = round_(office, f"{DUE}T17:01")
    assert [letter for letter in told if letter.startswith("handler")] == ["handler 已逾期：LY2026-000001 答复"]
    assert round_(office, f"{DUE}T17:05") == []


@pytest.mark.parametrize("cut", [False, True])
def test_n02_who_was_told_by_no_letter_is_told_of_the_date_that_moved_that_day(office: Office, cut: bool) -> None:
    """A letter that was cancelled, or a line cut out of one, carries nothing over to the next version of the date."""
    head = office.people["head"]
    if cut:
        with_case(office.session, None, office.case.lead_unit_id or 0, head.id)
        office.run("2026-11-10T08:32")
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    head_is(office, "08:40", Role.HANDLER)
    post(office, f"{DUE}T08:50")
    moved(office, f"{DUE}T09:30", f"{DUE}T20:00:00")
    assert "head 今天到期：LY2026-000001 答复" not in round_(office, f"{DUE}T09:40")
    head_is(office, "10:00", Role.UNIT_HEAD)
    assert round_(office, f"{DUE}T10:01") == ["head 今天到期：LY2026-000001 答复"]
    assert [round_(office, f"{DUE}T{time}") for time in ("10:02", "17:00")] == [[], []]


def head_is(office: Office, time: str, role: Role) -> None:
    head = office.people["head"]
    boss = actor_of(office.session, office.people["clerk"])
    values = {name: getattr(head, name) for name in people.LABELS}
    people.edit(
        office.session, head, people.PersonValues(roles=frozenset({role}), **values), boss, parse_moment(f"{DUE}T{time}"), None
    )


def test_r11_a_letter_cancelled_before_the_clock_was_set_back_is_not_sent_beside_the_one_said_since(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    leave(office, "handler", f"{DUE}T09:50")
    assert "handler" not in " ".join(round_(office, f"{DUE}T10:00"))
    leave(office, "handler", f"{DUE}T09:05", None)
    assert round_(office, f"{DUE}T09:06") == ["handler 今天到期：LY2026-000001 答复"]
    assert [round_(office, f"{DUE}T{time}") for time in ("10:01", "11:00", "17:00")] == [[], [], []]


def test_n01_a_line_cut_from_the_mail_is_not_said_again_by_the_robot_that_said_it(office: Office) -> None:
    head = office.people["head"]
    with_case(office.session, None, office.case.lead_unit_id or 0, head.id)
    head.robot_url = ROBOT_URL
    office.run("2026-11-10T08:32")
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    assert post(office, f"{DUE}T08:35", channel=NoticeChannel.ROBOT) == [
        "wecombot://abcdefgh1234/ 待办通报 11月11日：今天到期 2 件"
    ]
    head_is(office, "09:00", Role.HANDLER)
    assert "head 待办通报 11月11日：今天到期 1 件" in post(office, f"{DUE}T10:30")
    head_is(office, "11:00", Role.UNIT_HEAD)
    head.email = ""
    office.session.flush()
    for time in ("11:01", "11:02", "17:00"):
        office.run(f"{DUE}T{time}")
        assert [post(office, f"{DUE}T{time}", channel=way) for way in (MAIL, NoticeChannel.ROBOT)] == [[], []]


@pytest.mark.parametrize("both", [False, True])
def test_n09_what_no_group_may_hear_goes_by_mail_once_there_is_an_address(office: Office, both: bool) -> None:
    """Of an accusation no robot may speak: who has only one hears by mail as soon as that is possible, and only once."""
    handler = office.people["handler"]
    office.people["head"].active, office.case.kind = False, Kind.ACCUSATION
    office.people["boss"] = make_person(office.session, "boss", Role.ADMINISTRATOR, email="boss@office.test")
    handler.robot_url, handler.email = ROBOT_URL, handler.email if both else ""
    office.session.flush()
    morning(office, DUE)
    first = ["handler 待办通报 11月11日：今天到期 1 件"] if both else ["boss 待办通报 11月11日：今天到期 1 件"]
    assert (post(office, f"{DUE}T08:35"), post(office, f"{DUE}T08:35", channel=NoticeChannel.ROBOT)) == (first, [])
    handler.email = "handler@office.test"
    office.session.flush()
    look_at_pressing_again(office.session, parse_moment(f"{DUE}T10:00"))
    told = []
    for time in ("10:01", "10:02", "17:00"):
        office.run(f"{DUE}T{time}")
        told += [letter for way in (NoticeChannel.ROBOT, MAIL) for letter in post(office, f"{DUE}T{time}", channel=way)]
    assert told == ([] if both else ["handler 待办通报 11月11日：今天到期 1 件"])
