"""Return, reassign, merge, unmerge, reclassify and reopen (D11-D13): no act loses a minute or makes a case late in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.calendar import RULES_VERSION, bump, load_days, work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import ClockFacts, Extension, Span, Unit
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.rule_data import to_data
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, FindingKind, Kind, Procedure, Urgency
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayKind
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, answered, assigned, dues, handling_case, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def merged_pair(office: Office) -> tuple[Case, Case]:
    """A case received two days after another, and that other one merged into it."""
    first = make_case(office.session, office.clerk)
    later = make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    merging.merge(office.session, first, office.clerk, NOW + 2 * DAY, later.number, "同一盏路灯")
    return first, later


def test_d13_the_earliest_date_survives_a_merge_and_goes_back_when_it_is_taken_apart(office: Office) -> None:
    first, later = merged_pair(office)
    assert (dues(office, first), dues(office, later)["reply"]) == ({}, date(2026, 12, 2))
    merging.unmerge(office.session, first, office.clerk, NOW + 3 * DAY, "不是一件事")
    assert (dues(office, first)["reply"], dues(office, later)["reply"]) == (date(2026, 12, 2), date(2026, 12, 4))
    [reply] = [clock for clock in clocks.open_clocks(office.session, later.id) if clock.stage == "reply"]
    assert [entry["why"] for entry in reply.dates] == ["并案：按较早的时限", "拆分后恢复原时限"]


def test_d13_after_a_merge_suspensions_and_extensions_still_count(office: Office) -> None:
    _first, later = merged_pair(office)
    now = NOW + 3 * DAY
    suspending.suspend(office.session, later, office.clerk, now, SuspensionGround.HEARING, now, "听证")
    suspending.resume(office.session, later, office.clerk, now + DAY, now + DAY, "听证结束")
    assert dues(office, later)["reply"] == date(2026, 12, 3)
    reply = clock_changes.running_reply(office.session, later)
    clock_changes.extend(office.session, later, reply, Extension(now + DAY, Span(2, Unit.WORKING_DAYS), reason="采购"))
    assert dues(office, later)["reply"] == date(2026, 12, 7)
    assert local_date(reply.original_due_at) == date(2026, 12, 3)
    assert recompute_open(office.session, now + DAY) == []


def test_d13_a_case_merged_into_one_that_is_due_earlier_changes_nothing(office: Office) -> None:
    first = make_case(office.session, office.clerk)
    later = make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    merging.merge(office.session, later, office.clerk, NOW + 2 * DAY, first.number, "同一盏路灯")
    reply = clock_changes.running_reply(office.session, first)
    assert (dues(office, first)["reply"], reply.deadline_version) == (date(2026, 12, 2), 1)


def test_d13_a_merge_while_the_survivor_is_suspended_binds_it_once_it_runs(office: Office) -> None:
    first = make_case(office.session, office.clerk)
    later = make_case(office.session, office.clerk, now=NOW + 2 * DAY)
    suspending.suspend(office.session, later, office.clerk, NOW + 2 * DAY, SuspensionGround.HEARING, NOW + 2 * DAY, "听证")
    merging.merge(office.session, first, office.clerk, NOW + 2 * DAY, later.number, "同一盏路灯")
    assert dues(office, later)["reply"] is None
    suspending.resume(office.session, later, office.clerk, NOW + 3 * DAY, NOW + 3 * DAY, "听证结束")
    assert dues(office, later)["reply"] == date(2026, 12, 3)


def test_d13_a_case_without_a_date_of_its_own_takes_over_the_merged_ones(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    first = make_case(office.session, office.clerk)
    merging.merge(office.session, first, office.clerk, NOW, petition.number, "同一件事")
    operations.accept(office.session, petition, office.clerk, NOW + DAY, PETITION)
    assert dues(office, petition)["reply"] == date(2026, 12, 2), "accepting is no new rule: the message's earlier date stands"
    merging.unmerge(office.session, first, office.clerk, NOW + DAY, "不是一件事")
    assert dues(office, first)["reply"] == date(2026, 12, 2)
    assert dues(office, petition)["reply"] == date(2027, 1, 25), "from acceptance under the rule of its own procedure"


def test_d15_a_loaded_year_moves_the_date_taken_over_and_not_the_case_at_rest(office: Office) -> None:
    now = parse_moment("2026-12-24T10:00")
    first = make_case(office.session, office.clerk, now=now)
    later = make_case(office.session, office.clerk, now=now + DAY)
    merging.merge(office.session, first, office.clerk, now + DAY, later.number, "同一件事")
    reply = clock_changes.running_reply(office.session, later)
    assert (dues(office, later)["reply"], reply.provisional) == (date(2027, 1, 4), True)
    rest = [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 4)]
    load_days(office.session, rest, {2027}, now)
    told = preview(office.session, now + DAY, work_calendar(office.session))
    assert recompute_open(office.session, now + DAY) == told
    assert (dues(office, later)["reply"], reply.provisional) == (date(2027, 1, 6), False)
    frozen = clocks.reply_clock(office.session, first.id)
    assert frozen is not None
    assert (frozen.deadline_version, frozen.state) == (1, ClockState.STOPPED)


def test_d12_a_case_given_back_is_owed_another_assignment_and_keeps_its_date(office: Office) -> None:
    case = assigned(office)
    handling.ask_return(office.session, case, office.finance_head, NOW, "不属本单位职责")
    assigning.decide_return(office.session, case, office.clerk, NOW + DAY, agree=True, opinion="同意")
    assert dues(office, case) == {
        "accept": date(2026, 11, 25), "reply": date(2026, 12, 2), "sign_for": date(2026, 11, 24), "draft": date(2026, 11, 30),
    }  # fmt: skip
    assert case.next_due_at is not None
    assigning.assign(office.session, case, office.clerk, NOW + DAY, HELP, Allotment(office.finance.id))
    assert "accept" not in dues(office, case)
    assert dues(office, case)["reply"] == date(2026, 12, 2)


def test_d12_another_lead_unit_finds_the_same_reply_date_and_a_day_to_draft(office: Office) -> None:
    case = handling_case(office)
    now = parse_moment("2026-12-01T09:00")
    assigning.reassign(office.session, case, office.clerk, now, office.roads.id, "职责调整")
    held = dues(office, case)
    assert (held["reply"], held["draft"]) == (date(2026, 12, 2), date(2026, 12, 2)), "never after the lead's own date"


def test_d12_a_petition_that_is_none_gets_the_reply_it_is_owed(office: Office) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    assert "reply" not in dues(office, case)
    operations.accept(office.session, case, office.clerk, NOW + DAY, HELP)
    assert dues(office, case)["reply"] == date(2026, 12, 2)


def test_d12_a_message_that_is_a_petition_runs_from_acceptance_once(office: Office) -> None:
    waiting = make_case(office.session, office.clerk)
    operations.classify(office.session, waiting, office.clerk, NOW, PETITION)
    assert "reply" not in dues(office, waiting), "sixty days run from acceptance"
    operations.accept(office.session, waiting, office.clerk, NOW + DAY, PETITION)
    at_once = make_case(office.session, office.clerk)
    assigning.assign(office.session, at_once, office.clerk, NOW + DAY, PETITION, Allotment(office.finance.id))
    for case in (waiting, at_once):
        replies = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "reply"]
        assert [local_date(clock.due_at) for clock in replies if clock.due_at] == [date(2027, 1, 25)]
    back = operations.classify(office.session, at_once, office.clerk, NOW + DAY, HELP)
    assert ("reply", date(2026, 12, 2)) in [(stage, local_date(after.at)) for stage, _before, after in back if after]
    again = operations.classify(office.session, at_once, office.clerk, NOW + DAY, PETITION)
    assert ("reply", date(2027, 1, 25)) in [(stage, local_date(after.at)) for stage, _before, after in again if after]


def test_d12_a_first_contact_asked_for_later_runs_from_then_on(office: Office) -> None:
    inquiry = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
    case = assigned(office, classification=inquiry)
    assert "contact" not in dues(office, case)
    now = NOW + 4 * DAY
    moved = operations.classify(office.session, case, office.clerk, now, HELP)
    assert dues(office, case)["contact"] == date(2026, 12, 2)
    assert {"reply", "contact"} <= {stage for stage, _before, _after in moved}
    note = office.session.scalar(select(Clock.stage).where(Clock.case_id == case.id, Clock.stage == "contact"))
    assert note == "contact"


def test_d15_a_version_the_office_did_not_apply_comes_by_no_other_act(office: Office) -> None:
    case = make_case(office.session, office.clerk, urgency=Urgency.COMPLEX)
    complex_help = Classification(Kind.HELP, "城建", Urgency.COMPLEX, Procedure.ORDINARY)
    table = rules(office.session)
    for code in ("reply-complex", "accept"):
        held = next(rule for rule in table.values() if rule.code == code)
        newer = replace(held, span=Span(held.span.amount + 3, held.span.unit))  # in force on the day the case came, not applied
        saved = {"in_force_from": newer.in_force_from, "changed_at": NOW + timedelta(minutes=1)}
        row = DeadlineRuleRow(code=code, version_no=2, data=to_data(newer), **saved)
        office.session.add(row)
    office.session.flush()
    bump(office.session, RULES_VERSION)
    before = dues(office, case)
    assert before == {"accept": date(2026, 11, 24), "reply": date(2026, 12, 14)}
    for area in ("交通", "城建"):
        moved = operations.classify(office.session, case, office.clerk, NOW, replace(complex_help, area=area))
        assert (moved, dues(office, case)) == ([], before), "the area decides no rule"
    same = operations.classify(office.session, case, office.clerk, NOW, replace(complex_help, kind=Kind.COMPLAINT))
    assert (same, dues(office, case)) == ([], before), "the same rule keeps its version"
    assigning.assign(
        office.session, case, office.clerk, NOW, replace(complex_help, kind=Kind.COMPLAINT), Allotment(office.finance.id)
    )
    assert dues(office, case)["reply"] == before["reply"]


def facts_of_reply(office: Office, case: Case) -> tuple[ClockFacts, dict[str, object]]:
    """Everything the reply's date is derived from, and everything stored of the clock but the counter of saves."""
    clock = clocks.reply_clock(office.session, case.id)
    assert clock is not None
    office.session.flush()
    stored = {column.name: getattr(clock, column.name) for column in Clock.__table__.columns if column.name != "version"}
    return facts_of(clock), stored


