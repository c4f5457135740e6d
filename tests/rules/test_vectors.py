"""The test vectors of the field: dates of 2026 computed by hand from the official calendar, receipt day excluded."""

import pytest

from opinion_app.rules.deadline import ClockFacts, Span, Unit, derive
from opinion_app.rules.zone import end_of_day
from tests.rules.calendars import CHINA, ND, WD, at, on

VECTORS = [
    ("2026-09-24", 5, WD, "2026-10-09"),
    ("2026-02-13", 3, WD, "2026-02-25"),
    ("2026-09-19", 5, WD, "2026-09-24"),
    ("2026-09-20", 5, WD, "2026-09-28"),
    ("2026-04-30", 1, WD, "2026-05-06"),
    ("2026-04-30", 7, WD, "2026-05-13"),
    ("2026-09-30", 20, WD, "2026-11-03"),
    ("2026-11-23", 20, WD, "2026-12-21"),
    ("2026-09-16", 15, ND, "2026-10-08"),
    ("2026-08-06", 60, ND, "2026-10-08"),
]
MAKE_UP_DAYS = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


@pytest.mark.parametrize(("start", "amount", "unit", "due"), VECTORS)
def test_vector(start: str, amount: int, unit: Unit, due: str) -> None:
    derived = derive(ClockFacts(at(start), Span(amount, unit)), CHINA)
    assert derived.due_at == end_of_day(on(due))
    assert not derived.provisional


@pytest.mark.parametrize("day", MAKE_UP_DAYS)
def test_make_up_days_of_2026_work(day: str) -> None:
    assert on(day).weekday() >= 5
    assert CHINA.is_working(on(day))
