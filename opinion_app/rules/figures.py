"""What one letter adds to the public figures (办理统计): whether it counts, is answered, and was answered in time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from opinion_app.rules.deadline import is_late
from opinion_app.rules.words import ClockState, Stage

# 有效件: neither turned away nor passed on nor counted under another number (答复率 is stated over these).
NOT_VALID = (Stage.DECLINED, Stage.MERGED, Stage.REFERRED)
# 已答复: the writer has the present answer. What is handled anew is not answered, whatever was said before.
ANSWERED = (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED)


class ReplyClock(NamedTuple):
    """One deadline of a reply; a letter handled again has one for each time."""

    state: ClockState
    due_at: datetime | None
    ended_at: datetime | None


class Letter(NamedTuple):
    """What is known of one letter; `was_answered` once at least, `followed` by a writer with a query code."""

    stage: Stage
    was_answered: bool
    imported: bool = False
    followed: bool = False
    rated: bool = False
    content: bool = False
    clocks: tuple[ReplyClock, ...] = ()


class Tally(NamedTuple):
    """What a letter counts as; added up, the columns of the figures."""

    received: bool
    valid: bool
    answered: bool
    timed: bool
    in_time: bool
    asked: bool
    rated: bool
    content: bool


def missed(clock: ReplyClock, now: datetime) -> bool:
    """Whether the deadline went by without its answer: it came late, or has not come yet, or nobody waited for it any more.

    A clock that stands still has no date that could have gone by."""
    return clock.due_at is not None and is_late(clock.due_at, clock.ended_at or now)


def tally(letter: Letter, now: datetime) -> Tally:
    """Count one letter as of `now`.

    按时答复率 (及时率 of domain §4) is in_time ÷ timed. Timed is every valid letter on which time has spoken: answered under a
    deadline, or with one that went by, answered or not; so what lies overdue lowers the share before it is answered. In time
    is a letter that is answered and kept the deadline of each of its answers: a quick second answer mends no late first."""
    filed_unanswered = letter.stage is Stage.ARCHIVED and not letter.was_answered and not letter.imported  # turned away before
    valid = letter.stage not in NOT_VALID and not filed_unanswered
    answered = valid and letter.was_answered and letter.stage in ANSWERED
    late = any(missed(clock, now) for clock in letter.clocks)
    met = any(clock.state is ClockState.MET for clock in letter.clocks)
    asked = valid and letter.was_answered and letter.followed
    rated = valid and letter.was_answered and letter.rated
    return Tally(
        received=True,
        valid=valid,
        answered=answered,
        timed=valid and (late or (answered and met)),
        in_time=answered and met and not late,
        asked=asked,
        rated=rated,
        content=rated and letter.content,
    )
