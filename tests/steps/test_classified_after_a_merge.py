"""修改分类 of a case that took over a date from a merged one: nobody becomes late by it in silence (D12, D13)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from opinion_app.desks.casefile.why import why
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.rules.operations import Saving, retire, taken_out
from opinion_app.desks.rules.queries import what_if
from opinion_app.flow import clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import marks
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.records.transaction import transaction
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import Invalid
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, NoticeState, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, give_addresses, make_office
from tests.builders.office import NOW, make_actor, make_case

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
    assert ("reply", DueDate(own, guess=False), DueDate(after, guess=False)) in moved


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
    left = update(Notice).where(Notice.state == NoticeState.PENDING).values(state=NoticeState.SENT)
    office.session.execute(left.execution_options(synchronize_session=False))
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


def test_n01_a_date_that_is_there_again_after_a_merged_cases_stood_for_it_is_not_told_again(office: Office) -> None:
    give_addresses(office.session)
    case, later = make_case(office.session, office.clerk), make_case(office.session, office.clerk, now=NOW + DAY)
    merging.merge(office.session, later, office.clerk, NOW + DAY, case.number, "同一件事")
    for days in range(1, 12):
        queue_rungs(office.session, NOW + days * DAY)
    held, told = reply(office, case), select(Reminder.rung).where(Reminder.state == ReminderState.TOLD)
    assert "urge" in office.session.scalars(told.where(Reminder.clock_id == held.id)).all()
    left = update(Notice).where(Notice.state == NoticeState.PENDING).values(state=NoticeState.SENT)
    office.session.execute(left.execution_options(synchronize_session=False))
    group = UnitReminder(clock_id=held.id, unit_id=office.finance.id, rung="urge", deadline_version=held.deadline_version)
    group.created_at = NOW + 11 * DAY
    office.session.add(group)
    for kind in (PETITION, HELP):
        operations.classify(office.session, case, office.clerk, NOW + 11 * DAY + HOUR, kind, know_late=True)
    again = reply(office, case)
    assert (again.id != held.id, again.due_at) == (True, held.due_at)
    queue_rungs(office.session, NOW + 11 * DAY + 2 * HOUR)
    assert office.session.scalars(told.where(Reminder.clock_id == again.id)).all() == []
    of_units = select(UnitReminder.deadline_version).where(UnitReminder.clock_id == again.id)
    assert office.session.scalars(of_units).all() == [again.deadline_version]


@pytest.fixture
def petition(office: Office) -> Case:
    """A case that waits for a hearing and turned out to be a petition, so that its reply rests until it is accepted."""
    case = make_case(office.session, office.clerk)
    suspending.suspend(office.session, case, office.clerk, NOW + HOUR, SuspensionGround.HEARING, NOW + HOUR, "听证")
    operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR, PETITION)
    return case


def merged_into(office: Office, petition: Case, came: timedelta = HOUR) -> Case:
    """Another case about the same, put into the petition a day later."""
    case = make_case(office.session, office.clerk, now=NOW + came)
    merging.merge(office.session, case, office.clerk, NOW + DAY, petition.number, "同一件事", know_late=True)
    return case


@pytest.mark.parametrize("merged", [False, True])
def test_d12_a_suspension_that_rests_with_a_petitions_reply_is_not_ended_by_a_merge(
    office: Office, petition: Case, merged: bool
) -> None:
    """The hearing goes on whatever the case is called, and whichever date stands for its own meanwhile."""
    if merged:
        merged_into(office, petition)
    operations.classify(office.session, petition, office.clerk, NOW + 2 * DAY, HELP)
    held = reply(office, petition)
    assert (held.state, petition.suspended_for) == (ClockState.SUSPENDED, "hearing")
    assert [(pause["since"], pause["until"]) for pause in held.pauses] == [((NOW + HOUR).isoformat(), None)]


def test_d13_the_date_it_takes_over_stands_still_with_the_hearing_and_runs_on_after_it(office: Office, petition: Case) -> None:
    merged_into(office, petition)
    held = reply(office, petition)
    assert (held.state, held.due_at, petition.suspended_for) == (ClockState.SUSPENDED, None, "hearing")
    then = NOW + 3 * DAY  # two working days after the merge
    suspending.resume(office.session, petition, office.clerk, then, then, "听证结束")
    due = reply(office, petition).due_at
    assert due is not None
    assert local_date(due) == date(2026, 12, 4), "two days after the merged case's own second of December"
    operations.classify(office.session, petition, office.clerk, then + HOUR, HELP)
    own = reply(office, petition).due_at
    assert own is not None
    assert (local_date(own), petition.suspended_for) == (date(2026, 12, 4), "")


@pytest.mark.parametrize("then", ["ordinary", "petition accepted", "retired"])
def test_d12_a_merged_date_never_passes_in_silence_while_the_hearing_goes_on(office: Office, petition: Case, then: str) -> None:
    """Twelve days later nothing is late, whichever way the case's own reply comes back; whoever resumes it is told its date."""
    merged_into(office, petition)
    now = NOW + 12 * DAY
    if then == "ordinary":
        operations.classify(office.session, petition, office.clerk, now, HELP)
    elif then == "petition accepted":
        operations.accept(office.session, petition, office.clerk, now, PETITION)
    else:
        admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
        day = local_date(now)
        promised = what_if(office.session, taken_out(office.session, "reply-petition", day, "改"), now)
        saving = Saving(admin, now, apply_to_open=True, looked=marks(promised))
        assert retire(office.session, "reply-petition", day, "改", saving, None)[1] == promised
    assert (reply(office, petition).due_at, petition.suspended_for) == (None, "hearing")
    suspending.resume(office.session, petition, office.clerk, now + HOUR, now + HOUR, "听证结束")
    due = reply(office, petition).due_at
    assert due is not None
    assert local_date(due) > local_date(now)


