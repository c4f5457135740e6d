"""What the ladder would say now about some clocks, to whom: decided in one place for the job and whatever foretells it (N14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.heard import heard_as_early, knows_date
from opinion_app.flow.judging_table import Table, by_clock
from opinion_app.flow.ladder import UNDER_ANOTHER, in_force_since, ladder, told_from
from opinion_app.flow.many_facts import facts_for
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.roster import roster
from opinion_app.flow.told_ledger import Ledger, Told, ledgers_of
from opinion_app.flow.unjudged import digests_made, missed_by_digests
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import GROUPS, OpenClock, Trouble, line_for, rung_subject
from opinion_app.rules.due_words import DueState, due_words
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Coming, Ladder, Look, Rung, Way, look, plan
from opinion_app.rules.next_digest import heard_from, last_digest, rung_of_word, turn_to_look
from opinion_app.rules.recipients import Recipient, Roster, recipients
from opinion_app.rules.rung_recipients import robot_units, rung_recipients
from opinion_app.rules.sheet import SAID, asked_unit
from opinion_app.rules.still_told import StillTold
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

BATCH = 1000  # clocks whose rungs are said in one transaction, and so share a letter for each person and rung
UNIT_REASON = "发给本单位的群"


@dataclass(frozen=True, slots=True)
class Saying:
    """One rung of one clock to be said to one person, or with `unit_id` to the group of that unit, the person being one of it.

    `anew`: the ledger has it already, but of a letter that goes no more, or inside the service alone."""

    clock: OpenClock
    rung: Rung
    told: Recipient
    line: dict[str, Any]
    unit_id: int | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a clock found, and what it went by: the version of its date, and what said that it was to be looked at."""

    version: int
    rung_version: int
    next_rung_at: datetime | None
    found: Look


class Carried(NamedTuple):
    """A rung of the present date that a person or unit counts as told of, because of what they were told before it moved."""

    clock: OpenClock
    rung: Rung
    who: int
    told: Told


@dataclass
class Judged:
    """What is to be said or counts as said, the rung each clock is on, when to look again, and what could not be judged.

    `telling`: the rungs told for the first time, and the versions before that still count; 督办单 go with those."""

    sayings: list[Saying] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    for_units: list[Saying] = field(default_factory=list)
    carried_by_units: list[Carried] = field(default_factory=list)
    telling: list[tuple[OpenClock, Rung, StillTold]] = field(default_factory=list)
    unheard: set[int] = field(default_factory=set)
    looks: dict[int, Looked] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def judge(
    session: Session,
    rows: Sequence[Clock],
    now: datetime,
    people: Roster | None = None,
    under: Ladder | None = None,
    known: Mapping[int, CaseFacts] | None = None,
    besides: Ledger = MappingProxyType({}),
    *,
    digests_now: bool = False,
) -> Judged:
    """Judge a batch of clocks under the ladder in force, or `under` the one that takes its place; one that cannot be judged is
    named, and all others go on (N05). Reads only.

    `people` and `known`, the facts by case, are read here where nobody has read them yet; `besides`: what counts as told already
    beside what the ledger holds; `digests_now`: a run of that moment makes the digests before it looks."""
    everybody = people or roster(session, local_date(now))
    table = table_of(session, rows, now, everybody, under, besides=besides, digests_now=digests_now)
    return judged_by(table, rows, facts_for(session, rows) if known is None else known, under_another=under is not None)


def table_of(
    session: Session,
    rows: Sequence[Clock],
    now: datetime,
    people: Roster,
    under: Ladder | None = None,
    calendar: WorkCalendar | None = None,
    *,
    besides: Ledger = MappingProxyType({}),
    digests_now: bool = False,
) -> Table:
    """What those clocks are judged by, as `judge` has it; `calendar`: another than the one in force."""
    changed_at = now if under is not None else in_force_since(session)
    held, days = under or ladder(session), calendar or work_calendar(session)
    digest, (told, to_units) = last_digest(now, days, held.morning), ledgers_of(session, rows, people, now)
    known = {**told, **besides}
    return Table(
        held,
        days,
        people,
        known,
        to_units,
        by_clock(known),
        by_clock(to_units),
        now,
        changed_at,
        digest,
        digests_now or digests_made(session, local_date(digest)),
        missed_by_digests(session),
        told_from(session, now),
    )


