"""A case changes hands: whoever has it now is told what is due and when, by mail where the next digest would find it late
(decisions 4, 25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import open_clocks, owed_by_office
from opinion_app.flow.dated_letters import as_it_leaves, dated, presses, running, subject
from opinion_app.flow.ladder import ladder
from opinion_app.flow.ledger import OfDate, entry
from opinion_app.flow.looking import Looking, clock_ids, looking
from opinion_app.flow.outbox import ACT, Letter, by_channel, holders_of, inside_key, leader_in_charge, queue_many, unit_people
from opinion_app.flow.recheck import asked_of_others
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder
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
from opinion_app.rules.words import ClockState, NoticeChannel, Role

WITH_THE_CASE = "随这件一并告知"


def hand_to_unit(session: Session, case: Case, unit_id: int, what: str, key: str, now: datetime, *, mail: bool = False) -> None:
    """Tell the people of a unit that the case is theirs to act on; `key` tells this occasion from every other of the case.

    Where they all left while the case was closed or merged, the clerks hear at once, who can give it to another unit."""
    people = unit_people(session, case, unit_id)
    if people:
        hand_to(session, case, people, what, key, now, unit_id=unit_id, mail=mail)
    else:
        said = f"{what}。{session.get_one(Unit, unit_id).name}无人在岗，请改派"
        hand_to(session, case, holders_of(session, Role.CLERK), said, key, now, mail=mail)


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
    so that they hear of it once; whoever else owes it now is found by the ladder's next look."""
    facts, owed = facts_of(session, case), _owed(session, case, unit_id)
    letter, pressing = letter_for(session, case, facts, owed, what, key, now, waits or waits_for_step(facts, unit_id))
    told = {person.id: person for person in people if may_know(session, person, facts)}.values()
    queued = queue_many(session, [(letter, one) for one in told], now, mail=mail or bool(pressing))
    count_as_told(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)


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


def letters_on(session: Session, notice: Notice, look: Looking) -> list[tuple[Letter, Person]]:
    """The letter about an act for those of whom its step is asked instead of its reader, as it stands now; not for who was told
    with the act already. Reads only."""
    others = asked_of_others(notice, look)
    inside = session.scalar(select(Notice).where(Notice.key == by_channel(notice.key, NoticeChannel.IN_APP))) if others else None
    if inside is None:
        return []
    [line] = inside.lines
    dates = [look.clocks[number] for number in line["dates"] if number in look.clocks]
    said, _why = as_it_leaves(line, dates, (), look.now, look.calendar, look.ladder.morning, waits=True)
    subject_now = str(said.pop("subject", inside.subject))
    letter = Letter(ACT, inside.key.rsplit(":", 2)[0], subject_now, [said], inside.link, inside.case_id)
    keys = {inside_key(letter, person_id): person_id for person_id in others}
    told = {keys[key] for key in session.scalars(select(Notice.key).where(Notice.key.in_(keys)))}
    people = session.scalars(select(Person).where(Person.id.in_(others - told)).order_by(Person.id))
    return [(letter, person) for person in people]


def hand_on(session: Session, notice: Notice, now: datetime) -> set[int]:
    """Ask the step of whoever has it now instead of the reader of a letter that is not sent for that; answers the clocks that the
    ladder has to look at again, of which they heard by it."""
    look = looking(session, [notice], now)
    letters = letters_on(session, notice, look)
    queued = queue_many(session, letters, now, mail=True) if letters else []
    dates = [look.clocks[number] for number in clock_ids(notice.lines) if number in look.clocks]
    pressing = [one for one in running(dates) if presses(one, now, look.calendar, look.ladder.morning)] if queued else []
    _enter(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)
    return {clock.id for clock in pressing}


def count_as_told(session: Session, pressing: Sequence[Clock], told: dict[int, int], now: datetime) -> None:
    """Enter what they heard with the case as the rungs that would say it, and have the ladder look at the clocks for others."""
    heard = _enter(session, pressing, told, now)
    if heard:
        session.execute(
            update(Clock)
            .where(Clock.id.in_([clock.id for clock in heard]), Clock.state == ClockState.RUNNING)
            .values(next_rung_at=now, rung_version=Clock.deadline_version)
            .execution_options(synchronize_session=False)
        )


def _enter(session: Session, pressing: Sequence[Clock], told: dict[int, int], now: datetime) -> list[Clock]:
    """Enter what they heard as the rungs that would say it; answers of what. Nothing of what is late: its rungs say more."""
    held, heard = ladder(session), [clock for clock in pressing if cast(datetime, clock.due_at) >= now]
    entries = [
        entry(
            OfDate(clock.case_id, clock.id, clock.deadline_version), rung.code, person_id, WITH_THE_CASE, now, notice_id=notice_id
        )
        for clock in heard
        for rung in _said_with(clock, held, now)
        for person_id, notice_id in told.items()
    ]
    if entries:
        session.execute(insert_once(session, Reminder.__table__), entries)
    return heard


def _said_with(clock: Clock, held: Ladder, now: datetime) -> list[Rung]:
    """The rungs that a letter of hand-over says of a clock: that it is due soon, where that has come, and that it is due, which
    of hours is said only when it is too late."""
    in_days = clock_facts.Unit(clock.amount_unit).in_days
    anchors = [Anchor.WARNING] if clock.warn_at is not None and clock.warn_at <= now else []
    anchors += [Anchor.DUE] if in_days else []
    return [rung for rung in (held.days if in_days else held.hours) if rung.active and rung.anchor in anchors]
