"""Triage on real databases: what each act does to stage, units, clocks and the people who are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.cases import open_case
from opinion_app.flow.clock_dates import span_of
from opinion_app.flow.clocks import open_clocks, reply_clock
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import AssignmentState, Kind, Procedure, Role, Stage, UnitRole, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.office import NOW, make_actor, make_case, make_unit

HELP = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.ORDINARY)


@dataclass
class Office:
    """Who works in the office of these tests."""

    session: Session
    clerk: Actor
    leader: Actor
    head: Actor
    finance: Unit
    roads: Unit


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a clerk, a leader and two units, inside one transaction."""
    with transaction() as session:
        finance, roads = make_unit(session), make_unit(session, "村镇建设办")
        yield Office(
            session,
            make_actor(session, "clerk", Role.CLERK),
            make_actor(session, "leader", Role.LEADER),
            make_actor(session, "head", Role.UNIT_HEAD, unit=finance),
            finance,
            roads,
        )


def assigned(office: Office, **values: object) -> Case:
    """A case the finance unit leads and the roads unit supports."""
    case = make_case(office.session, office.clerk)
    allotment = Allotment(office.finance.id, [office.roads.id], "请三日内现场查看")
    assigning.assign(office.session, case, office.clerk, NOW, HELP, allotment)
    return case


def test_assigning_accepts_and_starts_the_units_clocks(office: Office) -> None:
    case = assigned(office)
    assert case.stage is Stage.ASSIGNED
    assert case.accepted_at == NOW
    running = sorted((clock.stage, clock.unit_id) for clock in open_clocks(office.session, case.id) if clock.unit_id)
    lead, support = office.finance.id, office.roads.id
    assert running == sorted([("sign_for", lead), ("contact", lead), ("draft", lead), ("sign_for", support), ("draft", support)])
    reply = reply_clock(office.session, case.id)
    assert reply is not None
    assert reply.due_at is not None
    assert local_date(reply.due_at) == date(2026, 12, 2)  # seven working days after 23 November


def test_a_units_draft_is_due_two_working_days_before_the_reply(office: Office) -> None:
    case = assigned(office)
    drafts = [clock for clock in open_clocks(office.session, case.id) if clock.stage == "draft"]
    assert {local_date(clock.due_at) for clock in drafts if clock.due_at} == {date(2026, 11, 30)}


def test_the_units_people_are_told_once_and_the_clerk_where_a_unit_has_nobody(office: Office) -> None:
    case = assigned(office)
    told = office.session.execute(select(Notice.person_id, Notice.lines).where(Notice.case_id == case.id).order_by(Notice.id))
    [(lead, _), (stand_in, said)] = told.all()
    assert (lead, stand_in) == (office.head.id, office.clerk.id)
    assert said[0]["reason"] == "承办单位无人在岗，请您安排"  # the supporting unit has nobody yet


def test_a_case_before_the_leader_cannot_be_assigned(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.propose(office.session, case, office.clerk, NOW, "拟请财政所办理", None)
    with pytest.raises(Refused, match="呈批"):
        assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id))
    operations.instruct(office.session, case, office.leader, NOW, "请财政所速办")
    assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id))
    assert case.stage is Stage.ASSIGNED


def test_a_transcribed_instruction_needs_leader_and_date(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    with pytest.raises(Invalid) as refusal:
        operations.instruct(office.session, case, office.clerk, NOW, "同意")
    assert set(refusal.value.fields) == {"spoken_by", "spoken_on"}
    with pytest.raises(Invalid):
        operations.instruct(office.session, case, office.clerk, NOW, "同意", "王镇长", NOW + timedelta(days=1))
    assert operations.instruct(office.session, case, office.clerk, NOW, "同意", "王镇长", NOW).spoken_by == "王镇长"


def test_a_closed_unit_cannot_be_chosen(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    office.finance.active = False
    with pytest.raises(Invalid) as refusal:
        assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id))
    assert "停用" in refusal.value.fields["lead"]


def test_lead_and_support_must_differ(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    with pytest.raises(Invalid):
        assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id, [office.finance.id]))


def test_the_accused_unit_never_gets_its_own_case(office: Office) -> None:
    case = make_case(office.session, office.clerk, kind=Kind.ACCUSATION, accused_unit_id=office.finance.id)
    against = Classification(Kind.ACCUSATION, "政务", Urgency.NORMAL, Procedure.ORDINARY)
    with pytest.raises(Invalid):
        assigning.assign(office.session, case, office.clerk, NOW, against, Allotment(office.finance.id))
    with pytest.raises(NotFound):
        open_case(office.session, case.number, office.head)


