"""A slip of the classification that is put right leaves each date as if it had never been made (D09, D12, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.desks.rules.operations import Saving, apply_now, save
from opinion_app.flow import clock_changes
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_changes import running_reply
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.errors import Refused
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, FindingKind, Kind, Procedure, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, dues, handling_case, make_office
from tests.builders.office import NOW, make_case
from tests.builders.rules import typed

DAY = timedelta(days=1)
COMPLAINT = Classification(Kind.COMPLAINT, "城建", Urgency.NORMAL, Procedure.ORDINARY)
URGENT = replace(HELP, urgency=Urgency.URGENT)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def put(office: Office, amount: int, *, apply_to_open: bool) -> None:
    """Give what is owed for 求助 so many working days from tomorrow on, a day later."""
    now = NOW + DAY
    changes = typed(office.session, "reply-help", Span(amount, Unit.WORKING_DAYS), now)
    save(office.session, "reply-help", changes, Saving(office.clerk, now, apply_to_open=apply_to_open), None)


def due(office: Office, case: Case) -> date | None:
    """The day of the reply."""
    moment = running_reply(office.session, case).due_at
    return local_date(moment) if moment is not None else None


def slip(office: Office, case: Case) -> None:
    """Classify the case as a complaint and back."""
    operations.classify(office.session, case, office.clerk, NOW + DAY, COMPLAINT, know_late=True)
    operations.classify(office.session, case, office.clerk, NOW + DAY, HELP, know_late=True)


@pytest.mark.parametrize(("apply_to_open", "day"), [(True, date(2026, 12, 9)), (False, date(2026, 12, 2))])
def test_d15_a_case_keeps_the_version_the_office_put_it_under(office: Office, apply_to_open: bool, day: date) -> None:
    case = handling_case(office)
    put(office, 12, apply_to_open=apply_to_open)
    assert due(office, case) == day
    slip(office, case)
    assert due(office, case) == day


def test_d15_a_version_applied_on_a_later_day_holds_as_well_and_the_last_one_applied_counts(office: Office) -> None:
    case = handling_case(office)
    put(office, 12, apply_to_open=False)
    apply_now(office.session, "reply-help", Saving(office.clerk, NOW + DAY), None)
    put(office, 9, apply_to_open=False)
    slip(office, case)
    assert due(office, case) == date(2026, 12, 9), "the newest version was never put to open cases"


def test_d15_a_case_that_slipped_while_the_office_applied_a_version_comes_under_it_too(office: Office) -> None:
    case, other = handling_case(office), handling_case(office)
    operations.classify(office.session, case, office.clerk, NOW, COMPLAINT)
    put(office, 12, apply_to_open=True)
    assert due(office, other) == date(2026, 12, 9)
    operations.classify(office.session, case, office.clerk, NOW + DAY, HELP)
    assert due(office, case) == date(2026, 12, 9)


def test_d15_a_letter_registered_after_that_runs_by_the_rules_of_its_day(office: Office) -> None:
    handling_case(office)
    put(office, 12, apply_to_open=True)
    late = make_case(office.session, office.clerk, now=NOW + 2 * DAY, received_at=NOW)
    assert due(office, late) == date(2026, 12, 2), "received before the version was in force, in hand only after it was applied"


def test_d09_a_suspension_hidden_behind_a_late_hour_clock_is_seen_and_can_be_ended(office: Office) -> None:
    session, case = office.session, handling_case(office)
    begun = NOW + 3 * DAY
    suspending.suspend(session, case, office.clerk, begun, SuspensionGround.HEARING, begun, "听证")
    operations.classify(session, case, office.clerk, begun, URGENT, know_late=True)
    reply = running_reply(session, case)
    assert (reply.state, reply.due_at) == (ClockState.RUNNING, NOW + DAY), "it had run out before it was suspended"
    assert case.suspended_for == SuspensionGround.HEARING.value
    with pytest.raises(Refused, match="已经中止计时"):
        suspending.suspend(session, case, office.clerk, begun + DAY, SuspensionGround.HEARING, begun + DAY, "听证")
    suspending.resume(session, case, office.clerk, begun + DAY, begun + DAY, "听证结束", know_late=True)
    assert (case.suspended_for, reply.due_at) == ("", NOW + DAY)
    operations.classify(session, case, office.clerk, begun + DAY, HELP, know_late=True)
    assert reply.due_at is not None
    assert local_date(reply.due_at) == date(2026, 12, 3), "a day of the hearing is left out"


@pytest.mark.parametrize(
    "other", [replace(HELP, urgency=Urgency.COMPLEX), COMPLAINT, replace(HELP, procedure=Procedure.PETITION)]
)
def test_d12_a_draft_that_was_late_before_a_slip_is_as_late_after_it(office: Office, other: Classification) -> None:
    case = handling_case(office)
    before = dues(office, case)
    assert before["draft"] is not None
    late = NOW + 9 * DAY
    assert before["draft"] < local_date(late) <= date(2026, 12, 2)
    for new in (other, HELP):
        operations.classify(office.session, case, office.clerk, late, new, know_late=True)
    assert dues(office, case) == before
    assert preview(office.session, late + DAY, work_calendar(office.session)) == []


def test_d12_a_draft_that_was_in_time_before_a_slip_is_not_laid_into_the_past_by_it(office: Office) -> None:
    case = handling_case(office)
    operations.classify(office.session, case, office.clerk, NOW + DAY, replace(HELP, urgency=Urgency.COMPLEX))
    late = NOW + 9 * DAY
    operations.classify(office.session, case, office.clerk, late, HELP, know_late=True)
    assert dues(office, case)["draft"] == local_date(late)


@pytest.mark.parametrize("others", [[URGENT], [replace(HELP, urgency=Urgency.COMPLEX)], [URGENT, COMPLAINT, URGENT]])
def test_d12_a_draft_laid_on_the_day_of_an_act_keeps_that_day_through_slips(office: Office, others: list[Classification]) -> None:
    session, case, now = office.session, handling_case(office), NOW + 8 * DAY
    clock_changes.extend(session, case, running_reply(session, case), Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购"))
    early = make_case(session, office.clerk)
    merging.merge(session, early, office.clerk, now, case.number, "同一件事", know_late=True)
    before = dues(office, case)
    assert (before["reply"], before["draft"]) == (date(2026, 12, 2), local_date(now)), "two working days before it are gone"
    for new in (*others, HELP):
        operations.classify(session, case, office.clerk, now, new, know_late=True)
    assert dues(office, case) == before, "nobody is late by a day that a slip has laid"
    later = make_case(session, office.clerk, urgency=Urgency.URGENT)
    merging.merge(session, later, office.clerk, now, case.number, "同一件事", know_late=True)
    merging.unmerge(session, later, office.clerk, now, "不是一件事", know_late=True)
    assert dues(office, case) == before
    assert preview(session, now, work_calendar(session)) == []


@pytest.mark.parametrize("other", [replace(HELP, kind=Kind.INQUIRY), replace(HELP, procedure=Procedure.PETITION)])
def test_d12_a_slip_keeps_the_contact_of_a_unit_that_came_after_one_that_had_made_its_own(
    office: Office, other: Classification
) -> None:
    case = handling_case(office)
    handling.note(office.session, case, office.finance_handler, NOW, FindingKind.CONTACT, "已致电")
    assigning.reassign(office.session, case, office.clerk, NOW + DAY, office.roads.id, "由村镇建设办主办", know_late=True)
    before = dues(office, case)
    assert before["contact"] is not None
    for new in (other, HELP):
        operations.classify(office.session, case, office.clerk, NOW + 2 * DAY, new, know_late=True)
    assert dues(office, case) == before