def test_d12_a_merged_date_that_had_passed_stays_passed(office: Office, petition: Case) -> None:
    merged_into(office, petition, came=-20 * DAY)
    assert (reply(office, petition).due_at, petition.suspended_for) == (None, "hearing")
    then = NOW + 2 * DAY
    with pytest.raises(Invalid) as asked, office.session.begin_nested():
        suspending.resume(office.session, petition, office.clerk, then, then, "听证结束")
    assert "know_late" in asked.value.fields


@pytest.mark.parametrize("more", [False, True])
def test_d13_a_hearing_that_ended_while_another_date_stood_for_it_has_ended(office: Office, petition: Case, more: bool) -> None:
    """拆分 afterwards, of the case that lent the date, or of two one after the other."""
    lender = merged_into(office, petition)
    suspending.resume(office.session, petition, office.clerk, NOW + 2 * DAY, NOW + 2 * DAY, "听证结束")
    later = merged_into(office, petition, came=2 * HOUR) if more else None
    merging.unmerge(office.session, lender, office.clerk, NOW + 3 * DAY, "不是一件事", know_late=True)
    if later is not None:
        merging.unmerge(office.session, later, office.clerk, NOW + 3 * DAY, "不是一件事", know_late=True)
    operations.classify(office.session, petition, office.clerk, NOW + 3 * DAY + HOUR, HELP)
    held = reply(office, petition)
    assert (held.state, petition.suspended_for) == (ClockState.RUNNING, "")
    assert held.due_at is not None
    assert local_date(held.due_at) == date(2026, 12, 4), "two working days of hearing after the second of December"


@pytest.mark.parametrize("lenders", [False, True])
def test_d13_a_case_taken_apart_while_the_reply_rests_leaves_what_happened_to_the_case_itself(
    office: Office, lenders: bool
) -> None:
    """A case has another merged into it, its own hearing ends, a third one lends it the earliest date and leaves again while the
    reply rests: the hearing counts as if the third had never come, and a hearing of the third's own never does."""
    case, first, second = (make_case(office.session, office.clerk, now=NOW + days * DAY) for days in (0, 0, -9))
    merging.merge(office.session, first, office.clerk, NOW + 2 * HOUR, case.number, "同一件事", know_late=True)
    heard = second if lenders else case
    suspending.suspend(office.session, heard, office.clerk, NOW + 3 * HOUR, SuspensionGround.HEARING, NOW + 3 * HOUR, "听证")
    then = NOW + 3 * DAY
    suspending.resume(office.session, heard, office.clerk, then, then, "听证结束")
    before = reply(office, case).due_at
    merging.merge(office.session, second, office.clerk, then + HOUR, case.number, "同一件事", know_late=True)
    operations.classify(office.session, case, office.clerk, then + 2 * HOUR, PETITION, know_late=True)
    merging.unmerge(office.session, second, office.clerk, then + 3 * HOUR, "不是一件事", know_late=True)
    operations.classify(office.session, case, office.clerk, then + 4 * HOUR, HELP, know_late=True)
    held = reply(office, case)
    assert held.due_at == before
    assert len(held.pauses) == (0 if lenders else 1)


