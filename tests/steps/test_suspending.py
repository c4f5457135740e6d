"""中止、恢复、重新起算 on real databases: nothing lost or won, the units stand still too, odd input is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_changes import running_reply
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import AnswerMethod, ClockState, FindingKind, Procedure, Source, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import assigning
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, approved, assigned, handling_case, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
THIRD, CORRECTION = SuspensionGround.THIRD_PARTY, SuspensionGround.CORRECTION


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def due(office: Office, case: Case, stage: str = "reply") -> date | None:
    """The due date of the first open clock of a stage."""
    held = next(clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == stage)
    return local_date(held.due_at) if held.due_at else None


def suspend(office: Office, case: Case, at: datetime = NOW, now: datetime | None = None) -> Clock:
    return suspending.suspend(office.session, case, office.clerk, now or at, THIRD, at, "已发征求意见函")


def disclosure(office: Office) -> Case:
    """An application for information, assigned."""
    return assigned(office, classification=Classification(HELP.kind, "城建", Urgency.NORMAL, Procedure.DISCLOSURE))


def test_d09_the_reply_and_the_units_under_it_stand_still_and_nothing_else(office: Office) -> None:
    case = handling_case(office)
    reply = suspend(office, case, NOW + DAY)
    assert (reply.state, reply.due_at, case.suspended_for) == (ClockState.SUSPENDED, None, "third_party")
    held = {clock.stage: clock.state for clock in clocks.open_clocks(office.session, case.id)}
    assert held == {
        "reply": ClockState.SUSPENDED,
        "draft": ClockState.SUSPENDED,
        "contact": ClockState.RUNNING,
        "sign_for": ClockState.RUNNING,
    }
    rests = "中止的是答复、提交答复稿、报协办结果时限，恢复前不提醒、不算逾期"
    said = f"{rests}；签收（2026-11-24）、首次联系（2026-11-26）照常计算、照常提醒。"
    assert said in str(office.session.scalar(select(Move.note).where(Move.case_id == case.id, Move.act == "suspend")))
    told = office.session.scalars(select(Notice.subject).where(Notice.person_id == office.finance_handler.id)).all()
    assert any("已中止计时（征求第三方意见），签收、首次联系时限照常" in subject for subject in told), told
    suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "收到意见")
    assert (due(office, case), due(office, case, "draft")) == (date(2026, 12, 4), date(2026, 12, 2))
    assert (reply.state, case.suspended_for) == (ClockState.RUNNING, "")
    assert [(entry["version"], entry["why"]) for entry in reply.dates] == [(2, "中止计时（征求第三方意见）"), (3, "恢复计时")]
    assert local_date(reply.original_due_at) == date(2026, 12, 4)


def test_d09_a_draft_that_was_late_stands_still_with_the_reply_and_nobody_is_urged(office: Office) -> None:
    case = handling_case(office)
    handling.sign_for(office.session, case, office.roads_head, NOW, office.roads_head.id)
    handling.note(office.session, case, office.finance_handler, NOW, FindingKind.CONTACT, "已电话联系")
    now = parse_moment("2026-12-01T10:00")  # the draft was due the day before, the reply is due tomorrow
    suspend(office, case, now)
    held = {clock.stage: (clock.state, clock.due_at) for clock in clocks.open_clocks(office.session, case.id)}
    assert held == {"reply": (ClockState.SUSPENDED, None), "draft": (ClockState.SUSPENDED, None)}
    assert case.next_due_at is None
    assert recompute_open(office.session, now) == []
    told = office.session.scalar(select(func.count(Notice.id)))
    for day in range(1, 20):
        queue_rungs(office.session, now + day * DAY)
        queue_digests(office.session, now + day * DAY)
    assert office.session.scalar(select(func.count(Notice.id))) == told
    back = parse_moment("2026-12-21T10:00")
    suspending.resume(office.session, case, office.clerk, back, back, "收到意见")
    assert (due(office, case), due(office, case, "draft")) == (date(2026, 12, 22), date(2026, 12, 18)), "late as it was before"


def test_d09_an_urgent_clock_is_suspended_to_the_second(office: Office) -> None:
    case = make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    before = running_reply(office.session, case).due_at
    assert before is not None
    suspend(office, case, NOW + timedelta(hours=2))
    back = NOW + timedelta(hours=5, minutes=7, seconds=3)
    suspending.resume(office.session, case, office.clerk, back, back, "收到意见")
    assert running_reply(office.session, case).due_at == before + timedelta(hours=3, minutes=7, seconds=3)


def test_d09_what_is_stored_is_what_is_derived_again(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + DAY)
    assert preview(office.session, NOW + DAY, work_calendar(office.session)) == []
    assert recompute_open(office.session, NOW + DAY) == []
    suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 2 * DAY, "收到意见")
    assert preview(office.session, NOW + 3 * DAY, work_calendar(office.session)) == []
    assert recompute_open(office.session, NOW + 3 * DAY) == []


def test_d09_several_suspensions_follow_one_another_and_may_touch(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + DAY)
    suspending.resume(office.session, case, office.clerk, NOW + 2 * DAY, NOW + 2 * DAY, "收到意见")
    suspend(office, case, NOW + 2 * DAY)
    suspending.resume(office.session, case, office.clerk, NOW + 4 * DAY, NOW + 4 * DAY, "收到意见")
    assert due(office, case) == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("since", "now", "words"),
    [
        (NOW + DAY, NOW, "不能晚于现在"),
        (NOW - DAY, NOW, "早于起算时间"),
        (NOW + 12 * DAY, NOW + 12 * DAY, "到期，不能再中止"),
        (NOW + 2 * DAY, NOW + 12 * DAY, "到期，不能再中止"),
    ],
)
def test_d09_a_suspension_that_cannot_be_is_refused_in_words(office: Office, since: datetime, now: datetime, words: str) -> None:
    case = handling_case(office)
    with pytest.raises(Invalid, match=words) as refused:
        suspend(office, case, since, now)
    assert "since" in refused.value.fields
    assert running_reply(office.session, case).pauses == []


def test_d09_overlapping_and_backward_suspensions_are_refused(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + 2 * DAY)
    with pytest.raises(Refused, match="已经中止计时"):
        suspend(office, case, NOW + 2 * DAY)
    with pytest.raises(Invalid, match="早于中止时间"):
        suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + DAY, "收到意见")
    with pytest.raises(Invalid, match="不能晚于现在"):
        suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 4 * DAY, "收到意见")
    suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "收到意见")
    with pytest.raises(Invalid, match="早于上次恢复"):
        suspend(office, case, NOW + 2 * DAY, NOW + 3 * DAY)
    with pytest.raises(Refused, match="没有中止计时"):
        suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "收到意见")


def test_d09_nobody_becomes_late_by_a_back_dated_resumption_without_saying_so(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + DAY)
    late = parse_moment("2026-12-20T10:00")
    with pytest.raises(Invalid, match="随即逾期") as refused, office.session.begin_nested():
        suspending.resume(office.session, case, office.clerk, late, NOW + 2 * DAY, "早已收到")
    assert "know_late" in refused.value.fields
    suspending.resume(office.session, case, office.clerk, late, NOW + 2 * DAY, "早已收到", know_late=True)
    assert due(office, case) == date(2026, 12, 3)


def test_d09_only_clerk_and_leader_stop_a_clock(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Forbidden):
        suspending.suspend(office.session, case, office.finance_head, NOW, THIRD, NOW, "等意见")
    suspending.suspend(office.session, case, office.leader, NOW, SuspensionGround.HEARING, NOW, "依申请听证")
    assert case.suspended_for == "hearing"


def test_d09_a_date_the_issuer_set_is_not_the_offices_to_stop(office: Office) -> None:
    letter = LetterFacts(
        "县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), date(2026, 12, 10), report_owed=True
    )
    case = make_case(office.session, office.clerk, source=Source.FORWARDED_LETTER, procedure=Procedure.NOTICE, letter=letter)
    with pytest.raises(Invalid, match="来文单位定的日期"):
        suspend(office, case)


def test_d09_an_answer_given_while_suspended_meets_the_clock(office: Office) -> None:
    case = approved(office)
    reply = suspend(office, case)
    closing.answer(office.session, case, office.clerk, NOW + DAY, AnswerMethod.ONLINE)
    assert (reply.state, case.suspended_for) == (ClockState.MET, "")


def test_d09_a_unit_that_comes_in_while_the_clock_stands_still_gets_its_date_when_it_runs(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + DAY)
    assigning.reassign(office.session, case, office.clerk, NOW + 2 * DAY, office.roads.id, "职责调整")
    inner = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "draft"]
    assert [(clock.unit_id, clock.state) for clock in inner] == [(office.roads.id, ClockState.SUSPENDED)]
    suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "收到意见")
    assert due(office, case, "draft") == date(2026, 12, 2)


def test_a_correction_received_begins_the_whole_time_anew(office: Office) -> None:
    case = disclosure(office)
    assert due(office, case) == date(2026, 12, 21)
    with pytest.raises(Invalid, match="补正什么"):
        suspending.suspend(office.session, case, office.clerk, NOW, CORRECTION, NOW, "内容不明确")
    suspending.suspend(office.session, case, office.clerk, NOW, CORRECTION, NOW, "内容不明确", "请写明所需信息的名称")
    received = parse_moment("2026-12-10T09:00")
    with pytest.raises(Invalid, match="早于告知补正"):
        suspending.restart(office.session, case, office.clerk, received, NOW - DAY, "收到")
    suspending.restart(office.session, case, office.clerk, received, received, "收到补正材料")
    reply = running_reply(office.session, case)
    assert reply.due_at is not None
    assert local_date(reply.due_at) == date(2027, 1, 7)
    assert (reply.provisional, reply.state, case.suspended_for) == (True, ClockState.RUNNING, "")
    with pytest.raises(Invalid, match="一次性告知"):
        suspending.suspend(office.session, case, office.clerk, received, CORRECTION, received, "仍不明确", "请再写明")
    assert recompute_open(office.session, received) == []


def test_a_correction_is_asked_in_time_and_only_one_that_is_awaited_begins_anew(office: Office) -> None:
    case = disclosure(office)
    late = parse_moment("2026-12-08T09:00")
    with pytest.raises(Invalid, match="告知补正须在 2026年12月2日"):
        suspending.suspend(office.session, case, office.clerk, late, CORRECTION, late, "内容不明确", "请写明")
    suspend(office, case)
    with pytest.raises(Refused, match="没有在等补正"):
        suspending.restart(office.session, case, office.clerk, NOW, NOW, "收到")
    ordinary = handling_case(office)
    suspending.suspend(office.session, ordinary, office.clerk, NOW, CORRECTION, NOW, "地点不明", "请补充地点")
    far = parse_moment("2026-12-25T09:00")
    with pytest.raises(Invalid, match="随即逾期"), office.session.begin_nested():
        suspending.restart(office.session, ordinary, office.clerk, far, NOW + DAY, "早已收到")
    suspending.restart(office.session, ordinary, office.clerk, far, NOW + DAY, "早已收到", know_late=True)
    assert due(office, ordinary) == date(2026, 12, 3)


def test_d10_an_extension_granted_while_suspended_adds_to_what_is_left(office: Office) -> None:
    case = handling_case(office)
    suspend(office, case, NOW + DAY)
    with pytest.raises(Invalid, match="请填写延长多久"):
        extending.ask(office.session, case, office.finance_head, NOW + DAY, More(until=date(2026, 12, 9)), "仍需时间")
    extending.ask(office.session, case, office.finance_head, NOW + DAY, More(5), "仍需时间")
    extending.decide(office.session, case, office.leader, NOW + DAY, agree=True, opinion="同意")
    suspending.resume(office.session, case, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "收到意见")
    reply = running_reply(office.session, case)
    assert (due(office, case), local_date(reply.original_due_at)) == (date(2026, 12, 11), date(2026, 12, 4))


def test_d10_an_extension_until_a_day_must_lie_after_the_present_one(office: Office) -> None:
    case = handling_case(office)
    for until, words in (
        (date(2026, 11, 30), "晚于现在的到期日"),
        (date(2026, 12, 2), "晚于现在的到期日"),
        (date(2027, 3, 1), "最多"),
    ):
        with pytest.raises(Invalid, match=words) as refused:
            extending.ask(office.session, case, office.finance_head, NOW, More(until=until), "需要时间")
        assert "until" in refused.value.fields
    extending.ask(office.session, case, office.finance_head, NOW, More(until=date(2026, 12, 8)), "需要时间")
    extending.decide(office.session, case, office.leader, NOW + DAY, agree=True, opinion="")
    reply = running_reply(office.session, case)
    assert (due(office, case), local_date(reply.original_due_at)) == (date(2026, 12, 8), date(2026, 12, 2))
    assert recompute_open(office.session, NOW + DAY) == []


def test_every_act_says_what_it_did_on_the_trail_and_to_the_writer(office: Office) -> None:
    case = handling_case(office)
    office.session.add(Progress(number=case.number, code_hash="x", step="", history=[], updated_at=NOW))
    office.session.flush()
    suspending.suspend(office.session, case, office.clerk, NOW, SuspensionGround.APPRAISAL, NOW, "委托检测中心检测")
    told = office.session.get_one(Progress, case.number)
    assert (told.promised_on, "暂停计算：鉴定、检验、检测" in told.promise) == (None, True)
    assert "暂停计算" in told.why
    suspending.resume(office.session, case, office.clerk, NOW + DAY, NOW + DAY, "收到检测报告")
    assert told.promised_on == date(2026, 12, 3)
    moves = office.session.scalars(select(Move).where(Move.case_id == case.id, Move.act.in_(("suspend", "resume")))).all()
    assert ["自 2026年11月23日 周一 10:00 起中止计时" in moves[0].note, "到期日：2026年12月3日" in moves[1].note] == [True, True]