def test_reassigning_keeps_the_replys_date_and_hides_the_case_from_the_old_unit(office: Office) -> None:
    case = assigned(office)
    before = reply_clock(office.session, case.id)
    assert before is not None
    due = before.due_at
    assigning.reassign(office.session, case, office.clerk, NOW, office.roads.id, "属村镇建设办职责", final=True)
    after = reply_clock(office.session, case.id)
    assert after is not None
    assert after.due_at == due
    assert case.lead_unit_id == office.roads.id
    with pytest.raises(NotFound):
        open_case(office.session, case.number, office.head)
    rows = office.session.scalars(select(Assignment).where(Assignment.case_id == case.id)).all()
    leads = [row for row in rows if row.role is UnitRole.LEAD and row.state.is_active]
    assert [row.unit_id for row in leads] == [office.roads.id]
    assert leads[0].final
    with pytest.raises(Invalid):
        assigning.reassign(office.session, case, office.clerk, NOW, office.roads.id, "再来一次")


def test_a_unit_is_added_once(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id))
    assigning.add_unit(office.session, case, office.clerk, NOW, office.roads.id, "请提供道路资料")
    with pytest.raises(Invalid):
        assigning.add_unit(office.session, case, office.clerk, NOW, office.roads.id, "")


@pytest.mark.parametrize(("agree", "stage"), [(True, Stage.RECEIVED), (False, Stage.ASSIGNED)])
def test_the_office_decides_on_a_return(office: Office, agree: bool, stage: Stage) -> None:
    case = assigned(office)
    lead = office.session.scalars(select(Assignment).where(Assignment.unit_id == office.finance.id)).one()
    lead.state, lead.return_asked_at, lead.return_reason = AssignmentState.RETURN_ASKED, NOW, "不属本单位职责"
    row, moved = assigning.decide_return(office.session, case, office.clerk, NOW, agree=agree, opinion="已核实")
    assert case.stage is stage
    assert ("accept" in {stage for stage, _before, _after in moved}) is agree, "what the office owes anew is told"
    assert row.final is not agree
    assert row.state is (AssignmentState.RETURNED if agree else AssignmentState.PENDING)


@pytest.mark.parametrize("agree", [True, False])
def test_a_unit_the_office_has_decided_on_cannot_ask_again_even_in_a_new_assignment(office: Office, agree: bool) -> None:
    case = assigned(office)
    lead = office.session.scalars(select(Assignment).where(Assignment.unit_id == office.finance.id)).one()
    lead.state, lead.return_asked_at, lead.return_reason = AssignmentState.RETURN_ASKED, NOW, "不属本单位职责"
    assigning.decide_return(office.session, case, office.clerk, NOW, agree=agree, opinion="已核实")
    if agree:
        assigning.assign(office.session, case, office.clerk, NOW, HELP, Allotment(office.finance.id))
    newest = office.session.scalars(
        select(Assignment).where(Assignment.unit_id == office.finance.id).order_by(Assignment.id.desc())
    ).first()
    assert newest is not None
    assert newest.state.is_active
    assert newest.final


@pytest.mark.parametrize("again", ["supports", "leads"])
def test_a_unit_that_went_on_supporting_is_in_the_case_once_after_it_was_assigned_anew(office: Office, again: str) -> None:
    case = assigned(office)
    lead = office.session.scalars(select(Assignment).where(Assignment.unit_id == office.finance.id)).one()
    lead.state, lead.return_asked_at, lead.return_reason = AssignmentState.RETURN_ASKED, NOW, "不属本单位职责"
    assigning.decide_return(office.session, case, office.clerk, NOW, agree=True, opinion="同意")
    other = make_unit(office.session, "水务站")
    allotment = Allotment(other.id, [office.roads.id]) if again == "supports" else Allotment(office.roads.id)
    assigning.assign(office.session, case, office.clerk, NOW, HELP, allotment)
    parts = office.session.scalars(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.unit_id == office.roads.id)
    ).all()
    assert [part.role for part in parts if part.state.is_active] == [UnitRole.SUPPORT if again == "supports" else UnitRole.LEAD]
    owed = [clock.stage for clock in open_clocks(office.session, case.id) if clock.unit_id == office.roads.id]
    assert len(owed) == len(set(owed))