def test_d12_returning_or_reassigning_changes_no_fact_of_the_reply(office: Office) -> None:
    case = assigned(office)
    before = facts_of_reply(office, case)
    handling.ask_return(office.session, case, office.finance_head, NOW, "不属本单位职责")
    assert facts_of_reply(office, case) == before
    assigning.decide_return(office.session, case, office.clerk, NOW + DAY, agree=True, opinion="同意")
    assert facts_of_reply(office, case) == before
    assigning.assign(office.session, case, office.clerk, NOW + DAY, HELP, Allotment(office.roads.id))
    assert facts_of_reply(office, case) == before
    assigning.reassign(office.session, case, office.clerk, NOW + 2 * DAY, office.finance.id, "职责调整")
    assert facts_of_reply(office, case) == before
    assigning.add_unit(office.session, case, office.clerk, NOW + 2 * DAY, office.roads.id, "协助")
    handling.ask_return(office.session, case, office.roads_head, NOW + 2 * DAY, "不属本单位职责")
    assigning.decide_return(office.session, case, office.clerk, NOW + 2 * DAY, agree=False, opinion="请继续办理")
    assert facts_of_reply(office, case) == before


def test_d13_cycles_of_merged_cases_are_refused_and_move_no_date(office: Office) -> None:
    first, second, third = (make_case(office.session, office.clerk, now=NOW + ahead * DAY) for ahead in range(3))
    now = NOW + 3 * DAY
    with pytest.raises(Invalid, match="不能并入自己"):
        merging.merge(office.session, first, office.clerk, now, first.number, "自己")
    merging.merge(office.session, first, office.clerk, now, second.number, "同一盏路灯")
    held = [dues(office, case) for case in (first, second, third)]
    assert held[1]["reply"] == date(2026, 12, 2), "the earlier of the two"
    for case, into, words in (
        (second, first, "还有并入的件"),  # back into the one that was merged into it
        (second, third, "还有并入的件"),  # no chains, so that nothing can close one
        (third, first, "已并入别的件"),
    ):
        with pytest.raises((Invalid, Refused), match=words):
            merging.merge(office.session, case, office.clerk, now, into.number, "绕回去")
    assert [dues(office, case) for case in (first, second, third)] == held
    assert [case.merged_into_id for case in (first, second, third)] == [second.id, None, None]


