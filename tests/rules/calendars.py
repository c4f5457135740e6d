"""Calendars and moments the tests of the deadline engine share."""

from dataclasses import replace
from datetime import date, datetime

from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline import ClockFacts, Extension, Pause, derive
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import end_of_day, parse_moment

CHINA = seed_calendar()
WD, ND, H, M, WH = Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.HOURS, Unit.MINUTES, Unit.WORKING_HOURS


def at(text: str) -> datetime:
    """A Shanghai moment from ISO text."""
    return parse_moment(text)


def on(text: str) -> date:
    return date.fromisoformat(text)


def wd(amount: int) -> Span:
    return Span(amount, WD)


def nd(amount: int) -> Span:
    return Span(amount, ND)


def hours(amount: int) -> Span:
    return Span(amount, H)


FIVE = wd(5)


def due(facts: ClockFacts, calendar: WorkCalendar = CHINA) -> datetime:
    """The due moment of a clock that has one."""
    derived = derive(facts, calendar).due_at
    assert derived is not None
    return derived


def end(text: str) -> datetime:
    """23:59:59 of an ISO date."""
    return end_of_day(on(text))


def paused(*pauses: tuple[str, str | None], span: Span = FIVE, start: str = "2026-11-23T09:00") -> ClockFacts:
    return ClockFacts(at(start), span, pauses=tuple(Pause(at(begin), at(over) if over else None) for begin, over in pauses))


def extended(*extensions: Extension, span: Span = FIVE, **rest: object) -> ClockFacts:
    return replace(ClockFacts(at("2026-11-23T09:00"), span, extensions=extensions), **rest)  # type: ignore[arg-type]
