"""What letters are looked at by before they leave: the office as it is at a moment, and the clocks and cases they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import ladder
from opinion_app.flow.many_facts import CHUNK, facts_of_many
from opinion_app.flow.outbox import DIGEST
from opinion_app.flow.reminding import with_case
from opinion_app.flow.roster import roster
from opinion_app.flow.told_beside import followed, heard_beside
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Ladder
from opinion_app.rules.recipients import Roster
from opinion_app.rules.words import NoticeChannel
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date


@dataclass(frozen=True)
class Looking:
    """What letters are looked at by: the office as it is at a moment, the clocks their lines speak of and the facts of the cases.

    `newest`: the last morning each person has a digest of, by channel; `followed`: the letters about an act on a case after which
    their reader was told of a later one by the same way; `heard`: of which clocks their reader hears by another letter
    (`heard_beside`)."""

    now: datetime
    calendar: WorkCalendar
    ladder: Ladder
    people: Roster
    clocks: Mapping[int, Clock]
    facts: Mapping[int, CaseFacts]
    newest: Mapping[tuple[int, NoticeChannel], date] = field(default_factory=dict)
    followed: frozenset[int] = frozenset()
    heard: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def of(self, notice: Notice) -> dict[int, Clock]:
        """The clocks one letter speaks of."""
        return {number: self.clocks[number] for number in clock_ids(notice.lines) if number in self.clocks}


def looking(session: Session, notices: Sequence[Notice], now: datetime) -> Looking:
    """All that letters to people are looked at by."""
    clocks = clocks_of(session, clock_ids(line for notice in notices for line in notice.lines))
    cases = {row.case_id: row.case for row in clocks.values()}
    others = {notice.case_id for notice in notices if notice.case_id is not None} - set(cases)
    cases |= {case.id: case for case in session.scalars(select(Case).where(Case.id.in_(others)))} if others else {}
    facts, people = facts_of_many(session, cases.values()), roster(session, local_date(now))
    newest, later, heard = _newest(session, notices), followed(session, notices), heard_beside(session, notices)
    return Looking(now, work_calendar(session), ladder(session), people, clocks, facts, newest, later, heard)


def clocks_of(session: Session, numbers: Iterable[int]) -> dict[int, Clock]:
    """Some clocks with their cases, by id."""
    ids = sorted(numbers)
    parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return {row.id: row for part in parts for row in session.scalars(with_case().where(Clock.id.in_(part)))}


def _newest(session: Session, notices: Sequence[Notice]) -> dict[tuple[int, NoticeChannel], date]:
    """The last morning each receiver of a digest has one of, by channel."""
    people = {notice.person_id for notice in notices if notice.category == DIGEST and notice.person_id is not None}
    if not people:
        return {}
    query = select(Notice.person_id, Notice.channel, func.max(Notice.local_date)).where(Notice.category == DIGEST)
    days = session.execute(query.where(Notice.person_id.in_(people)).group_by(Notice.person_id, Notice.channel))
    return {(person_id, channel): day for person_id, channel, day in days if person_id is not None and day is not None}


def clock_ids(lines: Iterable[Mapping[str, Any]]) -> set[int]:
    """The clocks that some lines speak of."""
    return {int(number) for line in lines for number in (line.get("clock"), *line.get("dates", ())) if number}
