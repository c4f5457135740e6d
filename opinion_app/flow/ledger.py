"""The ledger of rungs: one row for each rung that one person was told of one version of a date, whoever writes it (N01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.told_versions import versions_of
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


def carry_over(session: Session, told: Clock, instead: Clock) -> None:
    """Whoever was told of the date of one clock was told of the same date of the clock that takes its place (N01).

    Where both have one date, or both stand still, the one goes on with the versions of the other: a date that is there again
    when it runs on was told already. Where the former had that date before, as when a slip moved it for a moment, what was told
    of it then is carried over. Each entry keeps the moment at which it was told.
    What has not left is not carried over: it is cancelled, for the clock it speaks of runs no more, and the ladder tells it of
    the other."""
    if told.due_at == instead.due_at:
        instead.deadline_version, instead.dates = told.deadline_version, list(told.dates)
        _carry(session, told, instead, {})
        return
    same = [one.number for one in versions_of(told) if one.due_at is not None and one.due_at == instead.due_at]
    if same:
        _carry(session, told, instead, dict.fromkeys(same, instead.deadline_version))


def carry_back(session: Session, rested: Clock, again: Clock) -> None:
    """The same of the date a reply had when it began to rest, where that is there again in the copy that stood for it: by its new
    version, for what was told of the copy's own date says nothing of this one."""
    if rested.due_at == again.due_at:
        _carry(session, rested, again, {rested.deadline_version: again.deadline_version})


def _carry(session: Session, told: Clock, instead: Clock, versions: Mapping[int, int]) -> None:
    """Enter for a clock what was told of another; `versions`: only of those, by which number; as they are where none is named."""
    own = select(Reminder).outerjoin(Notice, Notice.id == Reminder.notice_id).where(Reminder.clock_id == told.id, _left())
    groups = select(UnitReminder).outerjoin(Notice, Notice.id == UnitReminder.notice_id)
    groups = groups.where(UnitReminder.clock_id == told.id, _left())
    if versions:
        own = own.where(Reminder.deadline_version.in_(versions))
        groups = groups.where(UnitReminder.deadline_version.in_(versions))
    rows = [
        entry(
            OfDate(instead.case_id, instead.id, versions.get(one.deadline_version, one.deadline_version)),
            one.rung,
            one.person_id,
            one.reason,
            one.created_at,
            state=ReminderState.CARRIED,
            notice_id=one.notice_id,
        )
        for one in session.scalars(own)
    ]
    if rows:
        session.execute(insert_once(session, Reminder.__table__), rows)
    heard = [
        {name: getattr(group, name) for name in ("unit_id", "rung", "notice_id", "created_at")}
        | {"clock_id": instead.id, "deadline_version": versions.get(group.deadline_version, group.deadline_version)}
        for group in session.scalars(groups)
    ]
    if heard:
        session.execute(insert_once(session, UnitReminder.__table__), heard)


def _left() -> ColumnElement[bool]:
    """Whether what tells of an entry is with its reader, or may be: no letter waits, and none was cancelled on its way."""
    return or_(Notice.id.is_(None), Notice.state.not_in((NoticeState.PENDING, NoticeState.CANCELLED)))
