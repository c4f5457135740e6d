"""The rungs of one clock that the runs to come will say, and to whom: walked look by look, as the ladder will (N01, N14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opinion_app.flow.judging import One, groups_untold, look_next, seen, untold
from opinion_app.flow.judging_table import Table
from opinion_app.flow.ladder import UNDER_ANOTHER
from opinion_app.records.clock import Clock
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Rung, Way
from opinion_app.rules.recipients import Recipient, Roster
from opinion_app.rules.rung_recipients import rung_recipients
from opinion_app.rules.zone import local_date

PeopleOn = Callable[[date], Roster]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A rung as it will be said: to whom and to which units' groups, none where nobody is there for it."""

    at: datetime
    rung: Rung
    told: Sequence[Recipient]
    units: Sequence[int]
    people: Roster


def rungs_ahead(table: Table, row: Clock, case: CaseFacts, people_on: PeopleOn) -> Iterator[Ahead]:
    """What a clock will be told of by rungs of its own, the first to come first, unless the case moves on; nothing that whoever
    it names was told already.

    A look that finds nobody is repeated until somebody is there, at the latest when known leave ends."""
    under_another, known = row.rung_version == UNDER_ANOTHER, set[tuple[str, str, int]]()
    at = _first_look(row, table.now)
    while at is not None:
        there = table.at(at, people_on(local_date(at)))
        one = seen(there, row, case, under_another=under_another)
        under_another = False  # the look notes that it was made
        following = look_next(one.found, there, one.clock).next_at
        rung = one.found.tell.rung if one.found.tell is not None else None
        if rung is not None and rung.way is not Way.DIGEST:
            named = rung_recipients(rung, one.clock.owing, case, there.people, there.ladder)
            said = _new(there, one, rung, named, known)
            if said.told or said.units or not named:
                yield said
            if not named:
                following = min((moment for moment in (following, *there.people.turns_after(at)) if moment), default=None)
        at = following


def _first_look(row: Clock, now: datetime) -> datetime | None:
    """When a run looks at the clock next: at once where its date moved, or its ladder changed, since the last look."""
    if row.rung_version != row.deadline_version:
        return now
    return max(row.next_rung_at, now) if row.next_rung_at is not None else None


def _new(there: Table, one: One, rung: Rung, named: Sequence[Recipient], known: set[tuple[str, str, int]]) -> Ahead:
    """What of a rung was not told yet, nor by a look before this one; it is `known` from now on."""
    told = [who for who in untold(there, one, rung, named) if ("person", rung.code, who.person_id) not in known]
    units = [unit for unit in groups_untold(there, one, rung, named) if ("unit", rung.code, unit) not in known]
    known |= {("person", rung.code, who.person_id) for who in told} | {("unit", rung.code, unit) for unit in units}
    return Ahead(there.now, rung, told, units, there.people)
