"""When the acts of the demonstration happened: working days before today at hours an office keeps, whatever today is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import SHANGHAI, local, local_date

_DAY = re.compile(r"(?P<day>-\d+) (?P<hour>\d\d):(?P<minute>\d\d)")
_AGO = re.compile(r"now-(?P<minutes>\d+)m")
_ACT = re.compile(r"(?P<name>\w+)(@(?P<day>\d+)( (?P<hour>\d\d):(?P<minute>\d\d))?|\+(?P<minutes>\d+)m)")
_CLOSING, _NOON, _AFTERNOON = time(17, 35), time(12, 0), time(14, 0)


@dataclass(frozen=True)
class Planned:
    """One act of one story and its moment."""

    name: str
    at: datetime


class Almanac:
    """Working days counted back from today; a day of rest counts from the next working day, so that day -1 is over."""

    def __init__(self, calendar: WorkCalendar, now: datetime) -> None:
        self._calendar, self._now = calendar, now
        self._today = calendar.roll_forward(local_date(now))

    def received(self, said: str) -> datetime:
        """`-7 09:12` is the seventh working day before today, `now-50m` fifty minutes ago."""
        if ago := _AGO.fullmatch(said):
            return (self._now - timedelta(minutes=int(ago["minutes"]))).replace(second=0, microsecond=0)
        day = _DAY.fullmatch(said)
        if day is None:
            raise ValueError(f"{said!r} is no moment of the demonstration")
        on = self._calendar.add_working_days(self._today, int(day["day"]))
        return _at(on, time(int(day["hour"]), int(day["minute"])))

    def day(self, amount: int) -> date:
        """The working day that many days from today."""
        return self._calendar.add_working_days(self._today, amount)

    def plan(self, said: str, received: datetime, chance: random.Random) -> Iterator[Planned]:
        """The acts of `said` in order: `draft@3` on the third working day after receipt, `assign+10m` ten minutes after it.

        Raises ValueError for an act in the future or before the one before it."""
        before = received
        for words in filter(None, (part.strip() for part in said.replace("\n", ",").split(","))):
            match = _ACT.fullmatch(words)
            if match is None:
                raise ValueError(f"{words!r} is no act of the demonstration")
            at = self._moment(match, received, before, chance)
            if at > self._now or at < before:
                raise ValueError(f"{words} at {at} does not lie between {before} and {self._now}")
            yield Planned(match["name"], at)
            before = at

    def _moment(self, match: re.Match[str], received: datetime, before: datetime, chance: random.Random) -> datetime:
        if match["minutes"]:
            return received + timedelta(minutes=int(match["minutes"]))
        first = local_date(received)
        day = int(match["day"])
        on = self._calendar.add_working_days(first, day) if day else first
        if match["hour"]:
            return _at(on, time(int(match["hour"]), int(match["minute"])))
        return _office_hour(on, before, chance)


def _office_hour(on: date, before: datetime, chance: random.Random) -> datetime:
    """Some minutes after the act before, or in the morning of a new day; not in the lunch break, not after closing."""
    if local_date(before) < on:
        return _at(on, time(8, 35)) + timedelta(minutes=chance.randrange(75))
    at = local(before) + timedelta(minutes=chance.randrange(18, 65))
    if _NOON <= at.time() < _AFTERNOON:
        at = _at(on, _AFTERNOON) + timedelta(minutes=chance.randrange(5, 40))
    if at.time() >= _CLOSING or local_date(at) > on:
        at = local(before) + timedelta(minutes=chance.randrange(2, 6))
    return at


def _at(on: date, hour: time) -> datetime:
    return datetime.combine(on, hour, SHANGHAI)
