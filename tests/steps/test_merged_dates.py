"""The earliest date of merged cases survives whatever becomes of the survivor's own (D13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.desks.casefile.why import why, why_case
from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.calendar import load_days, work_calendar
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayKind
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, answered, handling_case, make_office
from tests.builders.office import NOW, make_case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
COMPLAINT = Classification(Kind.COMPLAINT, "城建", Urgency.NORMAL, Procedure.PETITION)
HEARING, CORRECTION = SuspensionGround.HEARING, SuspensionGround.CORRECTION
MESSAGE = date(2026, 12, 2)  # when a message received now is due


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def due(office: Office, case: Case) -> date | None:
    """The due date of the one reply that runs."""
    [held] = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "reply"]
    assert preview(office.session, NOW, work_calendar(office.session)) == [], "what is stored is what is derived (D19)"
    return local_date(held.due_at) if held.due_at else None


def put_into(office: Office, survivor: Case, first: Case | None = None) -> Case:
    """A message received now, or `first`, goes on inside `survivor`."""
    first = first or make_case(office.session, office.clerk)
    merging.merge(office.session, first, office.clerk, NOW, survivor.number, "同一件事")
    return first


def apart(office: Office, first: Case) -> None:
    merging.unmerge(office.session, first, office.clerk, NOW + 2 * DAY, "不是一件事", know_late=True)


def test_d13_a_petition_not_yet_accepted_keeps_the_date_of_its_message_whatever_it_is_called(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    first = put_into(office, petition)
    operations.classify(office.session, petition, office.clerk, NOW + HOUR, COMPLAINT)
    assert due(office, petition) == MESSAGE
    operations.accept(office.session, petition, office.clerk, NOW + DAY, PETITION)
    assert due(office, petition) == MESSAGE
    apart(office, first)
    assert (due(office, petition), due(office, first)) == (date(2027, 1, 25), MESSAGE)


def test_d13_accepting_with_another_kind_keeps_it_too(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    put_into(office, petition)
    operations.accept(office.session, petition, office.clerk, NOW + DAY, COMPLAINT)
    assert due(office, petition) == MESSAGE


def test_d13_a_petition_answers_by_its_own_date_where_that_is_the_earlier(office: Office) -> None:
    slow = make_case(office.session, office.clerk, urgency=Urgency.COMPLEX)
    reply = clock_changes.running_reply(office.session, slow)
    clock_changes.extend(office.session, slow, reply, Extension(NOW, until=date(2027, 3, 1), reason="鉴定"))
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    put_into(office, petition, slow)
    assert due(office, petition) == date(2027, 3, 1), "its only date as long as it is not accepted"
    operations.accept(office.session, petition, office.clerk, NOW + DAY, PETITION)
    assert due(office, petition) == date(2027, 1, 25)


def test_d13_an_ordinary_case_that_becomes_a_petition_keeps_the_date_it_took_over(office: Office) -> None:
    later = make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    first = make_case(office.session, office.clerk)
    merging.merge(office.session, first, office.clerk, NOW + 2 * DAY, later.number, "同一件事")
    for new in (PETITION, HELP, PETITION):
        operations.classify(office.session, later, office.clerk, NOW + 2 * DAY, new)
        assert due(office, later) == MESSAGE, new.procedure
    operations.accept(office.session, later, office.clerk, NOW + 3 * DAY, PETITION)
    assert due(office, later) == MESSAGE
    merging.unmerge(office.session, first, office.clerk, NOW + 3 * DAY, "不是一件事")
    assert (due(office, later), due(office, first)) == (date(2027, 1, 25), MESSAGE)


def test_d13_to_and_fro_before_acceptance_loses_no_suspension_and_no_granted_day(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    suspending.suspend(office.session, case, office.clerk, NOW, HEARING, NOW, "听证")
    suspending.resume(office.session, case, office.clerk, NOW + DAY, NOW + DAY, "结束")
    clock_changes.extend(
        office.session, case, clock_changes.running_reply(office.session, case), Extension(NOW + DAY, Span(2, Unit.WORKING_DAYS))
    )
    own = due(office, case)
    assert own == date(2026, 12, 7)
    first = make_case(office.session, office.clerk)
    merging.merge(office.session, first, office.clerk, NOW + DAY, case.number, "同一件事")
    suspending.suspend(office.session, case, office.clerk, NOW + DAY, HEARING, NOW + DAY, "听证")
    operations.classify(office.session, case, office.clerk, NOW + DAY, PETITION)
    assert (due(office, case), case.suspended_for) == (None, "hearing"), "what it waits for it waits for under any name"
    suspending.resume(office.session, case, office.clerk, NOW + 2 * DAY, NOW + 2 * DAY, "结束")
    assert due(office, case) == date(2026, 12, 3)
    operations.classify(office.session, case, office.clerk, NOW + 2 * DAY, HELP)
    assert due(office, case) == date(2026, 12, 3)
    apart(office, first)
    assert due(office, case) == date(2026, 12, 8), "its own, with both suspensions and the days granted"


def test_d13_two_messages_in_a_petition_go_one_by_one(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    later = make_case(office.session, office.clerk, received_at=NOW, urgency=Urgency.COMPLEX)
    put_into(office, petition, later)
    assert due(office, petition) == date(2026, 12, 14)
    first = put_into(office, petition)
    assert due(office, petition) == MESSAGE
    apart(office, later)
    assert due(office, petition) == MESSAGE
    apart(office, first)
    assert [clock.stage for clock in clocks.open_clocks(office.session, petition.id)] == ["contact", "accept"][::-1]


def test_d13_the_completion_of_an_application_does_not_put_off_the_message_merged_into_it(office: Office) -> None:
    application = make_case(office.session, office.clerk, procedure=Procedure.DISCLOSURE)
    put_into(office, application)
    suspending.suspend(office.session, application, office.clerk, NOW + HOUR, CORRECTION, NOW + HOUR, "缺内容描述", "请补充")
    suspending.restart(office.session, application, office.clerk, NOW + DAY, NOW + DAY, "已补正")
    assert due(office, application) == date(2026, 12, 3), "only the day it stood still: its writer was asked to complete nothing"


@pytest.mark.parametrize("own", [Procedure.ORDINARY, Procedure.PETITION])
def test_d13_a_case_that_stands_still_lends_the_date_it_would_have(office: Office, own: Procedure) -> None:
    first = make_case(office.session, office.clerk, now=NOW - 4 * DAY)  # due 11-30 but for the suspension
    suspending.suspend(office.session, first, office.clerk, NOW - 3 * DAY, HEARING, NOW - 3 * DAY, "听证")
    survivor = make_case(office.session, office.clerk, procedure=own)
    put_into(office, survivor, first)
    assert due(office, survivor) == date(2026, 12, 1), "one working day it stood still"
    assert recompute_open(office.session, NOW) == []
    apart(office, first)
    assert due(office, first) is None, "it still waits for its hearing"


def test_d13_a_loaded_year_moves_what_a_standing_case_lent(office: Office) -> None:
    now = parse_moment("2026-12-24T10:00")
    first = make_case(office.session, office.clerk, now=now)
    suspending.suspend(office.session, first, office.clerk, now, HEARING, now, "听证")
    later = make_case(office.session, office.clerk, now=now + 7 * DAY)
    merging.merge(office.session, first, office.clerk, now + DAY, later.number, "同一件事")
    reply = clock_changes.running_reply(office.session, later)
    assert (local_date(reply.due_at or now), reply.provisional) == (date(2027, 1, 5), True)
    rest = [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 4)]
    load_days(office.session, rest, {2027}, now)
    recompute_open(office.session, now + DAY)
    assert (local_date(reply.due_at or now), reply.provisional) == (date(2027, 1, 7), False)


def test_d13_a_clock_set_back_an_hour_loses_no_merge_and_no_extension(office: Office) -> None:
    first = make_case(office.session, office.clerk, now=NOW - 4 * DAY)
    later = handling_case(office)
    back = NOW - HOUR
    merging.merge(office.session, first, office.clerk, back, later.number, "同一件事")
    assert due(office, later) == date(2026, 11, 30)
    for days, now in ((3, back - HOUR), (2, back)):
        reply = clock_changes.running_reply(office.session, later)
        if days == 3:
            extending.ask(office.session, later, office.finance_head, now, More(days), "需要采购灯具")
            extending.decide(office.session, later, office.leader, now, agree=True, opinion="")
        else:
            clock_changes.extend(office.session, later, reply, Extension(now, Span(days, Unit.WORKING_DAYS)))
    assert due(office, later) == date(2026, 12, 7), "counted on from the date it took over"
    other = make_case(office.session, office.clerk, now=NOW - 3 * DAY)
    merging.merge(office.session, other, office.clerk, back - HOUR, later.number, "同一件事")
    assert due(office, later) == date(2026, 12, 1), "what was granted before the merge was not granted to this one"


def test_d13_the_reasons_of_a_date_name_the_merged_case_to_whoever_may_see_it(office: Office) -> None:
    first = make_case(office.session, office.clerk, now=NOW - 4 * DAY)
    later = handling_case(office)
    merging.merge(office.session, first, office.clerk, NOW, later.number, "同一件事")
    reply, calendar = clock_changes.running_reply(office.session, later), work_calendar(office.session)
    said = {
        who.name: [line.text for line in why(office.session, reply, calendar, who).lines if "并入" in line.text]
        for who in (office.clerk, office.finance_head)
    }
    date_of = "并入，其到期更早，按其时限 11月30日 周一"
    assert said == {"陈受理": [f"11月23日 周一 {first.number} {date_of}"], "范所长": [f"11月23日 周一 另一件 {date_of}"]}
    assert f"{first.number} 并入" in why_case(office.session, later.number, calendar)
    assert why(office.session, clocks.open_clocks(office.session, later.id)[0], calendar, office.finance_head).lines


def test_d13_what_is_merged_into_an_answered_case_is_answered_with_it(office: Office) -> None:
    case = answered(office)
    put_into(office, case)
    assert "reply" not in {clock.stage for clock in clocks.open_clocks(office.session, case.id)}


def test_d13_dates_whose_clocks_nobody_knows_any_more_bind_on(office: Office) -> None:
    later = make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    first = make_case(office.session, office.clerk)
    merging.merge(office.session, first, office.clerk, NOW + 2 * DAY, later.number, "同一件事")
    reply = clock_changes.running_reply(office.session, later)
    reply.adoptions = [{key: value for key, value in entry.items() if key != "clock"} for entry in reply.adoptions]
    operations.classify(office.session, later, office.clerk, NOW + 2 * DAY, PETITION)
    assert due(office, later) == MESSAGE


def test_d13_a_copy_of_an_accepted_case_gives_way_to_its_own_date(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    first = put_into(office, petition)
    petition.accepted_at = NOW + DAY  # as before a case had its own date from acceptance on
    apart(office, first)
    assert due(office, petition) == date(2027, 1, 25)
