"""Until when an answer may be rated by its writer, and whether that may open the case again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.settings import setting
from opinion_app.records.case import Case
from opinion_app.records.rating import Rating
from opinion_app.records.submission import Progress
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive
from opinion_app.rules.rating import window
from opinion_app.rules.zone import local_date


def let_rate(session: Session, row: Progress, case: Case, act: str, now: datetime) -> None:
    """An answer may be rated for some days; a case that is taken up again has none to rate."""
    if act == "answer":
        due = derive(ClockFacts(now, window(setting(session, "rating_days", None))), work_calendar(session)).due_at
        reopened = select(Rating.id).where(Rating.case_id == case.id, Rating.reopened).limit(1)
        row.round, row.rate_until = case.reply_round, local_date(due) if due else None
        row.may_reopen = session.scalar(reopened) is None
    elif act == "reopen":
        row.rate_until, row.may_reopen = None, False