def judged_by(table: Table, rows: Iterable[Clock], facts: Mapping[int, CaseFacts], *, under_another: bool = False) -> Judged:
    """Judge some clocks of a table. Asks no database."""
    judged = Judged()
    for row in rows:
        try:
            another = under_another or row.rung_version == UNDER_ANOTHER
            one = seen(table, row, facts[row.case_id], under_another=another)
            _judge_one(judged, table, one)
            looked = look_next(one.found, table, one.clock)
            judged.looks[row.id] = Looked(row.deadline_version, row.rung_version, row.next_rung_at, looked)
        except Exception as error:  # one broken row must not silence all others; it is reported, not swallowed
            judged.troubles.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
    return judged


@dataclass(frozen=True, slots=True)
class One:
    """One clock as it is judged."""

    clock: OpenClock
    row: Clock
    case: CaseFacts
    comings: Sequence[Coming]
    found: Look


def seen(table: Table, row: Clock, case: CaseFacts, *, under_another: bool = False) -> One:
    """A clock as a run of that moment sees it, with what has come; raises ValueError for one without a due moment.

    `under_another`: it was last looked at under another ladder."""
    clock = open_clock(row, table.begun)
    comings = plan(clock, facts_of(row), table.ladder, table.calendar)
    found = look(comings, clock, table.ladder, table.calendar, table.now)
    if under_another:
        found = _unless_told(found, table, clock, comings)
    return One(clock, row, case, comings, found)


def _moved_at(row: Clock, now: datetime) -> datetime | None:
    """When the date of a clock moved last, or from when on it goes if nobody looked at it yet; None for one that did not move.

    However often it was looked at since: a look in the quiet hours tells nothing, and what it keeps for the morning is still of a
    date that had moved (N01)."""
    if row.dates:
        return datetime.fromisoformat(row.dates[-1]["at"])
    return None if row.rung_version == row.deadline_version else now


def look_next(found: Look, table: Table, clock: OpenClock) -> Look:
    """When to look again: also when the night is over that kept quiet what must be heard, and at the midnight from which somebody
    else has it who would hear too late by the digest (N09)."""
    turn = turn_to_look(clock.due_at, table.people.turns_after(table.now), table.calendar, table.ladder.morning)
    heard = heard_from(clock.due_at, table.now, table.ladder) if table.must_hear(clock) else table.now
    moments = [moment for moment in (found.next_at, turn, heard if heard > table.now else None) if moment is not None]
    return replace(found, next_at=min(moments, default=None))


def _unless_told(found: Look, table: Table, clock: OpenClock, comings: Sequence[Coming]) -> Look:
    """Nothing to tell where the former ladder told of it: other recipients, another way or a sheet hold for what comes from now
    on, or else a changed ladder would be a storm of letters about the last few days."""
    told = found.tell is not None and table.told_under_another(clock, comings, found.tell.rung)
    return replace(found, tell=None) if told else found


def _judge_one(judged: Judged, table: Table, one: One) -> None:
    found, clock = one.found, one.clock
    by_letter = found.tell is not None and found.tell.rung.way is Way.LETTER
    word = _before_the_next_digest(judged, table, one) if not by_letter and table.must_hear(clock) else None
    for coming in found.passed:
        if word is not None and coming.rung.code == word.code:
            continue  # a letter says it
        before = _not_entered(table.told_before(clock, one.row, one.comings, coming.rung), table, clock, coming.rung)
        judged.carried += [Carried(clock, coming.rung, who, told) for who, told in before.items()]
    rung = found.tell.rung if found.tell is not None else None
    if found.tell is None or rung is None or rung.way is Way.DIGEST:
        return  # nothing, or a digest tells it
    if not table.told_before(clock, one.row, one.comings, rung):
        judged.telling.append((clock, rung, table.still_told(clock, one.row, rung)))
    told_now = rung_recipients(rung, clock.owing, one.case, table.people, table.ladder)
    if not told_now:
        judged.unheard.add(clock.id)  # it waits for somebody to be there, as long as it may still be told
    judged.sayings += [
        Saying(clock, rung, told, _line(clock, one.case, told, rung, table)) for told in untold(table, one, rung, told_now)
    ]
    if rung.way is Way.LETTER:
        before = table.told_before(clock, one.row, one.comings, rung, units=True)
        _tell_units(judged, table, one, rung, told_now, before)


