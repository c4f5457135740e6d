"""撤销督办: a sheet that waits is taken back with a reason; nobody is reminded of it, and it holds nothing up any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from opinion_app import clock
from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.supervising.withdrawing import WITHDRAWN, withdraw
from opinion_app.flow.cases import facts_of
from opinion_app.flow.left_open import left_open
from opinion_app.flow.outbox import unit_people
from opinion_app.flow.supervise import Asked, answer, hearers, issue, sheets
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.supervision import Supervision
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.life import permitted
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import ClockState, NoticeChannel, NoticeState, Role, Stage
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.triage import merging
from tests.builders.life import Office, closed, give_addresses, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.support.client import client_for, pick

HOUR = timedelta(hours=1)
CASE = "/office/cases/LY2026-000001"
WHY = "发错了单位，张某某已另行答复"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        give_addresses(session)
        yield made


def supervised(office: Office, case: Case, by: Actor, days: int | None = 2) -> Supervision:
    due_on = None if days is None else local_date(NOW) + timedelta(days=days)
    made = issue(office.session, case, Asked(SupervisionKind.SUPERVISE, "请说明原因", office.finance.id, due_on), by, NOW)
    assert made is not None
    return made


def test_a_leader_takes_back_a_sheet_and_every_page_says_so(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office, mayor = make_office(session), make_actor(session, "mayor", Role.LEADER)
        give_addresses(session)
        case = handling_case(office, clock.now() - HOUR)
        asked = Asked(SupervisionKind.SUPERVISE, "请办", office.finance.id, local_date(clock.now()) + timedelta(days=3))
        sheet = issue(session, case, asked, mayor, clock.now(), hearers(session, case, asked, clock.now()))
        assert sheet is not None
        session.execute(update(Notice).where(Notice.state == NoticeState.PENDING).values(state=NoticeState.SENT))
        paper = f"{CASE}/papers/supervision/{sheet.id}"
    clerk, leader, handler = (client_for(app, login) for login in ("clerk", "leader", "finance_handler"))
    path = f"{CASE}/withdraw_sheet"
    assert (path in clerk.get(CASE).text, path in leader.get(CASE).text) == (False, True)
    refusal = clerk.get(path)
    assert (refusal.status_code, 'name="text"' in refusal.text) == (403, False), "no form for what would be refused"
    assert "等待反馈的都不是您发出的，只能由领导或者发出人（mayor）撤销。" in refusal.text
    assert handler.get(path).status_code == 403
    refused = leader.send(pick(leader.forms(path), "/withdraw_sheet"), text="")
    assert (refused.status_code, "请填写撤销原因" in refused.text) == (422, True)
    form = pick(leader.forms(path), "/withdraw_sheet")
    assert [leader.send(form, text=WHY).status_code for _ in range(2)] == [303, 303], "twice is once"
    page = leader.get(CASE).text
    assert "督办单第 1 号已撤销，已通知：" in page
    assert f"撤销原因：{WHY}" in page
    printed = handler.get(paper).text
    assert all(words in printed for words in ("【已撤销】", WHY, "不用再反馈"))
    assert "反馈情况" not in printed
    assert [leader.get(path).status_code, handler.get(f"{CASE}/supervise_feedback").status_code] == [409, 409]
    with app.app_context(), transaction() as session:
        told = select(Person.login, Notice.subject, Notice.lines).join(Notice, Notice.person_id == Person.id)
        rows = session.execute(told.where(Notice.channel == NoticeChannel.MAIL, Notice.subject.contains("撤销"))).all()
        assert sorted(row.login for row in rows) == ["finance_handler", "finance_head", "mayor"], "once each, not who did it"
        assert not any(WHY in str(row) for row in rows), "decisions 25"
        assert len(session.scalars(select(TrailEntry).where(TrailEntry.act == "case.withdraw_sheet")).all()) == 1
        assert session.scalars(select(Case)).one().next_due_stage != "feedback"


def test_who_may_take_back_what_and_only_what_waits(office: Office) -> None:
    case, other = handling_case(office), make_actor(office.session, "second", Role.CLERK)
    own, done, free = (supervised(office, case, office.clerk, days) for days in (2, 2, None))
    answer(office.session, case, done, office.finance_head, NOW, "已办")
    facts = facts_of(office.session, case)
    offered = [any(act.name == "withdraw_sheet" for act in permitted(who, facts)) for who in (other, office.clerk, office.leader)]
    assert offered == [False, True, True]
    for actor, sheet_id, said in (
        (other, own.id, "只有领导或者发出人可以撤销"),
        (office.clerk, done.id, "已经反馈过，不用撤销"),
        (office.clerk, free.id, "没有要求反馈，不用撤销"),
    ):
        with pytest.raises(Refused, match=said):
            withdraw(office.session, case, sheet_id, WHY, actor, NOW)
    with pytest.raises(Invalid, match="请选择"):
        withdraw(office.session, case, None, WHY, office.clerk, NOW)
    last = supervised(office, case, office.leader)
    withdraw(office.session, case, own.id, WHY, office.clerk, NOW)
    with pytest.raises(Refused, match="督办单第 1 号已撤销，不用撤销"):
        withdraw(office.session, case, own.id, WHY, office.leader, NOW)
    with pytest.raises(Refused, match="督办单第 1 号已撤销，不再反馈"):
        answer(office.session, case, own, office.finance_head, NOW, "已办")
    assert [one.id for one in sheets(office.session, case.id, waiting=True)] == [last.id]


def test_what_waits_to_remind_of_it_is_cancelled_and_the_ladder_asks_no_second_time(core: Flask, office: Office) -> None:
    object.__setattr__(settings_of(core), "smtp_url", "smtp://mail.office.test")
    case = handling_case(office)
    queue_rungs(office.session, parse_moment("2026-12-09T08:30"))  # the yellow card
    office.session.execute(update(Notice).where(Notice.state == NoticeState.PENDING).values(state=NoticeState.SENT))
    queue_rungs(office.session, parse_moment("2026-12-14T08:30"))  # the date of the answer has passed as well
    asked, at = sheets(office.session, case.id, waiting=True), parse_moment("2026-12-14T08:31")
    for sheet in asked:
        withdraw(office.session, case, sheet.id, WHY, office.leader, at)
    sent = []
    while (taken := claim(office.session, "r1", Sender("opinion@office.test", "http://office.test"), at)) is not None:
        sent.append(taken.subject)
    cancelled = office.session.execute(select(Notice.lines).where(Notice.last_error == WITHDRAWN)).all()
    assert "督办反馈" in str(cancelled)
    assert [subject for subject in sent if "督办" in subject and f"{WITHDRAWN}，不用再反馈" not in subject] == []
    for moment in ("2026-12-14T08:32", "2026-12-15T08:30", "2026-12-21T08:30"):
        assert not queue_rungs(office.session, parse_moment(moment)).troubles
    queue_digests(office.session, parse_moment("2026-12-15T08:30"))
    later = office.session.scalars(select(Notice).where(Notice.created_at > at)).all()
    assert later
    assert [row.subject for row in later if "督办反馈" in f"{row.subject}{row.lines}"] == []
    assert [one.id for one in sheets(office.session, case.id)] == [one.id for one in reversed(asked)], (
        "one sheet for one lateness"
    )


def told_of_the_end(office: Office, channel: NoticeChannel) -> list[str]:
    told = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.channel == channel)
    return sorted(set(office.session.scalars(told.where(Notice.key.contains("withdraw_sheet")))))


@pytest.mark.parametrize(
    ("became", "hear"),
    [
        ({"state": NoticeState.PENDING}, False),
        ({"state": NoticeState.CANCELLED}, False),
        ({"state": NoticeState.FAILED}, False),
        ({"state": NoticeState.SENT}, True),
        ({"state": NoticeState.FILED}, True),
        ({"state": NoticeState.UNKNOWN, "body": "…"}, True),
    ],
)
def test_whom_no_letter_about_the_sheet_left_for_gets_none_about_its_end(
    office: Office, became: dict[str, object], *, hear: bool
) -> None:
    """Inside the service they read of both; whoever issued it knows of it anyway."""
    case = handling_case(office)
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", office.finance.id, local_date(NOW) + timedelta(days=2))
    sheet = issue(office.session, case, asked, office.clerk, NOW, hearers(office.session, case, asked, NOW))
    assert sheet is not None
    office.session.execute(
        update(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.subject.contains("督办单")).values(**became)
    )
    withdraw(office.session, case, sheet.id, WHY, office.leader, NOW + HOUR)
    asked_people = ["finance_handler", "finance_head"]
    assert told_of_the_end(office, NoticeChannel.IN_APP) == ["clerk", *asked_people]
    assert told_of_the_end(office, NoticeChannel.MAIL) == ["clerk", *(asked_people if hear else [])]


@pytest.mark.parametrize("left", [False, True])
def test_of_the_sheet_of_a_card_who_got_the_card_hears_the_end(office: Office, *, left: bool) -> None:
    case = handling_case(office)
    now = parse_moment("2026-12-09T08:30")
    queue_rungs(office.session, now)
    if left:
        card = update(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.subject.contains("黄牌"))
        office.session.execute(card.values(state=NoticeState.SENT, finished_at=now + timedelta(minutes=1)))
    for sheet in sheets(office.session, case.id, waiting=True):
        withdraw(office.session, case, sheet.id, WHY, office.leader, now + HOUR)
    told = told_of_the_end(office, NoticeChannel.IN_APP)
    assert {"finance_handler", "finance_head"} <= set(told)
    assert told_of_the_end(office, NoticeChannel.MAIL) == (told if left else [])


@pytest.mark.parametrize("how", ["closed", "merged and apart"])
def test_it_holds_up_nothing_and_no_way_back_makes_it_wait_again(office: Office, how: str) -> None:
    case = closed(office) if how == "closed" else handling_case(office)
    sheet = supervised(office, case, office.leader)
    assert left_open(office.session, case, facts_of(office.session, case)).sheets
    withdraw(office.session, case, sheet.id, WHY, office.leader, NOW)
    assert not left_open(office.session, case, facts_of(office.session, case)).sheets
    if how != "closed":
        into = make_case(office.session, office.clerk)
        merging.merge(office.session, case, office.clerk, NOW + HOUR, into.number, "同一件事", know_late=True)
        merging.unmerge(office.session, case, office.clerk, NOW + HOUR, "不是同一件事", know_late=True)
        assert case.stage is not Stage.MERGED
    assert sheet.clock is not None
    assert (sheet.clock.state, sheet.clock.end_reason) == (ClockState.STOPPED, WITHDRAWN)


def test_whoever_issued_a_sheet_hears_nothing_more_of_a_case_kept_from_them_since(office: Office) -> None:
    case = handling_case(office)
    first, second = supervised(office, case, office.clerk), supervised(office, case, office.clerk)
    case.restricted = True
    office.session.add(CaseGrant(case_id=case.id, person_id=office.leader.id, granted_by_id=office.leader.id, granted_at=NOW))
    office.session.add(
        CaseGrant(case_id=case.id, person_id=office.finance_head.id, granted_by_id=office.leader.id, granted_at=NOW)
    )
    office.session.flush()
    before = select(Notice.id).where(Notice.person_id == office.clerk.id)
    had = office.session.scalars(before).all()
    withdraw(office.session, case, first.id, WHY, office.leader, NOW + HOUR)
    answer(office.session, case, second, office.finance_head, NOW + HOUR, "已安排施工")
    assert office.session.scalars(before).all() == had


def test_n09_an_answer_to_who_left_goes_to_the_leader(office: Office) -> None:
    case = handling_case(office)
    sheet = supervised(office, case, office.clerk)
    office.session.get_one(Person, office.clerk.id).active = False
    answer(office.session, case, sheet, office.finance_head, NOW + HOUR, "已说明原因")
    told = select(Notice.person_id).where(Notice.subject.contains("已反馈"), Notice.channel == NoticeChannel.IN_APP)
    assert office.session.scalars(told).all() == [office.leader.id]


def test_of_a_unit_whose_handler_may_not_know_of_the_case_the_head_is_told(office: Office) -> None:
    case = handling_case(office)
    case.restricted = True
    office.session.add(CaseGrant(case_id=case.id, person_id=office.finance_head.id, granted_at=NOW))
    office.session.flush()
    assert [person.id for person in unit_people(office.session, case, office.finance.id)] == [office.finance_head.id]
