"""What the reminders read: the running clocks that press, the facts of their cases and everybody of the office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, not_, or_, true
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import soon_until
from opinion_app.flow.looking import clocks_of
from opinion_app.flow.many_facts import CHUNK, facts_for
from opinion_app.flow.reminding import open_clock, running, with_case
from opinion_app.flow.roster import roster
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble, digests
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Roster
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date


@dataclass(frozen=True)
class Morning:
    """What would go out on a morning: a digest per person, the clocks that could not be judged, and the rows that were read;
    nothing is read on a `day_off`."""

    digests: list[PersonDigest]
    troubles: list[Trouble]
    rows: Sequence[Clock] = ()
    day_off: bool = False


def plan_digests(session: Session, now: datetime, people: Roster | None = None) -> Morning:
    """The digests of this morning; empty on a day without work (make-up days count). Reads only."""
    calendar = work_calendar(session)
    if not calendar.is_working(local_date(now)):
        return Morning([], [], day_off=True)
    rows = pressing_clocks(session, now, soon_until(now, calendar))
    return morning_of(rows, facts_for(session, rows), people or roster(session, local_date(now)), now, calendar)


def morning_of(
    rows: Sequence[Clock], facts: Mapping[int, CaseFacts], people: Roster, now: datetime, calendar: WorkCalendar
) -> Morning:
    """The digests of a working morning from the pressing clocks and the facts of their cases. Asks no database."""
    clocks, broken = _readable(rows)
    found, troubles = digests(clocks, facts, people, now, calendar, soon_until(now, calendar))
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
    return session.scalars(running().where(_presses(now, until)).order_by(Clock.due_at, Clock.id)).all()


def waiting_clocks(session: Session, now: datetime, after: int, limit: int) -> Sequence[Clock]:
    """The running clocks whose date moved or whose next rung has come, by id; `after` is the last one looked at."""
    query = running().where(_waits(now), Clock.id > after).order_by(Clock.id).limit(limit)
    return session.scalars(query.execution_options(populate_existing=True)).all()


@dataclass(frozen=True)
class Speaking:
    """The clocks that may be spoken of at a moment: in a digest, by a rung, that stand still, or named by letters that wait."""

    pressing: list[Clock]
    waiting: list[Clock]
    standing: list[Clock]
    named: dict[int, Clock]


def speaking_clocks(
    session: Session,
    now: datetime,
    until: datetime | None,
    told: ColumnElement[bool],
    named: Collection[int],
    *,
    every: bool = False,
) -> Speaking:
    """All that `pressing_clocks` and all that `waiting_clocks` finds, what stands still and the `named`, in one query.

    `until` is None where no digest is made, `told` says whether this morning's are made already; with `every` running clock
    waits, for another ladder takes effect."""
    runs = and_(Clock.state == ClockState.RUNNING, Clock.due_at.is_not(None))
    mornings = false() if until is None else not_(told)
    presses = false() if until is None else and_(runs, _presses(now, until), mornings)
    waits, stands = and_(runs, true() if every else _waits(now)), and_(Clock.state == ClockState.SUSPENDED, mornings)
    marks = presses.label("presses"), waits.label("waits"), stands.label("stands")
    ids = sorted(named)
    asked = or_(presses, waits, stands, Clock.id.in_(ids[:CHUNK]))
    rows = session.execute(with_case().add_columns(*marks).where(asked).order_by(Clock.id)).all()
    pressing = sorted((row[0] for row in rows if row.presses), key=lambda clock: (clock.due_at, clock.id))
    known = {row[0].id: row[0] for row in rows if row[0].id in named} | clocks_of(session, ids[CHUNK:])
    return Speaking(pressing, [row[0] for row in rows if row.waits], [row[0] for row in rows if row.stands], known)


def _presses(now: datetime, until: datetime) -> ColumnElement[bool]:
    return or_(Clock.due_at <= until, Clock.warn_at <= now)


def _waits(now: datetime) -> ColumnElement[bool]:
    return or_(Clock.rung_version != Clock.deadline_version, Clock.next_rung_at <= now)
