"""What a letter counts as: in time only where each answer was, and late before it is answered, not after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.figures import ANSWERED, NOT_VALID, Letter, ReplyClock, Tally, missed, tally
from opinion_app.rules.words import ClockState, Stage

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = ReplyClock(ClockState.MET, NOW - 9 * DAY, NOW - 10 * DAY)
LATE = ReplyClock(ClockState.MET, NOW - 9 * DAY, NOW - 8 * DAY)
RUNNING = ReplyClock(ClockState.RUNNING, NOW + DAY, None)
OVERDUE = ReplyClock(ClockState.RUNNING, NOW - DAY, None)
HELD = ReplyClock(ClockState.SUSPENDED, None, None)
DROPPED = ReplyClock(ClockState.STOPPED, NOW + DAY, NOW - DAY)


@pytest.mark.parametrize(
    ("stage", "was_answered", "clocks", "valid", "answered", "timed", "in_time"),
    [
        (Stage.ANSWERED, True, (KEPT,), 1, 1, 1, 1),
        (Stage.CLOSED, True, (LATE,), 1, 1, 1, 0),
        (Stage.CLOSED, True, (), 1, 1, 0, 0),
        (Stage.ANSWERED, True, (KEPT, LATE), 1, 1, 1, 0),
        (Stage.ARCHIVED, True, (LATE, KEPT), 1, 1, 1, 0),
        (Stage.ARCHIVED, True, (KEPT, KEPT), 1, 1, 1, 1),
        (Stage.HANDLING, True, (KEPT, RUNNING), 1, 0, 0, 0),
        (Stage.APPROVED, True, (KEPT, OVERDUE), 1, 0, 1, 0),
        (Stage.HANDLING, True, (LATE, RUNNING), 1, 0, 1, 0),
        (Stage.HANDLING, False, (OVERDUE,), 1, 0, 1, 0),
        (Stage.HANDLING, False, (RUNNING,), 1, 0, 0, 0),
        (Stage.HANDLING, False, (HELD,), 1, 0, 0, 0),
        (Stage.HANDLING, False, (), 1, 0, 0, 0),
        (Stage.CLOSED, True, (DROPPED, KEPT), 1, 1, 1, 1),
        (Stage.DECLINED, False, (DROPPED,), 0, 0, 0, 0),
        (Stage.MERGED, False, (OVERDUE,), 0, 0, 0, 0),
        (Stage.REFERRED, True, (KEPT,), 0, 0, 0, 0),
        (Stage.ARCHIVED, False, (DROPPED,), 0, 0, 0, 0),
    ],
)
def test_a_letter_counts(
    stage: Stage, was_answered: bool, clocks: tuple[ReplyClock, ...], valid: int, answered: int, timed: int, in_time: int
) -> None:
    counted = tally(Letter(stage, was_answered, clocks=clocks), NOW)
    assert (counted.received, counted.valid, counted.answered) == (True, valid, answered)
    assert (counted.timed, counted.in_time) == (timed, in_time)


def test_history_that_came_without_an_answer_stays_unanswered() -> None:
    counted = tally(Letter(Stage.ARCHIVED, False, imported=True), NOW)
    assert (counted.valid, counted.answered, counted.timed) == (True, False, False)


def test_what_a_writer_said_of_an_answer_counts_while_the_case_is_handled_anew() -> None:
    """Whoever was not content and asked for more must not drop out of 满意率 by that."""
    counted = tally(Letter(Stage.HANDLING, True, followed=True, rated=True, content=False, clocks=(KEPT, RUNNING)), NOW)
    assert (counted.answered, counted.asked, counted.rated, counted.content) == (False, True, True, False)


def test_the_last_second_is_in_time() -> None:
    due = NOW.replace(hour=15, minute=59, second=59)
    assert not missed(ReplyClock(ClockState.MET, due, due + timedelta(microseconds=700_000)), NOW + DAY)
    assert missed(ReplyClock(ClockState.MET, due, due + timedelta(seconds=1)), NOW + DAY)


moments = st.integers(-30, 30).map(lambda days: NOW + days * DAY)
reply_clocks = st.one_of(
    st.builds(ReplyClock, st.sampled_from((ClockState.MET, ClockState.STOPPED)), moments, moments),
    st.builds(ReplyClock, st.just(ClockState.RUNNING), moments, st.none()),
    st.just(HELD),
)
letters = st.builds(
    Letter,
    *(st.sampled_from(Stage), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()),
    st.lists(reply_clocks, max_size=4).map(tuple),
)


@given(letters)
def test_every_share_is_a_share_of_its_denominator(letter: Letter) -> None:
    counted = tally(letter, NOW)
    for part, whole in (
        ("valid", "received"),
        ("answered", "valid"),
        ("timed", "valid"),
        ("in_time", "timed"),
        ("in_time", "answered"),
        ("asked", "valid"),
        ("rated", "valid"),
        ("content", "rated"),
    ):
        assert getattr(counted, part) <= getattr(counted, whole)
    assert not counted.answered or letter.stage in ANSWERED
    assert counted.valid or not any(counted[1:])
    assert not counted.valid or letter.stage not in NOT_VALID


@given(letters, st.sampled_from((LATE, OVERDUE)))
def test_one_deadline_that_went_by_is_never_mended(letter: Letter, late: ReplyClock) -> None:
    more = letter._replace(clocks=(*letter.clocks, late))
    counted = tally(more, NOW)
    assert (counted.timed, counted.in_time) == (counted.valid, False)
    assert tally(more._replace(clocks=more.clocks[::-1]), NOW) == counted


@given(letters, st.integers(0, 60))
def test_waiting_makes_nothing_punctual(letter: Letter, days: int) -> None:
    before, after = tally(letter, NOW), tally(letter, NOW + days * DAY)
    assert after.timed >= before.timed
    assert after.in_time <= before.in_time


@given(letters, st.booleans())
def test_an_answer_given_too_late_counts_no_better_than_none(letter: Letter, known: bool) -> None:
    """The share of a letter that lies overdue is the same on the day before it is answered and on the day after."""
    open_one = letter._replace(stage=Stage.HANDLING, was_answered=known, clocks=(OVERDUE,))
    done = open_one._replace(
        stage=Stage.ANSWERED, was_answered=True, clocks=(OVERDUE._replace(state=ClockState.MET, ended_at=NOW),)
    )
    share = [(one.timed, one.in_time) for one in (tally(open_one, NOW), tally(done, NOW))]
    assert share == [(True, False), (True, False)]


def test_a_tally_adds_up_to_the_columns_of_the_figures() -> None:
    assert Tally._fields == ("received", "valid", "answered", "timed", "in_time", "asked", "rated", "content")
