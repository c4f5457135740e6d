"""A cancelled letter comes back on the morning it was for, without what was told otherwise, by the way its reader has now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.coming_back import bring_back
from opinion_app.flow.dated_letters import dated
from opinion_app.flow.outbox import ACT, Letter, queue
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.waiting_step import ITS_DATES
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_person
from tests.desks.outbox.posted import DUE, LATE, MAIL, kept, leave, letters_to, mailing, morning, post, round_
from tests.desks.reminders.laddered import Office, with_case
from tests.desks.reminders.test_moved_into_today import moved
from tests.support.queries import counting

ROBOT = NoticeChannel.ROBOT
DIGEST, LATE_DIGEST = "待办通报 11月11日：今天到期 1 件", "待办通报 11月12日：逾期 1 件"
URGE = "催办通知：LY2026-000001"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a mail server, an administrator and somebody who may stand in."""
    for made in mailing(core):
        made.people["boss"] = make_person(made.session, "boss", Role.ADMINISTRATOR, email="boss@office.test")
        yield made


def unit_of(office: Office) -> Unit:
    """The unit that has the case."""
    unit = office.people["head"].unit
    assert unit is not None
    return unit


def without_address(office: Office, moment: str, *logins: str, to: str = "") -> None:
    """Their addresses are taken away, as the page of people does it; `to`: what they have instead."""
    for login in logins:
        office.people[login].email = ""
        if to == "robot":
            office.people[login].robot_url = "wecombot://abcdefgh1234/"
    if to == "mailbox":
        unit_of(office).email = "box@office.test"
    office.session.flush()
    look_at_pressing_again(office.session, parse_moment(moment))


@pytest.mark.parametrize("to", ["mailbox", "robot"])
@pytest.mark.parametrize("day", [DUE, LATE])
def test_n09_who_has_another_way_by_now_is_told_by_that_once(office: Office, day: str, to: str) -> None:
    morning(office, day)
    without_address(office, f"{day}T08:32", "handler", "head", to=to)
    assert [letter for letter in post(office, f"{day}T08:33") if not letter.startswith("vice")] == []
    office.run(f"{day}T08:34")
    told = post(office, f"{day}T08:34") + post(office, f"{day}T08:34", channel=ROBOT)
    blind = "" if to == "mailbox" else " 答复"
    owed = [DIGEST, DIGEST] if day == DUE else [f"{URGE}{blind}"] * 2 + [LATE_DIGEST] * 2
    assert [letter.partition(" ")[2] for letter in told] == owed
    assert {letter.partition(" ")[0] for letter in told} == {"box" if to == "mailbox" else "wecombot://abcdefgh1234/"}
    for at in ("08:35", "10:30", "17:00"):
        office.run(f"{day}T{at}")
        assert post(office, f"{day}T{at}") + post(office, f"{day}T{at}", channel=ROBOT) == []


def test_n14_a_letter_that_comes_back_by_another_way_is_rehearsed_by_that(office: Office) -> None:
    morning(office, DUE)
    without_address(office, f"{DUE}T08:32", "handler", to="mailbox")
    assert post(office, f"{DUE}T08:33") == [f"head {DIGEST}"]
    mail = kept(office, "handler")
    assert mail.state is NoticeState.CANCELLED
    [draft] = [one for one in rehearse(office.session, parse_moment(f"{DUE}T08:35")).drafts if one.waiting]
    assert (draft.name, draft.subject, draft.lines[0]["kind"]) == ("handler（单位邮箱）", DIGEST, "")
    assert (mail.state, mail.by_mailbox, len(office.session.dirty)) == (NoticeState.CANCELLED, False, 0), "it only reads"
    assert post(office, f"{DUE}T08:35") == [f"box {DIGEST}"]


def test_n01_who_was_told_by_the_other_way_too_is_not_told_again_by_it(office: Office) -> None:
    office.people["handler"].robot_url = "wecombot://abcdefgh1234/"
    office.session.flush()
    morning(office, DUE)
    assert post(office, f"{DUE}T08:32", channel=ROBOT) == [f"wecombot://abcdefgh1234/ {DIGEST}"]
    without_address(office, f"{DUE}T08:32", "handler")
    assert post(office, f"{DUE}T08:33") == [f"head {DIGEST}"]
    for at in ("08:34", "12:00"):
        office.run(f"{DUE}T{at}")
        assert post(office, f"{DUE}T{at}") + post(office, f"{DUE}T{at}", channel=ROBOT) == []


