"""Queueing reminders: one digest per person and working day, and each rung once per person and version of a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.queries import burning_clocks, facts_for, open_clock, plan_digests, roster
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.outbox import Letter, queue
from opinion_app.flow.settings import restored_at
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Reminder
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.digest import GROUPS, DigestLine, OpenClock, PersonDigest, Trouble, line_for
from opinion_app.rules.due_words import DueState, due_words
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.rungs import Rung, carried_over, due_rung
from opinion_app.rules.zone import local_date


@dataclass
class Queued:
    """What a run queued: how many people, how many notices that were not there yet, and what could not be judged."""

    people: int = 0
    notices: int = 0
    troubles: list[Trouble] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.people} 人，" if self.people else ""
        said = f"{told}新增通知 {self.notices} 条"
        return said + (f"；{len(self.troubles)} 条时限未能判断：{self.troubles[0].error}" if self.troubles else "")


def queue_digests(session: Session, now: datetime) -> Queued:
    """Queue this morning's digest for everybody concerned; run again it adds nothing, on a day off it does nothing."""
    morning = plan_digests(session, now)
    done = Queued(len(morning.digests), 0, morning.troubles)
    for digest in morning.digests:
        try:
            with session.begin_nested():
                done.notices += queue_digest(session, digest, now)
        except Exception as error:  # one person's fault must not keep the others' digests back (N05)
            done.troubles.append(Trouble(0, f"人员 {digest.person_id}：{type(error).__name__}: {error}"[:200]))
    return done


def queue_digest(session: Session, digest: PersonDigest, now: datetime) -> int:
    """Queue one person's digest; answers how many notices were new (the key is person and local date, decisions 21)."""
    person = session.get(Person, digest.person_id)
    letter = Letter(
        category="digest",
        key=f"digest:{digest.on.isoformat()}",
        subject=digest.subject,
        lines=[line.as_data() for line in digest.lines],
        link=links.NOTICES,
        local_date=digest.on,
    )
    return len(queue(session, letter, [person] if person is not None else [], now, mail=True))


def queue_rungs(session: Session, now: datetime) -> Queued:
    """Tell at once what burns: each rung of an hour clock once per person and version of its date."""
    rows = burning_clocks(session, now)
    done = Queued()
    if not rows:
        return done
    facts, people = facts_for(session, rows), roster(session, local_date(now))
    for row in rows:
        try:
            with session.begin_nested():
                done.notices += _rung(session, row, facts[row.case_id], people, now)
        except Exception as error:  # one broken clock must not keep the others quiet (N05)
            done.troubles.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
    return done


def _rung(session: Session, row: Clock, case: CaseFacts, people: Roster, now: datetime) -> int:
    clock = open_clock(row)
    come, restored = due_rung(clock, now), restored_at(session)
    if come is None or (restored is not None and come[1] < restored):
        return 0
    rung, moment = come
    told = recipients(clock.owing, case, people)
    earlier = _told_before(session, clock, rung)
    waiting = [person for person in told if not carried_over(moment, earlier.get(person.person_id, ()))]
    words = due_words(clock.due_at, now, work_calendar(session), clock.span, provisional=clock.provisional)
    group = words.state if words.state in GROUPS else DueState.SOON
    return sum(_ring(session, line_for(clock, case, person, group, words.text), clock, rung, person, now) for person in waiting)


def _told_before(session: Session, clock: OpenClock, rung: Rung) -> dict[int, Sequence[datetime]]:
    """When each person was told of this rung for an earlier version of the date."""
    query = select(Reminder.person_id, Reminder.created_at).where(
        Reminder.clock_id == clock.id, Reminder.rung == rung.name, Reminder.deadline_version < clock.version
    )
    told: dict[int, list[datetime]] = {}
    for person_id, at in session.execute(query):
        told.setdefault(person_id, []).append(at)
    return dict(told)


def _ring(session: Session, line: DigestLine, clock: OpenClock, rung: Rung, told: Recipient, now: datetime) -> int:
    """Enter the rung in the ledger and queue its notice; nothing when it is there already, whoever entered it."""
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    entry = {
        "case_id": clock.case_id,
        "clock_id": clock.id,
        "person_id": told.person_id,
        "rung": rung.name,
        "deadline_version": clock.version,
        "reason": told.reason,
        "created_at": now,
    }
    new = session.scalar(make(Reminder).values(**entry).on_conflict_do_nothing().returning(Reminder.id))
    if new is None:
        return 0
    subject = f"{line.number} {rung.label}" if told.blind else f"{line.number} {clock.waits_for}{rung.label}"
    letter = Letter(
        category="rung",
        key=f"rung:{clock.id}:{rung.name}:{clock.version}",
        subject=subject,
        lines=[line.as_data()],
        link=line.link or links.NOTICES,
        case_id=clock.case_id,
    )
    person = session.get(Person, told.person_id)
    made = queue(session, letter, [person] if person is not None else [], now, mail=True)
    reminder = session.get(Reminder, new)
    if reminder is not None and made:
        reminder.notice_id = made[-1]
    return len(made)
