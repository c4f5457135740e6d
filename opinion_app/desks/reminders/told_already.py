"""Of which rungs to come everybody they name was told already, so that no run says them again (N01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from opinion_app.flow.judging import One, groups_untold, table_of, untold
from opinion_app.flow.many_facts import facts_for
from opinion_app.flow.roster import rosters
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import Coming, Ladder, Look
from opinion_app.rules.ladder_changes import ToldAll
from opinion_app.rules.rung_recipients import rung_recipients
from opinion_app.rules.zone import local_date


def told_already(session: Session, rows: Sequence[Clock], now: datetime) -> ToldAll:
    """Asks of a rung to come whether everybody whom the office names by it on its day, and each group, was told of it; what these
    clocks were told is read once."""
    people_on, facts, by_id = cache(rosters(session)), facts_for(session, rows), {row.id: row for row in rows}
    table = table_of(session, rows, now, people_on(local_date(now)))

    def told_all(clock: OpenClock, ladder: Ladder, every: Sequence[Coming], coming: Coming) -> bool:
        if not (table.told_people(clock) or table.told_units(clock)):
            return False
        there = replace(table.at(coming.speaks_at, people_on(local_date(coming.speaks_at))), ladder=ladder)
        one = One(clock, by_id[clock.id], facts[clock.case_id], every, Look())
        named = rung_recipients(coming.rung, clock.owing, one.case, there.people, ladder)
        return bool(named) and not untold(there, one, coming.rung, named) and not groups_untold(there, one, coming.rung, named)

    return told_all
