"""What a morning's digests had to leave out is made up on the same day as soon as it can be judged, once a person (N05)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.outbox import DIGEST
from opinion_app.records.notice import Notice
from opinion_app.rules.digest import PersonDigest
from opinion_app.rules.words import NoticeChannel


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


def still_to_make(digests: Iterable[PersonDigest], held: Mapping[int, HadToday], missed: Collection[int]) -> list[PersonDigest]:
    """The digests that are still to be made: to who has none of that day the whole, to the others of the clocks that could not be
    judged until now (`missed`) those that none of theirs names."""
    made = []
    for digest in digests:
        own = held.get(digest.person_id)
        if own is None:
            made.append(digest)
        elif lines := tuple(line for line in digest.lines if line.clock_id in missed and line.clock_id not in own.clocks):
            made.append(replace(digest, lines=lines, part=own.digests + 1))
    return made
