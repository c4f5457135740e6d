"""What was sent about a case, to whom, when, with what result, and what will be sent next and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Integer, String, and_, cast, null, or_, select, union_all
from sqlalchemy.orm import Session, defer, joinedload

from opinion_app.desks.casefile.between_digests import Outlook, heard_of, words_between
from opinion_app.desks.casefile.digests_told import digests_told, named_by_digests
from opinion_app.desks.casefile.results import LATEST, Sent, result
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import clock_words, soon_until
from opinion_app.flow.ladder import ladder, told_from
from opinion_app.flow.reminding import open_clock, rungs_of
from opinion_app.flow.roster import rosters
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.records.unit import Unit
from opinion_app.rules.digest import OpenClock, urgency
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Coming, Ladder, Way, look
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.rung_recipients import robot_units, rung_recipients
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date, on_day

AHEAD = 3  # rungs shown of each clock
FURTHEST = 400  # days the digest's beginning is looked for


@dataclass(frozen=True, slots=True)
class Next:
    """One thing that will be told, unless the case moves on before."""

    what: str
    whom: str
    at: datetime
    way: str


def sent(session: Session, case_id: int) -> list[Sent]:
    """Everything that was told about a case, newest first: the rungs, those told to groups, the mornings' digests, and
    the notices about single acts."""
    held = ladder(session)
    own = select(Notice.id).where(Notice.case_id == case_id)
    by_rung = select(Reminder.notice_id).where(Reminder.case_id == case_id)
    rows = session.execute(
        select(Notice, Reminder, Clock)
        .outerjoin(Reminder, and_(Reminder.notice_id == Notice.id, Reminder.case_id == case_id))
        .outerjoin(Clock, Clock.id == Reminder.clock_id)
        .options(joinedload(Notice.person).lazyload("*"))
        .where(Notice.id.in_(own.union(by_rung)), or_(Reminder.id.is_not(None), Notice.category != "rung"))
        .order_by(Notice.id.desc(), Reminder.id.desc())
        .limit(LATEST)
    ).all()
    said = {_of_date(rung) for _, rung, _ in rows if rung is not None and rung.state is not ReminderState.CARRIED}
    rows = [row for row in rows if row[1] is None or _of_date(row[1]) in said]  # what was never said of that clock is no news
    found = [_of_notice(notice) if rung is None else _of_rung(rung, clock, notice, held) for notice, rung, clock in rows]
    found += _by_other_ledgers(session, case_id, held)
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of_date(row: Reminder) -> tuple[int, int, str]:
    """Which rung of which clock was told to whom: of several clocks of a case each has its own."""
    return row.clock_id, row.person_id, row.rung


def _by_other_ledgers(session: Session, case_id: int, held: Ladder) -> list[Sent]:
    """The rungs told to the groups of units, and the mornings' digests."""
    no_group = cast(null(), String).label("due_group")
    to_units = select(UnitReminder.notice_id, UnitReminder.clock_id, UnitReminder.id.label("of_unit"), no_group)
    to_units = to_units.join(Clock, Clock.id == UnitReminder.clock_id).where(Clock.case_id == case_id)
    newest = to_units.order_by(UnitReminder.id.desc()).limit(LATEST).subquery()
    named = named_by_digests(case_id).subquery()
    digests = select(named.c.notice_id, named.c.clock_id, cast(null(), Integer), named.c.due_group)
    entry = union_all(select(newest), digests).subquery()
    rows = session.execute(
        select(Notice, Clock, UnitReminder, Unit.name, entry.c.due_group)
        .join(entry, entry.c.notice_id == Notice.id)
        .join(Clock, Clock.id == entry.c.clock_id)
        .outerjoin(UnitReminder, UnitReminder.id == entry.c.of_unit)
        .outerjoin(Unit, Unit.id == UnitReminder.unit_id)
        .options(defer(Notice.lines), defer(Notice.body), joinedload(Notice.person).lazyload("*"))
        .order_by(Notice.id.desc(), UnitReminder.id.desc(), Clock.id)
    ).all()
    # A clock that took the place of another has its entries too, of the same letter.
    groups = {
        (notice.id, row.unit_id, row.rung, clock.stage, row.created_at): (row, clock, notice, name)
        for notice, clock, row, name, _ in rows
        if row
    }
    told = [_of_group(*entry, held) for entry in groups.values()]
    return told + digests_told(session, [(notice, clock, group) for notice, clock, row, _, group in rows if row is None])


