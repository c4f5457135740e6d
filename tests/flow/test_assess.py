"""Assessing on real databases: versions, rises and falls with their clocks, leaders told, approval by another person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import assess as acts
from opinion_app.flow import risk_clocks
from opinion_app.flow.calendar import load_days, work_calendar
from opinion_app.flow.clocks import open_clocks, reply_clock
from opinion_app.flow.policies import admit_policy, open_policy, visible_policies
from opinion_app.flow.reclassifying import reclassify
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import AssessmentState, ClockState, Kind, NoticeChannel, RiskFactor, RiskLevel, Role
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayKind
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.life import Office, assigned, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case

L = RiskLevel
HOUR = timedelta(hours=1)
ONES = {factor: Ground(1, "见截图") for factor in RiskFactor}


def sheet(level: RiskLevel | None = None, **changed: object) -> Sheet:
    """A complete sheet that comes to this level."""
    reason = "综合当前情况" if level is not None else ""
    return Sheet(ONES, level, reason, "可能被误读", "口径、发言人、监测安排", **changed)  # type: ignore[arg-type]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def dues(session: Session, case: Case) -> dict[str, timedelta | None]:
    """How long after NOW each running risk clock is due."""
    return {clock.stage: clock.due_at - NOW if clock.due_at else None for clock in risk_clocks.risk_clocks(session, case)}


def test_a_first_level_acts_at_once_with_its_clocks_and_tells_the_leader(office: Office) -> None:
    case = handling_case(office)
    reply_due = reply_clock(office.session, case.id)
    row = acts.assess(office.session, case, office.clerk, NOW, sheet(), case.version)
    assert (row.version_no, row.level, row.state) == (1, L.IV, AssessmentState.DECIDED)
    assert case.risk_level is L.IV
    assert {"risk_report": 2 * HOUR, "risk_response": 48 * HOUR}.items() <= dues(office.session, case).items()
    assert {clock.assessment_id for clock in risk_clocks.risk_clocks(office.session, case)} == {row.id}
    assert reply_clock(office.session, case.id) is reply_due
    assert case.next_due_stage == "risk_report"
    told = office.session.scalars(select(Notice).where(Notice.person_id == office.leader.id)).all()
    assert any("请审定" in notice.subject for notice in told)
    assert all("路灯" not in notice.subject for notice in told)
    assert reclassify(office.session, case, NOW) == []


def test_d02_a_date_kept_from_a_lower_level_is_no_guess_once_the_year_is_loaded(office: Office) -> None:
    now, days = parse_moment("2026-12-31T10:00"), range(1, 6)
    risen, fresh = handling_case(office, now), handling_case(office, now)
    for hour, level in enumerate((L.IV, L.III)):
        acts.assess(office.session, risen, office.clerk, now + hour * HOUR, sheet(level), risen.version)
    acts.assess(office.session, fresh, office.clerk, now, sheet(L.III), fresh.version)
    held = [_verify(office, case) for case in (risen, fresh)]
    assert [(local_date(clock.due_at or now), clock.provisional) for clock in held] == [(date(2027, 1, 4), True)] * 2
    load_days(office.session, [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in days], {2027}, now)
    told = preview(office.session, now + 2 * HOUR, work_calendar(office.session))
    assert recompute_open(office.session, now + 2 * HOUR) == told
    assert [(local_date(clock.due_at or now), clock.provisional) for clock in held] == [(date(2027, 1, 7), False)] * 2


def test_d02_a_cap_follows_through_every_rise(office: Office) -> None:
    now = parse_moment("2026-12-31T10:00")
    case = handling_case(office, now)
    row = acts.assess(office.session, case, office.clerk, now, sheet(L.IV), case.version)
    first = _verify(office, case)
    for day in (1, 2):
        risk_clocks.open_assessed(office.session, case, row, now + timedelta(days=day))
    load_days(office.session, [DayRow(date(2027, 1, 4), DayKind.HOLIDAY, "元旦")], {2027}, now)
    recompute_open(office.session, now)
    last = _verify(office, case)
    assert (local_date(last.due_at or now), last.provisional) == (date(2027, 1, 5), False)
    office.session.delete(first)
    office.session.flush()
    second = office.session.scalars(select(Clock).where(Clock.stage == "risk_verify").order_by(Clock.id)).first()
    assert second is not None
    assert risk_clocks.cap_now(office.session, second, work_calendar(office.session)) is None, "nobody knows what it replaced"


def _verify(office: Office, case: Case) -> Clock:
    """The running duty to hand in the verification."""
    return next(clock for clock in risk_clocks.risk_clocks(office.session, case) if clock.stage == "risk_verify")


def test_no_matter_of_public_opinion_starts_no_clock(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    none = Sheet({factor: Ground(0) for factor in RiskFactor})
    row = acts.assess(office.session, case, office.clerk, NOW, none)
    assert (row.level, case.risk_level) == (L.NONE, L.NONE)
    assert dues(office.session, case) == {}


def test_a_grave_level_tells_every_leader_also_by_mail(office: Office) -> None:
    other = make_actor(office.session, "leader2", Role.LEADER, email="zhen@example.cn")
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.II))
    told = office.session.scalars(select(Notice).where(Notice.person_id == other.id)).all()
    assert {notice.channel for notice in told} == {NoticeChannel.IN_APP, NoticeChannel.MAIL}
    assert dues(office.session, case) == {
        "risk_phone": HOUR / 2,
        "risk_report": HOUR,
        "risk_publish": 5 * HOUR,
        "risk_response": 24 * HOUR,
    }


def test_a_restricted_case_is_told_to_those_only_who_may_know_of_it(office: Office) -> None:
    named = make_actor(office.session, "leader2", Role.LEADER, handles_accusations=True)
    clerk = make_actor(office.session, "clerk2", Role.CLERK, handles_accusations=True)
    case = make_case(office.session, clerk, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    acts.assess(office.session, case, clerk, NOW, sheet(L.II))
    told = set(office.session.scalars(select(Notice.person_id).where(Notice.case_id == case.id)))
    assert told == {named.id}


def test_a_rise_adds_clocks_and_never_gains_time(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.IV))
    acts.assess(office.session, case, office.clerk, NOW + 40 * HOUR, sheet(L.II), case.version)
    assert case.risk_level is L.II
    running = {(clock.stage, clock.met_by_act): clock.due_at for clock in risk_clocks.risk_clocks(office.session, case)}
    assert running[("risk_response", "record_response")] == NOW + 48 * HOUR
    assert running[("risk_report", "report_to_leader")] == NOW + 2 * HOUR
    assert running[("risk_report", "report_upward")] == NOW + 41 * HOUR
    assert ("risk_verify", "submit_verification") in running
    stopped = office.session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.state == ClockState.STOPPED)).all()
    assert [(clock.stage, clock.end_reason) for clock in stopped] == [("risk_response", "升为“重大”，按新的时限")]


def test_assessing_again_at_the_same_level_moves_no_clock(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.III))
    before = dues(office.session, case)
    row = acts.assess(office.session, case, office.clerk, NOW + HOUR, sheet(L.III))
    assert dues(office.session, case) == before
    states = [version.state for version in acts.versions(office.session, case)]
    assert row.version_no == 2
    assert states == [AssessmentState.DECIDED, AssessmentState.SUPERSEDED]


def test_a_fall_waits_for_a_leader_and_then_counts_from_the_old_start(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.II))
    acts.assess(office.session, case, office.clerk, NOW + HOUR, sheet(L.IV))
    assert case.risk_level is L.II
    assert dues(office.session, case)["risk_response"] == 24 * HOUR
    acts.approve(office.session, case, office.leader, NOW + 3 * HOUR, passed=True, seen=case.version)
    assert case.risk_level is L.IV
    after = dues(office.session, case)
    assert after["risk_response"] == 48 * HOUR
    assert set(after) == {"risk_response", "risk_verify"}, "what only the higher level asks for has stopped"
    ended = office.session.scalars(select(Clock.end_reason).where(Clock.case_id == case.id, Clock.state == ClockState.STOPPED))
    assert set(ended) == {"降为“一般”，不再要求"}
    acts.assess(office.session, case, office.clerk, NOW + 4 * HOUR, sheet(L.NONE))
    acts.approve(office.session, case, office.leader, NOW + 5 * HOUR, passed=True)
    assert dues(office.session, case) == {}


def test_an_approval_is_the_report_to_the_leader_and_supersedes_the_version_before(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.III))
    first, _moved = acts.approve(office.session, case, office.leader, NOW + HOUR, passed=True, opinion="同意")
    assert "risk_report" not in dues(office.session, case)
    acts.assess(office.session, case, office.clerk, NOW + HOUR, sheet(L.III, historic=True))
    second, _moved = acts.approve(office.session, case, office.leader, NOW + 2 * HOUR, passed=True)
    assert (first.state, second.state) == (AssessmentState.SUPERSEDED, AssessmentState.APPROVED)
    assert second.approved_by_id == office.leader.id


def test_historic_matters_are_verified_within_five_days_once_a_leader_agrees(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.IV, historic=True))
    verify = next(clock for clock in open_clocks(office.session, case.id) if clock.stage == "risk_verify")
    assert verify.due_at is not None
    assert local_date(verify.due_at) == date(2026, 11, 30)
    acts.assess(office.session, case, office.clerk, NOW + HOUR, sheet(L.IV))
    acts.approve(office.session, case, office.leader, NOW + HOUR, passed=True)
    assert local_date(verify.due_at) == date(2026, 11, 25)


def test_d12_an_approval_by_which_a_duty_is_late_is_refused_until_the_leader_says_they_know(office: Office) -> None:
    case, late = make_case(office.session, office.clerk), NOW + 72 * HOUR
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.IV, historic=True))
    acts.assess(office.session, case, office.clerk, NOW + HOUR, sheet(L.IV))
    with (
        pytest.raises(Invalid, match=r"核实报告时限：2026-11-30 → 2026-11-25（已逾期）") as refused,
        office.session.begin_nested(),
    ):
        acts.approve(office.session, case, office.leader, late, passed=True)
    assert "know_late" in refused.value.fields
    verify = next(clock for clock in open_clocks(office.session, case.id) if clock.stage == "risk_verify")
    assert verify.due_at is not None
    assert verify.due_at > late, "nothing of it stays"
    row, moved = acts.approve(office.session, case, office.leader, late, passed=True, know_late=True)
    assert (row.state, moved[0][0]) == (AssessmentState.APPROVED, "risk_verify")
    note = office.session.scalar(select(Move.note).where(Move.case_id == case.id, Move.act == "approve_assessment"))
    assert "2026-11-30 → 2026-11-25（已逾期）" in (note or "")


def test_sending_back_needs_a_reason_and_leaves_a_rise_standing(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.clerk, NOW, sheet(L.II))
    with pytest.raises(Invalid):
        acts.approve(office.session, case, office.leader, NOW, passed=False)
    row, _moved = acts.approve(office.session, case, office.leader, NOW, passed=False, opinion="依据不足")
    assert (row.state, case.risk_level) == (AssessmentState.SENT_BACK, L.II)
    told = office.session.scalars(select(Notice.subject).where(Notice.person_id == office.clerk.id)).all()
    assert any("退回" in subject for subject in told)
    with pytest.raises(Refused):
        acts.approve(office.session, case, office.leader, NOW, passed=True)


def test_nobody_approves_what_they_assessed_and_only_leaders_approve(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    acts.assess(office.session, case, office.leader, NOW, sheet(L.II))
    for person in (office.leader, office.clerk, office.reviewer):
        with pytest.raises(Forbidden):
            acts.approve(office.session, case, person, NOW, passed=True)


def test_an_unfinished_sheet_and_an_old_page_change_nothing(office: Office) -> None:
    case = assigned(office)
    with pytest.raises(Conflict):
        acts.assess(office.session, case, office.clerk, NOW, sheet(), case.version - 1)
    with pytest.raises(Invalid):
        acts.assess(office.session, case, office.clerk, NOW, Sheet({}))
    with pytest.raises(NotFound):
        acts.assess(office.session, case, make_actor(office.session, "far", Role.HANDLER), NOW, sheet())
    assert acts.latest(office.session, case) is None


# Policy documents, by the same sheet


def policy_of(office: Office, number: str = "ZC2026-0001") -> Policy:
    policy = Policy(number=number, title="村民用水收费办法", unit_id=office.finance.id, registered_at=NOW)
    office.session.add(policy)
    office.session.flush()
    return policy


def test_a_policy_is_assessed_by_its_drafters_and_approved_by_a_leader(office: Office) -> None:
    policy, session = policy_of(office), office.session
    row = acts.assess_policy(session, policy, office.finance_handler, NOW, sheet(), policy.version)
    assert (policy.risk_level, row.policy_id) == (L.IV, policy.id)
    told = session.scalars(select(Notice.link).where(Notice.person_id == office.leader.id)).all()
    assert told == ["/office/policies/ZC2026-0001"]
    acts.assess_policy(session, policy, office.finance_handler, NOW, Sheet({factor: Ground(0) for factor in RiskFactor}))
    assert policy.risk_level is L.IV, "a fall waits"
    approved = acts.approve_policy(session, policy, office.leader, NOW, passed=True, opinion="同意")
    assert (policy.risk_level, approved.state) == (L.NONE, AssessmentState.APPROVED)
    with pytest.raises(Refused):
        acts.approve_policy(session, policy, office.leader, NOW, passed=True)


def test_a_policy_with_risk_needs_a_response_plan(office: Office) -> None:
    policy = policy_of(office)
    bare = Sheet(ONES, findings="可能误读")
    with pytest.raises(Invalid) as refusal:
        acts.assess_policy(office.session, policy, office.clerk, NOW, bare)
    assert "plan" in refusal.value.fields


def test_a_plan_may_come_as_a_file_and_an_assessment_may_be_sent_back(office: Office) -> None:
    policy = policy_of(office)
    acts.assess_policy(office.session, policy, office.clerk, NOW, Sheet(ONES, findings="可能误读"), plan_file=True)
    row = acts.approve_policy(office.session, policy, office.leader, NOW, passed=False, opinion="口径不清")
    assert row.state is AssessmentState.SENT_BACK


def test_a_policy_is_opened_by_its_people_only(office: Office) -> None:
    policy, session = policy_of(office), office.session
    assert open_policy(session, " zc2026-0001 ", office.finance_head)[0] is policy
    for actor, number in ((office.roads_head, policy.number), (office.clerk, "ZC2026-9999")):
        with pytest.raises(NotFound):
            open_policy(session, number, actor)
    with pytest.raises(Forbidden):
        open_policy(session, policy.number, office.finance_handler, "policy.edit")
    with pytest.raises(Conflict):
        admit_policy(session, policy, "policy.edit", office.clerk, policy.version + 1)
    acts.assess_policy(session, policy, office.clerk, NOW, sheet())
    seen = {actor.name: _seen(session, actor) for actor in (office.clerk, office.finance_head, office.roads_head)}
    assert seen == {"陈受理": 1, "范所长": 1, "罗主任": 0}
    assert _seen(session, make_actor(session, "admin", Role.ADMINISTRATOR)) == 0


def _seen(session: Session, actor: Actor) -> int:
    return len(session.scalars(select(Policy).where(visible_policies(actor))).all())


def test_a_leader_cannot_approve_the_own_assessment_of_a_policy(office: Office) -> None:
    policy, session = policy_of(office), office.session
    both = make_actor(session, "both", Role.LEADER, Role.UNIT_HEAD, unit=office.finance)
    acts.assess_policy(session, policy, both, NOW, sheet())
    with pytest.raises(Forbidden, match="另一位"):
        acts.approve_policy(session, policy, both, NOW, passed=True)
    assert session.scalar(select(Assessment.state)) is AssessmentState.DECIDED


def test_where_the_leader_in_charge_may_not_know_another_leader_is_told(office: Office) -> None:
    named = make_actor(office.session, "leader2", Role.LEADER, handles_accusations=True)
    clerk = make_actor(office.session, "clerk2", Role.CLERK, handles_accusations=True)
    case = make_case(office.session, clerk, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    case.lead_unit_id = office.finance.id
    office.session.add(LeaderInCharge(unit_id=office.finance.id, person_id=office.leader.id))
    office.session.flush()
    acts.assess(office.session, case, clerk, NOW, sheet(L.IV))
    told = set(office.session.scalars(select(Notice.person_id).where(Notice.case_id == case.id)))
    assert told == {named.id}


def test_there_is_nothing_to_judge_before_an_assessment(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    with pytest.raises(Refused):
        acts._judge(office.session, case, office.leader, NOW, passed=True, opinion="")
