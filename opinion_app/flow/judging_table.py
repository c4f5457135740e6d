"""What every clock of a batch is judged by: the ladder, the office as it is now, and what the ledgers hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from opinion_app.flow.heard import Entries
from opinion_app.flow.told_ledger import Ledger, Told
from opinion_app.flow.told_versions import told_still
from opinion_app.flow.unjudged import Missed
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import CLOSING, Coming, Ladder, Rung, Way
from opinion_app.rules.next_digest import last_digest, must_hear
from opinion_app.rules.recipients import Roster
from opinion_app.rules.still_told import StillTold
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date, on_day


@dataclass(frozen=True)
class Table:
    """The same for all clocks of a batch; `told_by_clock`, `units_by_clock`: the ledgers once more; `since`: the last digests,
    `made`: whether they were made; `begun`: the moment before which nothing is told."""

    ladder: Ladder
    calendar: WorkCalendar
    people: Roster
    known: Ledger
    known_to_units: Ledger
    told_by_clock: Mapping[int, Entries]
    units_by_clock: Mapping[int, Entries]
    now: datetime
    changed_at: datetime | None
    since: datetime
    made: bool
    missed: Missed
    begun: datetime

    @property
    def never_made(self) -> bool:
        """Whether the last digests were not made and will not be: the clock stood still until the office was closed (N07)."""
        return not self.made and self.begun <= self.since and self.now > on_day(local_date(self.since), CLOSING)

    def at(self, moment: datetime, people: Roster) -> Table:
        """The same at a later moment, with whoever is there then; the digests of the mornings in between have been made."""
        since = last_digest(moment, self.calendar, self.ladder.morning)
        if since == self.since:
            return replace(self, now=moment, people=people)
        return replace(self, now=moment, people=people, since=since, made=True, missed=Missed())

    def has(self, clock: OpenClock, rung: Rung, person_id: int) -> bool:
        """Whether the ledger has this rung of the present date for somebody, whatever became of its letter."""
        return (clock.id, person_id, rung.code, clock.version) in self.known

    def must_hear(self, clock: OpenClock) -> bool:
        """Whether the next digest would find a day clock late, so that whoever has not heard of it hears by a letter."""
        return clock.span.unit.in_days and must_hear(clock.due_at, self.now, self.calendar, self.ladder.morning)

    def told_under_another(self, clock: OpenClock, comings: Sequence[Coming], rung: Rung) -> bool:
        """Whether the former ladder told anybody of this rung, of one above it or of one that is gone, for this date."""
        codes = [coming.rung.code for coming in comings]
        lower = set(codes[: codes.index(rung.code)])
        return self.changed_at is not None and any(
            version == clock.version and code not in lower and told.at < self.changed_at
            for (_who, code, version), told in self.told_by_clock.get(clock.id, ())
        )

    def said_this_morning(self, clock: OpenClock, rung: Rung) -> bool:
        """Whether the digests had this rung of the present date: somebody was told, or nobody was there when they were made.

        What they could not judge they make up themselves."""
        if self.made and clock.id not in self.missed.clocks:
            return True
        return any(
            code == rung.code and version == clock.version for (_who, code, version), _ in self.told_by_clock.get(clock.id, ())
        )

    def told_before(
        self, clock: OpenClock, row: Clock, comings: Sequence[Coming], rung: Rung, *, units: bool = False
    ) -> dict[int, Told]:
        """Who, or which unit, was told of this rung or of a higher one for an earlier version of the date, and how; of no version
        from before it was put off (rules/still_told).

        Whose letter was cancelled on its way was not told: of an earlier version it goes no more. Nor does the letter of a higher
        rung that waits, for which the present date may be too early."""
        if clock.version == 1:
            return {}
        codes = [coming.rung.code for coming in comings]
        higher, still = set(codes[codes.index(rung.code) :]), self.still_told(clock, row, rung)
        return {
            who: told
            for (who, code, version), told in (self.units_by_clock if units else self.told_by_clock).get(clock.id, ())
            if version < clock.version and code in higher and not told.cancelled and still.counts(version)
            if code == rung.code or not told.waits
        }

    def still_told(self, clock: OpenClock, row: Clock, rung: Rung) -> StillTold:
        """Of which earlier versions of a date this rung counts as told, or its 督办单 as asked for, of the present one."""
        return told_still(row, clock, rung, self.calendar, self.ladder.morning)

    @cached_property
    def hints(self) -> frozenset[str]:
        """The rungs that only hint inside the service, so that a date is not heard of by them."""
        return frozenset(rung.code for rung in self.ladder.days if rung.way is Way.INSIDE)

    def told_people(self, clock: OpenClock) -> Entries:
        """What the ledger holds of a clock."""
        return self.told_by_clock.get(clock.id, ())

    def told_units(self, clock: OpenClock) -> Entries:
        """The same of the groups of units."""
        return self.units_by_clock.get(clock.id, ())


def by_clock(ledger: Ledger) -> Mapping[int, Entries]:
    """What a ledger holds, by clock."""
    found: dict[int, list[tuple[tuple[int, str, int], Told]]] = defaultdict(list)
    for (clock_id, whom, code, version), told in ledger.items():
        found[clock_id].append(((whom, code, version), told))
    return found
