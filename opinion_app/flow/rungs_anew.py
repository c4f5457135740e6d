"""After the calendar changed: when the rungs of dates that stay are looked at next, for they may come on other days (N02)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import ladder, told_from
from opinion_app.flow.reminding import open_clock, rungs_of, running
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.rules.ladder import look
from opinion_app.rules.words import ClockState


def look_when_they_come(session: Session, now: datetime) -> None:
    """Bring forward the next look at each running clock to when its next rung comes by the calendar in force, or to now where
    one has come by it that nobody was told of. A rung that somebody was told of is carried over as done (decisions 23).

    A clock that cannot be read is looked at by the next run, which says so (N05). The transaction holds the clocks already."""
    held, calendar, since = ladder(session), work_calendar(session), told_from(session, now)
    rows = session.scalars(running().where(Clock.rung_version == Clock.deadline_version).order_by(Clock.id)).all()
    told = _told(session)
    for row in rows:
        try:
            clock = open_clock(row, since)
            comings = rungs_of(session, row, clock, held)
            found, codes = look(comings, clock, held, calendar, now), [coming.rung.code for coming in comings]
            new = found.tell is not None and told[row.id].isdisjoint(codes[codes.index(found.tell.rung.code) :])
            at = now if new else found.next_at
        except Exception:  # not swallowed: the run that looks at it names it
            at = now
        row.next_rung_at = min((moment for moment in (row.next_rung_at, at) if moment is not None), default=None)
    session.flush()


def _told(session: Session) -> dict[int, set[str]]:
    """By running clock the rungs that the ledger has of its present date."""
    present = (Clock.id == Reminder.clock_id) & (Clock.deadline_version == Reminder.deadline_version)
    present &= Clock.state == ClockState.RUNNING
    found = defaultdict[int, set[str]](set)
    for clock_id, rung in session.execute(select(Reminder.clock_id, Reminder.rung).join(Clock, present).distinct()):
        found[clock_id].add(rung)
    return found
