"""A person's due dates as a calendar: number, kind, unit, due and link, never a word of the writer (decisions 25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.subscription.operations import digest_of
from opinion_app.flow.installation import calendar_uid
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.reminding import open_clock, running
from opinion_app.flow.roster import roster
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Recipient, at_work, recipients
from opinion_app.rules.zone import ends_its_day, local, local_date

MOST = AT_ONCE = 2000
LATE_SHOWN = timedelta(days=90)


def subscriber(session: Session, secret: str) -> Person:
    """Whose link it is. Raises NotFound for a link that was taken back, and while its owner is disabled."""
    person = session.scalar(select(Person).where(Person.calendar_token_hash == digest_of(secret), Person.active))
    if person is None:
        raise NotFound("没有这个日历，或者链接已经收回。")
    return person


def due_dates(session: Session, person: Person, now: datetime, base_url: str) -> bytes:
    """The calendar: each running clock this person is told about, day clocks as whole days, the others at their moment."""
    calendar = Calendar()
    for name, value in (
        ("prodid", "-//opinion//due dates//ZH"),
        ("version", "2.0"),
        ("method", "PUBLISH"),
        ("x-wr-calname", f"{person.name}的办理时限"),
        ("x-wr-timezone", "Asia/Shanghai"),
        ("x-published-ttl", "PT1H"),
    ):
        calendar.add(name, value)
    for clock, case, told in islice(_told(session, person, now), MOST):
        uid = calendar_uid(session, clock.id)
        calendar.add_component(_event(uid, clock, case, now, base_url, blind=told.blind))
    return bytes(calendar.to_ical())


def _told(session: Session, person: Person, now: datetime) -> Iterator[tuple[OpenClock, CaseFacts, Recipient]]:
    """The running clocks this person is told about, the earliest first; on leave too, for the dates stay this person's own.

    Who is told only the rules know, so all running clocks are looked at, some at once: what others owe takes nobody's place."""
    people, place = at_work(roster(session, local_date(now)), person.id), 0
    query = running().where(Clock.due_at >= now - LATE_SHOWN).order_by(Clock.due_at, Clock.id)
    while rows := session.scalars(query.offset(place).limit(AT_ONCE)).all():
        facts = facts_of_many(session, {row.case_id: row.case for row in rows}.values())
        for row in rows:
            clock, case = open_clock(row), facts[row.case_id]
            told = next((one for one in recipients(clock.owing, case, people) if one.person_id == person.id), None)
            if told is not None:
                yield clock, case, told
        place += len(rows)
        if len(rows) < AT_ONCE:
            return


def _event(uid: str, clock: OpenClock, case: CaseFacts, now: datetime, base_url: str, *, blind: bool) -> Event:
    event, due = Event(), local(clock.due_at)
    event.add("uid", uid)
    event.add("sequence", clock.version)
    event.add("dtstamp", now)
    if clock.span.unit.in_days and ends_its_day(clock.due_at):  # one bound by an hour clock's moment ends there
        event.add("dtstart", due.date())
        event.add("dtend", due.date() + timedelta(days=1))
    else:
        event.add("dtstart", clock.due_at)  # without an end it is a moment; an end must lie after it (RFC 5545, 3.8.2.2)
    event.add("transp", "TRANSPARENT")
    rest = "" if blind else f" {clock.waits_for}（{case.kind.label}）"
    event.add("summary", f"{case.number}{rest}{clock.due_date.mark}")
    if not blind:
        event.add("description", f"{clock.unit}\n{links.absolute(base_url, links.case(case.number))}".strip())
        event.add("url", links.absolute(base_url, links.case(case.number)))
    return event
