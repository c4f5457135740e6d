"""The morning's digest and the rungs on a real database: once each, to whom it concerns, and again only for a new date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders import operations
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.flow import clocks
from opinion_app.flow.outbox import Letter
from opinion_app.flow.register import register
from opinion_app.records.assignment import Assignment
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.digest import PersonDigest
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Role, Stage, UnitRole, Urgency
from tests.builders.office import NEW, NOW, SECRET, make_actor, make_case, make_person, make_unit
from tests.desks.reminders.moving import move_date
from tests.support.queries import counting

MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # Tuesday 08:30 in Shanghai


@dataclass
class Office:
    session: Session
    clerk: Actor
    unit: Unit
    handler: Person

    def count(self, **where: object) -> int:
        return self.session.scalar(select(func.count(Notice.id)).filter_by(**where)) or 0


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        unit = make_unit(session)
        clerk = make_actor(session, "clerk", Role.CLERK, email="clerk@office.test")
        handler = make_person(session, "handler", Role.HANDLER, unit=unit, email="handler@office.test")
        leader = make_person(session, "leader", Role.LEADER, email="leader@office.test")
        session.add(LeaderInCharge(unit_id=unit.id, person_id=leader.id))
        session.flush()
        yield Office(session, clerk, unit, handler)


def assign(office: Office, case_id: int, now: datetime = NOW) -> Assignment:
    row = Assignment(case_id=case_id, unit_id=office.unit.id, role=UnitRole.LEAD, assigned_at=now, handler_id=office.handler.id)
    office.session.add(row)
    office.session.flush()
    return row


def test_n12_one_digest_a_person_a_morning_however_often_it_runs(office: Office) -> None:
    make_case(office.session, office.clerk)
    first = queue_digests(office.session, MORNING)
    again = queue_digests(office.session, MORNING + timedelta(minutes=1))
    assert (first.people, first.notices, again.notices) == (1, 2, 0)
    [mail] = office.session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL))
    assert (mail.state, mail.local_date, mail.address) == (NoticeState.PENDING, date(2026, 11, 24), "clerk@office.test")
    assert {(line["number"], line["group"], line["text"]) for line in mail.lines} == {
        ("LY2026-000001", "今天到期", "受理分办：今天到期"),
    }
    assert "不亮" not in str(mail.lines)
    assert "刘一帆" not in str(mail.lines)
    assert str(again) == "1 人，新增通知 0 条"


def test_n10_the_digest_comes_every_working_day_until_it_is_done(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    days = [MORNING + timedelta(days=ahead) for ahead in range(7)]  # Tuesday to Monday
    assert [queue_digests(office.session, day).notices for day in days] == [2, 2, 2, 2, 0, 0, 2]
    case.stage = Stage.DECLINED
    clocks.stop_all(office.session, case, "不予受理", days[-1])
    assert queue_digests(office.session, days[-1] + timedelta(days=1)).notices == 0


def test_n08_a_make_up_day_is_a_working_morning_and_a_holiday_is_none(office: Office) -> None:
    make_case(office.session, office.clerk, now=datetime(2026, 9, 18, 2, tzinfo=UTC))
    assert queue_digests(office.session, datetime(2026, 9, 20, 0, 30, tzinfo=UTC)).people == 1  # Sunday, 调休上班
    assert queue_digests(office.session, datetime(2026, 9, 25, 0, 30, tzinfo=UTC)).people == 0  # 中秋节


def test_n07_imported_history_reminds_nobody(office: Office) -> None:
    register(office.session, NEW, office.clerk, NOW, SECRET, imported=True)
    assert plan_digests(office.session, MORNING + timedelta(days=90)).digests == []
    assert queue_rungs(office.session, MORNING).notices == 0, "the first run"
    assert queue_rungs(office.session, MORNING + timedelta(days=90)).notices == 0
    assert office.count() == 0


def test_the_units_people_are_told_what_they_owe_and_why(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    row = assign(office, case.id)
    case.stage, case.lead_unit_id = Stage.ASSIGNED, office.unit.id
    clocks.open_assignment(office.session, case, row, NOW)
    plan = plan_digests(office.session, MORNING)
    own = next(digest for digest in plan.digests if digest.person_id == office.handler.id)
    assert [(line.text, line.unit, line.reason) for line in own.lines] == [
        ("签收：今天到期", "财政所", "您是承办人"),
        ("首次联系：还剩 2 个工作日", "财政所", "您是承办人"),
    ]


def test_n09_on_leave_the_deputy_is_told(office: Office) -> None:
    deputy = make_person(office.session, "deputy", Role.HANDLER, unit=office.unit)
    office.handler.leave_from, office.handler.deputy_id = date(2026, 11, 20), deputy.id
    case = make_case(office.session, office.clerk)
    row = assign(office, case.id)
    case.stage, case.lead_unit_id = Stage.ASSIGNED, office.unit.id
    clocks.open_assignment(office.session, case, row, NOW)
    told = {digest.person_id for digest in plan_digests(office.session, MORNING).digests}
    assert deputy.id in told
    assert office.handler.id not in told
    office.handler.leave_until = date(2026, 11, 23)
    assert office.handler.id in {digest.person_id for digest in plan_digests(office.session, MORNING).digests}


def test_a_restricted_case_is_told_only_to_those_named(office: Office) -> None:
    make_case(office.session, None, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    assert plan_digests(office.session, MORNING).digests == []
    make_person(office.session, "admin", Role.ADMINISTRATOR)
    [digest] = plan_digests(office.session, MORNING).digests
    assert all(line.blind and not line.link for line in digest.lines)


def test_an_urgent_case_rings_at_once_and_each_rung_once(office: Office) -> None:
    make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    assert queue_rungs(office.session, NOW).notices == 0
    warned = NOW + timedelta(minutes=50)
    assert queue_rungs(office.session, warned).notices == 2
    assert queue_rungs(office.session, warned).notices == 0
    late = NOW + timedelta(minutes=61)
    assert queue_rungs(office.session, late).notices == 4, "the leader gets a copy of what is late"
    ledger = office.session.scalars(select(Reminder).order_by(Reminder.id)).all()
    assert [(row.rung, row.deadline_version, row.notice_id is not None) for row in ledger] == [
        ("hours_soon", 1, True),
        ("hours_overdue", 1, True),
        ("hours_overdue", 1, True),
    ]
    assert {notice.subject for notice in office.session.scalars(select(Notice))} == {
        "即将到期：LY2026-000001 受理分办",
        "已逾期：LY2026-000001 受理分办",
    }


def test_n02_only_a_rung_that_moves_into_the_future_rings_again(office: Office) -> None:
    case = make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    late = NOW + timedelta(minutes=70)
    assert queue_rungs(office.session, late).notices == 4
    accept = office.session.scalar(select(Clock).where(Clock.case_id == case.id, Clock.stage == "accept"))
    assert accept is not None
    assert accept.due_at is not None
    move_date(accept, late, accept.due_at + timedelta(minutes=5), warned=False)
    assert queue_rungs(office.session, late + timedelta(minutes=1)).notices == 0, "the moment stays in the past"
    move_date(accept, late + timedelta(minutes=2), late + timedelta(hours=1))
    accept.warn_at = late + timedelta(minutes=45)
    assert queue_rungs(office.session, late + timedelta(minutes=2)).notices == 0
    assert queue_rungs(office.session, late + timedelta(minutes=50)).notices == 2
    assert queue_rungs(office.session, late + timedelta(minutes=61)).notices == 4


def test_n07_after_days_of_silence_only_the_digest_speaks(office: Office) -> None:
    make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    later = NOW + timedelta(days=7)
    assert queue_rungs(office.session, later).notices == 0
    assert queue_digests(office.session, later).people == 1


def test_n05_a_poisoned_clock_is_reported_and_the_rest_goes_on(office: Office) -> None:
    poisoned = make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    for clock in clocks.open_clocks(office.session, poisoned.id):
        clock.stage = "unheard-of"
    office.session.flush()
    done = queue_rungs(office.session, NOW + timedelta(minutes=50))
    assert (done.notices, len(done.troubles)) == (2, 2)
    assert "2 条时限未能判断" in str(done)
    morning = plan_digests(office.session, MORNING)
    assert {line.number for digest in morning.digests for line in digest.lines} == {"LY2026-000002"}
    assert len(morning.troubles) == 2


def test_n05_one_person_s_digest_that_cannot_be_queued_keeps_back_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(office.session, office.clerk)
    other = make_actor(office.session, "second", Role.CLERK, email="second@office.test")
    real = operations.message_of

    def broken(digest: PersonDigest) -> Letter:
        if digest.person_id == office.clerk.id:
            raise ValueError("torn")
        return real(digest)

    monkeypatch.setattr(operations, "message_of", broken)
    done = queue_digests(office.session, MORNING)
    assert (done.people, done.notices) == (2, 2)
    assert [trouble.error for trouble in done.troubles] == [f"人员 {office.clerk.id}：ValueError: torn"]
    assert office.count(person_id=other.id) == 2
    assert office.count(person_id=office.clerk.id) == 0
    assert case.number in str(office.session.scalars(select(Notice)).all()[0].lines)


@pytest.mark.parametrize("people", [2, 40])
def test_a_morning_asks_no_more_for_many_people(core: Flask, office: Office, people: int) -> None:
    for number in range(people):
        make_actor(office.session, f"clerk{number}", Role.CLERK, email=f"clerk{number}@office.test")
    for _ in range(3):
        make_case(office.session, office.clerk)
    office.session.flush()
    with counting(core) as asked:
        done = queue_digests(office.session, MORNING)
    assert done.notices == 2 * (people + 1)
    assert len(asked) <= 20, "\n".join(asked)
