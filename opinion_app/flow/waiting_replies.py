"""Replies that wait for their case to be accepted and begin because another rule is put to use: shown, then begun (D15)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause
from opinion_app.flow.clocks import letter_of
from opinion_app.flow.deadline_table import Proposed
from opinion_app.flow.progress import promise
from opinion_app.flow.recompute import Moved
from opinion_app.flow.reply_owed import facts_if_owed, not_counted, owe_reply, reply_rule, resting_replies
from opinion_app.records.case import Case
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.deadline_rules import ClockStage


def would_begin(session: Session, proposed: Proposed, now: datetime) -> list[Moved]:
    """The dates that would begin by that table; nothing is written."""
    if proposed.row.stage is not ClockStage.REPLY:
        return []
    waiting = _waiting(session)
    rests, begun = resting_replies(session, waiting), []
    for case in waiting:
        choice, start = reply_rule(session, case, letter_of(session, case), proposed)
        if start is not None:
            facts = facts_if_owed(session, rests.get(case.id), choice, start)
            begun.append(_begins(case, cast(datetime, derive(facts, work_calendar(session)).due_at), now))
    return begun


def begin_waiting(session: Session, why: str, now: datetime) -> list[Moved]:
    """Start the replies that wait for nothing by the table as it stands; answers their dates."""
    begun = []
    for case in _waiting(session):
        for clock in owe_reply(session, case, Cause(now, why)):
            promise(session, case)
            begun.append(_begins(case, cast(datetime, clock.due_at), now))
    return begun


def _waiting(session: Session) -> list[Case]:
    return [case for case in not_counted(session) if case.accepted_at is None]


def _begins(case: Case, due_at: datetime, now: datetime) -> Moved:
    return Moved(case.id, case.number, ClockStage.REPLY.value, None, due_at, is_late(due_at, now))
