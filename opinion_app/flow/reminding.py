"""Clocks as the reminders see them, with the rungs of each; the same for the job, a dry run and the case page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of, span_of
from opinion_app.flow.due import clock_words
from opinion_app.flow.row_order import hold_running
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import Coming, Ladder, plan
from opinion_app.rules.recipients import Owing
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.zone import latest

# Of the cases there may be thousands: what is asked of each, and none of its texts.
_ASKED = (
    Case.number,
    Case.stage,
    Case.source,
    Case.kind,
    Case.urgency,
    Case.risk_level,
    Case.restricted,
    Case.accused_unit_id,
    Case.registered_at,
    Case.accepted_at,
    Case.needs_leader,
    Case.imported,
    Case.lead_unit_id,
    Case.suspended_for,
)


@cache
def with_case() -> Select[Clock]:
    """Clocks with what a reminder says of them."""
    case = joinedload(Clock.case).load_only(*_ASKED)
    return select(Clock).options(case, case.joinedload(Case.lead_unit), joinedload(Clock.unit))


@cache
def running() -> Select[Clock]:
    """The running clocks with what a reminder says of them."""
    return with_case().where(Clock.state == ClockState.RUNNING, Clock.due_at.is_not(None))


def look_again(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    """Have the ladder look at running clocks again, after something changed about who is told of them.

    The ledger knows who was told, so only those who joined are. One that waits to be looked at anyway is marked too: a run may
    have read it already, and sees by the mark that it has to look once more.

    They are locked by id, as the run does that writes down what it looked at (flow/row_order)."""
    hold_running(session, *which)
    own = (*which, Clock.state == ClockState.RUNNING)
    again = update(Clock).where(*own)
    session.execute(again.values(next_rung_at=now).execution_options(synchronize_session=False))


def open_clock(row: Clock, since: datetime | None = None) -> OpenClock:
    """A row as the rules see it; raises ValueError for one without a due moment.

    Nobody is told of the time before `since`, nor of that before the clock ran: a unit that is given a case whose reply is late
    has missed no rung of its own (D12, N07)."""
    if row.due_at is None:
        raise ValueError(f"clock {row.id} has no due moment")
    case, unit = row.case, row.unit or row.case.lead_unit
    level = (case.risk_level.value,) if case.risk_level is not None else ()
    return OpenClock(
        id=row.id,
        case_id=row.case_id,
        waits_for=clock_words(row),
        unit=unit.name if unit else "",
        owing=Owing(row.owed_by, row.unit_id),
        due_at=row.due_at,
        span=span_of(row),
        warn_at=row.warn_at,
        provisional=row.provisional,
        version=row.deadline_version,
        marks=frozenset({case.urgency.value, *level}),
        known_since=latest(case.registered_at, since, row.start_at),
    )


def rungs_of(session: Session, row: Clock, clock: OpenClock, ladder: Ladder) -> list[Coming]:
    """Every rung of a clock with its moments."""
    return plan(clock, facts_of(row), ladder, work_calendar(session))


def open_of(session: Session, case_id: int) -> Sequence[Clock]:
    """The clocks of one case that run or stand still, the earliest due first."""
    own = with_case().where(Clock.case_id == case_id, Clock.state.in_(OPEN_CLOCK))
    return session.scalars(own.order_by(Clock.due_at, Clock.id)).all()
