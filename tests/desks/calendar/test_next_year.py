"""From 1 November the administrator is told each week that next year is not loaded, until it is (D02)."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from opinion_app.desks.calendar.operations import remind_next_year
from opinion_app.flow.calendar import load_days
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from opinion_app.rules.workdays import CalendarDay, DayKind
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_person


def test_d02_from_november_on_the_administrator_is_told_weekly_until_next_year_is_loaded(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        told = [remind_next_year(session, parse_moment(day)) for day in ("2026-10-31T23:59", "2026-11-01", "2026-11-01T09:00")]
        assert told == [0, 1, 0], "not in October, then once for the week"
        assert remind_next_year(session, parse_moment("2026-11-02T09:00")) == 1
        assert remind_next_year(session, datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == 1
        row = CalendarDay(parse_moment("2027-01-01").date(), DayKind.HOLIDAY, "元旦")
        load_days(session, [row], {2027}, parse_moment("2026-11-10"))
        assert remind_next_year(session, parse_moment("2026-11-16T09:00")) == 0


def test_d02_a_year_that_has_begun_and_is_not_loaded_is_told_of_until_it_is(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        told = [
            remind_next_year(session, parse_moment(day)) for day in ("2027-01-04T09:00", "2027-01-05T09:00", "2027-03-01T09:00")
        ]
        assert told == [1, 0, 1]
        [*_, last] = session.scalars(select(Notice.lines).order_by(Notice.id))
        assert last[0]["text"].startswith("2027 年的放假安排还没有载入，落在这一年的时限都只按周一至周五暂算")