def untold(table: Table, one: One, rung: Rung, named: Iterable[Recipient]) -> list[Recipient]:
    """Those a rung names who were not told of it yet: neither of the present date nor of an earlier one that still counts."""
    before = table.told_before(one.clock, one.row, one.comings, rung)
    return [told for told in named if not table.has(one.clock, rung, told.person_id) and told.person_id not in before]


def groups_untold(table: Table, one: One, rung: Rung, named: Sequence[Recipient]) -> list[int]:
    """The units whose group hears of a rung by letter with those it names, and did not hear of it yet."""
    if rung.way is not Way.LETTER:
        return []
    before = table.told_before(one.clock, one.row, one.comings, rung, units=True)
    heard = {
        unit_id
        for (unit_id, code, version), _ in table.told_units(one.clock)
        if (code, version) == (rung.code, one.clock.version)
    }
    return [unit_id for unit_id in robot_units(named, one.case, table.people) if unit_id not in heard and unit_id not in before]


def _not_entered(before: Mapping[int, Told], table: Table, clock: OpenClock, rung: Rung) -> dict[int, Told]:
    """Those of whom the ledger does not say yet whether they know of the rung of the present date."""
    return {who: told for who, told in before.items() if not table.has(clock, rung, who)}


def _before_the_next_digest(judged: Judged, table: Table, one: One) -> Rung | None:
    """What the next digest would find late is told by a letter: to those who owe it only since the last digests, to all where the
    date moved since then, and to all who have not heard where these were never made; answers the rung that says a moved one.

    Who waits for a digest of today hears of it by that. Of a clock that nobody looked at yet, or only under another ladder, no
    more is said than its rungs say."""
    clock, row = one.clock, one.row
    looked_at = row.rung_version == row.deadline_version or (bool(row.dates) and row.rung_version != UNDER_ANOTHER)
    rung = rung_of_word([coming.rung for coming in one.found.passed], table.ladder)
    quiet = heard_from(clock.due_at, table.now, table.ladder) > table.now
    if rung is None or quiet or (one.found.tell is None and not looked_at):
        return None
    moved_at = _moved_at(row, table.now) if looked_at else None
    moved = moved_at is not None and moved_at >= table.since
    if not moved and not table.never_made and not table.said_this_morning(clock, rung):
        return None
    alone, told = replace(rung, way=Way.LETTER, sheet=False), recipients(clock.owing, one.case, table.people)
    entries = table.told_people(clock)
    heard = _not_entered(heard_as_early(entries, row, rung, table.since), table, clock, rung) if moved else {}
    judged.carried += [Carried(clock, rung, who, one_told) for who, one_told in heard.items()]
    judged.sayings += [
        Saying(clock, alone, who, _line(clock, one.case, who, alone, table), anew=table.has(clock, rung, who.person_id))
        for who in told
        if not knows_date(entries, table.people.staff[who.person_id], clock.version, table.hints, one.case)
        and who.person_id not in (heard if moved else table.missed.people)
    ]
    if moved:
        _tell_units(judged, table, one, alone, told, heard_as_early(table.told_units(clock), row, rung, table.since))
    return rung if moved else None


def _tell_units(
    judged: Judged, table: Table, one: One, rung: Rung, told: Sequence[Recipient], before: Mapping[int, Told]
) -> None:
    """The units whose group hears of it, each by a line of its own, whoever of the unit was told before; `before`: those that
    heard it of an earlier version of the date."""
    clock, case = one.clock, one.case
    for unit_id in robot_units(told, case, table.people):
        if (clock.id, unit_id, rung.code, clock.version) in table.known_to_units:
            continue
        if unit_id in before:
            judged.carried_by_units.append(Carried(clock, rung, unit_id, before[unit_id]))
            continue
        of_it = next(who for who in told if table.people.staff[who.person_id].actor.unit_id == unit_id and not who.blind)
        named = replace(of_it, reason=UNIT_REASON)
        judged.for_units.append(Saying(clock, rung, named, _line(clock, case, named, rung, table), unit_id))


def _line(clock: OpenClock, case: CaseFacts, told: Recipient, rung: Rung, table: Table) -> dict[str, Any]:
    words = due_words(clock.due_at, table.now, table.calendar, clock.span, provisional=clock.provisional)
    group = words.state if words.state in GROUPS else DueState.SOON
    asks = rung.sheet and not told.blind and asked_unit(clock, case) is not None
    said = f"{words.text}{SAID}" if asks else words.text
    return line_for(clock, case, told, group, said).as_data() | {"rung": rung.code} | ({"sheet": True} if asks else {})


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
