"""修改分类 of a case that took over a date from a merged one: nobody becomes late by it in silence (D12, D13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.casefile.why import why
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder, UnitReminder
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, Procedure, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, give_addresses, make_office
from tests.builders.office import NOW, make_case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
LONG_AGO = date(2026, 11, 12)  # when a message of twenty days before was due


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def reply(office: Office, case: Case) -> Clock:
    """The one reply of a case that runs or stands still; what is stored is what is derived (D19)."""
    [held] = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "reply"]
    assert preview(office.session, NOW + 3 * HOUR, work_calendar(office.session)) == []
    return held


@pytest.fixture
def suspended(office: Office) -> Case:
    """An ordinary case that waits for a hearing, into which one went that was late."""
    case, old = make_case(office.session, office.clerk), make_case(office.session, office.clerk, now=NOW - 20 * DAY)
    suspending.suspend(office.session, case, office.clerk, NOW + HOUR, SuspensionGround.HEARING, NOW + HOUR, "听证")
    merging.merge(office.session, old, office.clerk, NOW + 2 * HOUR, case.number, "同一件事")
    return case


def test_d12_a_date_that_rests_with_a_suspended_case_rests_on_when_that_turns_out_a_petition(
    office: Office, suspended: Case
) -> None:
    moved = operations.classify(office.session, suspended, office.clerk, NOW + 3 * HOUR, PETITION)
    assert [stage for stage, _before, _after in moved] == ["contact"]
    held = reply(office, suspended)
    assert (held.state, held.due_at, suspended.suspended_for) == (ClockState.SUSPENDED, None, "hearing")
    assert "并入件的时限已过" in why(office.session, held, work_calendar(office.session)).due
    operations.classify(office.session, suspended, office.clerk, NOW + 3 * HOUR, HELP)
    assert (reply(office, suspended).due_at, suspended.suspended_for) == (None, "hearing")


def test_d12_whoever_resumes_such_a_petition_is_asked(office: Office, suspended: Case) -> None:
    operations.classify(office.session, suspended, office.clerk, NOW + 3 * HOUR, PETITION)
    then = NOW + DAY
    with pytest.raises(Invalid) as asked, office.session.begin_nested():
        suspending.resume(office.session, suspended, office.clerk, then, then, "听证结束")
    assert "know_late" in asked.value.fields
    office.session.expire_all()
    suspending.resume(office.session, suspended, office.clerk, then, then, "听证结束", know_late=True)
    due = reply(office, suspended).due_at
    assert (due and local_date(due), suspended.suspended_for) == (LONG_AGO, "")


def test_d12_a_reply_that_goes_on_by_the_date_of_a_merged_case_is_not_said_to_have_ended(office: Office) -> None:
    case, earlier = make_case(office.session, office.clerk), make_case(office.session, office.clerk, now=NOW - 3 * DAY)
    merging.merge(office.session, earlier, office.clerk, NOW, case.number, "同一件事")
    before = reply(office, case).due_at
    moved = operations.classify(office.session, case, office.clerk, NOW + HOUR, PETITION)
    assert [stage for stage, _before, _after in moved] == ["contact"]
    assert reply(office, case).due_at == before


def test_d12_a_reply_that_goes_on_by_an_earlier_or_later_date_is_told_with_both(office: Office) -> None:
    case, later = make_case(office.session, office.clerk), make_case(office.session, office.clerk, now=NOW + DAY)
    merging.merge(office.session, later, office.clerk, NOW + DAY, case.number, "同一件事")
    own = reply(office, case).due_at
    moved = operations.classify(office.session, case, office.clerk, NOW + DAY + HOUR, PETITION)
    after = reply(office, case).due_at
    assert after is not None
    assert own is not None
    assert after > own
    assert ("reply", own, after) in moved


def test_n01_a_date_that_goes_on_by_a_merged_case_is_not_told_again(office: Office) -> None:
    """修改分类 lets the merged case's date stand alone, by a clock of its own: of the same date everybody was told already."""
    give_addresses(office.session)
    case, old = make_case(office.session, office.clerk), make_case(office.session, office.clerk, now=NOW - DAY)
    merging.merge(office.session, old, office.clerk, NOW + HOUR, case.number, "同一件事", know_late=True)
    held = reply(office, case)
    for other in clocks.open_clocks(office.session, case.id):
        if other is not held:
            clocks.end_clock(other, NOW + HOUR, "", ClockState.MET)
    for days in range(1, 12):
        queue_rungs(office.session, NOW + days * DAY)
    told = select(Reminder.rung).where(Reminder.state == ReminderState.TOLD)
    assert "urge" in office.session.scalars(told.where(Reminder.clock_id == held.id)).all()
    group = UnitReminder(clock_id=held.id, unit_id=office.finance.id, rung="urge", deadline_version=held.deadline_version)
    group.created_at = NOW + 11 * DAY
    office.session.add(group)
    operations.classify(office.session, case, office.clerk, NOW + 11 * DAY + HOUR, PETITION, know_late=True)
    copy = reply(office, case)
    assert (copy.id != held.id, copy.due_at) == (True, held.due_at)
    for days in (11, 12, 14):
        queue_rungs(office.session, NOW + days * DAY + 2 * HOUR)
    assert set(office.session.scalars(told.where(Reminder.clock_id == copy.id))) <= {"yellow"}, "what comes only now"
    assert office.session.scalars(select(UnitReminder.rung).where(UnitReminder.clock_id == copy.id)).all() == ["urge"]
