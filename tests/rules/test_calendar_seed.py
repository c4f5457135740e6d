"""The seeded days against a second source."""

from datetime import date, timedelta

import holidays

from opinion_app.rules.calendar_seed import SEED_YEARS, seed_days
from opinion_app.rules.workdays import DayKind
from tests.rules.calendars import CHINA, on


def test_the_seed_equals_another_source_in_every_published_year() -> None:
    """The two libraries differ on one day only: whether Saturday 2005-12-31 was worked."""
    other = holidays.country_holidays("CN", years=sorted(SEED_YEARS))
    first, last = date(min(SEED_YEARS), 1, 1), date(max(SEED_YEARS), 12, 31)
    every_day = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    differing = [day for day in every_day if CHINA.is_working(day) != other.is_working_day(day)]
    assert differing == [on("2005-12-31")]


def test_seeded_rows_are_named_in_chinese_and_sorted() -> None:
    rows = seed_days()
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert all(row.name and not row.name.isascii() and row.source for row in rows)
    assert all(row.day.weekday() >= 5 for row in rows if row.kind is DayKind.MAKE_UP_DAY)
    assert {row.day.year for row in rows} == set(SEED_YEARS)
