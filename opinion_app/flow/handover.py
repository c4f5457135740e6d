"""A case changes hands: whoever has it now is told what is due and when, by mail where the next digest would find it late
(decisions 4, 25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import open_clocks, owed_by_office
from opinion_app.flow.dated_letters import dated, presses, running, subject
from opinion_app.flow.ladder import ladder
from opinion_app.flow.ledger import OfDate, entry
from opinion_app.flow.outbox import ACT, Letter, holders_of, leader_in_charge, queue_many, unit_people
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.records.once import insert_once
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules import clock_facts, links
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Anchor, Ladder, Rung
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import fit_for_a_group
from opinion_app.rules.waiting_step import waits_for_step
from opinion_app.rules.words import ClockState, Role

WITH_THE_CASE = "随这件一并告知"
NOBODY = "没有在岗的人可以办理，请您安排"


def hand_to_unit(session: Session, case: Case, unit_id: int, what: str, key: str, now: datetime, *, mail: bool = False) -> None:
    """Tell the people of a unit that the case is theirs to act on; `key` tells this occasion from every other of the case."""
    hand_to(session, case, unit_people(session, case, unit_id), what, key, now, unit_id=unit_id, mail=mail)


def hand_to_holder(session: Session, case: Case, what: str, key: str, now: datetime) -> None:
    """Tell whoever owes the next step by the life of the case, once an act brought it somewhere else; nobody where it rests."""
    held = holder(facts_of(session, case))
    if held is not None and held.desk == "unit" and held.unit_id is not None:
        hand_to_unit(session, case, held.unit_id, what, key, now)
    elif held is not None:
        hand_to(session, case, _at_desk(session, case, held.desk), what, key, now)


def _at_desk(session: Session, case: Case, desk: str) -> list[Person]:
    """The people of the office who have what lies at a desk."""
    return leader_in_charge(session, case.lead_unit_id) if desk == "leader" else holders_of(session, Role.CLERK)


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
    waits: Mapping[str, Any] | None = None,
) -> None:
    """Tell people that the case waits for them, with the date that comes first and that of the reply; `waits`: for what, where
    that is not the next step. When it leaves it says how things stand then, or does not leave (flow/recheck).

    What the next digest would find late goes by mail as well: none named it to them before. It counts as the rung of that day,
    so that they hear of it once; whoever else owes it now is found by the ladder's next look. Where nobody is there who could
    take the step, the clerks hear at once, who can give the case to others: of a restricted case those who may know of it."""
    facts = facts_of(session, case)
    told = _who_may_know(session, people, facts)
    reason = {}
    if not told:
        told, unit_id, reason = _who_may_know(session, holders_of(session, Role.CLERK), facts), None, {"reason": NOBODY}
    owed = _owed(session, case, unit_id)
    letter, pressing = letter_for(session, case, facts, owed, what, key, now, waits or waits_for_step(facts, unit_id))
    letter = replace(letter, lines=[line | reason for line in letter.lines])
    queued = queue_many(session, [(letter, one) for one in told], now, mail=mail or bool(pressing))
    count_as_told(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)


def _who_may_know(session: Session, people: Iterable[Person], facts: CaseFacts) -> list[Person]:
    return list({person.id: person for person in people if may_know(session, person, facts)}.values())


def letter_for(
    session: Session,
    case: Case,
    facts: CaseFacts,
    clocks: Iterable[Clock],
    what: str,
    key: str,
    now: datetime,
    waits: Mapping[str, Any] | None = None,
) -> tuple[Letter, list[Clock]]:
    """The letter by which a case is handed over, and which of the dates owed the next digest would find late; `waits` as in
    `hand_to`, by default for the next step of the office. Reads only: the case may be one that is still to be written."""
    calendar, morning, owed = work_calendar(session), ladder(session).morning, running(clocks)
    pressing = [clock for clock in owed if presses(clock, now, calendar, morning)]
    unit = session.get(Unit, case.lead_unit_id) if case.lead_unit_id is not None else None
    about = {"number": case.number, "kind": case.kind.label, "unit": unit.name if unit is not None else ""}
    line = dated(about, what, owed, waits or waits_for_step(facts, None), now, calendar)
    letter = Letter(
        category=ACT,
        key=f"case:{case.id}:{key}",
        subject=subject(case.number, line, owed, now, calendar, morning),
        lines=[line],
        link=links.case(case.number),
        case_id=case.id,
    )
    return letter, pressing


def may_know(session: Session, person: Person, facts: CaseFacts) -> bool:
    """Whether somebody may hear that the case exists; asked only of a case that is kept from some (decisions 9)."""
    return fit_for_a_group(facts) or can_see(actor_of(session, person), facts)


def _owed(session: Session, case: Case, unit_id: int | None) -> list[Clock]:
    """The clocks that a unit owes, the lead unit those of the whole case too; of people of the office only these."""
    held = open_clocks(session, case.id)
    if unit_id is None:
        return [clock for clock in held if clock.unit_id is None]
    whole = unit_id == case.lead_unit_id
    return [
        clock for clock in held if clock.unit_id == unit_id or (clock.unit_id is None and whole and not owed_by_office(clock))
    ]


def count_as_told(session: Session, pressing: Sequence[Clock], told: dict[int, int], now: datetime) -> None:
    """Enter what they heard with the case as the rungs that would say it, and have the ladder look at the clocks for others."""
    heard = enter_told(session, pressing, told, now)
    if heard:
        session.execute(
            update(Clock)
            .where(Clock.id.in_([clock.id for clock in heard]), Clock.state == ClockState.RUNNING)
            .values(next_rung_at=now, rung_version=Clock.deadline_version)
            .execution_options(synchronize_session=False)
        )


def enter_told(session: Session, pressing: Sequence[Clock], told: dict[int, int], now: datetime) -> list[Clock]:
    """Enter what they heard as the rungs that would say it; `told` by person the notice. Answers of what."""
    entries = [
        entry(
            OfDate(clock.case_id, clock.id, clock.deadline_version), rung.code, person_id, WITH_THE_CASE, now, notice_id=notice_id
        )
        for clock, rung in said_with(pressing, ladder(session), now)
        for person_id, notice_id in told.items()
    ]
    if entries:
        session.execute(insert_once(session, Reminder.__table__), entries)
    return _not_late(pressing, now)


def said_with(pressing: Iterable[Clock], held: Ladder, now: datetime) -> Iterator[tuple[Clock, Rung]]:
    """The rungs that a letter which names some dates counts as. Nothing of what is late: its rungs say more."""
    return ((clock, rung) for clock in _not_late(pressing, now) for rung in _said_with(clock, held, now))


def _not_late(pressing: Iterable[Clock], now: datetime) -> list[Clock]:
    return [clock for clock in pressing if cast(datetime, clock.due_at) >= now]


def _said_with(clock: Clock, held: Ladder, now: datetime) -> list[Rung]:
    """The rungs that a letter of hand-over says of a clock: that it is due soon, where that has come, and that it is due, which
    of hours is said only when it is too late."""
    in_days = clock_facts.Unit(clock.amount_unit).in_days
    anchors = [Anchor.WARNING] if clock.warn_at is not None and clock.warn_at <= now else []
    anchors += [Anchor.DUE] if in_days else []
    return [rung for rung in (held.days if in_days else held.hours) if rung.active and rung.anchor in anchors]