def test_n09_a_robot_taken_away_for_an_address_is_told_by_mail(office: Office) -> None:
    handler = office.people["handler"]
    handler.email, handler.robot_url = "", "wecombot://abcdefgh1234/"
    office.session.flush()
    morning(office, DUE)
    handler.email, handler.robot_url = "handler@office.test", ""
    office.session.flush()
    assert post(office, f"{DUE}T08:33", channel=ROBOT) == []
    assert post(office, f"{DUE}T08:33") == [f"head {DIGEST}"]
    assert post(office, f"{DUE}T08:34", channel=ROBOT) == [], "it is the mail run's letter from now on"
    assert post(office, f"{DUE}T08:34") == [f"handler {DIGEST}"]
    assert kept(office, "handler").message_id.startswith("<")


def test_n01_a_letter_that_may_have_left_goes_by_no_other_way(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:32", Outcome.UNKNOWN)
    without_address(office, f"{DUE}T08:33", "handler", "head", to="robot")
    for at in ("09:00", "10:00", "12:00"):
        office.run(f"{DUE}T{at}")
        assert post(office, f"{DUE}T{at}") + post(office, f"{DUE}T{at}", channel=ROBOT) == []


def test_n03_one_moved_date_keeps_no_other_line_of_its_letter_back(office: Office) -> None:
    _case, clock = with_case(office.session, None, unit_of(office).id, office.people["handler"].id)
    office.run("2026-11-10T08:32")
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    leave(office, "handler", f"{DUE}T09:00")
    office.run(f"{DUE}T09:01")
    post(office, f"{DUE}T09:10", Outcome.UNREACHABLE)
    office.clock, first = clock, office.clock
    moved(office, f"{DUE}T09:12", "2026-11-20T23:59:59")
    office.clock = first
    leave(office, "handler", f"{DUE}T09:20", None)
    assert round_(office, f"{DUE}T10:30") == [f"handler {DIGEST}", f"head {DIGEST}"]
    assert [line["clock"] for line in letters_to(office, "handler")[0].lines] == [first.id]


def test_n12_a_leave_that_ended_sends_no_digest_of_yesterday(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35", Outcome.UNREACHABLE)
    leave(office, "handler", f"{DUE}T09:00", date(2026, 11, 11))
    office.run(f"{DUE}T09:01")
    assert post(office, f"{DUE}T09:42") == ["deputy 今天到期：LY2026-000001 答复", f"head {DIGEST}"]
    for moment in ("2026-11-11T23:58", "2026-11-12T00:01", "2026-11-12T08:29"):
        assert round_(office, moment) == []


@pytest.mark.parametrize("back", ["2026-11-12T19:00", "2026-11-13T08:10", "2026-11-13T08:35"])
def test_n08_a_letter_of_day_clocks_comes_back_in_working_hours_until_the_next_digest(office: Office, back: str) -> None:
    morning(office, LATE)
    handler = office.people["handler"]
    handler.active = False
    assert [letter for letter in post(office, f"{LATE}T09:00") if letter.startswith("handler")] == []
    handler.active = True
    office.session.flush()
    assert post(office, back) == [], "the next digest tells of it"


def test_n02_in_the_evening_comes_back_what_the_next_digest_would_find_late(office: Office) -> None:
    morning(office, DUE)
    leave(office, "handler", f"{DUE}T09:00")
    assert post(office, f"{DUE}T09:01") == [f"head {DIGEST}"]
    leave(office, "handler", f"{DUE}T20:00", None)
    assert post(office, f"{DUE}T20:01") == [f"handler {DIGEST}"]


def test_n01_what_a_letter_about_an_act_told_since_is_left_out_of_the_digest(office: Office) -> None:
    morning(office, DUE)
    handler, now = office.people["handler"], parse_moment(f"{DUE}T09:30")
    handler.active = False
    assert post(office, f"{DUE}T09:00") == [f"head {DIGEST}"]
    handler.active = True
    about = {"number": office.case.number, "kind": "", "unit": ""}
    calendar, at = work_calendar(office.session), time(8, 30)
    line = dated(about, "请尽快答复", [office.clock], ITS_DATES, now, calendar, at)
    queue(office.session, Letter(ACT, "case:1:again", "x", [line], case_id=office.case.id), [handler], now, mail=True)
    told = ["handler LY2026-000001 请尽快答复（今天到期）"]
    assert [post(office, f"{DUE}T{at}") for at in ("09:31", "10:30")] == [told, []]


def test_r11_cancelled_while_the_clock_of_the_machine_was_ahead_it_comes_back_never(office: Office) -> None:
    morning(office, LATE)
    handler = office.people["handler"]
    handler.active = False
    post(office, "2027-11-12T08:35")
    handler.active = True
    office.session.flush()
    assert [post(office, f"2026-{day}T10:00") for day in ("11-12", "11-16", "12-16")] == [[], [], []]


def test_bringing_back_asks_as_many_queries_for_many_as_for_few(office: Office, core: Flask) -> None:
    asked = []
    for number in range(4):
        name = f"h{number}"
        unit = unit_of(office)
        office.people[name] = make_person(office.session, name, Role.UNIT_HEAD, unit=unit, email=f"{name}@office.test")
    morning(office, LATE)
    for moment, cancelled in ((f"{LATE}T09:00", ("handler",)), (f"{LATE}T09:30", tuple(office.people))):
        for login in cancelled:
            office.people[login].active = False
        office.session.flush()
        post(office, moment, Outcome.UNREACHABLE)
        office.session.commit()
        office.session.expunge_all()
        with counting(core) as queries:
            bring_back(office.session, MAIL, parse_moment(moment), "")
        asked.append(len(queries))
        office.people = {one.login: one for one in office.session.scalars(select(Person))}
    assert asked[0] == asked[1]
    cancelled_now = select(func.count(Notice.person_id.distinct())).where(Notice.state == NoticeState.CANCELLED)
    assert office.session.scalar(cancelled_now) == 7, "the handler, five heads, the vice mayor"


def due_on(office: Office, day: str) -> None:
    """The date moved to a day off, and has been soon since Thursday."""
    moved(office, "2026-11-10T08:32", f"{day}T23:59:59")
    office.clock.warn_at = parse_moment("2026-11-12T08:30")
    office.session.flush()
    office.run("2026-11-10T08:33")


def test_n09_whose_letter_was_cancelled_for_good_counts_as_untold(office: Office) -> None:
    friday, saturday = "2026-11-13", "2026-11-14"
    due_on(office, saturday)
    morning(office, friday)
    post(office, f"{friday}T08:35", Outcome.UNREACHABLE)
    leave(office, "handler", f"{friday}T09:00", date(2026, 11, 13))
    office.run(f"{friday}T09:01")
    word = "即将超时：LY2026-000001 答复"
    assert post(office, f"{friday}T09:42") == [f"deputy {word}", "head 待办通报 11月13日：临期 1 件"]
    assert [round_(office, f"{saturday}T{at}") for at in ("00:01", "07:01", "12:00")] == [[], [f"handler {word}"], []]
    leave(office, "handler", f"{saturday}T13:00", date(2026, 11, 14))
    office.run(f"{saturday}T13:01")
    assert [round_(office, f"{saturday}T{at}") for at in ("13:02", "18:00")] == [[], []], "the deputy knows of it"


def test_n01_untold_twice_it_is_told_by_a_letter_of_its_own_each_time(office: Office) -> None:
    friday, word = "2026-11-13", "即将超时：LY2026-000001 答复"
    due_on(office, "2026-11-15")
    morning(office, friday)
    deputy = office.people["deputy"]
    leave(office, "handler", f"{friday}T09:00", date(2026, 11, 14))
    office.run(f"{friday}T09:01")
    deputy.active = False
    post(office, f"{friday}T09:02")
    deputy.active = True
    leave(office, "handler", f"{friday}T09:03", date(2026, 11, 15))
    assert [round_(office, f"2026-11-15T{at}") for at in ("07:01", "12:00")] == [[f"deputy {word}"], []]


def test_n03_a_group_whose_robot_was_taken_away_for_a_while_is_told_after_all(office: Office) -> None:
    unit_of(office).robot_url = "wecombot://group12345678/"
    morning(office, LATE)
    unit_of(office).robot_url = ""
    office.session.flush()
    assert post(office, f"{LATE}T09:00", channel=ROBOT) == []
    unit_of(office).robot_url = "wecombot://group12345678/"
    office.session.flush()
    told = [f"wecombot://group12345678/ {URGE} 答复"]
    assert [post(office, f"{LATE}T{at}", channel=ROBOT) for at in ("09:05", "09:06")] == [told, []]
