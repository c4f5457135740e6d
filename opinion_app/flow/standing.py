"""How one clock stands before or after a change of calendar or rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.clocks import open_clocks
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.words import OPEN_CLOCK
from opinion_app.rules.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock before or after a change: its date, how many extensions count, and what is left of one that stands still.

    `guess`: its date rests on a year that is not loaded (D02). `rests`: a reply that waits for its case to be accepted, with all
    that was granted to it, or a duty that is none any more. `would`: the clock as it would be, where that is asked for."""

    clock: Clock
    due_at: datetime | None
    granted: int
    left: str
    guess: bool = False
    rests: bool = False
    would: Clock | None = field(default=None, compare=False)

    @classmethod
    def of(cls, clock: Clock, calendar: WorkCalendar) -> Standing:
        """The clock as it is now."""
        facts = facts_of(clock)
        left = derive(facts, calendar).held if clock.due_at is None else None
        return cls(clock, clock.due_at, len(facts.extensions), left or "", clock.provisional)

    @classmethod
    def resting(cls, clock: Clock) -> Standing:
        """The clock as it rests."""
        return cls(clock, None, len(clock.extensions), "", rests=True)

    @classmethod
    def since(cls, session: Session, clock: Clock, calendar: WorkCalendar) -> Standing:
        """The clock after a change, or what took its place where the change let it rest."""
        if clock.state in OPEN_CLOCK:
            return cls.of(clock, calendar)
        reply = clock.stage == ClockStage.REPLY.value  # nothing takes the place of any other
        copy = next((held for held in open_clocks(session, clock.case_id) if reply and held.stage == clock.stage), None)
        return cls.resting(clock) if copy is None else cls.of(copy, calendar)

    def same_as(self, other: Standing) -> bool:
        """Whether neither the date nor what is left differs, nor whether it is owed."""
        return (self.due_at, self.left, self.rests) == (other.due_at, other.left, other.rests)

    def late(self, now: datetime) -> bool:
        """Whether its day has passed."""
        return self.due_at is not None and is_late(self.due_at, now)
