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
    "put off: it is still to come": ([(1, 1), (20, 7)], set()),
    "put off, and moved a day when it had come again": ([(1, 1), (10, 7), (11, 17)], {2}),
    "put off, a closure, the closure taken back": ([(1, 1), (20, 7), (21, 8), (20, 25)], {2, 3}),
    "moved just when it came: not put off": ([(1, 1), (3, 8), (4, 10)], {1, 2}),
    "a slip that put it off and was mended": ([(1, 1), (20, 7), (1, 8)], {1, 2}),
    "a slip after it was put off and told again": ([(1, 1), (10, 7), (25, 16), (10, 17)], {2, 3}),
    "a closure after it had come, then a slip": ([(1, 1), (2, 8), (20, 9), (2, 10)], {1, 2, 3}),
    "two closures, a slip, one closure taken back": ([(1, 1), (2, 8), (3, 9), (20, 10), (2, 11)], {1, 2, 3, 4}),
    "a slip, and a closure once it was mended": ([(9, 1), (20, 15), (9, 16), (10, 17)], {1, 2, 3}),
    "a closure, a slip, and another closure once it was mended": ([(1, 1), (2, 8), (20, 9), (2, 10), (3, 11)], {1, 2, 3, 4}),
    "what was known of a date before says nothing to who heard later": (
        [(5, 1), (6, 11), (20, 12), (5, 13), (20, 14), (6, 15)],
        {1, 2, 3, 5},
    ),
    "a slip, and back to a later date than any told of": ([(1, 1), (20, 8), (2, 9)], {2}),
    "two slips": ([(1, 1), (20, 8), (1, 9), (20, 10), (1, 11)], {1, 2, 3, 4}),
    "brought forward behind what was told": ([(3, 1), (1, 9)], {1}),
    "brought forward: it is still to come, told of a later date before": ([(3, 1), (20, 9), (2, 5)], {1, 2}),
    "stood still and went on as it was": ([(1, 1), (None, 7), (1, 8)], {1, 2}),
    "stood still and went on later, told before": ([(1, 1), (None, 8), (3, 9)], {1, 2}),
    "stood still, and went on with the rung to come": ([(1, 1), (None, 8), (10, 9), (9, 15)], {3}),
    "stands still": ([(1, 1), (20, 7), (None, 8)], {2}),
}


@pytest.mark.parametrize("name", CASES)
def test_n01_what_was_told_before_a_date_was_put_off_says_nothing_of_it(name: str) -> None:
    lived, counting = CASES[name]
    versions = [
        Version(number, day(due) if due is not None else None, day(begun)) for number, (due, begun) in enumerate(lived, start=1)
    ]
    told = still_told(versions, after_five_days, late=True)
    assert {one.number for one in versions[:-1] if told.counts(one.number)} == counting


def test_a_rung_that_never_came_under_a_version_was_not_told_by_those_before() -> None:
    versions = [Version(1, day(1), day(1)), Version(2, day(2), day(2)), Version(3, day(3), day(3))]
    assert still_told(versions, lambda _due: None, late=True) == StillTold(frozenset({3}), 1)


def test_a_version_nobody_knows_the_date_of_counts_where_nothing_was_put_off_since() -> None:
    told = still_told([Version(3, day(2), day(9)), Version(4, day(3), day(10))], after_five_days, late=True)
    assert [told.counts(number) for number in (1, 2, 3)] == [True, True, True]
    forward = still_told([Version(3, day(9), day(20)), Version(4, day(8), day(5))], after_five_days, late=True)
    assert forward.counts(1), "told of a later date, whichever it was"
    later = still_told([Version(3, day(20), day(9)), Version(4, day(1), day(10))], after_five_days, late=True)
    assert [later.counts(number) for number in (1, 2, 3)] == [False, False, True]


def test_n02_that_it_is_due_is_known_of_that_very_date_alone() -> None:
    """Told on the 6th of a date on the 11th that it is due in five days; then it is on the 9th, and the 11th again."""

    def five_days_before(due: datetime) -> datetime:
        return due - FIVE_DAYS

    first, moved, again = Version(1, day(11), day(1)), Version(2, day(9), day(3)), Version(3, day(11), day(5))
    earlier = still_told([first, moved], five_days_before, late=False)
    assert [earlier.counts(1), still_told([first, moved], five_days_before, late=True).counts(1)] == [False, True]
    assert still_told([first, moved, again], five_days_before, late=False).counts(1)
