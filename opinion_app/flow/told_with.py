"""What a letter about an act counts as in the ledger of rungs, because it says the dates: so nobody hears of one twice (N01)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of as facts_of_case
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.ladder import ladder
from opinion_app.flow.ledger import OfDate, entry
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.roster import roster
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.records.once import insert_once
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.ladder import Anchor, Ladder, Rung, plan
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

WITH_THE_CASE = "随这件一并告知"


def count_as_told(session: Session, pressing: Sequence[Clock], told: Mapping[int, int], now: datetime) -> None:
    """Enter what they heard with the case as the rungs that would say it, and have the ladder look at the clocks for others.

    Of what is late already the rungs of before are not said again (D12), but where one of them is on leave or no letter reaches
    them: whoever stands in or passes it on hears that it is late."""
    enter_told(session, pressing, told, now)
    late = [clock for clock in pressing if _due(clock) < now]
    looked_at = [clock.id for clock in pressing if clock not in late]
    if late and _is_for_others(session, late[0].case, told, now):
        looked_at += [clock.id for clock in late]
    if looked_at:
        session.execute(
            update(Clock)
            .where(Clock.id.in_(looked_at), Clock.state == ClockState.RUNNING)
            .values(next_rung_at=now, rung_version=Clock.deadline_version)
            .execution_options(synchronize_session=False)
        )


def _is_for_others(session: Session, case: Case, told: Iterable[int], now: datetime) -> bool:
    """Whether somebody beside those told has to hear, as one of them is away today or reads nothing but what is inside."""
    facts, staff = facts_of_case(session, case), roster(session, local_date(now)).staff
    readers = [staff[person_id] for person_id in told]
    return any(one.away or not (one.reachable or one.outside(facts)) for one in readers)


def enter_told(session: Session, pressing: Sequence[Clock], told: Mapping[int, int], now: datetime) -> None:
    """Enter what they heard as the rungs that would say it; `told` by person the notice."""
    entries = [
        entry(
            OfDate(clock.case_id, clock.id, clock.deadline_version), rung.code, person_id, WITH_THE_CASE, now, notice_id=notice_id
        )
        for clock, rung in said_with(pressing, ladder(session), work_calendar(session), now)
        for person_id, notice_id in told.items()
    ]
    if entries:
        session.execute(insert_once(session, Reminder.__table__), entries)


def said_with(pressing: Iterable[Clock], held: Ladder, calendar: WorkCalendar, now: datetime) -> Iterator[tuple[Clock, Rung]]:
    """The rungs that a letter which names some dates counts as: that a date is due soon or due, and of one that is late the
    highest that has come, for the letter says how late it is. What comes after that is told by itself."""
    for clock in pressing:
        for rung in _ahead(clock, held, now) if _due(clock) >= now else _late(clock, held, calendar, now):
            yield clock, rung


def _ahead(clock: Clock, held: Ladder, now: datetime) -> list[Rung]:
    """Due soon, where that has come, and due, which of hours is said only when it is too late."""
    in_days = Unit(clock.amount_unit).in_days
    anchors = [Anchor.WARNING] if clock.warn_at is not None and clock.warn_at <= now else []
    anchors += [Anchor.DUE] if in_days else []
    return [rung for rung in (held.days if in_days else held.hours) if rung.active and rung.anchor in anchors]


def _late(clock: Clock, held: Ladder, calendar: WorkCalendar, now: datetime) -> list[Rung]:
    return [coming.rung for coming in plan(open_clock(clock), facts_of(clock), held, calendar) if coming.speaks_at <= now][-1:]


def _due(clock: Clock) -> datetime:
    return cast(datetime, clock.due_at)  # only what has a date presses
