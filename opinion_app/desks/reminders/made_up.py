"""What a morning's digests had to leave out is made up on the same day as soon as it can be judged, once a person (N05)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.ladder import ladder
from opinion_app.flow.outbox import DIGEST
from opinion_app.flow.unjudged import Missed, digests_made
from opinion_app.records.notice import Notice, Reminder
from opinion_app.rules.digest import PersonDigest
from opinion_app.rules.ladder import Way
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import NoticeChannel
from opinion_app.rules.zone import end_of_day, start_of_day


@dataclass
class HadToday:
    """The digests one person has of a day: how many, and the clocks they name."""

    digests: int = 0
    clocks: set[int] = field(default_factory=set)


def had_on(session: Session, day: date) -> dict[int, HadToday]:
    """Who has digests of that day; one query."""
    inside = Notice.category == DIGEST, Notice.local_date == day, Notice.channel == NoticeChannel.IN_APP
    return had(session.scalars(select(Notice).where(*inside)))


def had(notices: Iterable[Notice]) -> dict[int, HadToday]:
    """The digests of one day inside the service, by person."""
    found: dict[int, HadToday] = {}
    for notice in notices:
        if notice.person_id is not None:
            own = found.setdefault(notice.person_id, HadToday())
            own.digests += 1
            own.clocks |= {int(line["clock"]) for line in notice.lines}
    return found


ByLetter = Collection[tuple[int, int, int]]
"""Whom a letter told of which clock: person, clock and version of the date."""


def told_by_letter(session: Session, day: date) -> ByLetter:
    """Who was told of what by a letter since the digests of that day were made; nobody where they are still to be made."""
    if not digests_made(session, day):
        return frozenset()
    hints = [rung.code for rung in ladder(session).days if rung.way is Way.INSIDE]
    query = select(Reminder.person_id, Reminder.clock_id, Reminder.deadline_version).where(
        Reminder.created_at >= start_of_day(day),
        Reminder.created_at <= end_of_day(day),
        Reminder.state == ReminderState.TOLD,
        Reminder.rung.not_in(hints),
    )
    return frozenset((person_id, clock_id, version) for person_id, clock_id, version in session.execute(query))


def still_to_make(
    digests: Iterable[PersonDigest], held: Mapping[int, HadToday], missed: Missed, by_letter: ByLetter = ()
) -> list[PersonDigest]:
    """The digests that are still to be made: to whom theirs could not be queued, the whole; to who joined since, what no letter
    told them today; to the others of the clocks that could not be judged until now those that none of theirs names."""
    made = []
    for digest in digests:
        own = held.get(digest.person_id)
        untold = tuple(line for line in digest.lines if (digest.person_id, line.clock_id, line.version) not in by_letter)
        if own is None and digest.person_id in missed.people:
            made.append(digest)
        elif own is None:
            made += [replace(digest, lines=untold)] if untold else []
        elif lines := tuple(line for line in untold if line.clock_id in missed.clocks and line.clock_id not in own.clocks):
            made.append(replace(digest, lines=lines, part=own.digests + 1))
    return made
