"""What the acts of a case do to its clocks: started, met, stopped, revived, moved; none loses or steals a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from opinion_app.flow import clock_changes, clocks, merged_dates
from opinion_app.flow.calendar import RULES_VERSION, bump, work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, settle, span_of, warning_moment
from opinion_app.flow.reclassifying import reclassify
from opinion_app.flow.reply_owed import owe_anew
from opinion_app.flow.which_rule import ahead_of, rule_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit as UnitRow
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.deadline_rules import StartEvent
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import (
    ClockState,
    Kind,
    Procedure,
    Role,
    Source,
    Stage,
    UnitRole,
    Urgency,
)
from opinion_app.rules.zone import local_date
from tests.builders.office import NOW, make_actor, make_case, make_unit

CAUSE = Cause(NOW, "测试")


@dataclass
class Office:
    session: Session
    clerk: Actor
    finance: UnitRow
    roads: UnitRow

    def given(self, case: Case, unit: UnitRow, role: UnitRole = UnitRole.LEAD, now: datetime = NOW) -> Assignment:
        """A unit's part in the case, with the clocks it starts."""
        row = Assignment(case_id=case.id, unit_id=unit.id, role=role, assigned_at=now)
        self.session.add(row)
        self.session.flush()
        clocks.open_assignment(self.session, case, row, now)
        return row

    def dues(self, case: Case) -> dict[str, date]:
        """The due dates of the open clocks by stage."""
        return {
            clock.stage: local_date(clock.due_at)
            for clock in clocks.open_clocks(self.session, case.id)
            if clock.due_at is not None
        }


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield Office(session, make_actor(session, "clerk", Role.CLERK), make_unit(session), make_unit(session, "村镇建设办"))


def only(office: Office, case: Case, stage: str) -> Clock:
    """The one open clock of that stage."""
    [clock] = [held for held in clocks.open_clocks(office.session, case.id) if held.stage == stage]
    return clock


def letter(**values: object) -> LetterFacts:
    facts = {
        "issuer": "县信访局",
        "document_number": "信转〔2026〕1号",
        "notice_date": date(2026, 11, 20),
        "received_on": date(2026, 11, 23),
        "return_on": date(2026, 12, 10),
        "report_owed": True,
    } | values
    return LetterFacts(**facts)  # type: ignore[arg-type]


def test_a_message_starts_accepting_and_reply_and_repeats_the_first_on_the_case(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    assert office.dues(case) == {"accept": date(2026, 11, 24), "reply": date(2026, 12, 2)}
    assert (case.next_due_stage, local_date(case.next_due_at or NOW)) == ("accept", date(2026, 11, 24))
    assert clocks.owed_by_office(only(office, case, "accept"))
    assert not clocks.owed_by_office(only(office, case, "reply"))


def test_a_letters_own_date_beats_the_rule_and_its_report_is_owed(office: Office) -> None:
    case = make_case(office.session, office.clerk, source=Source.FORWARDED_LETTER, procedure=Procedure.NOTICE, letter=letter())
    assert office.dues(case) == {"accept": date(2026, 11, 24), "reply": date(2026, 12, 10), "report_back": date(2026, 12, 10)}


def test_a_letter_that_wants_no_report_starts_none(office: Office) -> None:
    case = make_case(
        office.session, office.clerk, source=Source.FORWARDED_LETTER, procedure=Procedure.NOTICE, letter=letter(report_owed=False)
    )
    assert "report_back" not in office.dues(case)


def test_d12_units_run_under_the_replys_date(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    office.given(case, office.finance)
    office.given(case, office.roads, UnitRole.SUPPORT)
    inner = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "draft"]
    assert {clock.met_by_act for clock in inner} == {"submit_reply", "report_support"}
    assert {local_date(clock.due_at) for clock in inner if clock.due_at} == {date(2026, 11, 30)}
    assert {clock.unit_id for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "contact"} == {
        office.finance.id
    }


def test_a_petition_is_told_from_receipt_and_answered_from_acceptance(office: Office) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    assert set(office.dues(case)) == {"accept", "contact"}
    assert clocks.reply_clock(office.session, case.id) is None
    office.given(case, office.finance)
    assert "draft" not in office.dues(case), "no inner date without a reply to count back from"
    clocks.shift_inner(office.session, case, CAUSE)
    clocks.after_act(office.session, case, "accept", NOW)
    assert office.dues(case)["reply"] == date(2027, 1, 22)
    assert "accept" not in office.dues(case)


def test_d14_meeting_one_clock_leaves_the_others(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    office.given(case, office.finance)
    office.given(case, office.roads, UnitRole.SUPPORT)
    clocks.after_act(office.session, case, "sign_for", NOW, office.finance.id)
    signing = [clock.unit_id for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "sign_for"]
    assert signing == [office.roads.id]
    assert case.next_due_stage == "accept"


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.DECLINED, Stage.MERGED, Stage.REFERRED, Stage.ARCHIVED])
def test_a_case_at_rest_has_no_clock(office: Office, stage: Stage) -> None:
    case = make_case(office.session, office.clerk)
    case.stage = stage
    clocks.after_act(office.session, case, "close", NOW)
    assert office.dues(case) == {}
    assert (case.next_due_at, case.next_due_stage, case.next_due_provisional) == (None, "", False)


