"""Another classification asks other things of other people: whose duty it is changes with the date (D12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow import clocks
from opinion_app.flow.brought_back import NOT_ASKED
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.governing import chosen_anew
from opinion_app.flow.recompute import recompute_open
from opinion_app.flow.supervise import Asked, issue
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, FindingKind, Kind, Procedure, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, answered, assigned, dues, handling_case, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
THANKS = Classification(Kind.THANKS, "城建", Urgency.NORMAL, Procedure.ORDINARY)
Owed = tuple[str, int | None, date | None]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def owed(office: Office, case: Case, stage: str = "contact") -> list[Owed]:
    """Who owes each open clock of a stage, the unit, and when it is due."""
    held = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == stage]
    return [(clock.owed_by, clock.unit_id, local_date(clock.due_at) if clock.due_at else None) for clock in held]


def said(moved: Sequence[tuple[str, object, object]]) -> set[str]:
    return {stage for stage, _before, _after in moved}


def test_d12_a_petition_is_told_in_writing_by_the_office_and_no_unit_that_leaves_takes_that_along(office: Office) -> None:
    case = handling_case(office)
    assert owed(office, case) == [("lead", office.finance.id, date(2026, 11, 26))]
    moved = operations.classify(office.session, case, office.clerk, NOW, PETITION)
    told = [("office", None, date(2026, 12, 8))]
    assert owed(office, case) == told
    contact = [(before, after) for stage, before, after in moved if stage == "contact"]
    assert [(local_date(before.at), local_date(after.at)) for before, after in contact if before and after] == [
        (date(2026, 11, 26), date(2026, 12, 8))
    ], "one line, not an end and a beginning"
    assigning.reassign(office.session, case, office.clerk, NOW + DAY, office.roads.id, "职责调整")
    assert owed(office, case) == told, "the statutory fifteen days go on"
    assert recompute_open(office.session, NOW + DAY) == []


def test_d12_a_petition_that_is_none_is_called_by_its_unit(office: Office) -> None:
    case = assigned(office, classification=PETITION)
    assert owed(office, case) == [("office", None, date(2026, 12, 8))]
    operations.classify(office.session, case, office.clerk, NOW + DAY, HELP)
    assert owed(office, case) == [("lead", office.finance.id, date(2026, 11, 27))], "three working days from when it was asked"
    ended = office.session.scalars(select(Clock.end_reason).where(Clock.case_id == case.id, Clock.stage == "contact"))
    assert "改类后改由主办单位负责" in set(ended)


def test_d12_before_any_unit_has_it_nobody_is_to_call(office: Office) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    assert owed(office, case) == [("office", None, date(2026, 12, 8))]
    operations.classify(office.session, case, office.clerk, NOW, HELP)
    assert owed(office, case) == []


def test_d12_to_and_fro_gains_the_unit_no_time(office: Office) -> None:
    case = handling_case(office)
    for there in (PETITION, THANKS):
        now = NOW + 2 * DAY
        operations.classify(office.session, case, office.clerk, now, there)
        operations.classify(office.session, case, office.clerk, now + DAY, HELP)
        assert owed(office, case) == [("lead", office.finance.id, date(2026, 11, 26))], there.kind


def test_d12_what_the_new_kind_does_not_ask_for_ends_and_is_said(office: Office) -> None:
    case = handling_case(office)
    moved = operations.classify(office.session, case, office.clerk, NOW, THANKS)
    assert owed(office, case) == []
    assert "contact" in said(moved)
    ended = office.session.scalars(select(Clock.end_reason).where(Clock.case_id == case.id, Clock.stage == "contact")).all()
    assert ended == [NOT_ASKED]


def test_d12_a_call_of_the_unit_is_no_written_notice_of_the_office_nor_the_other_way_round(office: Office) -> None:
    case = handling_case(office)
    handling.note(office.session, case, office.finance_handler, NOW, FindingKind.CONTACT, "已电话联系")
    assert owed(office, case) == []
    operations.classify(office.session, case, office.clerk, NOW + DAY, PETITION)
    assert owed(office, case) == [("office", None, date(2026, 12, 8))]
    operations.classify(office.session, case, office.clerk, NOW + DAY, HELP)
    assert owed(office, case) == [], "the unit has called"


def test_d12_a_sheet_of_supervision_keeps_its_own_date_whatever_the_kind(office: Office) -> None:
    case = handling_case(office)
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", office.finance.id, date(2026, 11, 27), "yellow", "k")
    issue(office.session, case, asked, None, NOW)
    operations.classify(office.session, case, office.clerk, NOW, THANKS)
    assert owed(office, case, "feedback") == [("lead", office.finance.id, date(2026, 11, 27))]


def test_d12_a_suspension_outlives_a_petition_that_was_none(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    suspending.suspend(office.session, case, office.clerk, NOW, SuspensionGround.HEARING, NOW, "听证")
    operations.classify(office.session, case, office.clerk, NOW, PETITION)
    assert "reply" not in dues(office, case)
    operations.classify(office.session, case, office.clerk, NOW, HELP)
    assert (dues(office, case)["reply"], case.suspended_for) == (None, "hearing")
    suspending.resume(office.session, case, office.clerk, NOW + 2 * DAY, NOW + 2 * DAY, "结束")
    assert dues(office, case)["reply"] == date(2026, 12, 4)


@pytest.mark.parametrize("classified_as", [Procedure.DISCLOSURE, Procedure.PETITION])
def test_d12_an_application_that_was_completed_may_turn_out_a_petition(office: Office, classified_as: Procedure) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.DISCLOSURE)
    suspending.suspend(office.session, case, office.clerk, NOW, SuspensionGround.CORRECTION, NOW, "缺内容描述", "请补充")
    suspending.restart(office.session, case, office.clerk, NOW + DAY, NOW + DAY, "已补正")
    completed = dues(office, case)["reply"]
    assert completed == date(2026, 12, 22)
    operations.accept(office.session, case, office.clerk, NOW + 2 * DAY, replace(PETITION, procedure=classified_as))
    if classified_as is Procedure.DISCLOSURE:
        operations.classify(office.session, case, office.clerk, NOW + 3 * DAY, PETITION)
    assert dues(office, case)["reply"] == date(2027, 1, 25), "sixty days from acceptance"
    assert recompute_open(office.session, NOW + 3 * DAY) == []
    operations.classify(office.session, case, office.clerk, NOW + 3 * DAY, replace(PETITION, procedure=Procedure.DISCLOSURE))
    assert dues(office, case)["reply"] == completed, "and back: the completion still counts"


def test_d11_a_reopened_case_under_another_rule_runs_from_when_it_was_taken_up_again(office: Office) -> None:
    case = answered(office)
    now = parse_moment("2027-03-01T10:00")
    closing.reopen(office.session, case, office.clerk, now, "留言人不满意")
    operations.classify(office.session, case, office.clerk, now, PETITION)
    assert dues(office, case)["reply"] == date(2027, 4, 30), "sixty days from reopening, not from the first acceptance"
    reply = clocks.reply_clock(office.session, case.id)
    assert reply is not None
    assert reply.state is ClockState.RUNNING


def test_d15_a_retired_row_hands_a_duty_to_nobody_else(office: Office) -> None:
    case = assigned(office, classification=PETITION)
    table = rules(office.session)
    codes = {number: rule.code for number, rule in table.items()}
    out = next(replace(rule, retired=True) for rule in table.values() if rule.code == "contact-petition")
    governing = chosen_anew(office.session, [*table.values(), out], out, codes)
    [notice] = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "contact"]
    assert governing(notice) == (None, notice.start_at), "the office's written notice is not the unit's call"
