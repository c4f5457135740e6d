"""What the reminders read: the running clocks that press, the facts of their cases and everybody of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import soon_until
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.reminding import open_clock, running
from opinion_app.flow.roster import roster
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble, digests
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Roster
from opinion_app.rules.zone import local_date


@dataclass(frozen=True)
class Morning:
    """What would go out on a morning: a digest per person, the clocks that could not be judged, and the rows that were read."""

    digests: list[PersonDigest]
    troubles: list[Trouble]
    rows: Sequence[Clock] = ()


def plan_digests(session: Session, now: datetime, people: Roster | None = None) -> Morning:
    """The digests of this morning; empty on a day without work (make-up days count). Reads only."""
    calendar = work_calendar(session)
    if not calendar.is_working(local_date(now)):
        return Morning([], [])
    soon = soon_until(now, calendar)
    rows = pressing_clocks(session, now, soon)
    clocks, broken = _readable(rows)
    everybody = people or roster(session, local_date(now))
    found, troubles = digests(clocks, facts_for(session, rows), everybody, now, calendar, soon)
    return Morning(found, broken + troubles, rows)


def _readable(rows: Sequence[Clock]) -> tuple[list[OpenClock], list[Trouble]]:
    """The rows the rules can read, and what is wrong with the others."""
    clocks: list[OpenClock] = []
    broken: list[Trouble] = []
    for row in rows:
        try:
            clocks.append(open_clock(row))
        except (KeyError, ValueError) as error:
            broken.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
    return clocks, broken


def pressing_clocks(session: Session, now: datetime, until: datetime) -> Sequence[Clock]:
    """The running clocks that are due by `until` or have reached their warning, the earliest first."""
    query = running().where(or_(Clock.due_at <= until, Clock.warn_at <= now))
    return session.scalars(query.order_by(Clock.due_at, Clock.id)).all()


def waiting_clocks(session: Session, now: datetime, after: int, limit: int, *, every: bool = False) -> Sequence[Clock]:
    """The running clocks whose date moved or whose next rung has come, or `every` one, by id; `after`: the last looked at."""
    due = true() if every else or_(Clock.rung_version != Clock.deadline_version, Clock.next_rung_at <= now)
    query = running().where(due, Clock.id > after).order_by(Clock.id).limit(limit)
    return session.scalars(query.execution_options(populate_existing=True)).all()


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the ledger: the notice it was told by, and when it was entered."""

    notice_id: int | None
    at: datetime


def told_of(session: Session, rows: Sequence[Clock]) -> dict[tuple[int, int, str, int], Told]:
    """What the ledger holds of some clocks by clock, person, rung and version of the date."""
    key = (Reminder.clock_id, Reminder.person_id, Reminder.rung, Reminder.deadline_version)
    query = select(*key, Reminder.notice_id, Reminder.created_at)
    found = session.execute(query.where(Reminder.clock_id.in_([row.id for row in rows])).order_by(Reminder.id))
    return {(clock, person, rung, version): Told(notice, at) for clock, person, rung, version, notice, at in found}


def facts_for(session: Session, rows: Sequence[Clock]) -> dict[int, CaseFacts]:
    """The facts of the cases these clocks belong to."""
    return facts_of_many(session, {row.case_id: row.case for row in rows}.values())