def test_d14_a_note_meets_nothing_and_a_contact_meets_the_contact_alone(office: Office) -> None:
    case = handling_case(office)
    before = dues(office, case)
    assert {"contact", "reply", "draft"} <= before.keys()
    for kind in (FindingKind.NOTE, FindingKind.VISIT):
        handling.note(office.session, case, office.finance_handler, NOW, kind, "到现场看了，线路老化")
        assert dues(office, case) == before, kind
    handling.note(office.session, case, office.finance_handler, NOW, FindingKind.CONTACT, "已电话联系")
    assert dues(office, case) == {stage: due for stage, due in before.items() if stage != "contact"}
    met = office.session.scalars(select(Clock.stage).where(Clock.case_id == case.id, Clock.state == ClockState.MET)).all()
    assert sorted(met) == ["accept", "contact", "sign_for"]


def test_d12_days_granted_mean_nothing_to_a_case_that_becomes_urgent(office: Office) -> None:
    case = handling_case(office)
    reply = clock_changes.running_reply(office.session, case)
    clock_changes.extend(office.session, case, reply, Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购"))
    urgent = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)
    operations.classify(office.session, case, office.clerk, NOW + DAY / 4, urgent, know_late=True)
    assert (len(reply.extensions), reply.due_at) == (1, NOW + DAY), "kept, and of no account to hours"
    clock_changes.extend(office.session, case, reply, Extension(NOW, until=date(2026, 11, 26), reason="采购"))
    assert dues(office, case)["reply"] == date(2026, 11, 26)
    operations.classify(office.session, case, office.clerk, NOW + DAY / 2, HELP)
    assert dues(office, case)["reply"] == date(2026, 12, 9), "what was granted is granted again"


def test_d11_a_reopened_case_has_its_time_again_and_its_unit_an_inner_date(office: Office) -> None:
    case = answered(office)
    closing.reopen(office.session, case, office.clerk, NOW + 14 * DAY, "留言人不满意")
    assert dues(office, case) == {"reply": date(2026, 12, 16), "draft": date(2026, 12, 14)}


def test_a_clock_that_does_not_run_cannot_be_stopped(office: Office) -> None:
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    with pytest.raises(Invalid, match="没有正在计时的答复时限"):
        suspending.suspend(office.session, petition, office.clerk, NOW, SuspensionGround.HEARING, NOW, "听证")


def test_d15_a_date_taken_over_stays_when_the_merged_clock_is_gone(office: Office) -> None:
    _first, later = merged_pair(office)
    reply = clock_changes.running_reply(office.session, later)
    reply.adoptions = [{key: value for key, value in entry.items() if key != "clock"} for entry in reply.adoptions]
    assert recompute_open(office.session, NOW + 3 * DAY) == []
    assert dues(office, later)["reply"] == date(2026, 12, 2)
