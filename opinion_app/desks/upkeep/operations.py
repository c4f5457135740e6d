"""Clearing away: keys and counts past their use, old lines of the clock's own ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, delete, or_, update
from sqlalchemy.orm import Session

from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.office import FormKey
from opinion_app.records.person import SignInAttempt, SignInSession
from opinion_app.records.submission import PublicAttempt
from opinion_app.rules.timetable import Every, timetable

KEYS = timedelta(days=7)
COUNTS = timedelta(days=2)
LOGS = timedelta(days=190)  # 网络安全法 23(三): logs are kept for six months at least
BUSY_LEDGER = timedelta(days=2)
CODES = timedelta(days=7)
BUSY_JOBS = tuple(entry.name for entry in timetable() if isinstance(entry.schedule, Every))


def purge(session: Session, now: datetime) -> int:
    """Delete what has had its use; the trail, notices and everything about cases stay. Answers how many rows went."""
    busy = and_(JobRun.job.in_(BUSY_JOBS), JobRun.succeeded.is_(True), JobRun.slot < now - BUSY_LEDGER)
    ended = and_(SignInSession.ended_at.is_not(None), SignInSession.ended_at < now - LOGS)
    statements = (
        delete(FormKey).where(FormKey.created_at < now - KEYS),
        delete(PublicAttempt).where(PublicAttempt.at < now - COUNTS),
        delete(SignInAttempt).where(SignInAttempt.at < now - LOGS),
        delete(SignInSession).where(or_(ended, SignInSession.seen_at < now - LOGS)),
        delete(JobRun).where(or_(busy, JobRun.slot < now - LOGS)),
    )
    # A receipt that could not be delivered: whoever sends it again later sends it without the query code.
    old_codes = update(Notice).where(Notice.code_key != "", Notice.created_at < now - CODES).values(code_key="")
    session.execute(old_codes)
    return sum(_rows(session.execute(statement)) for statement in statements)


def _rows(result: Any) -> int:
    return int(result.rowcount) if isinstance(result, CursorResult) else 0