def test_d13_a_reply_that_goes_on_is_the_one_that_counts_though_a_copy_came_after_it(office: Office) -> None:
    session = office.session
    case, other = make_case(session, office.clerk), make_case(session, office.clerk, now=NOW + HOUR, urgency=Urgency.URGENT)
    operations.classify(session, case, office.clerk, NOW + HOUR, PETITION)
    merging.merge(session, other, office.clerk, NOW + 2 * HOUR, case.number, "同一件事")
    merging.unmerge(session, other, office.clerk, NOW + 3 * HOUR, "不是一件事", know_late=True)
    operations.classify(session, case, office.clerk, NOW + 4 * HOUR, HELP)
    suspending.suspend(session, case, office.clerk, NOW + 5 * HOUR, SuspensionGround.HEARING, NOW + 5 * HOUR, "听证")
    merging.merge(session, other, office.clerk, NOW + 6 * HOUR, case.number, "同一件事")
    assert reply(office, case).due_at is None, "one reply, and it stands still"
    merging.unmerge(session, other, office.clerk, NOW + 7 * HOUR, "不是一件事", know_late=True)
    assert (reply(office, case).due_at, case.suspended_for) == (None, "hearing")


HEARINGS = [  # when it began, was noted and was over
    pytest.param(HOUR, HOUR, 12 * HOUR, suspending.resume, id="over-before-the-merge"),
    pytest.param(HOUR, HOUR, 3 * DAY, suspending.restart, id="over-after-it"),
    pytest.param(6 * HOUR, 2 * DAY, 3 * DAY, suspending.resume, id="noted-after-it"),
    pytest.param(6 * HOUR, 2 * DAY, 18 * HOUR, suspending.restart, id="noted-after-it-and-over-before"),
    pytest.param(-DAY, 2 * DAY, 12 * HOUR, suspending.resume, id="of-before-the-other-came"),
]


@pytest.mark.parametrize(("since", "noted", "until", "end"), HEARINGS)
def test_d13_what_was_waited_for_about_the_time_of_a_merge_counts_as_if_the_case_had_never_been_taken_for_a_petition(
    office: Office, since: timedelta, noted: timedelta, until: timedelta, end: Callable[..., object]
) -> None:
    """Another case lends its date while the reply rests; put right, the case has the dates of its twin that was never misread,
    with what the other lent and without it."""
    session, found = office.session, []
    for misread in (False, True):
        case, other = (make_case(session, office.clerk, now=NOW + came) for came in (-2 * DAY, timedelta()))
        if noted < DAY:
            suspend(office, case, since, noted)
        if misread:
            operations.classify(session, case, office.clerk, NOW + 2 * HOUR, PETITION)
        merging.merge(session, other, office.clerk, NOW + DAY, case.number, "同一件事")
        if noted > DAY:
            suspend(office, case, since, noted)
        end(session, case, office.clerk, NOW + 4 * DAY, NOW + until, "已办", know_late=True)
        if misread:
            operations.classify(session, case, office.clerk, NOW + 5 * DAY, HELP, know_late=True)
        with_it = reply(office, case).due_at
        merging.unmerge(session, other, office.clerk, NOW + 6 * DAY, "不是一件事", know_late=True)
        own = reply(office, case)
        found.append((with_it, own.due_at, own.pauses, own.restarts))
    assert found[0] == found[1]


def suspend(office: Office, case: Case, since: timedelta, noted: timedelta) -> None:
    ground = SuspensionGround.CORRECTION
    suspending.suspend(office.session, case, office.clerk, NOW + noted, ground, NOW + since, "补正", "请补充")
