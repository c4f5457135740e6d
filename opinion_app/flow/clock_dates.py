"""The dates of one clock: its stored inputs turned into facts, derived, and the result stored beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts, Extension, Pause, Span, Unit
from opinion_app.rules.deadline import Derivation, derive, elapsed_at, warn_at
from opinion_app.rules.deadline_rules import Ahead
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar


def span_of(clock: Clock) -> Span:
    """How long the clock runs."""
    return Span(clock.amount, Unit(clock.amount_unit))


def facts_of(clock: Clock) -> ClockFacts:
    """What the rules derive the due moment from."""
    return ClockFacts(
        start=clock.start_at,
        span=span_of(clock),
        pauses=tuple(_pause(data) for data in clock.pauses),
        extensions=tuple(_extension(data) for data in clock.extensions),
        fixed_date=clock.fixed_on,
        latest=clock.latest_at,
    )


def _pause(data: dict[str, Any]) -> Pause:
    until = data.get("until")
    return Pause(datetime.fromisoformat(data["since"]), datetime.fromisoformat(until) if until else None, data.get("reason", ""))


def _extension(data: dict[str, Any]) -> Extension:
    return Extension(
        datetime.fromisoformat(data["at"]), Span(int(data["amount"]), Unit(data["unit"])), reason=data.get("reason", "")
    )


def settle(clock: Clock, calendar: WorkCalendar, ahead: Ahead | None = None) -> Derivation:
    """Derive the clock's dates anew and store them; a moved due moment is a new deadline version (decisions 21, 23)."""
    derivation = derive(facts_of(clock), calendar)
    if clock.id is not None and derivation.due_at != clock.due_at:
        clock.deadline_version += 1
    clock.due_at = derivation.due_at
    if derivation.original_due_at is not None:
        clock.original_due_at = derivation.original_due_at
    clock.provisional = derivation.provisional
    clock.warn_at = warning_moment(clock, derivation, calendar, ahead or Ahead())
    if clock.state in (ClockState.RUNNING, ClockState.SUSPENDED):
        clock.state = ClockState.SUSPENDED if derivation.open_ended else ClockState.RUNNING
    return derivation


def warning_moment(clock: Clock, derivation: Derivation, calendar: WorkCalendar, ahead: Ahead) -> datetime | None:
    """When the clock becomes 临期, from the same walk as its due moment."""
    if derivation.due_at is None:
        return None
    if Unit(clock.amount_unit).in_days:
        return warn_at(derivation.due_at, ahead.working_days, calendar)
    return elapsed_at(derivation, 100 - ahead.percent_left)
