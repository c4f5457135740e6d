"""Which replies are late as soon as their cases are accepted: foretold for whoever accepts many at once (D12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import is_copy
from opinion_app.flow.merged_dates import facts_as_own
from opinion_app.flow.reply_owed import facts_if_owed, reply_rule, resting_replies
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.due_date import DueDate, due_of


def late_if_accepted(session: Session, cases: Sequence[Case], running: Mapping[int, Clock], now: datetime) -> dict[int, DueDate]:
    """The due moments, already past, that the replies of these cases would have if they were accepted now as they are; `running`:
    the replies that run or stand still. Of one that waits for acceptance because its rule counted from there and is gone by now,
    or that answered by a merged case's date alone; nothing is written."""
    waiting = [case for case in cases if case.accepted_at is None and _begins(running.get(case.id))]
    ids, late = [case.id for case in waiting], dict[int, DueDate]()
    letters = {letter.case_id: letter for letter in session.scalars(select(Letter).where(Letter.case_id.in_(ids)))}
    rests = resting_replies(session, waiting)
    for case in waiting:
        choice, start = reply_rule(session, case, letters.get(case.id), accepted_at=now)
        clock = running.get(case.id)
        if start is None or (start >= now and choice.fixed_date is None):
            continue  # a span that begins with the acceptance ends after it
        facts = facts_if_owed(session, rests.get(case.id), choice, start)
        if clock is not None:
            facts = facts_as_own(session, clock, choice, start)
        due = due_of(derive(facts, work_calendar(session)))
        if due is not None and is_late(due.at, now):
            late[case.id] = due
    return late


def _begins(clock: Clock | None) -> bool:
    return clock is None or is_copy(clock)
