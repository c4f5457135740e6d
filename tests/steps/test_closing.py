"""The end of a case on real databases: answered, reported, closed, filed - and taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow import risk_clocks
from opinion_app.flow.assess import assess
from opinion_app.flow.cases import latest_reply
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.progress import open_progress
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.registration import LetterFacts, Writer
from opinion_app.rules.words import (
    AnswerMethod,
    Channel,
    Disclosure,
    NoticeChannel,
    Procedure,
    RetentionPeriod,
    RiskFactor,
    Source,
    Stage,
)
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.triage import merging
from opinion_app.steps.triage import operations as triage
from tests.builders.life import REPLY, Office, answered, approved, closed, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
TODAY = local_date(NOW)
LETTER: dict[str, Any] = {
    "source": Source.FORWARDED_LETTER,
    "channel": Channel.PAPER,
    "procedure": Procedure.NOTICE,
    "letter": LetterFacts("县信访局", "昌信函〔2026〕8号", TODAY, TODAY, TODAY + 10 * DAY),
}


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def test_answering_meets_the_reply_and_tells_the_citizen(office: Office) -> None:
    case = approved(office)
    open_progress(office.session, case, "hash", NOW)
    closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.PHONE, note="本人满意")
    assert (case.stage, case.answered_at) == (Stage.ANSWERED, NOW)
    assert "reply" not in {clock.stage for clock in open_clocks(office.session, case.id)}
    told = office.session.get(Progress, case.number)
    assert told is not None
    assert (told.step, told.answer) == ("已答复", REPLY)


@pytest.mark.parametrize("at", [NOW - DAY, NOW + DAY])
def test_an_answer_lies_between_signature_and_now(office: Office, at: object) -> None:
    case = approved(office)
    with pytest.raises(Invalid):
        closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE, at)  # type: ignore[arg-type]


def test_the_lead_unit_may_answer_and_a_supporting_unit_may_not(office: Office) -> None:
    case = approved(office)
    with pytest.raises(Forbidden):
        closing.answer(office.session, case, office.roads_head, NOW, AnswerMethod.PHONE)
    closing.answer(office.session, case, office.finance_handler, NOW, AnswerMethod.PHONE)
    assert case.answered_by_id == office.finance_handler.id


def test_closing_waits_for_the_decision_on_publication(office: Office) -> None:
    case = answered(office)
    with pytest.raises(Refused, match="公开决定"):
        closing.close(office.session, case, office.clerk, NOW)
    case.disclosure = Disclosure.WITHHELD
    closing.close(office.session, case, office.clerk, NOW)
    assert (case.stage, case.closed_at) == (Stage.CLOSED, NOW)
    assert open_clocks(office.session, case.id) == []


def test_a_forwarded_letter_is_closed_only_after_its_report(office: Office) -> None:
    case = answered(office, **LETTER)
    case.disclosure = Disclosure.WITHHELD
    assert case.number == "ZB2026-000001"
    assert "report_back" in {clock.stage for clock in open_clocks(office.session, case.id)}
    with pytest.raises(Refused, match="反馈"):
        closing.close(office.session, case, office.clerk, NOW)
    closing.report_back(office.session, case, office.clerk, NOW, "卡政函〔2026〕3号", TODAY, "已办结，现报告如下。")
    closing.close(office.session, case, office.clerk, NOW)
    assert case.stage is Stage.CLOSED


def test_a_case_is_not_closed_over_the_duties_of_its_risk_level(office: Office) -> None:
    case = answered(office)
    case.disclosure = Disclosure.WITHHELD
    assess(
        office.session,
        case,
        office.clerk,
        NOW,
        Sheet({factor: Ground(1, "见截图") for factor in RiskFactor}, findings="可能被误读"),
    )
    with pytest.raises(Refused, match="一般"):
        closing.close(office.session, case, office.clerk, NOW)
    acts = {clock.met_by_act for clock in risk_clocks.risk_clocks(office.session, case)}
    risk_clocks.meet(office.session, case, tuple(acts), NOW)
    closing.close(office.session, case, office.clerk, NOW)
    assert case.stage is Stage.CLOSED


def test_a_letter_inside_another_case_is_reported_before_that_case_is_closed(office: Office) -> None:
    letter = make_case(office.session, office.clerk, **LETTER)
    case = answered(office)
    case.disclosure = Disclosure.WITHHELD
    merging.merge(office.session, letter, office.clerk, NOW, case.number, "同一件事")
    with pytest.raises(Refused, match="并入本件的转来信件"):
        closing.close(office.session, case, office.clerk, NOW)
    closing.report_back(office.session, letter, office.clerk, NOW, "卡政函〔2026〕4号", TODAY, "已并案办结，现报告如下。")
    assert letter.stage is Stage.MERGED
    closing.close(office.session, case, office.clerk, NOW)
    assert case.stage is Stage.CLOSED


@pytest.mark.parametrize("answered_first", [False, True])
def test_writers_of_merged_cases_read_the_answer_without_the_others_data(office: Office, answered_first: bool) -> None:
    other = make_case(office.session, office.clerk)
    open_progress(office.session, other, "hash", NOW)
    case = approved(office)
    final = latest_reply(office.session, case.id)
    assert final is not None
    final.text = f"刘一帆同志（13800001234）：{REPLY}"
    if answered_first:
        closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)
        merging.merge(office.session, other, office.clerk, NOW, case.number, "同一盏灯")
    else:
        merging.merge(office.session, other, office.clerk, NOW, case.number, "同一盏灯")
        closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)
    told = office.session.get(Progress, other.number)
    assert told is not None
    assert told.step == "已答复"
    assert told.answer.endswith(REPLY)
    assert "刘一帆" not in told.answer
    assert "13800001234" not in told.answer
    assert [entry["step"] for entry in told.history].count("已答复") == 1
    merging.unmerge(office.session, other, office.clerk, NOW, "不是同一盏灯")
    assert (told.step, told.answer) == ("已收到", "")


def test_no_writer_learns_of_another_in_any_disguise(office: Office) -> None:
    second = make_case(office.session, office.clerk, writer=Writer("张远山", "13900005678", "", "", "11010519491231002X"))
    third = make_case(office.session, office.clerk, nickname="群众")
    for other in (second, third):
        open_progress(office.session, other, "hash", NOW)
    case = approved(office)
    final = latest_reply(office.session, case.id)
    assert final is not None
    hidden = ("刘 一帆", "138-0000-1234", "张远山", "１３９００００５６７８", "11010519491231002X")
    final.text = f"{'、'.join(hidden)}：{REPLY}群众可拨打 0875-7120001。"
    for other in (second, third):
        merging.merge(office.session, other, office.clerk, NOW, case.number, "同一盏灯")
    closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)
    for other in (second, third):
        told = office.session.get(Progress, other.number)
        assert told is not None
        assert told.answer.endswith(f"：{REPLY}群众可拨打 0875-7120001。")
        assert not [value for value in hidden if value in told.answer]


def test_a_writer_who_was_told_is_told_once_when_another_case_joins_later(office: Office) -> None:
    first, second = make_case(office.session, office.clerk), make_case(office.session, office.clerk)
    for other in (first, second):
        open_progress(office.session, other, "hash", NOW)
    case = approved(office)
    closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)
    merging.merge(office.session, first, office.clerk, NOW, case.number, "同一盏灯")
    merging.merge(office.session, second, office.clerk, NOW + DAY, case.number, "同一盏灯")
    for other in (first, second):
        told = office.session.get(Progress, other.number)
        assert told is not None
        assert told.answer.endswith(REPLY)
        assert [entry["step"] for entry in told.history].count("已答复") == 1


@pytest.mark.parametrize("sent_on", [TODAY + DAY, TODAY - DAY])
def test_a_report_is_dated_between_receipt_and_today(office: Office, sent_on: date) -> None:
    case = answered(office, **LETTER)
    with pytest.raises(Invalid):
        closing.report_back(office.session, case, office.clerk, NOW, "卡政函〔2026〕3号", sent_on, "报告")


def test_a_message_has_nobody_to_report_to(office: Office) -> None:
    case = answered(office)
    with pytest.raises(Refused):
        closing.report_back(office.session, case, office.clerk, NOW, "卡政函〔2026〕3号", TODAY, "报告")


def test_an_objection_is_made_once_and_in_time(office: Office) -> None:
    case = make_case(office.session, office.clerk, **LETTER)
    late = NOW + 20 * DAY
    with pytest.raises(Invalid, match="异议期限"):
        closing.object_to(office.session, case, office.clerk, late, "卡政函〔2026〕4号", local_date(late), "不属本镇")
    closing.object_to(office.session, case, office.clerk, NOW + DAY, "卡政函〔2026〕4号", TODAY, "不属本镇职责")
    with pytest.raises(Refused):
        closing.object_to(office.session, case, office.clerk, NOW + DAY, "卡政函〔2026〕5号", TODAY, "再提")


def test_reopening_gives_the_unit_fresh_time_and_asks_for_a_new_decision(office: Office) -> None:
    case = closed(office)
    later = NOW + 30 * DAY
    closing.reopen(office.session, case, office.leader, later, "留言人不满意")
    assert (case.stage, case.disclosure, case.reply_round) == (Stage.HANDLING, None, 1)
    assert {clock.stage for clock in open_clocks(office.session, case.id)} == {"reply", "draft"}
    assert case.next_due_at is not None
    assert case.next_due_at > later
    fresh = reply.save_draft(office.session, case, office.finance_handler, later, REPLY + "补充说明。")
    assert fresh.version_no == 2


def test_n03_a_case_taken_up_again_whose_unit_has_nobody_left_is_told_to_the_clerks(office: Office) -> None:
    case = closed(office)
    for actor in (office.finance_head, office.finance_handler):
        office.session.get_one(Person, actor.id).active = False
    office.finance.active = False
    office.session.flush()
    closing.reopen(office.session, case, office.leader, NOW + 30 * DAY, "留言人不满意")
    told = select(Notice.person_id, Notice.lines).where(Notice.case_id == case.id, Notice.key.contains("reopen:"))
    [(person_id, said)] = office.session.execute(told.where(Notice.channel == NoticeChannel.IN_APP)).all()
    assert (person_id, said[0]["reason"]) == (office.clerk.id, "承办单位无人在岗，请您安排")


def test_a_declined_case_comes_back_to_the_office_with_time_from_now(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    triage.decline(office.session, case, office.clerk, NOW, "其他", "误判", "无", None)
    later = NOW + 30 * DAY
    closing.reopen(office.session, case, office.clerk, later, "应当受理")
    assert (case.stage, case.accepted_at) == (Stage.RECEIVED, None)
    assert case.next_due_at is not None
    assert case.next_due_at > later


def test_filing_names_the_period_of_retention(office: Office) -> None:
    case = closed(office)
    closing.archive(office.session, case, office.clerk, NOW, RetentionPeriod.THIRTY, "2026-永-12")
    assert (case.stage, case.retention, case.archive_number) == (Stage.ARCHIVED, RetentionPeriod.THIRTY, "2026-永-12")
    with pytest.raises(Refused):
        closing.archive(office.session, case, office.clerk, NOW, RetentionPeriod.TEN)
