"""What was sent about a case, to whom, when, with what result, and what will be sent next and when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, Subquery, and_, cast, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, defer, joinedload

from opinion_app.desks.casefile.between_digests import Outlook, heard_of, words_between
from opinion_app.desks.casefile.digests_told import digests_told, named_by_digests
from opinion_app.desks.casefile.results import LATEST, Sent, result, why_not
from opinion_app.desks.casefile.rungs_ahead import rungs_ahead
from opinion_app.flow.due import clock_words, soon_until
from opinion_app.flow.judging import table_of
from opinion_app.flow.ladder import ladder
from opinion_app.flow.outbox import ACT, DIGEST, RUNG
from opinion_app.flow.reminding import open_clock, rungs_of
from opinion_app.flow.roster import rosters
from opinion_app.flow.told_with import WITH_THE_CASE
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.records.unit import Unit
from opinion_app.rules.digest import OpenClock, urgency
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Ladder, Way
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date, on_day

AHEAD = 3  # rungs shown of each clock
FURTHEST = 400  # days the digest's beginning is looked for
NOTICES, GROUPS, DIGESTS = range(3)  # the ledgers that hold what was told of a case
Entries = Select[tuple[Any, ...]]
_NO_RUNG, _NO_UNIT = cast(null(), Integer).label("of_rung"), cast(null(), Integer).label("of_unit")
_NO_GROUP = cast(null(), String).label("due_group")


@dataclass(frozen=True, slots=True)
class Next:
    """One thing that will be told, unless the case moves on before."""

    what: str
    whom: str
    at: datetime
    way: str
    guess: bool = False

    @property
    def moment(self) -> DueDate:
        """When it will be told, as it is said: a guess where the date it follows is one, or its own year is not loaded (D02)."""
        return DueDate(self.at, self.guess)


def sent(session: Session, case_id: int) -> list[Sent]:
    """Everything that was told about a case, newest first: the rungs, those told to groups, the mornings' digests, and
    the notices about single acts."""
    held, entry = ladder(session), union_all(_by_notices(case_id), _to_groups(case_id), _by_digests(case_id)).subquery()
    rows = session.execute(
        select(entry.c.ledger, Notice, Clock, Reminder, UnitReminder, Unit.name, entry.c.due_group)
        .select_from(entry)
        .join(Notice, Notice.id == entry.c.notice_id)
        .outerjoin(Clock, Clock.id == entry.c.clock_id)
        .outerjoin(Reminder, Reminder.id == entry.c.of_rung)
        .outerjoin(UnitReminder, UnitReminder.id == entry.c.of_unit)
        .outerjoin(Unit, Unit.id == UnitReminder.unit_id)
        .options(defer(Notice.lines), defer(Notice.body), joinedload(Notice.person).lazyload("*"))
        .order_by(entry.c.ledger, Notice.id.desc(), Reminder.id.desc(), UnitReminder.id.desc(), Clock.id)
    ).all()
    notices = [(notice, rung, clock) for ledger, notice, clock, rung, *_ in rows if ledger == NOTICES]
    said = {_of_date(rung) for _, rung, _ in notices if rung is not None and rung.state is not ReminderState.CARRIED}
    known = ((notice, rung, clock) for notice, rung, clock in notices if rung is None or _of_date(rung) in said)
    # what was never said of that clock is no news
    found = [_of_notice(notice) if rung is None else _of_rung(rung, clock, notice, held) for notice, rung, clock in known]
    # A clock that took the place of another has its entries too, of the same letter.
    groups = {
        (notice.id, row.unit_id, row.rung, clock.stage, row.created_at): (row, clock, notice, name)
        for ledger, notice, clock, _, row, name, _ in rows
        if ledger == GROUPS
    }
    found += [_of_group(*one, held) for one in groups.values()]
    found += digests_told(session, [(notice, clock, group) for ledger, notice, clock, *_, group in rows if ledger == DIGESTS])
    return sorted(found, key=lambda one: one.at, reverse=True)


def _entries(ledger: int, of: Subquery, rung: ColumnElement[Any], unit: ColumnElement[Any], group: ColumnElement[Any]) -> Entries:
    """What one of the three ledgers holds, as wide as the others."""
    return select(literal(ledger).label("ledger"), of.c.notice_id, of.c.clock_id, rung, unit, group)


def _by_notices(case_id: int) -> Entries:
    """The rungs told of a case, and the notices about its acts."""
    own = select(Notice.id).where(Notice.case_id == case_id)
    by_rung = select(Reminder.notice_id).where(Reminder.case_id == case_id)
    told = select(Notice.id.label("notice_id"), Reminder.clock_id, Reminder.id.label("of_rung"))
    told = told.outerjoin(Reminder, and_(Reminder.notice_id == Notice.id, Reminder.case_id == case_id))
    told = told.where(Notice.id.in_(own.union(by_rung)), or_(Reminder.id.is_not(None), Notice.category != "rung"))
    newest = told.order_by(Notice.id.desc(), Reminder.id.desc()).limit(LATEST).subquery()
    return _entries(NOTICES, newest, newest.c.of_rung, _NO_UNIT, _NO_GROUP)


def _to_groups(case_id: int) -> Entries:
    """The rungs told to the groups of units."""
    told = select(UnitReminder.notice_id, UnitReminder.clock_id, UnitReminder.id.label("of_unit"))
    told = told.join(Clock, Clock.id == UnitReminder.clock_id).where(Clock.case_id == case_id)
    newest = told.order_by(UnitReminder.id.desc()).limit(LATEST).subquery()
    return _entries(GROUPS, newest, _NO_RUNG, newest.c.of_unit, _NO_GROUP)


def _by_digests(case_id: int) -> Entries:
    """The mornings' digests that named a case."""
    named = named_by_digests(case_id).subquery()
    return _entries(DIGESTS, named, _NO_RUNG, _NO_UNIT, named.c.due_group)


