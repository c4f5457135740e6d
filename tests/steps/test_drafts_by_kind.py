"""A unit's inner date follows the rule of its case's kind: another classification leaves another room for review (D12, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import RULES_VERSION, bump
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.rule_data import to_data
from opinion_app.rules.words import Kind
from opinion_app.rules.zone import local_date
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, Office, handling_case, make_office
from tests.builders.office import NOW, make_case
from tests.builders.rules import rule_changed

DAY = timedelta(days=1)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def room_for(session: Session, kind: Kind, days: int) -> None:
    draft = next(rule for rule in rules(session).values() if rule.code == "draft")
    row = replace(draft, code="draft-of-kind", name="此类件提交答复稿", kind=kind, span=Span(days, Unit.WORKING_DAYS))
    held = DeadlineRuleRow(code=row.code, version_no=1, data=to_data(row), in_force_from=row.in_force_from, changed_at=NOW)
    session.add(held)
    session.flush()
    bump(session, RULES_VERSION)


def drafts(office: Office, case: Case) -> list[Clock]:
    return [clock for clock in open_clocks(office.session, case.id) if clock.stage == "draft"]


def days_of(office: Office, case: Case) -> set[date]:
    return {local_date(clock.due_at) for clock in drafts(office, case) if clock.due_at}


def as_it_was(clock: Clock) -> tuple[object, ...]:
    """All that makes and explains a date, but not how often it moved."""
    made = clock.due_at, clock.warn_at, clock.fixed_on, clock.latest_at, clock.amount, clock.original_due_at
    return (*made, clock.rule_id, clock.source, clock.fixed_why, clock.warning, clock.met_by_act, clock.owed_by)


@pytest.mark.parametrize(
    ("kind", "days", "at", "moved"),
    [
        (Kind.COMPLAINT, 4, NOW, date(2026, 11, 26)),
        (Kind.COMPLAINT, 4, NOW + 5 * DAY, date(2026, 11, 30)),  # Saturday: laid on a working day that is left
        (Kind.COMPLAINT, 1, NOW + 8 * DAY, date(2026, 12, 1)),  # late until then, and late again once the slip is put right
        (Kind.INQUIRY, 1, NOW, date(2026, 11, 25)),  # the reply moves as well
    ],
)
def test_d12_the_room_for_review_follows_the_kind_and_a_slip_leaves_it_as_it_was(
    office: Office, kind: Kind, days: int, at: datetime, moved: date
) -> None:
    """求助 and 投诉 are answered in seven days, 咨询 in three."""
    room_for(office.session, kind, days)
    case = handling_case(office)
    before = {clock.id: as_it_was(clock) for clock in drafts(office, case)}
    assert (len(before), days_of(office, case)) == (2, {date(2026, 11, 30)})
    told = operations.classify(office.session, case, office.clerk, at, replace(HELP, kind=kind), know_late=True)
    assert days_of(office, case) == {moved}
    assert {stage for stage, _before, _after in told} >= ({"draft"} if moved != date(2026, 11, 30) else set())
    lead, support = sorted(drafts(office, case), key=lambda clock: clock.met_by_act == "report_support")
    assert (lead.amount, lead.source.startswith(f"此类件提交答复稿（{kind.label}）")) == (days, True)
    assert support.source.startswith("协办单位报结果：")
    assert recompute_open(office.session, at) == []
    operations.classify(office.session, case, office.clerk, at, HELP, know_late=True)
    assert {clock.id: as_it_was(clock) for clock in drafts(office, case)} == before


def test_d15_a_case_taken_apart_comes_under_the_room_the_office_put_the_cases_in_hand_under(office: Office) -> None:
    session, case = office.session, handling_case(office)
    into = make_case(session, office.clerk)
    merging.merge(session, case, office.clerk, NOW, into.number, "同一件事", know_late=True)
    rule_changed(session, "draft", Span(3, Unit.WORKING_DAYS), "按新规定")
    merging.unmerge(session, case, office.clerk, NOW + DAY, "不是一件事", know_late=True)
    assert days_of(office, case) == {date(2026, 11, 27)}
