"""The page of a case tells of every morning's digest that named it: to whom, when, with what result, alike mornings as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from opinion_app.desks.casefile.reminding import sent
from opinion_app.desks.casefile.results import Sent
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.records.notice import DigestEntry, Notice, Reminder
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_person
from tests.desks.outbox.posted import leave, mailing, morning, post
from tests.desks.reminders.laddered import Office, with_case
from tests.support.queries import counting

LATE = ("2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17")  # Thursday to Tuesday: due was the 11th


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    yield from mailing(core)


def mornings(office: Office, days: Sequence[str], outcome: Outcome = Outcome.SENT) -> None:
    for day in days:
        morning(office, day)
        post(office, f"{day}T08:35", outcome)


def shown(office: Office) -> list[Sent]:
    office.session.expire_all()
    return [one for one in sent(office.session, office.case.id) if one.what.startswith("待办通报")]


def told(office: Office) -> list[tuple[str, str, str]]:
    return [(one.what, one.whom, one.result) for one in shown(office)]


def test_mornings_alike_are_one_line_across_the_days_off(office: Office) -> None:
    mornings(office, LATE)
    assert told(office) == [("待办通报 11月12日–11月17日，每个工作日：答复（逾期）", "handler、head", "邮件·已发送")]
    assert shown(office)[0].at == parse_moment("2026-11-17T08:30")


def test_a_morning_that_failed_is_seen_and_whom_it_did_not_reach(office: Office) -> None:
    mornings(office, LATE[:1])
    morning(office, LATE[1])
    post(office, f"{LATE[1]}T08:35")
    handler = office.people["handler"].id
    failed = update(Notice).where(Notice.local_date == parse_moment(f"{LATE[1]}T08:30").date(), Notice.person_id == handler)
    values = {"state": NoticeState.FAILED, "last_error": "550 没有这个信箱"}
    office.session.execute(failed.where(Notice.channel == NoticeChannel.MAIL).values(values))
    mornings(office, LATE[2:3])
    assert told(office) == [
        ("待办通报 11月12日–11月16日，每个工作日：答复（逾期）", "head", "邮件·已发送"),
        ("待办通报 11月16日：答复（逾期）", "handler", "邮件·已发送"),
        ("待办通报 11月13日：答复（逾期）", "handler", "邮件·发送失败"),
        ("待办通报 11月12日：答复（逾期）", "handler", "邮件·已发送"),
    ]
    assert [one.note for one in shown(office)] == ["", "", "550 没有这个信箱", ""]


def test_a_working_morning_without_it_is_not_covered_up(office: Office) -> None:
    mornings(office, (LATE[0], LATE[2]))
    assert [what for what, *_ in told(office)] == ["待办通报 11月16日：答复（逾期）", "待办通报 11月12日：答复（逾期）"]


def test_n01_what_the_ledger_of_rungs_tells_of_a_digest_is_not_told_twice(office: Office) -> None:
    mornings(office, ("2026-11-11",))
    by_rung = [one for one in sent(office.session, office.case.id) if one.result == "随待办通报·已发送"]
    assert {one.whom for one in by_rung} >= {"handler"}, "今天到期 is said by the digest"
    entries = office.session.execute(select(DigestEntry.notice_id, DigestEntry.clock_id)).all()
    ledger = office.session.execute(select(Reminder.notice_id, Reminder.clock_id)).all()
    assert entries
    assert {tuple(entry) for entry in entries} <= {tuple(entry) for entry in ledger}
    assert shown(office) == []


def test_two_people_of_one_name_are_two(office: Office) -> None:
    office.people["head"].name = office.people["handler"].name = "王伟"
    mornings(office, LATE[:1])
    office.people["head"].active = False
    mornings(office, LATE[1:2])
    whom = {what.partition("：")[0]: who for what, who, _result in told(office) if who.startswith("王伟")}
    assert whom == {"待办通报 11月12日–11月13日，每个工作日": "王伟", "待办通报 11月12日": "王伟"}


def test_a_robot_beside_the_mail_has_its_own_result_and_inside_counts_alone(office: Office) -> None:
    office.people["handler"].robot_url = "https://robot.test/1"
    office.people["head"].email = ""
    office.session.flush()
    mornings(office, LATE[:2], Outcome.REFUSED)
    of_head = update(Notice).where(Notice.person_id == office.people["head"].id).values(read_at=parse_moment("2026-11-16T09:00"))
    office.session.execute(of_head.where(Notice.created_at < parse_moment("2026-11-13T00:00")))
    days = "待办通报 11月12日–11月13日，每个工作日：答复（逾期）"
    found = [one for one in told(office) if one[1] != "deputy"]
    assert (days, "handler", "群机器人·待发送") in found
    assert (days, "handler", "邮件·发送失败") in found
    assert (days, "head", "站内已送达·已读 1/2") in found
    office.session.execute(of_head)
    assert (days, "head", "站内已读") in told(office)


def test_n03_a_line_that_was_cut_is_told_of_as_cancelled(office: Office) -> None:
    """The deputy of two waits for a digest about both; one of them is back when it leaves."""
    unit = office.people["head"].unit
    office.people["second"] = make_person(office.session, "second", Role.HANDLER, unit=unit, email="second@office.test")
    _, other = with_case(office.session, None, office.case.lead_unit_id or 0, office.people["second"].id)
    for login in ("handler", "second"):
        leave(office, login, "2026-11-11T17:00")
    morning(office, LATE[0])
    leave(office, "handler", f"{LATE[0]}T08:33", None)
    post(office, f"{LATE[0]}T08:35")
    deputy = [one for one in shown(office) if one.whom == "deputy"]
    assert [(one.what, one.result) for one in deputy] == [("待办通报 11月12日：答复（逾期）", "邮件·已取消")]
    assert deputy[0].note
    office.case, of_other = other.case, ("待办通报 11月12日：答复（逾期）", "deputy、head", "邮件·已发送")
    assert of_other in told(office)


def test_n10_a_digest_that_leaves_after_the_date_says_that_it_is_late(office: Office) -> None:
    queue_digests(office.session, parse_moment("2026-11-11T08:30"))
    office.session.execute(delete(Reminder))
    assert {what for what, *_ in told(office)} == {"待办通报 11月11日：答复（今天到期）"}
    post(office, "2026-11-12T07:00")
    assert {what for what, *_ in told(office)} == {"待办通报 11月11日：答复（逾期）"}


def test_however_many_mornings_there_are_no_query_more_is_asked(office: Office, core: Flask) -> None:
    asked = []
    for days in (LATE[:1], LATE[1:]):
        mornings(office, days)
        queue_rungs(office.session, parse_moment(f"{days[-1]}T18:00"))
        office.session.expire_all()
        number = office.case.id
        with counting(core) as found:
            sent(office.session, number)
        asked.append(len(found))
    assert asked[0] == asked[1]
