"""The stored calendar: a notice loaded twice, notices that overlap at the turn of the year, and what open cases make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.flow import calendar as flow_calendar
from opinion_app.flow import clocks, deadline_table
from opinion_app.flow.calendar import RULES_VERSION, bump, load_days, work_calendar
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.governing import by_code, put_under
from opinion_app.flow.recompute import apply_to_open, preview, recompute_open
from opinion_app.records.assignment import Assignment
from opinion_app.records.calendar import CalendarDay, CalendarYear
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.office import put_setting
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Receipt, Span, Unit
from opinion_app.rules.rule_data import to_data
from opinion_app.rules.words import Kind, Role, UnitRole
from opinion_app.rules.workdays import CalendarDay as DayRow
from opinion_app.rules.workdays import DayKind, WorkCalendar
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.life import forwarded, make_office
from tests.builders.office import make_actor, make_case, make_unit

NOW = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
NEW_YEAR = [
    DayRow(date(2026, 12, 31), DayKind.HOLIDAY, "元旦"),
    DayRow(date(2027, 1, 1), DayKind.HOLIDAY, "元旦"),
    DayRow(date(2027, 1, 2), DayKind.MAKE_UP_DAY, "元旦"),
]


class _Cleared(dict[Any, Any]):
    """What is kept here another thread clears at once."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_d15_two_threads_that_find_a_changed_calendar_both_get_it(core: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_calendar, "_loaded", _Cleared())
    monkeypatch.setattr(deadline_table, "_loaded", _Cleared())
    with transaction() as session:
        assert work_calendar(session).is_working(date(2026, 11, 23))
        assert rules(session)


def test_d02_a_notice_that_reaches_into_another_year_loads_twice(core: Flask) -> None:
    for _ in range(2):
        with transaction() as session:
            load_days(session, NEW_YEAR, {2027}, NOW, "国务院办公厅通知")
    with transaction() as session:
        named = session.scalars(select(CalendarDay.day).where(CalendarDay.notice_year == 2027).order_by(CalendarDay.day))
        assert list(named) == [row.day for row in NEW_YEAR]
        held = session.get(CalendarYear, 2027)
        assert held is not None
        assert held.version_no == 2
        assert not work_calendar(session).is_working(date(2026, 12, 31))


def test_d02_the_notice_loaded_last_decides_on_a_day_two_notices_name(core: Flask) -> None:
    own = [DayRow(date(2026, 12, 31), DayKind.HOLIDAY, "岁末"), DayRow(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节")]
    with transaction() as session:
        load_days(session, own, {2026}, NOW)
        load_days(session, NEW_YEAR, {2027}, NOW)
        load_days(session, own, {2026}, NOW)
        rows = session.scalars(select(CalendarDay).where(CalendarDay.day == date(2026, 12, 31))).all()
        assert [(row.name, row.notice_year) for row in rows] == [("岁末", 2026)]


def test_d01_a_local_closure_outlives_the_notice(core: Flask) -> None:
    with transaction() as session:
        session.add(CalendarDay(day=date(2027, 1, 2), layer="local_closure", name="停电检修", entered_at=NOW))
        bump(session, "calendar_version")
        load_days(session, NEW_YEAR, {2027}, NOW)
        assert not work_calendar(session).is_working(date(2027, 1, 2))
        assert session.scalar(select(func.count(CalendarDay.id)).where(CalendarDay.notice_year.is_(None))) == 1


def test_d02_dates_beyond_the_loaded_years_are_provisional_and_the_units_with_them(core: Flask) -> None:
    with transaction() as session:
        clerk, unit = make_actor(session, "clerk", Role.CLERK), make_unit(session)
        case = make_case(session, clerk, now=NOW, kind=Kind.ACCUSATION, accused="某单位")
        row = Assignment(case_id=case.id, unit_id=unit.id, role=UnitRole.LEAD, assigned_at=NOW)
        session.add(row)
        session.flush()
        clocks.open_assignment(session, case, row, NOW)
        flags = {clock.stage: clock.provisional for clock in clocks.open_clocks(session, case.id)}
        assert flags["reply"]
        assert flags["draft"], "a date counted back from a guess is a guess"
        assert not flags["sign_for"]


def test_d02_a_date_counted_back_from_an_issuers_day_is_provisional_until_the_year_is_loaded(core: Flask) -> None:
    with transaction() as session:
        case = forwarded(make_office(session), date(2027, 1, 4))
        held = {clock.met_by_act: clock for clock in clocks.open_clocks(session, case.id)}
        units = [held["submit_reply"], held["report_support"]]
        assert [(*dues(clock), clock.provisional) for clock in units] == [("2026-12-31", True)] * 2
        assert not held["answer"].provisional, "the day itself is the issuer's"
        rest = [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 2, 3)]
        load_days(session, rest, {2027}, NOW)
        assert {entry.stage for entry in recompute_open(session, NOW)} == {"draft"}
        assert [(*dues(clock), clock.provisional) for clock in units] == [("2026-12-30", False)] * 2
        assert dues(held["answer"]) == ["2027-01-04"]


def test_d15_a_loaded_year_moves_open_clocks_only_after_a_preview_that_says_so(core: Flask) -> None:
    with transaction() as session:
        clerk, unit = make_actor(session, "clerk", Role.CLERK), make_unit(session)
        open_one = make_case(session, clerk, now=NOW, kind=Kind.ACCUSATION, accused="某单位")
        row = Assignment(case_id=open_one.id, unit_id=unit.id, role=UnitRole.LEAD, assigned_at=NOW)
        session.add(row)
        session.flush()
        clocks.open_assignment(session, open_one, row, NOW)
        done = make_case(session, clerk, now=NOW, kind=Kind.ACCUSATION, accused="某单位")
        clocks.stop_all(session, done, "已办结", NOW)
        before = clocks.reply_clock(session, open_one.id)
        assert before is not None
        assert before.due_at is not None
        assert local_date(before.due_at) == date(2027, 1, 11)  # Monday to Friday is all that is known of January
        rest = [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 4, 5, 6)]
        loaded = WorkCalendar(tuple(rest), frozenset({2026, 2027}))
        told = preview(session, NOW, loaded)
        assert {(moved.number, moved.stage) for moved in told} == {(open_one.number, "reply"), (open_one.number, "draft")}
        assert before.deadline_version == 1
        load_days(session, rest, {2027}, NOW)
        moved = recompute_open(session, NOW)
        assert {(entry.stage, entry.after) for entry in moved} == {(entry.stage, entry.after) for entry in told}
        assert local_date(before.due_at) == date(2027, 1, 15)
        assert (before.deadline_version, before.provisional) == (2, False)
        stopped = clocks.reply_clock(session, done.id)
        assert stopped is not None
        assert stopped.deadline_version == 1
        assert not any(entry.becomes_late for entry in moved)
        assert recompute_open(session, NOW) == []


