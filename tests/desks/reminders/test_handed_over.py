"""A case that changes hands: whoever has it now hears of the date with it, on the day itself by mail, once (decisions 4, 25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.handover import hand_to
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, NoticeChannel, Procedure, Role, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.triage import assigning
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, give_addresses, make_office
from tests.builders.office import make_case, make_person

DUE = "2026-11-26"  # a Thursday: three working days after the Monday it came
SENDER = Sender("opinion@office.test", "http://office.test")
Told = list[tuple[str, str, str]]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        give_addresses(session)
        yield made


def new_case(office: Office) -> Case:
    case = make_case(office.session, office.clerk, now=parse_moment("2026-11-23T09:00"), kind=Kind.INQUIRY)
    reply = clocks.reply_clock(office.session, case.id)
    assert reply is not None
    assert reply.due_at == parse_moment(f"{DUE}T23:59:59")
    return case


def morning(office: Office, day: str = DUE) -> None:
    queue_digests(office.session, parse_moment(f"{day}T08:30"))
    queue_rungs(office.session, parse_moment(f"{day}T08:31"))


def assign(office: Office, case: Case, at: str) -> None:
    sort = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
    allotment = Allotment(office.finance.id, [], "请办")
    assigning.assign(office.session, case, office.clerk, parse_moment(at), sort, allotment, know_late=True)


def told(office: Office, since: str, channel: NoticeChannel = NoticeChannel.MAIL) -> list[tuple[str, str, str]]:
    """What was told from a moment on: whom, subject, first line."""
    query = select(Notice).where(Notice.channel == channel, Notice.created_at >= parse_moment(since)).order_by(Notice.id)
    rows = office.session.scalars(query).all()
    return [(row.person.login, row.subject, row.lines[0]["text"]) for row in rows if row.person is not None]


GIVEN = "交办给您单位主办，请签收"
REPLY = "答复：今天到期（11月26日 周四 到期）"


def later(office: Office, *times: str) -> None:
    for at in times:
        queue_rungs(office.session, parse_moment(f"{DUE}T{at}"))


def test_n02_who_is_given_a_case_on_the_day_it_is_due_is_told_the_date_by_mail_and_once(office: Office) -> None:
    case = new_case(office)
    morning(office)
    assign(office, case, f"{DUE}T09:10")
    later(office, "09:11", "12:00", "17:59")
    said = f"{case.number} {GIVEN}（今天到期）", f"{GIVEN}。{REPLY}；{REPLY.replace('答复', '提交答复稿')}"  # each counts as told
    assert told(office, f"{DUE}T09:00") == [("finance_head", *said), ("finance_handler", *said)]
    letter = office.session.scalars(select(Notice).where(Notice.subject == said[0])).first()
    assert letter is not None
    assert letter.lines[0]["unit"] == "财政所", "number, kind, unit, due and link (decisions 25)"
    entered = select(Reminder.reason).where(Reminder.rung == "today", Reminder.person_id == office.finance_head.id)
    assert set(office.session.scalars(entered)) == {"随这件一并告知"}


def test_n09_who_stands_in_for_a_receiver_on_leave_is_told_by_the_ladder(office: Office) -> None:
    case = new_case(office)
    morning(office)
    deputy = make_person(office.session, "deputy", Role.HANDLER, email="deputy@office.test", unit=office.finance)
    head = office.session.get_one(Person, office.finance_head.id)
    head.leave_from = head.leave_until = date.fromisoformat(DUE)
    head.deputy_id, deputy.active = deputy.id, False
    assign(office, case, f"{DUE}T09:10")
    deputy.active = True
    later(office, "09:11", "09:12")
    subject = f"今天到期：{case.number} 答复"
    assert told(office, f"{DUE}T09:11") == [("deputy", subject, "答复：今天到期")]
    assert claim_for(office, "deputy@office.test") == subject, "it still holds when it leaves"


def claim_for(office: Office, address: str) -> str:
    while (letter := claim(office.session, "r1", SENDER, parse_moment(f"{DUE}T09:15"))) is not None:
        if letter.recipient == address:
            return letter.subject
    return ""


def test_n12_before_the_morning_s_digest_the_digest_tells_it(office: Office) -> None:
    case = new_case(office)
    assign(office, case, f"{DUE}T07:40")
    morning(office)
    later(office, "09:11")
    digests = [login for login, subject, _text in told(office, f"{DUE}T08:00") if "待办通报" in subject]
    assert "finance_head" in digests
    assert told(office, f"{DUE}T08:31") == []


def test_what_is_not_due_yet_is_told_inside_with_its_dates(office: Office) -> None:
    case = new_case(office)
    assign(office, case, "2026-11-23T10:00")
    assert told(office, "2026-11-23T10:00") == []
    inside = told(office, "2026-11-23T10:00", NoticeChannel.IN_APP)
    assert inside[0] == (
        "finance_head",
        f"{case.number} {GIVEN}",
        f"{GIVEN}。签收：还剩 1 个工作日（11月24日 周二 到期）；答复：还剩 3 个工作日（11月26日 周四 到期）",
    )


def test_d12_what_is_late_already_says_so_and_no_rung_of_before_is_said_again(office: Office) -> None:
    case = new_case(office)
    morning(office)
    morning(office, "2026-11-27")
    assign(office, case, "2026-11-27T09:10")
    queue_rungs(office.session, parse_moment("2026-11-27T09:11"))
    assert {(login, subject) for login, subject, _text in told(office, "2026-11-27T09:00")} == {
        ("finance_head", f"{case.number} {GIVEN}（已逾期 1 个工作日）"),
        ("finance_handler", f"{case.number} {GIVEN}（已逾期 1 个工作日）"),
    }


def test_a_unit_that_supports_is_told_of_its_own_date_alone(office: Office) -> None:
    case = new_case(office)
    assign(office, case, "2026-11-23T10:00")
    assigning.add_unit(office.session, case, office.clerk, parse_moment("2026-11-23T11:00"), office.roads.id, "请协助")
    [(login, _subject, text)] = told(office, "2026-11-23T11:00", NoticeChannel.IN_APP)
    assert login == "roads_head"
    assert "答复：" not in text
    assert text.startswith("交办给您单位协办，请签收。签收：还剩 1 个工作日")


def test_each_hand_it_goes_through_on_that_day_is_told_the_date(office: Office) -> None:
    case = new_case(office)
    assign(office, case, "2026-11-24T10:00")
    morning(office)
    sign_for(office.session, case, office.finance_head, parse_moment(f"{DUE}T09:00"), office.finance_handler.id)
    [(login, subject, text)] = told(office, f"{DUE}T09:00")
    assert (login, subject) == ("finance_handler", f"{case.number} 由您承办（已逾期 1 个工作日）"), "its draft is late"
    assert text.startswith("由您承办。")
    assert text.endswith(f"已逾期 1 个工作日（11月25日 周三 到期）；{REPLY}")


def test_without_a_date_only_the_act_is_told_and_hours_are_told_to_the_minute(office: Office) -> None:
    now = parse_moment("2026-11-23T09:00")
    case = make_case(office.session, office.clerk, now=now, urgency=Urgency.URGENT)
    clerk = office.session.get_one(Person, office.clerk.id)
    hand_to(office.session, case, [clerk], "重新受理", "again", now)
    [(_login, subject, text)] = told(office, "2026-11-23T09:00")
    assert subject == f"{case.number} 重新受理（还剩 1 小时）"
    assert text.startswith("重新受理。受理分办：还剩 1 小时（11月23日 周一 10:00 到期）")
    for clock in clocks.open_clocks(office.session, case.id):
        clocks.end_clock(clock, now, "", clock.state.MET)
    hand_to(office.session, case, [clerk], "重新受理", "once more", now)
    assert told(office, "2026-11-23T09:00", NoticeChannel.IN_APP)[-1] == (
        "clerk",
        f"{case.number} 重新受理",
        "重新受理",
    )


def test_n11_of_an_accusation_only_they_hear_who_may_know_of_it(office: Office) -> None:
    make_person(office.session, "trusted", Role.CLERK, email="trusted@office.test", handles_accusations=True)
    case = new_case(office)
    case.kind, case.restricted = Kind.ACCUSATION, True
    morning(office)
    clerks = office.session.scalars(select(Person).where(Person.login.in_(("clerk", "trusted")))).all()
    hand_to(office.session, case, clerks, "财政所已退回，请办理", "back", parse_moment(f"{DUE}T09:30"))
    later(office, "09:31")
    for channel in (NoticeChannel.IN_APP, NoticeChannel.MAIL):
        assert [login for login, *_ in told(office, f"{DUE}T09:00", channel)] == ["trusted"]
