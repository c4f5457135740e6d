"""What was held, merged or slipped in between tells its dates truly when it runs again, and lays none on a day off (D12, D13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow import clocks, merged_dates
from opinion_app.flow.clock_dates import missed
from opinion_app.flow.moved_dates import moved_words
from opinion_app.flow.moves import marks
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, dues, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
URGENT = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def test_d13_a_date_that_stands_still_with_the_other_case_is_told(office: Office) -> None:
    survivor, first = handling_case(office), make_case(office.session, office.clerk, now=NOW - 10 * DAY)
    suspend(office, survivor, NOW)
    merging.merge(office.session, first, office.clerk, NOW + HOUR, survivor.number, "同一件事")
    said = f"{survivor.number} 正在中止计时（听证），{first.number} 的答复时限（2026-11-24）随之中止，恢复后接着计算。"
    notes = office.session.scalars(select(Move.note).where(Move.case_id == first.id, Move.act == "merge")).all()
    assert notes == [f"同一件事\n{said}"]
    assert merged_dates.rests_with(office.session, survivor, first) == said


def suspend(office: Office, case: Case, now: datetime) -> None:
    suspending.suspend(office.session, case, office.clerk, now, SuspensionGround.HEARING, now, "听证")


@pytest.mark.parametrize("slip", [False, True])
def test_d12_what_was_in_time_when_it_was_held_is_late_by_no_slip_in_between(office: Office, slip: bool) -> None:
    case, first = handling_case(office), make_case(office.session, office.clerk, now=NOW - 7 * DAY)
    suspend(office, case, NOW + 30 * HOUR)
    if slip:
        operations.classify(office.session, case, office.clerk, NOW + 3 * DAY, URGENT, know_late=True)
        operations.classify(office.session, case, office.clerk, NOW + 3 * DAY + HOUR, HELP)
    merging.merge(office.session, first, office.clerk, NOW + 4 * DAY, case.number, "同一件事")
    over = NOW + 8 * DAY
    with pytest.raises(Invalid, match="按这个时间恢复，有时限随即逾期") as refused, office.session.begin_nested():
        suspending.resume(office.session, case, office.clerk, over, NOW + 5 * DAY, "结束")
    assert "答复时限：— → 2026-11-25（已逾期）" in refused.value.message
    suspending.resume(office.session, case, office.clerk, over, NOW + 5 * DAY, "结束", know_late=True)


def test_d12_a_draft_that_was_late_when_it_was_held_is_known_to_be_late(office: Office) -> None:
    case, held = handling_case(office), NOW + 8 * DAY
    suspend(office, case, held)
    drafts = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "draft"]
    assert [local_date(missed(clock) or NOW) for clock in drafts] == [date(2026, 11, 30)] * 2
    moved = suspending.resume(office.session, case, office.clerk, held, held, "结束")
    assert moved_words(moved, held) == "答复时限：— → 2026-12-02", "the drafts stay late, and nobody is asked"


@pytest.mark.parametrize("act", ["merge", "resume"])
def test_d12_a_units_draft_is_laid_on_no_day_off(office: Office, act: str) -> None:
    case, first = handling_case(office), make_case(office.session, office.clerk, now=NOW - 4 * DAY)
    saturday = parse_moment("2026-11-28T10:00")
    if act == "resume":
        merging.merge(office.session, first, office.clerk, NOW, case.number, "同一件事")
        suspend(office, case, NOW + 2 * DAY)
        moved = suspending.resume(office.session, case, office.clerk, saturday, NOW + 2 * DAY, "结束")
    else:
        _into, moved = merging.merge(office.session, first, office.clerk, saturday, case.number, "同一件事")
    assert "答复时限：" in moved_words(moved, saturday)
    assert "2026-11-28" not in moved_words(moved, saturday)
    assert dues(office, case)["draft"] == date(2026, 11, 30), "the Monday on which the reply is due"
    assert recompute_open(office.session, saturday + 2 * DAY) == []


def test_d12_a_supporting_unit_is_told_of_its_report_by_its_name(office: Office) -> None:
    case = handling_case(office)
    said = moved_words(operations.classify(office.session, case, office.clerk, NOW, URGENT), NOW)
    assert "提交答复稿时限：2026-11-30 → " in said
    assert "报协办结果时限：2026-11-30 → " in said


def test_d15_what_a_rule_lets_stand_still_is_shown_before_with_the_units_dates_under_it(office: Office) -> None:
    case, now = handling_case(office), NOW + 4 * DAY
    suspend(office, case, NOW + 3 * DAY)
    operations.classify(office.session, case, office.clerk, now, URGENT, know_late=True)  # late by hours before it was suspended
    admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
    rule = from_data(versions(office.session, "reply-urgent")[0].data)
    in_days = replace(rule, span=Span(9, Unit.WORKING_DAYS), in_force_from=local_date(now))
    shown = what_if(office.session, in_days, now)
    assert sorted((row.stage, row.after) for row in shown) == [("draft", None), ("draft", None), ("reply", None)]
    typed = rule_desk.Changes(rule.name, 9, Unit.WORKING_DAYS, None, Unit.HOURS, 0, None, "", 1, 25, rule.source, local_date(now))
    saving = rule_desk.Saving(admin, now, apply_to_open=True, looked=marks(shown))
    _rule, moved = rule_desk.save(office.session, "reply-urgent", typed, saving, None)
    assert len(moved) == 3
    assert dues(office, case)["reply"] is None
