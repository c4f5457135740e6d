"""Of which moved dates somebody is told, by which rung and when: judged as the ladder's next runs judge (N14, decisions 23)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from opinion_app.flow.clock_dates import run_for, span_of, warning_moment
from opinion_app.flow.due import clock_words
from opinion_app.flow.judging import Judged, judged_by, seen, table_of
from opinion_app.flow.judging_table import Table
from opinion_app.flow.ladder import ladder
from opinion_app.flow.many_facts import facts_for
from opinion_app.flow.outbox import CATEGORIES, DIGEST
from opinion_app.flow.roster import rosters
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import Derivation
from opinion_app.rules.deadline_rules import Ahead
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import BEFORE_LATE, CLOSING, Ladder, Way, speaks_at
from opinion_app.rules.next_digest import heard_from, next_digest
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local, local_date, on_day


@dataclass(frozen=True, slots=True)
class Word:
    """A letter about a date that moves: by which `rung`, in words, and when; `at_once`: by the next run of the minute."""

    rung: str
    at: datetime
    at_once: bool

    @property
    def when(self) -> str:
        """随即提醒, or the moment at which rungs may be said again: 11月13日 周五 08:30 提醒."""
        return "随即提醒" if self.at_once else f"{moment_words(self.at, local(self.at).year)} 提醒"


@dataclass(frozen=True, slots=True)
class Beside:
    """A letter about a date that stays and goes by a changed calendar or rule, or goes earlier; `waits`: what that date is of."""

    number: str
    waits: str
    due: DueDate | None
    word: Word


def telling(words: Sequence[Word | None]) -> str:
    """Who hears that dates move, of each the word or None: 随即提醒 2 项（催办通知 1 项、黄牌督办 1 项），其余不为此发出提醒."""
    said = [word for word in words if word is not None]
    rest = [] if said and len(said) == len(words) else ["其余不为此发出提醒" if said else "不为此发出提醒"]
    return "，".join([*counted(said), *rest])


def counted(said: Iterable[Word]) -> list[str]:
    """随即提醒 2 项（催办通知 1 项、黄牌督办 1 项）, a part for each moment at which something is said."""
    by_moment = defaultdict[tuple[datetime, str], Counter[str]](Counter)
    for word in said:
        by_moment[word.at, word.when][word.rung] += 1
    return [
        f"{when} {rungs.total()} 项（{'、'.join(f'{rung} {number} 项' for rung, number in rungs.items())}）"
        for (_at, when), rungs in sorted(by_moment.items(), key=lambda item: item[0])
    ]


def as_moved(
    clock: Clock,
    facts: ClockFacts,
    derivation: Derivation,
    ahead: Ahead | None,
    calendar: WorkCalendar,
    now: datetime,
    *,
    begins: bool = False,
) -> Clock:
    """A clock as it would be with other facts, in a copy that no session holds; `begins`: its date counts as new in any case."""
    would = Clock(**{column.key: getattr(clock, column.key) for column in inspect(Clock).column_attrs})
    set_committed_value(would, "case", clock.case)
    set_committed_value(would, "unit", clock.unit)
    run_for(would, facts.span)
    would.start_at, would.fixed_on, would.latest_at = facts.start, facts.fixed_date, facts.latest
    would.state = ClockState.SUSPENDED if derivation.open_ended else ClockState.RUNNING
    would.warn_at = warning_moment(would, derivation, calendar, ahead or Ahead())
    if begins or derivation.due_at != clock.due_at:
        due, before = derivation.due_at, clock.due_at
        moved = {"version": clock.deadline_version + 1, "at": now.isoformat()}
        moved |= {name: at.isoformat() if at else None for name, at in (("before", before), ("due", due))}
        would.due_at, would.deadline_version, would.dates = due, clock.deadline_version + 1, [*clock.dates, moved]
    return would


def words_of(session: Session, rows: Iterable[Clock], now: datetime, calendar: WorkCalendar) -> dict[int, Word]:
    """By clock the letter that tells of it, of clocks as they are or would be (`as_moved`), under a calendar; none where nobody
    is told, or by the digest of a morning alone. A constant number of queries."""
    running = [row for row in rows if row.due_at is not None]
    if not running:
        return {}
    people_on, facts = rosters(session), facts_for(session, running)
    table = table_of(session, running, now, people_on(local_date(now)), calendar=calendar)
    made_now = not table.made and now <= on_day(local_date(table.since), CLOSING)  # by the next run, before it looks
    table = replace(table, made=table.made or made_now)
    first = judged_by(table, running, facts)
    found, later = _letters(first, table, at_once=True, digests=made_now), defaultdict[datetime, list[Clock]](list)
    for row in running:
        silent = row.id in first.looks and row.id not in found
        until = _waits_until(table, row, facts[row.case_id]) if silent else None
        if until is not None:
            later[until].append(row)
    for at, waiting in later.items():
        then = table.at(at, people_on(local_date(at)))
        found |= _letters(judged_by(then, waiting, facts), then, at_once=False, digests=then.since != table.since)
    return found


def _letters(judged: Judged, table: Table, *, at_once: bool, digests: bool) -> dict[int, Word]:
    """`digests`: they are made at that moment, and tell what goes by letter between two of them: to be told at once where a
    change makes them come, as on any other morning where they come anyway."""
    found = dict[int, Word]()
    for saying in (*judged.for_units, *judged.sayings):
        held = table.ladder.named(saying.rung.code)
        if digests and held is not None and held.way is Way.DIGEST:
            found |= {saying.clock.id: Word(CATEGORIES[DIGEST], table.now, at_once)} if at_once else {}
        elif saying.rung.way is Way.LETTER:
            found[saying.clock.id] = Word(saying.rung.label, table.now, at_once)
    return found


def _waits_until(table: Table, row: Clock, case: CaseFacts) -> datetime | None:
    """Until when the night or a day off keeps back what has come and goes by letter, or what the next digest would find late."""
    one = seen(table, row, case, under_another=False)
    speaks = speaks_at(table.now, one.clock, table.ladder, table.calendar)
    if speaks > table.now and any(coming.rung.way is Way.LETTER for coming in one.found.passed):
        return speaks
    heard = heard_from(one.clock.due_at, table.now, table.ladder) if table.must_hear(one.clock) else table.now
    return heard if heard > table.now else None


def told_soon(session: Session, rows: Iterable[Clock], now: datetime, calendar: WorkCalendar) -> dict[int, Word]:
    """The same, asked of those alone of which anything can be told by a letter: that are late or due before the next digest, or
    have rungs by letter before they are due."""
    held = ladder(session)
    until = next_digest(now, calendar, held.morning)
    return words_of(session, [row for row in rows if _may_be_told(row, held, until)], now, calendar)


def _may_be_told(row: Clock, held: Ladder, until: datetime) -> bool:
    rungs = held.days if span_of(row).unit.in_days else held.hours
    ahead = any(rung.active and rung.way is Way.LETTER and rung.anchor in BEFORE_LATE for rung in rungs)
    return row.due_at is not None and (ahead or row.due_at < until)


def words_beside(
    session: Session, before: Mapping[int, Word], stays: Iterable[Clock], now: datetime, calendar: WorkCalendar
) -> list[Beside]:
    """The letters about dates that stay which go, or go earlier, because of another calendar or rule; `before`: those that would
    go without it, `stays`: the clocks as they are with it."""
    rows = {row.id: row for row in stays}
    words = told_soon(session, rows.values(), now, calendar)
    return [
        Beside(row.case.number, clock_words(row), row.due_date, words[row.id])
        for row in rows.values()
        if row.id in words and _comes_earlier(before.get(row.id), words[row.id])
    ]


def _comes_earlier(before: Word | None, after: Word) -> bool:
    return before is None or after.at < before.at or (after.at == before.at and after.rung != before.rung)
