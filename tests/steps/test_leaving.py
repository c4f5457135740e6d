"""并案, 不予受理 and 转出 end no duty of a risk level and no answer to a 督办 unseen (decisions 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.casefile.reminding import coming
from opinion_app.desks.casefile.said import said
from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.desks.risk.reporting import REPORTS, Report, report
from opinion_app.flow.assess import approve, assess
from opinion_app.flow.brought_back import NOT_ASKED
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import OUT_OF_USE, UNIT_LEFT, open_clocks, refresh, start_clock
from opinion_app.flow.risk_clocks import risk_clocks
from opinion_app.flow.supervise import Asked, answer, issue
from opinion_app.flow.which_rule import choice_for
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.errors import Refused
from opinion_app.rules.left_open import NO_MORE
from opinion_app.rules.life import is_next, permitted
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import ClockState, Disclosure, RetentionPeriod, RiskFactor, RiskLevel, Stage
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.triage import assigning, merging, operations
from tests.builders.life import Office, answered, assigned, closed, give_addresses, handling_case, make_office
from tests.builders.office import NOW, make_case

HOUR = timedelta(hours=1)
Act = Callable[[Office, Case], object]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def merged(office: Office, case: Case) -> None:
    into = make_case(office.session, office.clerk)
    merging.merge(office.session, case, office.clerk, NOW + HOUR, into.number, "同一件事", know_late=True)


def declined(office: Office, case: Case) -> None:
    operations.decline(office.session, case, office.clerk, NOW + HOUR, "不属本机关", "不属本机关职权", "县局", None)


def referred(office: Office, case: Case) -> None:
    operations.refer(office.session, case, office.clerk, NOW + HOUR, "县供电公司", "路灯归它管", None)


def graded(office: Office, case: Case, level: RiskLevel) -> None:
    said = Sheet({factor: Ground(1, "见截图") for factor in RiskFactor}, level, "综合判断", "可能被误读")
    assess(office.session, case, office.clerk, NOW, said)


def supervised(office: Office, case: Case, unit_id: int) -> Supervision:
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", unit_id, local_date(NOW) + timedelta(days=2))
    made = issue(office.session, case, asked, office.leader, NOW)
    assert made is not None
    return made


def graded_before(office: Office, case: Case) -> None:
    """As an older version may have left a case: at rest, with a duty of its level that runs."""
    case.risk_level = RiskLevel.III
    choice = choice_for(office.session, case, ClockStage.RISK_REPORT, NOW)
    assert choice is not None
    start_clock(office.session, case, choice, NOW)
    refresh(office.session, case)


def given_back(office: Office, case: Case) -> None:
    """The lead unit gives the case back, and the office takes it."""
    handling.ask_return(office.session, case, office.finance_head, NOW, "不属本单位职责")
    assigning.decide_return(office.session, case, office.clerk, NOW, agree=True, opinion="按职责")


@pytest.mark.parametrize(("act", "to"), [(merged, Stage.MERGED), (declined, Stage.DECLINED), (referred, Stage.REFERRED)])
def test_a_case_does_not_leave_over_the_duties_of_its_level_and_does_once_they_are_done(
    office: Office, act: Act, to: Stage
) -> None:
    case = make_case(office.session, office.clerk)
    graded(office, case, RiskLevel.I)
    held, before = {clock.id for clock in risk_clocks(office.session, case)}, case.version
    with pytest.raises(Refused, match=r"电话报告.*还没有登记"):
        act(office, case)
    assert (case.stage, case.version, case.merged_into_id) == (Stage.RECEIVED, before, None)
    assert {clock.id for clock in risk_clocks(office.session, case)} == held
    for name, _label in REPORTS:
        report(office.session, case, office.clerk, NOW, Report(name, "县委网信办", "已报"))
    assert not risk_clocks(office.session, case)
    act(office, case)
    assert case.stage is to
    assert not open_clocks(office.session, case.id)


def test_a_case_leaves_once_a_leader_finds_that_it_is_no_matter_of_public_opinion(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    graded(office, case, RiskLevel.III)
    graded(office, case, RiskLevel.NONE)
    with pytest.raises(Refused, match="较大"):
        declined(office, case)
    approve(office.session, case, office.leader, NOW, passed=True, know_late=True)
    declined(office, case)
    assert case.stage is Stage.DECLINED


def test_the_duties_of_a_closed_case_that_is_graded_run_and_keep_it_from_the_archive(office: Office) -> None:
    case = closed(office)
    later = NOW + 2 * HOUR
    said = Sheet({factor: Ground(1, "见截图") for factor in RiskFactor}, RiskLevel.I, "综合判断", "可能被误读")
    assess(office.session, case, office.clerk, later, said)
    assert {clock.state for clock in risk_clocks(office.session, case)} == {ClockState.RUNNING}
    assert case.next_due_at is not None
    with pytest.raises(Refused, match=r"电话报告.*不能“归档”"):
        closing.archive(office.session, case, office.clerk, later, RetentionPeriod.TEN)
    for name, _label in REPORTS:
        report(office.session, case, office.clerk, later, Report(name, "县委网信办", "已报"))
    closing.archive(office.session, case, office.clerk, later, RetentionPeriod.TEN)
    assert (case.stage, open_clocks(office.session, case.id)) == (Stage.ARCHIVED, [])


def test_a_case_is_closed_over_a_sheet_and_its_unit_is_asked_until_it_answers(office: Office) -> None:
    """The lateness sheet of a case that is answered and closed next day: it neither vanishes nor keeps the case open."""
    session, case = office.session, answered(office)
    give_addresses(session)
    sheet, case.disclosure = supervised(office, case, office.finance.id), Disclosure.WITHHELD
    left = closing.close(session, case, office.clerk, NOW + HOUR)
    assert [one.title for one in left.sheets] == ["督办单第 1 号"]
    held, facts = open_clocks(session, case.id), facts_of(session, case)
    for actor, answers in ((office.finance_head, True), (office.roads_head, False), (office.clerk, False)):
        offered = {act.name for act in permitted(actor, facts) if is_next(act, facts)}
        assert ("supervise_feedback" in offered) is answers
    assert [(clock.stage, clock.due_at) for clock in held] == [("feedback", case.next_due_at)]
    told = coming(session, held, facts_of(session, case), NOW + HOUR)
    assert {"范所长", "方承办"} <= {name for one in told for name in one.whom.split("、")}
    late = parse_moment("2026-11-26T08:30")
    digests = {one.person_id: one.lines for one in plan_digests(session, late).digests}
    assert {office.finance_head.id, office.finance_handler.id} == {who for who, lines in digests.items() if lines}
    assert [line.number for line in digests[office.finance_head.id]] == [case.number]
    with pytest.raises(Refused, match="督办单第 1 号（财政所）还没有反馈，“归档”以后"):
        closing.archive(session, case, office.clerk, late, RetentionPeriod.TEN)
    closing.reopen(session, case, office.clerk, late, "来信人不满意", know_late=True)
    facts = facts_of(session, case)
    assert (facts.sheets_waiting, facts.asked) == (1, {office.finance.id})
    assert [clock.due_at for clock in open_clocks(session, case.id) if clock.stage == "feedback"] == [held[0].due_at]
    answer(session, case, sheet, office.finance_head, late, "已办")
    assert "feedback" not in {clock.stage for clock in open_clocks(session, case.id)}


def test_a_case_that_was_declined_over_a_duty_before_that_was_refused_is_archived_and_says_what_was_not_done(
    office: Office,
) -> None:
    session, case = office.session, make_case(office.session, office.clerk)
    declined(office, case)
    graded_before(office, case)
    assert case.next_due_at is not None
    closing.archive(session, case, office.clerk, NOW, RetentionPeriod.TEN)
    assert (case.stage, open_clocks(session, case.id), case.next_due_at) == (Stage.ARCHIVED, [], None)
    filed = session.scalars(select(Move).where(Move.case_id == case.id, Move.act == "archive")).one()
    assert said(filed).startswith("保管期限 10年。报告舆情还没有登记。本件不予受理，已不能补办；“归档”后这些时限停止")


def test_another_case_is_merged_into_one_with_open_duties_and_those_go_on(office: Office) -> None:
    case, other = make_case(office.session, office.clerk), make_case(office.session, office.clerk)
    graded(office, case, RiskLevel.I)
    held = {(clock.id, clock.due_at) for clock in risk_clocks(office.session, case)}
    merging.merge(office.session, other, office.clerk, NOW, case.number, "同一件事", know_late=True)
    assert other.stage is Stage.MERGED
    assert {(clock.id, clock.due_at) for clock in risk_clocks(office.session, case)} == held


@pytest.mark.parametrize(("act", "to"), [(merged, Stage.MERGED), (referred, Stage.REFERRED)])
def test_a_case_does_not_leave_over_a_sheet_its_unit_can_still_answer(office: Office, act: Act, to: Stage) -> None:
    case = assigned(office)
    sheet = supervised(office, case, office.finance.id)
    with pytest.raises(Refused, match="督办单第 1 号（财政所）还没有反馈"):
        act(office, case)
    answer(office.session, case, sheet, office.finance_head, NOW, "已办")
    act(office, case)
    assert (case.stage, sheet.stopped_words) == (to, "")


def test_a_supporting_unit_that_stayed_answers_before_the_case_is_declined(office: Office) -> None:
    case = handling_case(office)
    sheet = supervised(office, case, office.roads.id)
    given_back(office, case)
    with pytest.raises(Refused, match="村镇建设办"):
        declined(office, case)
    answer(office.session, case, sheet, office.roads_head, NOW, "已办")
    declined(office, case)
    assert case.stage is Stage.DECLINED


def test_a_sheet_nobody_can_answer_any_more_keeps_no_case_and_says_why_it_ended(office: Office) -> None:
    case = handling_case(office)
    sheet = supervised(office, case, office.finance.id)
    assert sheet.stopped_words == ""
    given_back(office, case)
    assert "feedback" not in {clock.stage for clock in open_clocks(office.session, case.id)}, "nobody is reminded in vain"
    declined(office, case)
    assert (case.stage, sheet.stopped_words) == (Stage.DECLINED, UNIT_LEFT)


def test_a_sheet_of_a_unit_that_leaves_by_another_assignment_ends_and_one_of_a_unit_that_stays_does_not(office: Office) -> None:
    case = handling_case(office)
    gone, stays = supervised(office, case, office.finance.id), supervised(office, case, office.roads.id)
    assigning.reassign(office.session, case, office.clerk, NOW + HOUR, office.roads.id, "由村镇建设办主办", know_late=True)
    assert (gone.stopped_words, stays.stopped_words) == (UNIT_LEFT, "")
    assert [clock.unit_id for clock in open_clocks(office.session, case.id) if clock.stage == "feedback"] == [office.roads.id]


@pytest.mark.parametrize("reason", [OUT_OF_USE, NOT_ASKED])
def test_a_duty_that_is_asked_for_no_more_says_so_in_one_way(reason: str) -> None:
    assert reason.endswith(NO_MORE)
