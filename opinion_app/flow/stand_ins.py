"""People come, go and stand in: what is due today is looked at again, so that whoever has it now hears of it (N02, N09)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.flow.ladder import ladder
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import end_of_day, local_date, on_day, start_of_day

IN_DAYS = [unit.value for unit in Unit if unit.in_days]


def look_at_today_again(session: Session, now: datetime) -> None:
    """Have the ladder look again at what is due today, after something changed about who is told; one statement.

    The next digest would find it late. The ledger knows who was told, so only those who joined are; later days need nothing, for
    their own digest asks who is there then. What is counted in days waits for this morning's digest where that is still to
    come, and a clock that is looked at anyway stays as it is."""
    today = local_date(now)
    due = [Clock.due_at >= start_of_day(today), Clock.due_at <= end_of_day(today)]
    if now < on_day(today, ladder(session).morning):
        due.append(Clock.amount_unit.not_in(IN_DAYS))
    again = update(Clock).where(Clock.state == ClockState.RUNNING, *due, Clock.rung_version == Clock.deadline_version)
    session.execute(again.values(next_rung_at=now).execution_options(synchronize_session=False))
