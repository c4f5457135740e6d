"""Which earlier tellings of a rung count for the present date, by a table (N01, N02)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from opinion_app.rules.still_told import StillTold, Version, still_told
from opinion_app.rules.zone import parse_moment

FIVE_DAYS = timedelta(days=5)


def day(number: int, at: str = "10:00") -> datetime:
    return parse_moment(f"2026-11-{number:02d}T{at}")


def after_five_days(due: datetime) -> datetime:
    return due + FIVE_DAYS


# Each version as (the day it is due, the day it began); the last is the present one. The rung comes five days after the date.
CASES: dict[str, tuple[list[tuple[int | None, int]], set[int]]] = {
    "never moved": ([(1, 1)], set()),
    "moved a day after it had come": ([(1, 1), (2, 8)], {1}),
    "put off: it is still to come": ([(1, 1), (20, 7)], {1}),
    "put off, and moved a day when it had come again": ([(1, 1), (10, 7), (11, 17)], {2}),
    "put off, a closure, the closure taken back": ([(1, 1), (20, 7), (21, 8), (20, 25)], {2, 3}),
    "moved just when it came: not put off": ([(1, 1), (3, 8), (4, 10)], {1, 2}),
    "a slip that put it off and was mended": ([(1, 1), (20, 7), (1, 8)], {1, 2}),
    "a slip after it was put off and told again": ([(1, 1), (10, 7), (25, 16), (10, 17)], {2, 3}),
    "brought forward behind what was told": ([(3, 1), (1, 9)], {1}),
    "stood still and went on as it was": ([(1, 1), (None, 7), (1, 8)], {1, 2}),
    "stood still and went on later, told before": ([(1, 1), (None, 8), (3, 9)], {1, 2}),
    "stood still, and went on with the rung to come": ([(1, 1), (None, 8), (10, 9), (9, 15)], {3}),
}


@pytest.mark.parametrize("name", CASES)
def test_n01_what_was_told_before_a_date_was_put_off_says_nothing_of_it(name: str) -> None:
    lived, counting = CASES[name]
    versions = [
        Version(number, day(due) if due is not None else None, day(begun)) for number, (due, begun) in enumerate(lived, start=1)
    ]
    *earlier, present = versions
    assert present.due_at is not None
    told = still_told(earlier, present.due_at, after_five_days)
    assert {one.number for one in earlier if told.counts(one.number)} == counting


def test_a_rung_that_never_came_under_a_version_was_not_told_by_those_before() -> None:
    assert still_told([Version(1, day(1), day(1)), Version(2, day(2), day(2))], day(3), lambda _due: None) == StillTold(2)


def test_a_version_nobody_knows_the_date_of_counts_where_nothing_was_put_off_since() -> None:
    told = still_told([Version(3, day(2), day(9))], day(3), after_five_days)
    assert [told.counts(number) for number in (1, 2, 3)] == [True, True, True]
    later = still_told([Version(3, day(20), day(9))], day(21), after_five_days)
    assert [later.counts(number) for number in (1, 2, 3)] == [False, False, True]
