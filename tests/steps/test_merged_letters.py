"""What lies in another case is not dropped with it, and the report a letter owes stays its own (D13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.errors import Refused
from opinion_app.rules.life import permitted
from opinion_app.rules.words import AnswerMethod, ClockState, Stage
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.triage import merging, operations
from tests.builders.life import Office, answered, approved, dues, forwarded, give_addresses, make_office
from tests.builders.office import NOW, make_case
from tests.builders.rules import rule_changed

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RETURN_ON = date(2026, 12, 15)
Act = Callable[[Office, Case], None]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def put_into(office: Office, case: Case, survivor: Case) -> None:
    merging.merge(office.session, case, office.clerk, NOW + HOUR, survivor.number, "同一件事", know_late=True)


def report(office: Office, letter: Case) -> None:
    now = NOW + 3 * HOUR
    closing.report_back(office.session, letter, office.clerk, now, "云政〔2026〕1号", local_date(now), "已办结")


def decline(office: Office, case: Case) -> None:
    operations.decline(office.session, case, office.clerk, NOW + DAY, "不属本机关", "不属", "县局", None)


def refer(office: Office, case: Case) -> None:
    operations.refer(office.session, case, office.clerk, NOW + DAY, "县局", "不属", None)


@pytest.mark.parametrize("act", [decline, refer])
def test_d13_a_case_in_which_others_lie_is_not_ended_over_their_heads(office: Office, act: Act) -> None:
    first, survivor = (make_case(office.session, office.clerk) for _ in range(2))
    put_into(office, first, survivor)
    with pytest.raises(Refused, match="下面还有并入的件，请先拆分"):
        act(office, survivor)
    offered = {entry.name for entry in permitted(office.clerk, facts_of(office.session, survivor))}
    assert offered.isdisjoint({"decline", "refer"}), "and nobody is offered it"
    merging.unmerge(office.session, first, office.clerk, NOW + DAY, "分别答复")
    act(office, survivor)
    assert dues(office, first)["reply"] == date(2026, 12, 2)


@pytest.mark.parametrize("already", [False, True])
def test_d13_the_report_of_a_merged_letter_keeps_its_date_and_is_reminded_of(office: Office, already: bool) -> None:
    letter, survivor = forwarded(office, RETURN_ON), (answered if already else approved)(office)
    put_into(office, letter, survivor)
    if not already:
        closing.answer(office.session, survivor, office.clerk, NOW + 2 * HOUR, AnswerMethod.ONLINE)
    assert dues(office, letter) == {"report_back": RETURN_ON}
    assert letter.next_due_at is not None
    assert (local_date(letter.next_due_at), letter.next_due_stage) == (RETURN_ON, "report_back")
    report(office, letter)
    assert (dues(office, letter), letter.next_due_at) == ({}, None)


def test_d13_no_unit_hears_of_the_late_report_of_a_merged_letter_nor_is_it_asked_what_it_could_not_answer(office: Office) -> None:
    give_addresses(office.session)
    letter, survivor = forwarded(office, RETURN_ON), approved(office)
    put_into(office, letter, survivor)
    closing.answer(office.session, survivor, office.clerk, NOW + 2 * HOUR, AnswerMethod.ONLINE)
    for days in (23, 30, 44):  # the day after, the yellow card, the red one
        queue_digests(office.session, NOW + days * DAY)
        queue_rungs(office.session, NOW + days * DAY)
    told = office.session.scalars(select(Notice).where(Notice.created_at > NOW + 20 * DAY)).all()
    assert {notice.person_id for notice in told} == {office.clerk.id, office.leader.id}
    assert office.session.scalars(select(Supervision)).all() == []


def test_d13_a_report_made_while_merged_is_owed_no_more_when_the_letter_is_taken_out(office: Office) -> None:
    letter, survivor = forwarded(office, RETURN_ON), approved(office)
    put_into(office, letter, survivor)
    report(office, letter)
    merging.unmerge(office.session, letter, office.clerk, NOW + 4 * HOUR, "不是一件事")
    assert "report_back" not in dues(office, letter)
    assert dues(office, letter)["reply"] == RETURN_ON


@pytest.mark.parametrize("made", [False, True])
def test_d13_so_is_one_whose_clock_stopped_with_the_merge_as_before(office: Office, made: bool) -> None:
    letter, survivor = forwarded(office, RETURN_ON), approved(office)
    put_into(office, letter, survivor)
    for clock in clocks.open_clocks(office.session, letter.id):
        clocks.end_clock(clock, NOW + HOUR, clocks.MERGED, ClockState.STOPPED)
    if made:
        report(office, letter)
    merging.unmerge(office.session, letter, office.clerk, NOW + 4 * HOUR, "不是一件事")
    assert ("report_back" in dues(office, letter)) is not made


def test_d15_what_a_merged_letter_owes_stays_under_its_rule_and_so_does_the_date_it_lent(office: Office) -> None:
    letter, survivor = forwarded(office), make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    put_into(office, letter, survivor)
    before = dues(office, survivor), dues(office, letter)
    assert before == ({"accept": date(2026, 11, 26), "reply": date(2026, 12, 2)}, {"report_back": date(2026, 12, 2)})
    rule_changed(office.session, "report-back", Span(3, Unit.WORKING_DAYS), "改为三日")
    assert (dues(office, survivor), dues(office, letter)) == before
    assert preview(office.session, NOW + DAY, work_calendar(office.session)) == []
    assert recompute_open(office.session, NOW + DAY) == []
    assert letter.stage is Stage.MERGED