def _of_group(row: UnitReminder, clock: Clock, notice: Notice, name: str, held: Ladder) -> Sent:
    rung = held.named(row.rung)
    what, whom = f"{rung.label if rung else row.rung}：{clock_words(clock)}", f"{name}的群"
    if row.created_at != notice.created_at:  # said by the letter of an earlier version of the date
        return Sent(what, whom, row.created_at, ReminderState.CARRIED.label, "", "")
    return Sent(what, whom, row.created_at, *result(notice, notice.channel.label), notice.last_error)


def _of_rung(row: Reminder, clock: Clock, notice: Notice, held: Ladder) -> Sent:
    rung = held.named(row.rung)
    what = f"{rung.label if rung else row.rung}：{clock_words(clock)}"
    if row.state is ReminderState.CARRIED:
        return Sent(what, notice.receiver, row.created_at, row.state.label, "", "")
    way = Way.DIGEST.label if notice.category == "digest" else notice.channel.label
    return Sent(what, notice.receiver, row.created_at, *result(notice, way), notice.last_error or row.reason)


def _of_notice(notice: Notice) -> Sent:
    what = notice.subject.partition(" ")[2] or notice.subject
    return Sent(what, notice.receiver, notice.created_at, *result(notice, notice.channel.label), notice.last_error)


def coming(session: Session, clocks: Sequence[Clock], facts: CaseFacts, now: datetime) -> list[Next]:
    """What will be told about each open clock of a case that runs, the first to come first, to whom the roster of that day has at
    work; a rung that a higher one is said with is not said by itself."""
    held, calendar, since = ladder(session), work_calendar(session), told_from(session, now)
    rows = [clock for clock in clocks if clock.due_at is not None]
    if not rows:
        return []
    people_on, heard = rosters(session), heard_of(session, [row.id for row in rows], held)
    found: list[Next] = []
    for row in rows:
        clock = open_clock(row, since)
        every = rungs_of(session, row, clock, held)
        ahead = (one for one in every if one.speaks_at > now and one.rung.way is not Way.DIGEST)
        spoken = [one for one in ahead if look(every, clock, held, calendar, one.speaks_at).tell is one]
        for one in spoken[:AHEAD]:
            people = people_on(local_date(one.speaks_at))
            told = rung_recipients(one.rung, clock.owing, facts, people, held)
            whom = _names(told, people) + _groups(one, told, facts, people)
            found.append(Next(f"{one.rung.label}：{clock.waits_for}", whom, one.speaks_at, one.rung.way.label))
        for word in words_between(Outlook(clock, every, facts, people_on, calendar, held), heard, now):
            whom = _names(word.told, word.people)
            found.append(Next(f"{word.rung.label}：{clock.waits_for}", whom, word.at, Way.LETTER.label))
        found += _digest(clock, facts, people_on, calendar, held, now)
    return sorted(found, key=lambda one: one.at)


def _names(told: Sequence[Recipient], people: Roster) -> str:
    return "、".join(people.staff[one.person_id].actor.name for one in told) or "无人"


def _groups(one: Coming, told: Sequence[Recipient], facts: CaseFacts, people: Roster) -> str:
    """、财政所的群: the groups of units that hear it, too."""
    if one.rung.way is not Way.LETTER:
        return ""
    units = {people.staff[found.person_id].actor.unit_id: people.staff[found.person_id].actor.unit_name for found in told}
    return "".join(f"、{units[unit]}的群" for unit in robot_units(told, facts, people))


def _digest(
    clock: OpenClock,
    facts: CaseFacts,
    people_on: Callable[[date], Roster],
    calendar: WorkCalendar,
    held: Ladder,
    now: datetime,
) -> Iterator[Next]:
    """The digest names the clock every working morning from some day on until it is done."""
    day = local_date(now)
    for ahead in range(FURTHEST):
        morning = on_day(day + timedelta(days=ahead), held.morning)
        if morning <= now or not calendar.is_working(local_date(morning)):
            continue
        if urgency(clock, morning, calendar, soon_until(morning, calendar)) is not None:
            people = people_on(local_date(morning))
            told = recipients(clock.owing, facts, people)
            yield Next(f"列入待办通报：{clock.waits_for}", _names(told, people), morning, "起每个工作日，直到办完")
            return
