"""Handling on real databases: signing, returning, notes, support, extensions and the asking for contact data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.desks.casefile.why import why_case
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import open_clocks, reply_clock
from opinion_app.flow.reclassifying import reclassify
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.assignment import Assignment
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.words import AssignmentState, ClockState, FindingKind, Procedure, Role, Stage, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import extending, operations
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.triage import assigning
from tests.builders.life import Office, answered, assigned, forwarded, handling_case, make_office, under_review
from tests.builders.office import NOW, make_actor

DAY = timedelta(days=1)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def test_signing_names_the_handler_and_meets_only_the_own_clock(office: Office) -> None:
    case = handling_case(office)
    assert case.stage is Stage.HANDLING
    assert case.handler_id == office.finance_handler.id
    waiting = [clock.unit_id for clock in open_clocks(office.session, case.id) if clock.stage == "sign_for"]
    assert waiting == [office.roads.id]


def test_a_supporting_unit_signs_without_moving_the_case(office: Office) -> None:
    case = assigned(office)
    operations.sign_for(office.session, case, office.roads_head, NOW, office.roads_head.id)
    assert case.stage is Stage.ASSIGNED
    assert case.handler_id is None


def test_nobody_signs_twice_or_for_another_unit(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Forbidden):
        operations.sign_for(office.session, case, office.finance_head, NOW, office.finance_head.id)


def test_the_handler_must_work_in_the_unit(office: Office) -> None:
    case = assigned(office)
    with pytest.raises(Invalid):
        operations.sign_for(office.session, case, office.finance_head, NOW, office.roads_head.id)
    idle = make_actor(office.session, "idle", Role.AUDITOR, unit=office.finance)
    with pytest.raises(Invalid):
        operations.sign_for(office.session, case, office.finance_head, NOW, idle.id)


def test_the_head_names_another_handler(office: Office) -> None:
    case = handling_case(office)
    operations.name_handler(office.session, case, office.finance_head, NOW, office.finance_head.id)
    assert case.handler_id == office.finance_head.id
    with pytest.raises(Forbidden):
        operations.name_handler(office.session, case, office.finance_handler, NOW, office.finance_handler.id)


def test_n01_whoever_handles_it_already_is_not_named_and_told_once_more(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Invalid, match="没有变") as refused:
        operations.name_handler(office.session, case, office.finance_head, NOW, office.finance_handler.id)
    assert refused.value.fields == {"handler": "这件已由方承办承办，请选择其他人员。"}
    told = select(func.count(Notice.id)).where(Notice.case_id == case.id, Notice.subject.contains("由您承办"))
    assert office.session.scalar(told) == 1


def test_a_return_is_asked_once_within_the_window(office: Office) -> None:
    case = assigned(office)
    row = operations.ask_return(office.session, case, office.finance_head, NOW + timedelta(hours=23), "不属本单位职责")
    assert row.state is AssignmentState.RETURN_ASKED
    with pytest.raises(Refused, match="已经提交"):
        operations.ask_return(office.session, case, office.finance_head, NOW + timedelta(hours=23), "再申请")


def test_a_return_after_the_window_is_refused(office: Office) -> None:
    case = assigned(office)
    with pytest.raises(Refused, match="期限"):
        operations.ask_return(office.session, case, office.finance_head, NOW + timedelta(hours=25), "晚了")


def test_a_return_that_was_refused_cannot_be_asked_again(office: Office) -> None:
    case = assigned(office)
    operations.ask_return(office.session, case, office.finance_head, NOW, "不属本单位职责")
    assigning.decide_return(office.session, case, office.clerk, NOW, agree=False, opinion="职责清单写明由财政所办理")
    with pytest.raises(Refused, match="不能再退回"):
        operations.ask_return(office.session, case, office.finance_head, NOW, "还是不办")


def test_a_note_of_a_contact_meets_the_clock_of_the_first_contact(office: Office) -> None:
    case = handling_case(office)
    operations.note(office.session, case, office.finance_handler, NOW, FindingKind.NOTE, "查了台账")
    assert "contact" in {clock.stage for clock in open_clocks(office.session, case.id)}
    operations.note(office.session, case, office.finance_handler, NOW, FindingKind.CONTACT, "电话联系，说明安排", NOW)
    assert "contact" not in {clock.stage for clock in open_clocks(office.session, case.id)}
    with pytest.raises(Invalid):
        operations.note(office.session, case, office.finance_handler, NOW, FindingKind.VISIT, "明天去", NOW + DAY)


def test_a_supporting_unit_reports_to_the_lead_once(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Refused):
        operations.report_support(office.session, case, office.roads_head, NOW, "还没签收")
    operations.sign_for(office.session, case, office.roads_head, NOW, office.roads_head.id)
    operations.report_support(office.session, case, office.roads_head, NOW, "道路图纸已提供")
    drafts = [clock.unit_id for clock in open_clocks(office.session, case.id) if clock.stage == "draft"]
    assert drafts == [office.finance.id]
    assert office.session.scalar(select(Finding.kind)) is FindingKind.SUPPORT_REPORT
    with pytest.raises(Refused):
        operations.report_support(office.session, case, office.roads_head, NOW, "再报一次")


def test_a_supporting_unit_signs_and_reports_while_the_reply_is_under_review(office: Office) -> None:
    case = under_review(office)
    operations.sign_for(office.session, case, office.roads_head, NOW, office.roads_head.id)
    operations.report_support(office.session, case, office.roads_head, NOW, "道路图纸已提供")
    assert case.stage is Stage.UNDER_REVIEW
    assert [clock for clock in open_clocks(office.session, case.id) if clock.unit_id == office.roads.id] == []


def test_once_the_writer_is_answered_no_unit_owes_a_signature_or_a_report(office: Office) -> None:
    case = answered(office)
    assert [clock.stage for clock in open_clocks(office.session, case.id) if clock.assignment_id is not None] == []
    with pytest.raises(Refused):
        operations.sign_for(office.session, case, office.roads_head, NOW, office.roads_head.id)


def test_an_extension_is_asked_and_granted_and_moves_what_hangs_on_it(office: Office) -> None:
    case = handling_case(office)
    extending.ask(office.session, case, office.finance_head, NOW, More(5), "需要采购灯具")
    with pytest.raises(Refused, match="等待审批"):
        extending.ask(office.session, case, office.finance_head, NOW, More(5), "再要五天")
    extending.decide(office.session, case, office.leader, NOW + DAY, agree=True, opinion="同意")
    reply = reply_clock(office.session, case.id)
    assert reply is not None
    assert reply.due_at is not None
    assert (local_date(reply.original_due_at), local_date(reply.due_at)) == (date(2026, 12, 2), date(2026, 12, 9))
    draft = office.session.scalars(select(Clock).where(Clock.stage == "draft", Clock.unit_id == office.finance.id)).one()
    assert draft.due_at is not None
    assert local_date(draft.due_at) == date(2026, 12, 7)
    with pytest.raises(Invalid, match="最多延期 1 次"):
        extending.ask(office.session, case, office.finance_head, NOW + DAY, More(2), "还不够")


@pytest.mark.parametrize(("return_on", "due"), [(date(2026, 12, 4), "2026-12-04"), (None, "2026-12-02")])
@pytest.mark.parametrize("more", [More(until=date(2026, 12, 18)), More(10)])
def test_d10_what_the_issuer_grants_moves_the_reply_and_the_report_back(
    office: Office, return_on: date | None, due: str, more: More
) -> None:
    case = forwarded(office, return_on)
    held = {clock.stage: clock for clock in open_clocks(office.session, case.id)}
    reply, report = held["reply"], held["report_back"]
    assert [local_date(clock.due_at).isoformat() for clock in (reply, report) if clock.due_at] == [due, due]
    with pytest.raises(Invalid, match="请先商请来文单位"):
        extending.ask(office.session, case, office.finance_head, NOW, more, "需要采购灯具")
    for consent, words in (
        (Consent("", date(2026, 11, 23)), "同意延期的文号和日期"),
        (Consent("信转〔2026〕9号", date(2026, 11, 22)), "收到来文之后"),
        (Consent("信转〔2026〕9号", date(2026, 11, 24)), "不晚于今天"),
    ):
        with pytest.raises(Invalid, match=words):
            extending.ask(office.session, case, office.finance_head, NOW, replace(more, consent=consent), "需要采购灯具")
    asked = replace(more, consent=Consent("信转〔2026〕9号", date(2026, 11, 23)))
    extending.ask(office.session, case, office.finance_head, NOW, asked, "需要采购灯具")
    extending.decide(office.session, case, office.leader, NOW, agree=True, opinion="")
    assert reply.due_at == report.due_at
    expected = date(2026, 12, 18) if more.until or return_on else date(2026, 12, 16)
    assert local_date(report.due_at or NOW) == expected
    assert local_date(report.original_due_at).isoformat() == due
    by = "来文单位县信访局同意，信转〔2026〕9号，2026-11-23"
    assert {entry["by"] for clock in (reply, report) for entry in clock.extensions} == {by}
    told = why_case(office.session, case.number, work_calendar(office.session))
    assert told.count(by) == 2, "whoever disputes the date reads by which paper it moved"
    assert recompute_open(office.session, NOW) == []


def test_d10_the_day_of_the_issuers_consent_counts_and_not_the_day_it_is_noted(office: Office) -> None:
    case = forwarded(office, date(2026, 12, 4))
    more, after = More(until=date(2026, 12, 18)), NOW + timedelta(days=13)  # 12-06, two days after the date
    too_late = replace(more, consent=Consent("信转〔2026〕9号", date(2026, 12, 5)))
    with pytest.raises(Invalid, match="来文单位须在到期前同意"):
        extending.ask(office.session, case, office.finance_head, after, too_late, "需要采购灯具")
    in_time = replace(more, consent=Consent("信转〔2026〕9号", date(2026, 12, 4)))
    extending.ask(office.session, case, office.finance_head, after, in_time, "需要采购灯具")
    extending.decide(office.session, case, office.leader, after + DAY, agree=True, opinion="")
    dues = {clock.stage: clock.due_at for clock in open_clocks(office.session, case.id) if clock.due_at}
    assert {local_date(dues[stage]) for stage in ("reply", "report_back")} == {date(2026, 12, 18)}
    assert recompute_open(office.session, after + DAY) == []


@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.URGENT])
def test_d10_a_date_of_the_issuer_is_extended_as_the_issuer_says_whatever_the_rule_of_the_office(
    office: Office, urgency: Urgency
) -> None:
    case = forwarded(office, date(2026, 12, 4))
    case.procedure, case.urgency = Procedure.ORDINARY, urgency
    reclassify(office.session, case, NOW)  # ordinary: at most 8 working days, once; urgent: never
    reply = reply_clock(office.session, case.id)
    assert reply is not None
    assert (reply.fixed_on, extending.issuer_grants(office.session, reply)) == (date(2026, 12, 4), True)
    for month, day in ((12, 25), (12, 31)):
        more = More(until=date(2026, month, day), consent=Consent(f"信转〔2026〕{day}号", date(2026, 11, 23)))
        extending.ask(office.session, case, office.finance_head, NOW, more, "需要采购灯具")
        extending.decide(office.session, case, office.leader, NOW, agree=True, opinion="")
        assert local_date(reply.due_at or NOW) == date(2026, month, day)


def test_an_extension_beyond_the_rule_or_after_the_date_is_refused(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Invalid):
        extending.ask(office.session, case, office.finance_head, NOW, More(9), "太长")
    with pytest.raises(Invalid, match="到期"):
        extending.ask(office.session, case, office.finance_head, NOW + 30 * DAY, More(3), "太晚")


def test_a_refused_extension_leaves_the_date_as_it_was(office: Office) -> None:
    case = handling_case(office)
    before = case.next_due_at
    extending.ask(office.session, case, office.finance_head, NOW, More(5), "需要采购灯具")
    extending.decide(office.session, case, office.leader, NOW, agree=False, opinion="可以按期完成")
    assert case.next_due_at == before
    assert extending.waiting(office.session, case) is None


def test_contact_data_is_shown_to_whoever_asked_and_not_for_long(office: Office) -> None:
    case = handling_case(office)
    assert operations.revealed(office.session, case, office.finance_handler, NOW - DAY) is None
    operations.reveal(office.session, case, office.finance_handler, NOW, "电话核实")
    writer = operations.revealed(office.session, case, office.finance_handler, NOW - timedelta(minutes=10))
    assert writer is not None
    assert writer.phone == "13800001234"
    assert operations.revealed(office.session, case, office.finance_head, NOW - DAY) is None
    assert operations.revealed(office.session, case, office.finance_handler, NOW + timedelta(minutes=10)) is None


def test_a_unit_that_gave_the_case_back_owes_nothing_more(office: Office) -> None:
    case = handling_case(office)
    operations.ask_return(office.session, case, office.finance_head, NOW, "不属本单位职责")
    assigning.decide_return(office.session, case, office.clerk, NOW, agree=True, opinion="同意")
    rows = office.session.scalars(select(Clock).where(Clock.unit_id == office.finance.id, Clock.stage == "draft"))
    assert [clock.state for clock in rows] == [ClockState.STOPPED]
    part = office.session.scalars(select(Assignment).where(Assignment.unit_id == office.finance.id)).one()
    assert not part.state.is_active
