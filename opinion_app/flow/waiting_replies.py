"""Replies that wait for their case to be accepted and begin because another rule is put to use: shown, then begun (D15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of
from opinion_app.flow.deadline_table import Proposed
from opinion_app.flow.merged_dates import missed_when_stopped
from opinion_app.flow.progress import promise
from opinion_app.flow.recompute import Hears, Moved, hears_of
from opinion_app.flow.reply_owed import facts_if_owed, not_counted, owe_reply, reply_rule, resting_replies
from opinion_app.flow.which_rule import letter_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import Derivation, derive, is_late
from opinion_app.rules.deadline_rules import ClockStage


def would_begin(session: Session, proposed: Proposed, now: datetime) -> list[Moved]:
    """The dates that would begin by that table; nothing is written."""
    if proposed.row.stage is not ClockStage.REPLY:
        return []
    waiting = _waiting(session)
    rests, begun, hears = resting_replies(session, waiting), [], hears_of(session, now, work_calendar(session))
    for case in waiting:
        choice, start = reply_rule(session, case, letter_of(session, case), proposed)
        if start is not None:
            held = rests.get(case.id)
            facts = facts_if_owed(session, held, choice, start)
            begun.append(_begins(case, derive(facts, work_calendar(session)), now, hears, was_late=_was_late(held)))
    return begun


def begin_waiting(session: Session, why: str, now: datetime) -> list[Moved]:
    """Start the replies that wait for nothing by the table as it stands; answers their dates."""
    waiting, hears = _waiting(session), hears_of(session, now, work_calendar(session))
    late, begun = {case_id for case_id, held in resting_replies(session, waiting).items() if _was_late(held)}, []
    for case in waiting:
        for clock in owe_reply(session, case, Cause(now, why)):
            promise(session, case)
            derivation = derive(facts_of(clock), work_calendar(session))
            begun.append(_begins(case, derivation, now, hears, was_late=case.id in late))
    return begun


def _waiting(session: Session) -> list[Case]:
    return [case for case in not_counted(session) if case.accepted_at is None]


def _was_late(resting: Clock | None) -> bool:
    """Whether a reply was late already when it began to rest: it does not become so by going on."""
    return resting is not None and missed_when_stopped(resting) is not None


def _begins(case: Case, derivation: Derivation, now: datetime, hears: Hears, *, was_late: bool) -> Moved:
    """The line of a reply that begins; one whose suspension is still open has no date but what is left of it."""
    due, reply = derivation.due_at, ClockStage.REPLY.value
    late = due is not None and is_late(due, now) and not was_late
    told, guess = hears(None, due), derivation.provisional
    return Moved(case.id, case.number, reply, None, due, late, left_after=derivation.held or "", told=told, guess_after=guess)
