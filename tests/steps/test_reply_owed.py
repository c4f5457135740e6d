"""No case is left without its reply, and none gets one back that is late without a word (D11, D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.cli.doctor import BAD, CHECKS, GOOD
from opinion_app.desks.rules import operations as rule_desk
from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.moved_dates import moved_words
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import ClockState, Kind, Procedure, Role, Stage, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, make_office
from tests.builders.office import NOW, make_actor, make_case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
COMPLAINT = replace(PETITION, kind=Kind.COMPLAINT)
LATER = NOW + 12 * DAY  # a message received now is due on the second of December
Act = Callable[..., object]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def due(office: Office, case: Case) -> date | None:
    """The due date of the one reply that runs."""
    [held] = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "reply"]
    return local_date(held.due_at) if held.due_at else None


def without_reply(office: Office, case: Case) -> bool:
    return "reply" not in {clock.stage for clock in clocks.open_clocks(office.session, case.id)}


def take_out(office: Office, code: str) -> None:
    """The office takes a rule out of its table from tomorrow on."""
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    rule_desk.retire(office.session, code, (NOW + DAY).date(), "本单位规定", rule_desk.Saving(admin, NOW + DAY), None)


def accept(office: Office, case: Case, new: Classification = PETITION, *, know_late: bool = False) -> object:
    return operations.accept(office.session, case, office.clerk, NOW + DAY + HOUR, new, know_late=know_late)


def assign(office: Office, case: Case, new: Classification = PETITION, *, know_late: bool = False) -> object:
    allotment, now = Allotment(office.finance.id, [], "请办理"), NOW + DAY + HOUR
    return assigning.assign(office.session, case, office.clerk, now, new, allotment, know_late=know_late)


@pytest.mark.parametrize("act", [accept, assign])
@pytest.mark.parametrize("new", [PETITION, COMPLAINT])
def test_d12_a_petition_whose_rule_was_taken_out_has_a_reply_once_it_is_accepted(
    office: Office, act: Act, new: Classification
) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    take_out(office, "reply-petition")
    assert without_reply(office, case)
    act(office, case, new)
    assert due(office, case) == date(2026, 12, 2), "seven working days from receipt, as the rule in force now counts"
    assert recompute_open(office.session, NOW + DAY + HOUR) == []
    if act is assign:
        assert "draft" in {clock.stage for clock in clocks.open_clocks(office.session, case.id)}


def test_d12_such_a_reply_is_never_late_without_somebody_knowing(office: Office) -> None:
    case = make_case(office.session, office.clerk, now=NOW - 30 * DAY, procedure=Procedure.PETITION)
    take_out(office, "reply-petition")
    with pytest.raises(Invalid, match="答复时限：— → 2026-11-03（已逾期）"), office.session.begin_nested():
        accept(office, case)
    accept(office, case, know_late=True)
    assert due(office, case) == date(2026, 11, 3)


def test_d12_the_doctor_names_a_case_whose_reply_nobody_counts(office: Office) -> None:
    look = dict(CHECKS)["答复时限"]
    waits, case = (make_case(office.session, office.clerk, procedure=Procedure.PETITION) for _ in range(2))
    accept(office, case)
    assert look(office.session, NOW).state == GOOD, "one waits for acceptance, of the other the reply runs"
    clock = clock_changes.running_reply(office.session, case)
    clocks.end_clock(clock, NOW, "", ClockState.STOPPED)
    office.session.flush()
    found = look(office.session, NOW)
    assert found.state == BAD
    assert case.number in found.words
    assert waits.number not in found.words
    ordinary = make_case(office.session, office.clerk)
    clocks.end_clock(clock_changes.running_reply(office.session, ordinary), NOW, "", ClockState.STOPPED)
    office.session.flush()
    assert ordinary.number in look(office.session, NOW).words, "no rule lets this one wait for its acceptance"
    assign(office, case)
    assign(office, ordinary, HELP)
    assert look(office.session, NOW).state == GOOD, "and the next act of triage gives it one"


def classify_back(office: Office, case: Case, *, know_late: bool) -> object:
    return operations.classify(office.session, case, office.clerk, LATER, HELP, know_late=know_late)


def assign_back(office: Office, case: Case, *, know_late: bool) -> object:
    allotment = Allotment(office.finance.id, [], "请办理")
    return assigning.assign(office.session, case, office.clerk, LATER, HELP, allotment, know_late=know_late)


@pytest.mark.parametrize("act", [classify_back, assign_back])
@pytest.mark.parametrize("again", [False, True])
def test_d12_a_petition_that_was_none_gets_no_date_back_that_is_gone_in_silence(office: Office, act: Act, again: bool) -> None:
    case = make_case(office.session, office.clerk)
    operations.classify(office.session, case, office.clerk, NOW + HOUR, PETITION)
    if again:  # it goes on resting: that it would be late by now does not make it late before
        assert "答复" not in moved_words(operations.classify(office.session, case, office.clerk, LATER - DAY, COMPLAINT), LATER)
    said = "答复时限：— → 2026-12-02（已逾期）"
    with pytest.raises(Invalid, match=said) as refused, office.session.begin_nested():
        act(office, case, know_late=False)
    assert "know_late" in refused.value.fields
    assert without_reply(office, case), "nothing of it stays"
    act(office, case, know_late=True)
    assert any(said in note for note in office.session.scalars(select(Move.note).where(Move.case_id == case.id)))


def test_d12_what_was_late_when_it_began_to_rest_is_made_late_by_nobody(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.classify(office.session, case, office.clerk, LATER, PETITION)
    operations.classify(office.session, case, office.clerk, LATER + DAY, HELP)
    assert due(office, case) == date(2026, 12, 2)


def test_d11_a_rest_of_an_earlier_round_is_over(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.classify(office.session, case, office.clerk, NOW, PETITION)
    operations.decline(office.session, case, office.clerk, NOW, "不属本机关", "不属", "县局", None)
    closing.reopen(office.session, case, office.clerk, NOW + 7 * DAY, "留言人不服")
    operations.classify(office.session, case, office.clerk, NOW + 7 * DAY, HELP)
    assert due(office, case) == date(2026, 12, 9), "seven working days from when it was taken up again"


def test_d13_a_date_that_rested_behind_a_merged_one_comes_back_with_all_it_had(office: Office) -> None:
    case, first = (make_case(office.session, office.clerk) for _ in range(2))
    own = clock_changes.running_reply(office.session, case)
    clock_changes.extend(office.session, case, own, Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购"))
    operations.classify(office.session, case, office.clerk, NOW, PETITION)
    merging.merge(office.session, first, office.clerk, NOW, case.number, "同一件事")
    merging.unmerge(office.session, first, office.clerk, NOW, "不是一件事")
    assert without_reply(office, case)
    operations.classify(office.session, case, office.clerk, NOW, HELP)
    assert due(office, case) == date(2026, 12, 9)


def test_d13_the_doctor_names_what_lies_in_a_case_that_was_ended_without_an_answer(office: Office) -> None:
    survivor, first = (make_case(office.session, office.clerk) for _ in range(2))
    merging.merge(office.session, first, office.clerk, NOW, survivor.number, "同一件事")
    look = dict(CHECKS)["答复时限"]
    assert look(office.session, NOW).state == GOOD
    survivor.stage = Stage.DECLINED
    for clock in clocks.open_clocks(office.session, survivor.id):
        clocks.end_clock(clock, NOW, "不予受理", ClockState.STOPPED)
    office.session.flush()
    found = look(office.session, NOW)
    assert (found.state, first.number in found.words) == (BAD, True)
    merging.unmerge(office.session, first, office.clerk, NOW, "单独办理")
    assert look(office.session, NOW).state == GOOD
    assert due(office, first) == date(2026, 12, 2)