def test_declining_stops_every_clock(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.decline(office.session, case, office.clerk, NOW, "不属于本地管辖", "道路属邻县", "邻县交通局", None)
    assert case.stage is Stage.DECLINED
    assert open_clocks(office.session, case.id) == []
    assert case.next_due_at is None


def test_referring_says_to_whom(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.refer(office.session, case, office.clerk, NOW, "县纪委监委", "属纪检监察职责", None)
    assert (case.stage, case.referred_to) == (Stage.REFERRED, "县纪委监委")


def test_classifying_moves_the_reply_from_its_old_start(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    later = NOW + timedelta(days=1)
    inquiry = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
    moved = operations.classify(office.session, case, office.clerk, later, inquiry)
    assert [(stage, local_date(after.at)) for stage, _before, after in moved if after] == [("reply", date(2026, 11, 26))]
    with pytest.raises(Invalid, match="没有变化"):
        operations.classify(office.session, case, office.clerk, later, inquiry)


def test_a_merged_case_lends_its_earlier_date_and_gets_its_own_back(office: Office) -> None:
    first = make_case(office.session, office.clerk)
    later = NOW + timedelta(days=3)
    second = make_case(office.session, office.clerk, now=later)
    merging.merge(office.session, first, office.clerk, later, second.number, "同一路灯")
    own, lent = reply_clock(office.session, second.id), reply_clock(office.session, first.id)
    assert own is not None
    assert lent is not None
    assert own.due_at == lent.due_at
    assert first.stage is Stage.MERGED
    with pytest.raises(Refused):
        merging.merge(office.session, second, office.clerk, later, first.number, "")
    merging.unmerge(office.session, first, office.clerk, later, "不是同一盏灯")
    assert first.stage is Stage.RECEIVED
    again = reply_clock(office.session, second.id)
    assert again is not None
    assert (again.due_at, second.next_due_at) != (lent.due_at, lent.due_at)
    assert again.due_at == derived(again)
    assert {clock.stage for clock in open_clocks(office.session, first.id)} == {"accept", "reply"}


def derived(clock: Clock) -> datetime | None:
    """The date of a clock that nothing was lent to."""
    return derive(ClockFacts(clock.start_at, span_of(clock)), seed_calendar()).due_at


def test_the_units_inner_dates_follow_an_earlier_date_that_was_lent(office: Office) -> None:
    first = make_case(office.session, office.clerk)
    later = NOW + timedelta(days=3)
    second = make_case(office.session, office.clerk, now=later)
    assigning.assign(office.session, second, office.clerk, later, HELP, Allotment(office.finance.id))
    own = [clock.due_at for clock in open_clocks(office.session, second.id) if clock.stage == "draft"]
    merging.merge(office.session, first, office.clerk, later, second.number, "同一路灯")
    lent = [clock.due_at for clock in open_clocks(office.session, second.id) if clock.stage == "draft"]
    reply = reply_clock(office.session, second.id)
    assert reply is not None
    assert reply.due_at is not None
    assert lent[0] is not None
    assert own[0] is not None
    assert lent[0] < own[0]
    assert lent[0] <= reply.due_at


@pytest.mark.parametrize("into", ["LY2026-999999", "own"])
def test_merging_into_nothing_or_itself_is_refused(office: Office, into: str) -> None:
    case = make_case(office.session, office.clerk)
    with pytest.raises(Invalid):
        merging.merge(office.session, case, office.clerk, NOW, case.number if into == "own" else into, "")


def test_an_accusation_shares_its_answer_with_no_other_kind(office: Office) -> None:
    accusation, other = (
        make_case(office.session, office.clerk, kind=Kind.ACCUSATION, accused="某公司"),
        make_case(office.session, office.clerk, accused="某公司"),
    )
    for case, into in ((accusation, other), (other, accusation)):
        with pytest.raises(Invalid, match="不能并案"):
            merging.merge(office.session, case, office.clerk, NOW, into.number, "")
    like = make_case(office.session, office.clerk, kind=Kind.ACCUSATION, accused="某公司")
    merging.merge(office.session, like, office.clerk, NOW, accusation.number, "同一举报")
    with pytest.raises(Invalid, match="先拆分"):
        operations.classify(office.session, accusation, office.clerk, NOW, HELP)
    merging.unmerge(office.session, like, office.clerk, NOW, "不是同一件事")
    operations.classify(office.session, accusation, office.clerk, NOW, HELP)
    assert accusation.kind is Kind.HELP


def test_a_page_opened_before_another_act_is_refused(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    seen = case.version
    operations.accept(office.session, case, office.clerk, NOW, HELP, seen)
    with pytest.raises(Conflict):
        operations.decline(office.session, case, office.clerk, NOW, "其他", "理由", "渠道", seen)


def test_a_unit_head_may_not_triage(office: Office) -> None:
    case = assigned(office)
    with pytest.raises(Forbidden):
        assigning.reassign(office.session, case, office.head, NOW, office.roads.id, "不想办")


def test_a_restricted_case_is_seen_by_named_people_only(office: Office) -> None:
    case = make_case(office.session, office.clerk, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    with pytest.raises(NotFound):
        open_case(office.session, case.number, office.leader)
    operations.grant(office.session, case, office.clerk, NOW, "leader", "分管纪检")
    assert open_case(office.session, case.number, office.leader)[0] is case
    with pytest.raises(Invalid):
        operations.grant(office.session, case, office.clerk, NOW, "leader", "再来一次")
    with pytest.raises(Invalid):
        operations.grant(office.session, case, office.clerk, NOW, "nobody", "没有这个人")
