"""What must be heard before the next digest: due today, on the days off that follow and in the night (N02, N08, N09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from opinion_app.rules.ladder import DEFAULT_LADDER, Anchor, Rung, Way
from opinion_app.rules.next_digest import (
    due_before_next,
    heard_from,
    last_digest,
    must_hear,
    next_digest,
    rung_of_word,
    turn_to_look,
)
from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar
from opinion_app.rules.zone import parse_moment

MORNING = time(8, 30)
# Thursday 26 and Friday 27 November 2026; the Saturday after is a make-up day in the second calendar only.
PLAIN = WorkCalendar(years=frozenset({2026}))
MADE_UP = WorkCalendar((CalendarDay(date(2026, 11, 28), DayKind.MAKE_UP_DAY, "调休"),), frozenset({2026}))


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("2026-11-26T08:29:59", "2026-11-25T08:30", "2026-11-26T08:30"),
        ("2026-11-26T08:30", "2026-11-26T08:30", "2026-11-27T08:30"),
        ("2026-11-27T09:00", "2026-11-27T08:30", "2026-11-30T08:30"),
        ("2026-11-28T07:00", "2026-11-27T08:30", "2026-11-30T08:30"),
        ("2026-11-28T10:00", "2026-11-27T08:30", "2026-11-30T08:30"),
        ("2026-11-30T08:00", "2026-11-27T08:30", "2026-11-30T08:30"),
    ],
)
def test_the_digest_before_and_the_one_after_a_moment(now: str, last: str, following: str) -> None:
    at = parse_moment(now)
    assert last_digest(at, PLAIN, MORNING) == parse_moment(last)
    assert next_digest(at, PLAIN, MORNING) == parse_moment(following)


def test_a_make_up_day_has_a_digest_of_its_own() -> None:
    assert next_digest(parse_moment("2026-11-27T09:00"), MADE_UP, MORNING) == parse_moment("2026-11-28T08:30")
    assert last_digest(parse_moment("2026-11-29T09:00"), MADE_UP, MORNING) == parse_moment("2026-11-28T08:30")


@pytest.mark.parametrize(
    ("due", "now", "heard"),
    [
        ("2026-11-26T23:59:59", "2026-11-26T09:00", True),  # today, the digest is out
        ("2026-11-26T23:59:59", "2026-11-26T08:00", False),  # this morning's digest names it
        ("2026-11-27T23:59:59", "2026-11-26T09:00", False),  # tomorrow's does
        ("2026-11-28T23:59:59", "2026-11-27T09:00", True),  # a Saturday, on Friday
        ("2026-11-29T23:59:59", "2026-11-28T10:00", True),  # a Sunday, on Saturday
        ("2026-11-30T23:59:59", "2026-11-27T09:00", False),  # Monday's digest names it
        ("2026-11-28T02:00", "2026-11-27T22:00", True),  # hours that end in the night
        ("2026-11-30T08:29:59", "2026-11-27T09:00", True),  # and just before the digest
        ("2026-11-30T08:30", "2026-11-27T09:00", False),
        ("2026-11-26T09:00", "2026-11-26T09:00", True),  # equality is in time
    ],
)
def test_what_must_be_heard_before_the_next_digest(due: str, now: str, heard: bool) -> None:
    assert must_hear(parse_moment(due), parse_moment(now), PLAIN, MORNING) is heard
    assert due_before_next(parse_moment(due), parse_moment(now), PLAIN, MORNING) is heard


def test_what_is_late_is_before_the_next_digest_and_told_by_its_own_rungs() -> None:
    due, now = parse_moment("2026-11-25T23:59:59"), parse_moment("2026-11-26T09:00")
    assert due_before_next(due, now, PLAIN, MORNING)
    assert not must_hear(due, now, PLAIN, MORNING)


@pytest.mark.parametrize(
    ("due", "now", "told"),
    [
        ("2026-11-26T23:59:59", "2026-11-26T18:05", "2026-11-26T18:05"),  # after closing: at once
        ("2026-11-26T23:59:59", "2026-11-26T22:30", "2026-11-26T22:30"),  # it would be late by the end of the night
        ("2026-11-28T23:59:59", "2026-11-28T00:00", "2026-11-28T07:00"),  # it would not
        ("2026-11-28T23:59:59", "2026-11-27T23:00", "2026-11-28T07:00"),
        ("2026-11-28T23:59:59", "2026-11-28T07:00", "2026-11-28T07:00"),
        ("2026-11-28T06:59:59", "2026-11-28T00:00", "2026-11-28T00:00"),
        ("2026-11-28T07:00", "2026-11-28T00:00", "2026-11-28T07:00"),
    ],
)
def test_n08_it_is_told_at_once_save_in_the_night_where_the_morning_is_early_enough(due: str, now: str, told: str) -> None:
    assert heard_from(parse_moment(due), parse_moment(now), DEFAULT_LADDER) == parse_moment(told)


def test_the_rung_that_says_it_is_the_highest_that_came_and_no_mere_hint() -> None:
    half, soon, today, urge = DEFAULT_LADDER.days[:4]
    assert rung_of_word([half, soon], DEFAULT_LADDER) is soon
    assert rung_of_word([half, soon, today], DEFAULT_LADDER) is today
    assert rung_of_word([half], DEFAULT_LADDER) is soon
    assert rung_of_word([], replace(DEFAULT_LADDER, days=(half, replace(soon, active=False), today, urge))) is today
    assert rung_of_word([], replace(DEFAULT_LADDER, days=(Rung("hint", "提示", Anchor.DUE, way=Way.INSIDE),))) is None


@pytest.mark.parametrize(
    ("due", "turns", "at"),
    [
        ("2026-11-28T02:00", ["2026-11-28", "2026-11-29"], "2026-11-28"),  # hours that end in the first night of a leave
        ("2026-11-28T23:59:59", ["2026-11-28", "2026-12-21"], "2026-11-28"),  # a Saturday on which a leave begins
        ("2026-11-29T23:59:59", ["2026-11-29", "2026-11-28"], "2026-11-28"),  # the first midnight counts
        ("2026-11-27T23:59:59", ["2026-11-27"], None),  # that morning's digest asks who is there
        ("2026-11-27T02:00", ["2026-11-28"], None),  # over by then
        ("2026-11-28T02:00", [], None),
    ],
)
def test_n09_a_leave_that_begins_in_a_night_or_on_a_day_off_is_looked_at_then(due: str, turns: list[str], at: str | None) -> None:
    found = turn_to_look(parse_moment(due), [parse_moment(turn) for turn in turns], PLAIN, MORNING)
    assert found == (parse_moment(at) if at is not None else None)