def _of_date(row: Reminder) -> tuple[int, int, str]:
    """Which rung of which clock was told to whom: of several clocks of a case each has its own."""
    return row.clock_id, row.person_id, row.rung


def _of_group(row: UnitReminder, clock: Clock, notice: Notice, name: str, held: Ladder) -> Sent:
    whom, waits = f"{name}的群", clock_words(clock)
    if row.created_at != notice.created_at:  # said by the letter of an earlier version of the date
        return Sent(f"{_label(row.rung, held)}：{waits}", whom, row.created_at, ReminderState.CARRIED.label, "", "")
    return Sent(f"{_named_by(notice)}：{waits}", whom, row.created_at, *result(notice, notice.channel.label), why_not(notice))


def _of_rung(row: Reminder, clock: Clock, notice: Notice, held: Ladder) -> Sent:
    name, way = _label(row.rung, held), Way.DIGEST.label if notice.category == DIGEST else notice.channel.label
    if row.reason == WITH_THE_CASE and notice.category == ACT:  # no card left: a letter about an act named the date
        name = _act(notice)
    elif notice.category == RUNG and row.state is not ReminderState.CARRIED:
        name = _named_by(notice)
    what = f"{name}：{clock_words(clock)}"
    if row.state is ReminderState.CARRIED:
        return Sent(what, notice.receiver, row.created_at, row.state.label, "", "")
    return Sent(what, notice.receiver, row.created_at, *result(notice, way), why_not(notice) or row.reason)


def _label(code: str, held: Ladder) -> str:
    """What the office calls a rung now."""
    rung = held.named(code)
    return rung.label if rung is not None else code


def _named_by(notice: Notice) -> str:
    """The rung as its letter names it, whatever the office calls it since."""
    return notice.subject.partition("：")[0]


def _of_notice(notice: Notice) -> Sent:
    return Sent(_act(notice), notice.receiver, notice.created_at, *result(notice, notice.channel.label), why_not(notice))


def _act(notice: Notice) -> str:
    return notice.subject.partition(" ")[2] or notice.subject


def coming(session: Session, clocks: Sequence[Clock], facts: CaseFacts, now: datetime) -> list[Next]:
    """What will be told about each open clock of a case that runs, the first to come first, to whom the roster of that day has at
    work and was not told; a rung that a higher one is said with is not said by itself."""
    rows = [clock for clock in clocks if clock.due_at is not None]
    if not rows:
        return []
    people_on = cache(rosters(session))
    table = table_of(session, rows, now, people_on(local_date(now)))
    found: list[Next] = []
    for row in rows:
        clock, own = open_clock(row, table.begun), list[Next]()
        every = rungs_of(session, row, clock, table.ladder)
        for one in islice(rungs_ahead(table, row, facts, people_on), AHEAD):
            whom = _names(one.told, one.units, one.people)
            own.append(Next(f"{one.rung.label}：{clock.waits_for}", whom, one.at, one.rung.way.label))
        for word in words_between(
            Outlook(clock, every, facts, people_on, table.calendar, table.ladder), heard_of(table, clock), now
        ):
            whom = _names(word.told, (), word.people)
            own.append(Next(f"{word.rung.label}：{clock.waits_for}", whom, word.at, Way.LETTER.label))
        own += _digest(clock, facts, people_on, table.calendar, table.ladder, now)
        found += (replace(one, guess=row.provisional or table.calendar.provisional(local_date(one.at))) for one in own)
    return sorted(found, key=lambda one: one.at)


def _names(told: Sequence[Recipient], units: Collection[int], people: Roster) -> str:
    """Who hears it, and the groups of which units: 方承办、财政所的群."""
    names = [people.staff[one.person_id].actor.name for one in told]
    groups = {one.actor.unit_id: f"{one.actor.unit_name}的群" for one in people.staff.values() if one.actor.unit_id in units}
    return "、".join([*names, *(groups[unit] for unit in units)]) or "无人"


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
            yield Next(f"列入待办通报：{clock.waits_for}", _names(told, (), people), morning, "起每个工作日，直到办完")
            return
