"""What goes out at a moment beside digests and rungs: cases that stand still, the calendar's letter, letters that wait (N14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from opinion_app.desks.reminders.made_up import HadToday, had
from opinion_app.desks.reminders.suspended import STANDS_STILL
from opinion_app.flow.calendar_letter import letter_about_next_year
from opinion_app.flow.coming_back import cancelled_lately, with_reader
from opinion_app.flow.handing_on import may_be_anothers
from opinion_app.flow.leaving import due
from opinion_app.flow.outbox import ACT, DIGEST, Letter, inside_key
from opinion_app.flow.told_beside import told_later
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.rules.recipients import Roster
from opinion_app.rules.words import ClockState, NoticeChannel, Role
from opinion_app.rules.zone import local_date

_LEAVING = {NoticeChannel.MAIL: "outbox", NoticeChannel.ROBOT: "robots"}


@dataclass(frozen=True, slots=True)
class ForPerson:
    """A letter beside the digests and rungs, and whom it is for."""

    person_id: int
    letter: Letter


@dataclass
class Held:
    """What the outbox holds: the letters that would be tried, their cases, the last digest of who gets one, today's digests by
    person, and the keys told. `cancelled`: those cancelled lately that may go after all; `asking`: the letters about acts whose
    step may be somebody else's by now, whether or not their turn has come."""

    waiting: list[Notice] = field(default_factory=list)
    cancelled: list[Notice] = field(default_factory=list)
    asking: list[Notice] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)
    had: dict[int, HadToday] = field(default_factory=dict)
    newest: dict[tuple[int, NoticeChannel], date] = field(default_factory=dict)
    followed: set[int] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def about_the_calendar(session: Session, now: datetime, people: Roster) -> list[ForPerson]:
    """The letter about a year that is not loaded, for each administrator."""
    letter = letter_about_next_year(session, now)
    told = (who for who, one in people.staff.items() if one.active and one.actor.has(Role.ADMINISTRATOR))
    return [ForPerson(who, letter) for who in sorted(told)] if letter is not None else []


def held_at(session: Session, now: datetime, jobs: Collection[str], others: Iterable[ForPerson]) -> Held:
    """The letters of the outbox whose turn has come at that moment, in order, with all that a look at them asks for.

    In the same query what was told already of `others` and of cases that stand still, and who has had this morning's digest."""
    keys, today = {inside_key(one.letter, one.person_id) for one in others}, local_date(now)
    channels = [channel for channel, job in _LEAVING.items() if job in jobs]
    waits, lately = and_(Notice.channel.in_(channels), due(now)), cancelled_lately(channels, now)
    digest = and_(Notice.category == DIGEST, Notice.local_date == today, Notice.channel == NoticeChannel.IN_APP)
    still = select(Clock.case_id).where(Clock.state == ClockState.SUSPENDED)
    asked = and_(Notice.case_id.in_(still), Notice.channel == NoticeChannel.IN_APP, Notice.key.startswith(STANDS_STILL))
    newest = case((and_(or_(waits, lately), Notice.category == DIGEST), _newest()))
    followed = and_(waits, Notice.category == ACT, told_later())
    asking = may_be_anothers()
    marks = waits.label("waits"), lately.label("lately"), newest.label("newest"), followed.label("followed"), asking.label("asks")
    query = select(Notice, Case, *marks).outerjoin(Case, Case.id == Notice.case_id)
    query = query.options(*with_reader(), joinedload(Case.merged_into))
    found, digests = Held(), []
    for row, about, turn, cancelled, day, later, asks in session.execute(
        query.where(or_(waits, lately, digest, asked, asking, Notice.key.in_(keys))).order_by(Notice.id)
    ):
        found.keys.add(row.key)
        if asks:
            found.asking.append(row)
            found.cases |= {about.id: about} if about is not None else {}
        if row.category == DIGEST and row.local_date == today and row.channel is NoticeChannel.IN_APP:
            digests.append(row)
        if turn or cancelled:
            (found.waiting if turn else found.cancelled).append(row)
            found.cases |= {about.id: about} if about is not None else {}
            found.followed |= {row.id} if later else set()
            found.newest |= {(row.person_id, row.channel): day} if day is not None else {}
    found.had = had(digests)
    return found


def _newest() -> ScalarSelect[date | None]:
    """The last morning the receiver of a letter has a digest of, by the same channel."""
    other = aliased(Notice)
    mine = other.person_id == Notice.person_id, other.channel == Notice.channel, other.category == DIGEST
    return select(func.max(other.local_date)).where(*mine).correlate(Notice).scalar_subquery()


def untold(others: Iterable[ForPerson], held: Held) -> Sequence[ForPerson]:
    """Those of `others` that were not queued yet."""
    return [one for one in others if inside_key(one.letter, one.person_id) not in held.keys]
