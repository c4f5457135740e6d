"""The ledger of slots: each slot of each job is one row; taking it is an insert only one can win (libraries §3, R3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, text, update
from sqlalchemy.orm import Session

from opinion_app.records.job import JobRun
from opinion_app.records.once import insert_once
from opinion_app.rules.timetable import AGAIN_AFTER, Entry, Every

IDLE_MILLISECONDS = 120_000


def take(session: Session, entry: Entry, slot: datetime, runner: str, now: datetime, *, alone: bool) -> int | None:
    """Take a slot for `runner`; None when it is done or another's. The caller commits before the work begins.

    `alone`: this runner holds the lease, so a slot somebody else left unfinished belongs to a dead process and is done again
    (every job may be repeated without harm). A slot that failed is tried again after five minutes."""
    values = {"job": entry.name, "slot": slot, "started_at": now, "runner": runner, "report": ""}
    new = session.scalar(insert_once(session, JobRun).values(**values).returning(JobRun.id))
    if new is not None:
        return int(new)
    row = session.scalar(
        select(JobRun).where(JobRun.job == entry.name, JobRun.slot == slot).execution_options(populate_existing=True)
    )
    if row is None or not (
        _left_behind(row, runner, alone=alone) or _failed(row, now) or (alone and _set_back(session, entry, slot))
    ):
        return None
    mine = JobRun.id == row.id, JobRun.runner == row.runner, JobRun.started_at == row.started_at
    statement = update(JobRun).where(*mine).values(runner=runner, started_at=now, finished_at=None, succeeded=None, report="")
    return row.id if _rows(session.execute(statement.execution_options(synchronize_session=False))) == 1 else None


def holds(session: Session, run_id: int, runner: str) -> bool:
    """Whether a slot is still `runner`'s; nobody else can take it before the caller's transaction ends.

    A process that stands still in the middle of that transaction loses it: it must not keep others waiting until it wakes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}"))
    query = select(JobRun).where(JobRun.id == run_id).with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    return row is not None and row.runner == runner and row.finished_at is None


def _left_behind(row: JobRun, runner: str, *, alone: bool) -> bool:
    return row.finished_at is None and (alone or row.runner == runner)


def _failed(row: JobRun, now: datetime) -> bool:
    return row.succeeded is False and row.finished_at is not None and abs(now - row.finished_at) >= AGAIN_AFTER


def _set_back(session: Session, entry: Entry, slot: datetime) -> bool:
    """A busy job with slots in the future: the wall clock was set back, and waiting for it would stop the job (R11)."""
    if not isinstance(entry.schedule, Every):
        return False
    ahead = JobRun.job == entry.name, JobRun.slot > slot + timedelta(seconds=2 * entry.schedule.seconds)
    return _rows(session.execute(delete(JobRun).where(*ahead))) > 0


def finish(session: Session, run_id: int, runner: str, now: datetime, report: str, *, succeeded: bool) -> None:
    """Write down how a slot ended, unless another runner has it by now."""
    session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.runner == runner)
        .values(finished_at=now, succeeded=succeeded, report=report[:2000])
        .execution_options(synchronize_session=False)
    )


def _rows(result: Any) -> int:
    return int(result.rowcount) if isinstance(result, CursorResult) else 0
