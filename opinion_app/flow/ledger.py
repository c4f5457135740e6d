"""The ledger of rungs: one row for each rung that one person was told of one version of a date, whoever writes it (N01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.records.once import insert_once
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import NoticeState

LONGEST = 200


@dataclass(frozen=True, slots=True)
class OfDate:
    """The version of a date that is told of."""

    case_id: int
    clock_id: int
    version: int


def entry(
    of: OfDate,
    rung: str,
    person_id: int,
    reason: str,
    now: datetime,
    *,
    state: ReminderState = ReminderState.TOLD,
    notice_id: int | None = None,
) -> dict[str, Any]:
    """The values of one row; `reason`: why just this person, cut to what there is room for."""
    return {
        "case_id": of.case_id,
        "clock_id": of.clock_id,
        "person_id": person_id,
        "rung": rung,
        "deadline_version": of.version,
        "state": state,
        "reason": reason[:LONGEST],
        "notice_id": notice_id,
        "created_at": now,
    }


def carry_over(session: Session, told: Clock, instead: Clock, at: datetime) -> None:
    """Whoever was told of the date of one clock was told of the same date of the clock that takes its place (N01).

    What has not left is not carried over: it is cancelled, for the clock it speaks of runs no more, and the ladder tells it of
    the other."""
    if told.due_at is None or told.due_at != instead.due_at:
        return
    of, present = OfDate(instead.case_id, instead.id, instead.deadline_version), told.deadline_version
    own = session.scalars(
        select(Reminder)
        .outerjoin(Notice, Notice.id == Reminder.notice_id)
        .where(Reminder.clock_id == told.id, Reminder.deadline_version == present, _left())
    )
    carried = ReminderState.CARRIED
    rows = [entry(of, one.rung, one.person_id, one.reason, at, state=carried, notice_id=one.notice_id) for one in own]
    if rows:
        session.execute(insert_once(session, Reminder.__table__), rows)
    groups = select(UnitReminder).outerjoin(Notice, Notice.id == UnitReminder.notice_id)
    groups = groups.where(UnitReminder.clock_id == told.id, UnitReminder.deadline_version == present, _left())
    for one in session.scalars(groups).all():
        same = {"unit_id": one.unit_id, "rung": one.rung, "notice_id": one.notice_id}
        session.add(UnitReminder(clock_id=of.clock_id, deadline_version=of.version, created_at=at, **same))


def _left() -> ColumnElement[bool]:
    """Whether what tells of an entry is with its reader, or may be: no letter waits, and none was cancelled on its way."""
    return or_(Notice.id.is_(None), Notice.state.not_in((NoticeState.PENDING, NoticeState.CANCELLED)))
