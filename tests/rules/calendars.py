"""Calendars and moments the tests of the deadline engine share."""

from datetime import date, datetime

from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.zone import parse_moment

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
