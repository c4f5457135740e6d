"""People come, go and stand in: what is due today is looked at again, so that whoever has it now hears of it (N02, N09)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.ladder import ladder
from opinion_app.flow.reminding import look_again
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.zone import end_of_day, local_date, on_day, start_of_day

IN_DAYS = [unit.value for unit in Unit if unit.in_days]


def look_at_today_again(session: Session, now: datetime) -> None:
    """Have the ladder look again at what is due today, after something changed about who is told.

    The next digest would find it late; later days need nothing, for their own digest asks who is there then. What is counted in
    days waits for this morning's digest where that is still to come."""
    today = local_date(now)
    due = [Clock.due_at >= start_of_day(today), Clock.due_at <= end_of_day(today)]
    if now < on_day(today, ladder(session).morning):
        due.append(Clock.amount_unit.not_in(IN_DAYS))
    look_again(session, now, *due)
