"""What the reminders read: the running clocks that press, the facts of their cases and everybody of the office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.coming_back import gone_for_good, inside_alone
from opinion_app.flow.due import soon_until
from opinion_app.flow.looking import clocks_of
from opinion_app.flow.many_facts import CHUNK, facts_of_many
from opinion_app.flow.outbox import RUNG
from opinion_app.flow.reminding import open_clock, running, with_case
from opinion_app.flow.roster import roster
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble, digests
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Roster
from opinion_app.rules.words import ClockState, NoticeState
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


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the ledger: the notice it was told by, when it was entered, and of that notice whether it was cancelled on its
    way, whether it is `gone`: cancelled, and it goes no more, whether it was one `inside` the service alone, and whether it
    `waits` to leave with that rung alone."""

    notice_id: int | None
    at: datetime
    cancelled: bool = False
    gone: bool = False
    inside: bool = False
    waits: bool = False


_ON_ITS_WAY = Notice.state.in_((NoticeState.PENDING, NoticeState.UNKNOWN, NoticeState.CLAIMED))
_WAITS = func.coalesce(and_(_ON_ITS_WAY, Notice.category == RUNG), false())  # of others the date moves along
_CANCELLED = func.coalesce(Notice.state == NoticeState.CANCELLED, false())


Ledger = Mapping[tuple[int, int, str, int], Told]
"""By clock, whom (a person or a unit), rung and version of the date."""


def told_of(session: Session, rows: Sequence[Clock], now: datetime) -> Ledger:
    """What the ledger holds of some clocks by clock, person, rung and version of the date."""
    return _told(session, rows, Reminder, Reminder.person_id, now)


def units_told(session: Session, rows: Sequence[Clock], people: Roster, now: datetime) -> Ledger:
    """The same of the groups of units; an office without any robot is not asked about."""
    return _told(session, rows, UnitReminder, UnitReminder.unit_id, now) if people.robots else {}


def _told(
    session: Session,
    rows: Sequence[Clock],
    ledger: type[Reminder | UnitReminder],
    whom: InstrumentedAttribute[int],
    now: datetime,
) -> Ledger:
    entry = ledger.clock_id, whom, ledger.rung, ledger.deadline_version, ledger.notice_id, ledger.created_at
    query = select(*entry, _CANCELLED, gone_for_good(now), func.coalesce(inside_alone(), false()), _WAITS)
    query = query.outerjoin(Notice, Notice.id == ledger.notice_id).order_by(ledger.id)
    told: dict[tuple[int, int, str, int], Told] = {}
    for start in range(0, len(rows), CHUNK):
        some = ledger.clock_id.in_([row.id for row in rows[start : start + CHUNK]])
        for clock_id, who, rung, version, notice_id, at, *became in session.execute(query.where(some)):
            told[clock_id, who, rung, version] = Told(notice_id, at, *map(bool, became))
    return told


def facts_for(session: Session, rows: Sequence[Clock]) -> dict[int, CaseFacts]:
    """The facts of the cases these clocks belong to."""
    return facts_of_many(session, {row.case_id: row.case for row in rows}.values())
