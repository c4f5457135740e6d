"""What the ladder would say now about some clocks, to whom: decided in one place for the job and for a dry run (N14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.desks.reminders.queries import Ledger, Told, facts_for, told_of, units_told
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import UNDER_ANOTHER, in_force_since, ladder, told_from
from opinion_app.flow.reminding import open_clock, rungs_of
from opinion_app.flow.roster import roster
from opinion_app.flow.unjudged import Missed, digests_made, missed_by_digests
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import GROUPS, OpenClock, Trouble, line_for, rung_subject
from opinion_app.rules.due_words import DueState, due_words
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Coming, Ladder, Look, Rung, Way, look
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.rung_recipients import robot_units, rung_recipients
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

BATCH = 1000  # clocks whose rungs are said in one transaction, and so share a letter for each person and rung
UNIT_REASON = "发给本单位的群"
Entries = Sequence[tuple[tuple[int, str, int], Told]]
"""What a ledger holds of one clock: whom, rung and version of the date."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One rung of one clock to be said to one person, or with `unit_id` to the group of that unit, the person being one of it."""

    clock: OpenClock
    rung: Rung
    told: Recipient
    line: dict[str, Any]
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a clock found, and what it went by: the version of its date, and what said that it was to be looked at."""

    version: int
    rung_version: int
    next_rung_at: datetime | None
    found: Look


@dataclass
class Judged:
    """What is to be said or counts as said, the rung each clock is on, when to look again, and what could not be judged."""

    sayings: list[Saying] = field(default_factory=list)
    carried: list[tuple[OpenClock, Rung, int, int | None]] = field(default_factory=list)
    for_units: list[Saying] = field(default_factory=list)
    carried_by_units: list[tuple[OpenClock, Rung, int, int | None]] = field(default_factory=list)
    telling: list[tuple[OpenClock, Rung]] = field(default_factory=list)
    unheard: set[int] = field(default_factory=set)
    looks: dict[int, Looked] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True)
class _Table:
    """What every clock of a batch is judged by."""

    ladder: Ladder
    calendar: WorkCalendar
    people: Roster
    known: Ledger
    known_to_units: Ledger
    now: datetime
    changed_at: datetime | None
    made: bool
    missed: Missed

    def told_under_another(self, clock: OpenClock, comings: Sequence[Coming], rung: Rung) -> bool:
        """Whether the former ladder told anybody of this rung, of one above it or of one that is gone, for this date."""
        codes = [coming.rung.code for coming in comings]
        lower = set(codes[: codes.index(rung.code)])
        return self.changed_at is not None and any(
            version == clock.version and code not in lower and told.at < self.changed_at
            for (_who, code, version), told in self._people_told.get(clock.id, ())
        )

    def said_this_morning(self, clock: OpenClock, rung: Rung) -> bool:
        """Whether the digests had this rung of the present date: somebody was told, or nobody was there when they were made.

        What they could not judge they make up themselves."""
        if self.made and clock.id not in self.missed.clocks:
            return True
        return any(
            code == rung.code and version == clock.version for (_who, code, version), _ in self._people_told.get(clock.id, ())
        )

    def told_before(
        self, clock: OpenClock, comings: Sequence[Coming], rung: Rung, *, units: bool = False
    ) -> dict[int, int | None]:
        """Who, or which unit, was told of this rung or of a higher one for an earlier version of the date, and by what notice.

        Whose letter of this very rung was cancelled on its way was not told."""
        codes = [coming.rung.code for coming in comings]
        higher = set(codes[codes.index(rung.code) :])
        return {
            who: told.notice_id
            for (who, code, version), told in (self._units_told if units else self._people_told).get(clock.id, ())
            if version < clock.version and code in higher and not (told.cancelled and code == rung.code)
        }

    @cached_property
    def _people_told(self) -> Mapping[int, Entries]:
        return _by_clock(self.known)

    @cached_property
    def _units_told(self) -> Mapping[int, Entries]:
        return _by_clock(self.known_to_units)


def _by_clock(ledger: Ledger) -> Mapping[int, Entries]:
    found: dict[int, list[tuple[tuple[int, str, int], Told]]] = defaultdict(list)
    for (clock_id, whom, code, version), told in ledger.items():
        found[clock_id].append(((whom, code, version), told))
    return found


def judge(
    session: Session,
    rows: Sequence[Clock],
    now: datetime,
    people: Roster | None = None,
    under: Ladder | None = None,
    known: Mapping[int, CaseFacts] | None = None,
) -> Judged:
    """Judge a batch of clocks under the ladder in force, or `under` the one that takes its place; one that cannot be judged is
    named, and all others go on (N05). Reads only.

    `people` and `known`, the facts by case, are read here where nobody has read them yet."""
    everybody = people or roster(session, local_date(now))
    changed_at = now if under is not None else in_force_since(session)
    table = _Table(
        under or ladder(session),
        work_calendar(session),
        everybody,
        told_of(session, rows),
        units_told(session, rows, everybody),
        now,
        changed_at,
        digests_made(session, local_date(now)),
        missed_by_digests(session),
    )
    facts = facts_for(session, rows) if known is None else known
    since, judged = told_from(session, now), Judged()
    for row in rows:
        try:
            clock = open_clock(row, since)
            comings = rungs_of(session, row, clock, table.ladder)
            found = look(comings, clock, table.ladder, table.calendar, now)
            if under is not None or row.rung_version == UNDER_ANOTHER:
                found = _unless_told(found, table, clock, comings)
            _judge_one(judged, table, clock, comings, found, facts[row.case_id], row)
            judged.looks[row.id] = Looked(row.deadline_version, row.rung_version, row.next_rung_at, found)
        except Exception as error:  # one broken row must not silence all others; it is reported, not swallowed
            judged.troubles.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
    return judged


def _moved_at(row: Clock, now: datetime) -> datetime | None:
    """When the date of a clock moved that was not looked at since; None for one that did not move."""
    if row.rung_version == row.deadline_version:
        return None
    return datetime.fromisoformat(row.dates[-1]["at"]) if row.dates else now


def _told_alone(found: Look, row: Clock, now: datetime) -> Rung | None:
    """The rung to be told by itself; None where nothing is, or a digest tells it.

    A date that moved into today when this morning's digest was made already is in no digest before it is late: it is told by a
    letter (N02)."""
    tell = found.tell
    if tell is None or tell.rung.way is not Way.DIGEST:
        return tell.rung if tell is not None else None
    moved_at = _moved_at(row, now) if row.dates and row.rung_version != UNDER_ANOTHER else None
    if moved_at is None or tell.moment > moved_at or row.due_at is None or local_date(row.due_at) != local_date(now):
        return None
    return replace(tell.rung, way=Way.LETTER)


def _unless_told(found: Look, table: _Table, clock: OpenClock, comings: Sequence[Coming]) -> Look:
    """Nothing to tell where the former ladder told of it: other recipients, another way or a sheet hold for what comes from now
    on, or else a changed ladder would be a storm of letters about the last few days."""
    told = found.tell is not None and table.told_under_another(clock, comings, found.tell.rung)
    return replace(found, tell=None) if told else found


def _judge_one(
    judged: Judged,
    table: _Table,
    clock: OpenClock,
    comings: Sequence[Coming],
    found: Look,
    case: CaseFacts,
    row: Clock,
) -> None:
    moved_at = _moved_at(row, table.now)
    carried: set[tuple[str, int]] = set()
    for coming in found.passed:
        if moved_at is None or coming.moment > moved_at:
            continue  # the date did not move, or the rung came after it had, while nobody looked
        before = table.told_before(clock, comings, coming.rung)
        carried |= {(coming.rung.code, who) for who in before}
        judged.carried += [(clock, coming.rung, who, notice) for who, notice in before.items()]
    rung = _told_alone(found, row, table.now)
    if found.tell is None:
        return
    if rung is None:
        judged.sayings += _to_who_joined(found.tell.rung, table, clock, case)
        return
    judged.telling.append((clock, rung))
    told_now = rung_recipients(rung, clock.owing, case, table.people, table.ladder)
    if not told_now:
        judged.unheard.add(clock.id)  # it waits for somebody to be there, as long as it may still be told
    for told in told_now:
        said = (clock.id, told.person_id, rung.code, clock.version) in table.known
        if not said and (rung.code, told.person_id) not in carried:
            judged.sayings.append(Saying(clock, rung, told, _line(clock, case, told, rung, table)))
    if rung.way is Way.LETTER:
        moved = moved_at is not None and found.tell.moment <= moved_at
        _judge_units(judged, table, clock, comings, rung, case, told_now, moved=moved)


def _to_who_joined(rung: Rung, table: _Table, clock: OpenClock, case: CaseFacts) -> list[Saying]:
    """What is due today is told by a letter to those who owe it only since the digests were made: the next digest would find it
    late. Who waits for a digest hears of it by that."""
    if local_date(clock.due_at) != local_date(table.now) or not table.said_this_morning(clock, rung):
        return []
    alone = replace(rung, way=Way.LETTER)
    return [
        Saying(clock, alone, told, _line(clock, case, told, alone, table))
        for told in recipients(clock.owing, case, table.people)
        if (clock.id, told.person_id, rung.code, clock.version) not in table.known and told.person_id not in table.missed.people
    ]


def _judge_units(
    judged: Judged,
    table: _Table,
    clock: OpenClock,
    comings: Sequence[Coming],
    rung: Rung,
    case: CaseFacts,
    told: Sequence[Recipient],
    *,
    moved: bool,
) -> None:
    """The units whose group hears of it, each by a line of its own, whoever of the unit was told before."""
    before = table.told_before(clock, comings, rung, units=True) if moved else {}
    for unit_id in robot_units(told, case, table.people):
        if (clock.id, unit_id, rung.code, clock.version) in table.known_to_units:
            continue
        if unit_id in before:
            judged.carried_by_units.append((clock, rung, unit_id, before[unit_id]))
            continue
        one = next(found for found in told if table.people.staff[found.person_id].actor.unit_id == unit_id and not found.blind)
        named = replace(one, reason=UNIT_REASON)
        judged.for_units.append(Saying(clock, rung, named, _line(clock, case, named, rung, table), unit_id))


def _line(clock: OpenClock, case: CaseFacts, told: Recipient, rung: Rung, table: _Table) -> dict[str, Any]:
    words = due_words(clock.due_at, table.now, table.calendar, clock.span, provisional=clock.provisional)
    group = words.state if words.state in GROUPS else DueState.SOON
    return line_for(clock, case, told, group, words.text).as_data() | {"rung": rung.code}


def letters(sayings: Iterable[Saying]) -> list[list[Saying]]:
    """The sayings by the letter they go into: what burns alone, of day clocks one letter per person and rung."""
    grouped: dict[tuple[object, ...], list[Saying]] = {}
    for saying in sayings:
        alone = () if saying.clock.span.unit.in_days else (saying.clock.id,)
        whose = ("unit", saying.unit_id) if saying.unit_id is not None else ("person", saying.told.person_id)
        grouped.setdefault((*whose, saying.rung.code, *alone), []).append(saying)
    return [sorted(own, key=lambda saying: (saying.clock.due_at, saying.clock.id)) for own in grouped.values()]


def subject_of(own: Sequence[Saying]) -> str:
    """催办通知：LY2026-000123 答复, or for several 催办通知：3 件."""
    return rung_subject(own[0].rung.label, (saying.line for saying in own))
