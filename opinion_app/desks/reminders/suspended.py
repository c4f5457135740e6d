"""Cases that stand still for long: nobody is late, and so nobody hears of them; the office is asked to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.many_facts import CHUNK, facts_of_many
from opinion_app.flow.outbox import Letter, queue_many
from opinion_app.flow.roster import roster
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Owing, Recipient, Roster, recipients
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import local_date

LOOK_AGAIN = 10  # working days: asked anew each time so many have passed
STANDS_STILL = "suspended:"  # how the keys of these letters begin
OFFICE = Owing(OwedBy.OFFICE.value)


def ask_about_suspended(session: Session, now: datetime) -> int:
    """Ask the clerks about each case that has stood still for ten working days, and for ten more; answers how many notices."""
    standing = standing_clocks(session)
    facts = facts_of_many(session, {clock.case_id: clock.case for clock in standing}.values())
    told = plan_suspended(session, now, standing, facts, roster(session, local_date(now)))
    ids = {one.person_id for _letter, one in told}
    named = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    return len(queue_many(session, [(letter, named[one.person_id]) for letter, one in told], now, mail=True))


def plan_suspended(
    session: Session, now: datetime, clocks: Iterable[Clock], facts: Mapping[int, CaseFacts], people: Roster
) -> list[tuple[Letter, Recipient]]:
    """The letters about cases that stand still at `now`, `clocks` being those that do, with whom each is for. Reads only."""
    calendar, today = work_calendar(session), local_date(now)
    standing = _standing(clocks)
    suspended = _suspended_on(session, [case.id for case, _since in standing])
    waiting: list[tuple[Case, date, int]] = []
    for case, held_since in standing:
        since = suspended.get(case.id, held_since)
        days = calendar.count_working_days(since, today)
        if days >= LOOK_AGAIN:
            waiting.append((case, since, days))
    return [
        (_letter(case, since, days, one), one)
        for case, since, days in waiting
        for one in recipients(OFFICE, facts[case.id], people)
    ]


def standing_clocks(session: Session) -> Sequence[Clock]:
    """The clocks that stand still, with their cases."""
    query = select(Clock).options(joinedload(Clock.case)).where(Clock.state == ClockState.SUSPENDED).order_by(Clock.id)
    return session.scalars(query).all()


def _suspended_on(session: Session, case_ids: Sequence[int]) -> dict[int, date]:
    """The day from which each of some cases was suspended last, as it was entered.

    A clock that took the place of another, after a merge, knows only of the time since."""
    found: dict[int, date] = {}
    for start in range(0, len(case_ids), CHUNK):
        own = Move.case_id.in_(case_ids[start : start + CHUNK]), Move.act == "suspend"
        for case_id, said in session.execute(select(Move.case_id, Move.detail).where(*own).order_by(Move.id)):
            found |= {case_id: local_date(datetime.fromisoformat(said["at"]))} if "at" in said else {}
    return found


def _standing(clocks: Iterable[Clock]) -> list[tuple[Case, date]]:
    """The cases with a clock that stands still, and since when the first of each does."""
    found: dict[int, tuple[Case, date]] = {}
    for clock in clocks:
        if not clock.pauses:
            continue
        since = local_date(datetime.fromisoformat(clock.pauses[-1]["since"]))
        case, earliest = found.get(clock.case_id, (clock.case, since))
        found[clock.case_id] = (case, min(since, earliest))
    return list(found.values())


def _letter(case: Case, since: date, days: int, told: Recipient) -> Letter:
    text = f"已中止计时 {days} 个工作日，请核对是否应恢复计时"
    line = {"number": case.number, "kind": "" if told.blind else case.kind.label, "text": text, "reason": told.reason}
    link = "" if told.blind else links.case(case.number)
    return Letter(
        category="case",
        key=f"{STANDS_STILL}{case.id}:{since.isoformat()}:{days // LOOK_AGAIN}",
        subject=f"{case.number} 中止计时已久",
        lines=[line | {"case": case.id, "link": link, "blind": told.blind}],
        link=link or links.NOTICES,
        case_id=case.id,
    )
