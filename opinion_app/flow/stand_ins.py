"""People come, go and stand in: what the next digest would find late is looked at again for whoever has it now (N02, N09)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import ladder
from opinion_app.flow.reminding import look_again
from opinion_app.flow.roster import leave_turns
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.next_digest import next_digest
from opinion_app.rules.zone import start_of_day

IN_DAYS = [unit.value for unit in Unit if unit.in_days]


def look_at_pressing_again(session: Session, now: datetime) -> None:
    """Have the ladder look again at what is due before the next digest, after something changed about who is told.

    Later days need nothing, for their own digest asks who is there then. What is due in a night or on days off in which a leave
    begins or ends is looked at as well, so that it is known at which midnight it must be looked at once more."""
    late = Clock.amount_unit.not_in(IN_DAYS) & (Clock.due_at >= now - timedelta(hours=ladder(session).late_hours))
    windows = [_due_between(session, at) for at in (now, *_turns(session, now))]
    look_again(session, now, or_(*windows, late & (Clock.due_at < now)))


def _due_between(session: Session, at: datetime) -> ColumnElement[bool]:
    """Due from a moment on and before the digest that comes after it."""
    return and_(Clock.due_at >= at, Clock.due_at < next_digest(at, work_calendar(session), ladder(session).morning))


def _turns(session: Session, now: datetime) -> Iterable[datetime]:
    """The midnights after `now` from which somebody is away or back."""
    rows = session.execute(select(Person.leave_from, Person.leave_until).where(Person.active, Person.leave_from.is_not(None)))
    return sorted({moment for row in rows for day in leave_turns(*row) if (moment := start_of_day(day)) > now})