def test_d12_a_unit_that_leaves_takes_its_clocks_along_and_not_the_reply(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    row = office.given(case, office.finance)
    clocks.stop_assignment(office.session, case, row.id, "改派", NOW)
    assert set(office.dues(case)) == {"accept", "reply"}


def test_d13_a_merge_taken_apart_gives_every_clock_back(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    before = office.dues(case)
    clocks.stop_all(office.session, case, clocks.MERGED, NOW)
    merged_dates.revive(office.session, case, clocks.MERGED, NOW)
    assert office.dues(case) == before
    assert only(office, case, "reply").state is ClockState.RUNNING


def test_d13_the_survivor_of_a_merge_answers_by_the_earlier_date(office: Office) -> None:
    first = make_case(office.session, office.clerk)
    second = make_case(office.session, office.clerk, now=NOW + timedelta(days=2))
    own = office.dues(second)["reply"]
    put_into(office, first, second)
    assert office.dues(second)["reply"] == date(2026, 12, 2)
    third = make_case(office.session, office.clerk, now=NOW + timedelta(days=4))
    put_into(office, third, second)
    assert office.dues(second)["reply"] == date(2026, 12, 2), "a later date changes nothing"
    merged_dates.release(office.session, second, first.number, NOW + timedelta(days=4))
    assert office.dues(second)["reply"] == own, "and the earlier one is given back"
    petition = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    fourth = make_case(office.session, office.clerk, now=NOW + timedelta(days=4))
    due = office.dues(fourth)["reply"]
    put_into(office, fourth, petition)
    assert office.dues(petition)["reply"] == due, "it had no date yet: now it has the other's"


def put_into(office: Office, case: Case, survivor: Case) -> None:
    """What a merge does to the clocks of both."""
    now = max(case.received_at, survivor.received_at)
    merged_dates.adopt_earlier(office.session, survivor, case, now)
    clocks.stop_all(office.session, case, clocks.MERGED, now)


def test_d11_a_reopened_case_gets_its_time_again(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    clocks.stop_all(office.session, case, "已办结", NOW)
    again = NOW + timedelta(days=7)
    case.reply_round += 1
    office.session.add(Move(case_id=case.id, act="reopen", to_stage=case.stage, at=again))
    owe_anew(office.session, case, again)
    assert office.dues(case) == {"reply": date(2026, 12, 9)}


def test_d12_another_kind_moves_the_reply_from_its_old_start_and_the_units_with_it(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    office.given(case, office.finance)
    case.kind = Kind.INQUIRY
    moved = reclassify(office.session, case, NOW)
    assert [(stage, local_date(after.at)) for stage, _before, after in moved if after] == [
        ("draft", date(2026, 11, 24)),
        ("reply", date(2026, 11, 26)),
    ]
    assert office.dues(case)["draft"] == date(2026, 11, 24)
    assert "contact" not in office.dues(case), "nobody asks for a contact with whoever inquires"
    assert ("contact", None) in [(stage, after) for stage, _before, after in moved]


def test_d17_a_kind_without_a_rule_gets_the_default_with_a_warning(office: Office) -> None:
    case = make_case(office.session, office.clerk, kind=Kind.OTHER)
    assert "默认" in only(office, case, "reply").warning


def test_d10_granted_time_moves_the_reply_and_what_hangs_on_it_and_keeps_the_first_date(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    office.given(case, office.finance)
    reply = only(office, case, "reply")
    clock_changes.extend(office.session, case, reply, Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="需现场勘查"))
    assert office.dues(case)["reply"] == date(2026, 12, 9)
    assert office.dues(case)["draft"] == date(2026, 12, 7)
    assert local_date(reply.original_due_at) == date(2026, 12, 2)
    assert reply.deadline_version == 2
    assert facts_of(reply).extensions[0].reason == "需现场勘查"


def test_d09_a_suspended_clock_has_no_date_until_it_runs_again(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    reply = only(office, case, "reply")
    reply.pauses = [{"since": NOW.isoformat(), "until": None, "reason": "补正"}]
    derivation = settle(reply, work_calendar(office.session), None, CAUSE)
    clocks.refresh(office.session, case)
    assert (reply.state, reply.due_at, reply.warn_at) == (ClockState.SUSPENDED, None, None)
    assert derivation.open_ended
    assert case.next_due_stage == "accept"
    merged_dates.adopt_earlier(office.session, case, case, NOW)
    clocks.shift_inner(office.session, case, CAUSE)
    reply.pauses = [{"since": NOW.isoformat(), "until": (NOW + timedelta(days=2)).isoformat(), "reason": "补正"}]
    settle(reply, work_calendar(office.session), None, CAUSE)
    assert (reply.state, local_date(reply.due_at or NOW)) == (ClockState.RUNNING, date(2026, 12, 4))


def test_d16_an_urgent_clock_warns_when_a_quarter_is_left(office: Office) -> None:
    case = make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    reply = only(office, case, "reply")
    assert reply.warn_at == NOW + timedelta(hours=18)
    assert span_of(reply).amount == 24
    assert only(office, case, "accept").warn_at == NOW + timedelta(minutes=45)


def test_a_clock_whose_rule_is_gone_runs_on(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    reply = only(office, case, "reply")
    held = rule_of(office.session, reply)
    assert held is not None
    assert ahead_of(office.session, reply) == held.warning
    office.session.execute(update(DeadlineRuleRow).values(active=False))
    bump(office.session, RULES_VERSION)
    assert rule_of(office.session, reply) is None
    assert ahead_of(office.session, reply) is None
    reply.rule_id = None
    assert rule_of(office.session, reply) is None
    row = Assignment(case_id=case.id, unit_id=office.finance.id, role=UnitRole.LEAD, assigned_at=NOW)
    office.session.add(row)
    office.session.flush()
    clocks.open_assignment(office.session, case, row, NOW)
    assert set(office.dues(case)) == {"accept", "reply"}, "without rules a unit owes nothing of its own"
    derivation = settle(reply, work_calendar(office.session), None, CAUSE)
    assert warning_moment(reply, derivation, work_calendar(office.session), held.warning)


def test_without_any_rule_a_reply_is_still_owed(office: Office) -> None:
    office.session.execute(delete(Clock))
    office.session.execute(delete(DeadlineRuleRow))
    bump(office.session, RULES_VERSION)
    case = make_case(office.session, office.clerk, now=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    assert office.dues(case) == {"reply": date(2026, 12, 3)}


def test_d11_a_declined_case_taken_up_again_runs_from_then_on(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    clocks.stop_all(office.session, case, "不予受理", NOW)
    clocks.open_event(office.session, case, StartEvent.RECEIVED, NOW + timedelta(days=1))
    assert office.dues(case) == {"accept": date(2026, 11, 25), "reply": date(2026, 12, 3)}