def dues(*held: Clock) -> list[str]:
    """The due dates of some clocks."""
    return [local_date(clock.due_at).isoformat() for clock in held if clock.due_at is not None]


def test_d03_d15_a_receipt_that_was_carried_by_a_guess_is_carried_anew(core: Flask) -> None:
    received = parse_moment("2026-12-31T19:00")  # after hours: counts as 1 January, as long as nothing is known of 2027
    with transaction() as session:
        put_setting(session, clocks.RECEIPT, Receipt.NEXT_WORKING_DAY.value)
        case = make_case(session, make_actor(session, "clerk", Role.CLERK), now=received, kind=Kind.INQUIRY)
        plain = make_case(session, None, now=parse_moment("2026-12-31T10:00"), kind=Kind.INQUIRY)
        held = {clock.stage: clock for clock in clocks.open_clocks(session, case.id)}
        assert dues(held["accept"], held["reply"]) == ["2027-01-04", "2027-01-06"]
        assert held["reply"].provisional
        rest = [DayRow(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 2, 3)]
        told = preview(session, NOW, WorkCalendar(tuple(rest), frozenset({2026, 2027})))
        load_days(session, rest, {2027}, NOW)
        assert recompute_open(session, NOW) == told
        assert dues(held["accept"], held["reply"]) == ["2027-01-05", "2027-01-07"]
        assert (held["reply"].provisional, held["reply"].deadline_version, case.next_due_at) == (False, 2, held["accept"].due_at)
        other = clocks.reply_clock(session, plain.id)
        assert other is not None
        assert dues(other) == ["2027-01-06"]
        corrected = [*rest, DayRow(date(2027, 1, 4), DayKind.HOLIDAY, "元旦")]
        load_days(session, corrected, {2027}, NOW)
        assert {moved.number for moved in recompute_open(session, NOW)} == {case.number, plain.number}
        assert dues(held["reply"]) == ["2027-01-08"]


def test_d15_a_shorter_rule_tells_which_cases_become_late_and_applies_on_demand(core: Flask) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        case = make_case(session, clerk, now=NOW, kind=Kind.INQUIRY)
        later = datetime(2026, 12, 23, 2, 0, tzinfo=UTC)
        table = rules(session)
        codes = {row_id: rule.code for row_id, rule in table.items()}
        rule = next(rule for rule in table.values() if rule.code == "reply-inquiry")
        shorter = type(rule)(**{name: getattr(rule, name) for name in rule.__slots__} | {"span": Span(1, Unit.WORKING_DAYS)})
        told = preview(session, later, work_calendar(session), put_under(session, by_code(shorter, codes)))
        assert [(entry.stage, entry.becomes_late) for entry in told] == [("reply", True)]
        row = DeadlineRuleRow(code=rule.code, version_no=2, data=to_data(shorter), in_force_from=NOW.date(), changed_at=NOW)
        session.add(row)
        session.flush()
        bump(session, RULES_VERSION)
        moved = apply_to_open(session, by_code(shorter, codes), "提速", later)
        assert moved == told
        reply = session.scalar(select(Clock).where(Clock.case_id == case.id, Clock.stage == "reply"))
        assert reply is not None
        assert (reply.amount, reply.deadline_version, reply.rule_id) == (1, 2, row.id)
