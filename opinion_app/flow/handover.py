"""A case changes hands: whoever has it now is told what is due and when, by mail where the next digest would find it late
(decisions 4, 25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import open_clocks, owed_by_office
from opinion_app.flow.dated_letters import dated, letter_to, presses, running, subject
from opinion_app.flow.ladder import ladder
from opinion_app.flow.may_know import may_know
from opinion_app.flow.outbox import ACT, Letter, holders_of, leader_in_charge, queue_many, tell, unit_people
from opinion_app.flow.roster import roster
from opinion_app.flow.told_with import count_as_told
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules import links
from opinion_app.rules.asked_of import asked_now, kept_out, may_keep
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import holder
from opinion_app.rules.recipients import Recipient, Search
from opinion_app.rules.waiting_step import waits_for_step
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date

Asked = list[tuple[Person, Recipient | None]]
"""Those whose step it is, or instead of them those who see to it that somebody does it, with why just they."""


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


def ask_for_decision(session: Session, case: Case, what: str, key: str, now: datetime, waits: Mapping[str, Any]) -> None:
    """Ask a decision beside the life of the case (申请退回、申请延期) of whoever may take it; where nobody may, the way up.

    `waits`: for which decision (rules/waiting_step)."""
    hand_to(session, case, (), what, key, now, waits=waits)


def tell_of_step(session: Session, case: Case, person: Person, what: str, key: str, now: datetime) -> None:
    """Tell somebody who may know of a case from now on, with its dates where the step is theirs."""
    facts, everybody = facts_of(session, case), roster(session, local_date(now))
    unit_id = person.unit_id if facts.of_unit(person.unit_id) is not None else None
    waits = waits_for_step(facts, unit_id)
    asked = {one.person_id for one in asked_now(waits, facts, everybody) or ()}
    if person.id in asked or may_keep(waits, person.id, facts, everybody):
        hand_to(session, case, [person], what, key, now, unit_id=unit_id, mail=True)
    else:
        tell(session, case, [person], what, key, now, mail=True)


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
    take the step, it is asked at once of whoever is to see to that, the way up (N09)."""
    facts = facts_of(session, case)
    waits = waits or waits_for_step(facts, unit_id)
    owed = owed_by(session, case, unit_id)
    letter, pressing = letter_for(session, case, facts, owed, what, key, now, waits)
    letters = to_each(session, letter, people, facts, owed, waits, now)
    queued = queue_many(session, letters, now, mail=mail or bool(pressing))
    count_as_told(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)


def to_each(
    session: Session,
    letter: Letter,
    people: Iterable[Person],
    facts: CaseFacts,
    owed: Sequence[Clock],
    waits: Mapping[str, Any],
    now: datetime,
) -> list[tuple[Letter, Person]]:
    """A letter by which a case is handed over, as each of those hears it to whom it goes: of `people` who may know of the case
    and did not withdraw from it, without any whoever sees to the step that it `waits` for. Reads only."""
    barred = kept_out(waits, facts)
    told: Asked = [(one, None) for one in _who_may_know(session, people, facts) if one.id not in barred]
    told = told or _who_sees_to_it(session, facts, waits, now)
    calendar, morning = work_calendar(session), ladder(session).morning
    return [(letter if to is None else letter_to(letter, to, owed, now, calendar, morning), one) for one, to in told]


def _who_may_know(session: Session, people: Iterable[Person], facts: CaseFacts) -> list[Person]:
    return list({person.id: person for person in people if may_know(session, person, facts)}.values())


def _who_sees_to_it(session: Session, facts: CaseFacts, waits: Mapping[str, Any], now: datetime) -> Asked:
    """Of whom a step is asked that nobody has, as every later look at its letter finds them, so that it stands."""
    everybody = roster(session, local_date(now))
    search = Search(facts, everybody)
    found = asked_now(waits, facts, everybody) or search.last_resort(waits.get("unit")) or search.absent()
    return [(session.get_one(Person, one.person_id), one) for one in found]


def letter_for(
    session: Session,
    case: Case,
    facts: CaseFacts,
    clocks: Iterable[Clock],
    what: str,
    key: str,
    now: datetime,
    waits: Mapping[str, Any],
) -> tuple[Letter, list[Clock]]:
    """The letter by which a case is handed over, and which of the dates owed the next digest would find late; `waits`: for what
    it asks. Reads only: the case may be one that is still to be written."""
    calendar, morning, owed = work_calendar(session), ladder(session).morning, running(clocks)
    pressing = [clock for clock in owed if presses(clock, now, calendar, morning)]
    unit = session.get(Unit, case.lead_unit_id) if case.lead_unit_id is not None else None
    about = {"number": case.number, "kind": case.kind.label, "unit": unit.name if unit is not None else ""}
    line = dated(about, what, owed, waits, now, calendar, morning)
    letter = Letter(
        category=ACT,
        key=f"case:{case.id}:{key}",
        subject=subject(case.number, line, owed, now, calendar, morning),
        lines=[line],
        link=links.case(case.number),
        case_id=case.id,
    )
    return letter, pressing


def owed_by(session: Session, case: Case, unit_id: int | None) -> list[Clock]:
    """The clocks that a unit owes, the lead unit those of the whole case too; of people of the office only these."""
    held = open_clocks(session, case.id)
    if unit_id is None:
        return [clock for clock in held if clock.unit_id is None]
    whole = unit_id == case.lead_unit_id
    return [
        clock for clock in held if clock.unit_id == unit_id or (clock.unit_id is None and whole and not owed_by_office(clock))
    ]
