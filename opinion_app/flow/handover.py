"""A case changes hands: whoever has it now is told what is due and when, on the day itself by mail (decisions 4, 25)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import open_clocks, owed_by_office
from opinion_app.flow.due import clock_due, clock_words
from opinion_app.flow.ladder import ladder
from opinion_app.flow.outbox import Letter, queue_many, unit_people
from opinion_app.flow.reminding import look_again
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.records.once import insert_once
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules import clock_facts, links
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.ladder import Anchor
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.spoken import day_words, moment_words
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import end_of_day, local, local_date, on_day

WITH_THE_CASE = "随这件一并告知"


def hand_to_unit(session: Session, case: Case, unit_id: int, what: str, key: str, now: datetime, *, mail: bool = False) -> None:
    """Tell the people of a unit that the case is theirs to act on; `key` tells this occasion from every other of the case."""
    hand_to(session, case, unit_people(session, case, unit_id), what, key, now, unit_id=unit_id, mail=mail)


def hand_to(
    session: Session,
    case: Case,
    people: Iterable[Person],
    what: str,
    key: str,
    now: datetime,
    *,
    unit_id: int | None = None,
    mail: bool = False,
) -> None:
    """Tell people that the case waits for them, with the date that comes first and that of the reply.

    What is due today or late already goes by mail as well: the morning's digest is out and did not name it to them. It counts as
    the rung of the day it is due, so that they hear of it once; whoever else owes it now is found by the ladder's next look."""
    owed = _owed(session, case, unit_id)
    pressing = [clock for clock in owed if clock.due_at is not None and clock.due_at <= end_of_day(local_date(now))]
    calendar, unit = work_calendar(session), session.get(Unit, case.lead_unit_id) if case.lead_unit_id is not None else None
    urgent = f"（{clock_due(pressing[0], now, calendar).words}）" if pressing else ""
    dates = "；".join(
        f"{clock_words(clock)}：{clock_due(clock, now, calendar).words}（{_day(clock, now)} 到期）" for clock in _named(owed)
    )
    line = {"number": case.number, "kind": case.kind.label, "unit": unit.name if unit is not None else ""}
    letter = Letter(
        category="case",
        key=f"case:{case.id}:{key}",
        subject=f"{case.number} {what}{urgent}",
        lines=[line | {"text": f"{what}。{dates}" if dates else what}],
        link=links.case(case.number),
        case_id=case.id,
    )
    told = {person.id: person for person in people}.values()
    queued = queue_many(session, [(letter, one) for one in told], now, mail=mail or bool(pressing))
    made = {person_id: notice_id for notice_id, person_id in queued}
    _count_as_told(session, pressing, made, now)


def _owed(session: Session, case: Case, unit_id: int | None) -> list[Clock]:
    """The running clocks that a unit owes, the lead unit those of the whole case too; of people of the office only these."""
    running = [clock for clock in open_clocks(session, case.id) if clock.state is ClockState.RUNNING and clock.due_at is not None]
    if unit_id is None:
        return [clock for clock in running if clock.unit_id is None]
    whole = unit_id == case.lead_unit_id
    return [
        clock for clock in running if clock.unit_id == unit_id or (clock.unit_id is None and whole and not owed_by_office(clock))
    ]


def _named(owed: Sequence[Clock]) -> list[Clock]:
    """The one that is due first, and the reply's."""
    return [clock for place, clock in enumerate(owed) if place == 0 or clock.stage == ClockStage.REPLY.value]


def _day(clock: Clock, now: datetime) -> str:
    year, due = local(now).year, cast(datetime, clock.due_at)  # only clocks with a date are named
    return day_words(local_date(due), year) if clock_facts.Unit(clock.amount_unit).in_days else moment_words(due, year)


def _count_as_told(session: Session, pressing: Sequence[Clock], told: dict[int, int], now: datetime) -> None:
    """Enter the rung of today for those who heard of it with the case, and have the ladder look at the clocks again."""
    held = ladder(session)
    today = [
        clock
        for clock in pressing
        if clock_facts.Unit(clock.amount_unit).in_days
        and clock.due_at is not None
        and local_date(clock.due_at) == local_date(now)
    ]
    if not today or now < on_day(local_date(now), held.morning):
        return  # nothing of today, or the digest that names it is still to come
    entries = [
        {
            "case_id": clock.case_id,
            "clock_id": clock.id,
            "person_id": person_id,
            "rung": rung.code,
            "deadline_version": clock.deadline_version,
            "state": ReminderState.TOLD,
            "reason": WITH_THE_CASE,
            "notice_id": notice_id,
            "created_at": now,
        }
        for clock in today
        for rung in held.days
        if rung.active and rung.anchor is Anchor.DUE
        for person_id, notice_id in told.items()
    ]
    if entries:
        session.execute(insert_once(session, Reminder.__table__), entries)
    look_again(session, now, Clock.id.in_([clock.id for clock in today]))
