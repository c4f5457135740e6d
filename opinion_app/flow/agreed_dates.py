"""What whoever sent a letter has agreed to: the last day it gave for an answer binds a second one as well (D11, decisions 10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of, is_copy
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import derive
from opinion_app.rules.deadline_rules import DATED_BY_NOTICE
from opinion_app.rules.zone import local_date


def agreed_before(session: Session, case_id: int, start: datetime) -> date | None:
    """The last day to which whoever sent the letter has put off its return date before `start`, in clocks that began before; None
    where it agreed to none. It follows from what the clocks keep, whatever became of them."""
    dated = Clock.stage.in_(stage.value for stage in DATED_BY_NOTICE), Clock.fixed_on.is_not(None)
    query = select(Clock).where(Clock.case_id == case_id, *dated, Clock.start_at < start)
    days = (_agreed(session, clock, start) for clock in session.scalars(query) if not is_copy(clock))
    return max((day for day in days if day is not None), default=None)


def _agreed(session: Session, clock: Clock, start: datetime) -> date | None:
    facts = facts_of(clock)
    granted = tuple(held for held in facts.extensions if held.granted_by and held.granted_at < start)
    if not granted:
        return None
    due = derive(replace(facts, extensions=granted, adoptions=(), pauses=()), work_calendar(session)).due_at
    return local_date(due) if due is not None else None
