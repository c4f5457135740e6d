"""The citizen's view of a case: step, promised date and public answer, kept beside the case for the public wing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.submission import Progress
from opinion_app.records.unit import Unit
from opinion_app.rules.progress import step_of
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import local_date


def open_progress(session: Session, case: Case, code_hash: str, now: datetime) -> Progress:
    """Begin to tell a citizen about a case; `code_hash` is the keyed hash of the query code (decisions 31)."""
    row = Progress(number=case.number, code_hash=code_hash, step="", history=[], updated_at=now)
    session.add(row)
    session.flush()
    follow(session, case, "register", now)
    return row


def follow(session: Session, case: Case, act: str, now: datetime) -> None:
    """Bring the projection up to date after an act; cases nobody follows have none."""
    row = session.get(Progress, case.number)
    if row is None:
        return
    step = step_of(case.stage, accepted=case.accepted_at is not None)
    if step.title != row.step:
        entry = {"step": step.title, "text": step.text, "at": now.isoformat()}
        row.history = [*row.history, entry]
    row.step = step.title
    row.updated_at = now
    due = session.scalar(
        select(Clock.due_at)
        .where(Clock.case_id == case.id, Clock.stage == "reply", Clock.state == ClockState.RUNNING)
        .order_by(Clock.id.desc())
        .limit(1)
    )
    row.promised_on = local_date(due) if due is not None else None
    if case.lead_unit_id is not None:
        unit = session.get(Unit, case.lead_unit_id)
        row.answered_by = unit.name if unit else ""


def tell(session: Session, case: Case, why: str = "", answer: str | None = None) -> None:
    """Put a reason (不予受理, 转出, 延期) or the public answer before the citizen."""
    row = session.get(Progress, case.number)
    if row is None:
        return
    if why:
        row.why = why
    if answer is not None:
        row.answer = answer
