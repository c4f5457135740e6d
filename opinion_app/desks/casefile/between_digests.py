"""What will be told of a date between two digests: to who has it only then and would hear of it too late by the next (N09)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from opinion_app.flow.due import soon_until
from opinion_app.flow.judging_table import Table
from opinion_app.rules.digest import OpenClock, urgency
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Coming, Ladder, Rung, Way, look, quiet
from opinion_app.rules.next_digest import heard_from, must_hear, rung_of_word
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.rung_recipients import rung_recipients
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date, on_day

PeopleOn = Callable[[date], Roster]
Heard = Collection[tuple[int, int, bool]]
"""Who was told of a clock, of which version of its date, and whether inside the service alone."""


@dataclass(frozen=True, slots=True)
class Word:
    """A letter about one date, the rung it is said by, and who hears of it by that."""

    at: datetime
    rung: Rung
    told: list[Recipient]
    people: Roster


@dataclass(frozen=True)
class Outlook:
    """What a look ahead at one clock goes by: the clock with its rungs, its case, and who is there on which day."""

    clock: OpenClock
    rungs: Sequence[Coming]
    facts: CaseFacts
    people_on: PeopleOn
    calendar: WorkCalendar
    ladder: Ladder

    def due(self, at: datetime) -> bool:
        """Whether the digest after a moment would find the date late; of hours their own rungs tell."""
        return self.clock.span.unit.in_days and must_hear(self.clock.due_at, at, self.calendar, self.ladder.morning)


def words_between(ahead: Outlook, heard: Heard, now: datetime) -> Iterator[Word]:
    """The letters that leave between two digests, as far as leave is known: after the midnight from which somebody else has what
    is due on days off, and when the quiet hours end that keep a word back now."""
    turns = ahead.people_on(local_date(now)).turns_after(now)
    moments = [at for at in (*([now] if quiet(now, ahead.ladder) else []), *turns) if ahead.due(at)]
    if not moments:
        return
    known = _who_heard(heard, ahead, now)
    after = now
    for moment in moments:
        at = heard_from(ahead.clock.due_at, moment, ahead.ladder)
        found = look(ahead.rungs, ahead.clock, ahead.ladder, ahead.calendar, at)
        rung = rung_of_word([coming.rung for coming in found.passed], ahead.ladder)
        known |= _told_between(ahead, after, at)
        after = at
        if rung is None or not ahead.due(at) or (found.tell is not None and found.tell.rung.way is Way.LETTER):
            continue
        people = ahead.people_on(local_date(at))
        told = [one for one in recipients(ahead.clock.owing, ahead.facts, people) if one.person_id not in known]
        known |= {one.person_id for one in told}
        if told:
            yield Word(at, rung, told, people)


def _who_heard(entries: Heard, ahead: Outlook, now: datetime) -> set[int]:
    """Who knows of the present date; not who could be told inside only and has a way by now."""
    staff = ahead.people_on(local_date(now)).staff
    told = [(who, inside) for who, version, inside in entries if version == ahead.clock.version]
    return {who for who, inside in told if not (inside and who in staff and staff[who].outside(ahead.facts))}


def heard_of(table: Table, clock: OpenClock) -> Heard:
    """Who was told of a clock by more than a hint inside the service.

    Whose letter was cancelled was not: what can come back does so within minutes of what kept it."""
    stands = ((who, code, version, told) for (who, code, version), told in table.told_people(clock) if not told.cancelled)
    return {(who, version, told.inside) for who, code, version, told in stands if code not in table.hints}


def _told_between(ahead: Outlook, after: datetime, until: datetime) -> set[int]:
    """Who hears of the date by the digests and letters of the ladder that come after a moment and before another."""
    found: set[int] = set()
    for day in range((local_date(until) - local_date(after)).days + 1):
        at = on_day(local_date(after) + timedelta(days=day), ahead.ladder.morning)
        if after < at < until and ahead.calendar.is_working(local_date(at)) and _presses(ahead, at):
            found |= {one.person_id for one in recipients(ahead.clock.owing, ahead.facts, ahead.people_on(local_date(at)))}
    for one in ahead.rungs:
        if one.rung.way is Way.LETTER and after < one.speaks_at < until:
            people = ahead.people_on(local_date(one.speaks_at))
            told = rung_recipients(one.rung, ahead.clock.owing, ahead.facts, people, ahead.ladder)
            found |= {person.person_id for person in told}
    return found


def _presses(ahead: Outlook, at: datetime) -> bool:
    return urgency(ahead.clock, at, ahead.calendar, soon_until(at, ahead.calendar)) is not None
