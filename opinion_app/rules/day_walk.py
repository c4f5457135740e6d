"""Counts a day clock day by day: working or natural days, days of suspension left out, each day noted with its reason.

A suspension leaves out each day D with suspended_on < D <= resumed_on (decision 7). A clock suspended on its very
last day falls due on the day it resumes: the rest of that day is neither lost nor stolen.
"""

from collections.abc import Sequence
from datetime import date, datetime

from opinion_app.rules.clock_facts import UNIT_WORDS, Pause, Span, Unit
from opinion_app.rules.spoken import day_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import ONE_DAY, WorkCalendar, count_rest
from opinion_app.rules.zone import end_of_day, local_date

_NEVER = date.max  # the day of resumption of a pause that is still open


class DayWalk:
    """One walk over the days of a calendar; `steps` grows, `held` says what is left once it meets an open pause."""

    def __init__(self, calendar: WorkCalendar, pauses: Sequence[Pause], unit: Unit) -> None:
        self.steps: list[Step] = []
        self.held: str | None = None
        self.provisional = False
        self._calendar = calendar
        self._unit = unit
        self._pauses = [
            (local_date(pause.suspended_at), local_date(pause.resumed_at) if pause.resumed_at else _NEVER) for pause in pauses
        ]
        self._reasons = [pause.reason for pause in pauses]

    def count(self, after: datetime, span: Span, label: str = "") -> datetime | None:
        """The due moment `span` after that day, which itself never counts; None when an open pause is in the way."""
        day = self._count(local_date(after), span.amount, span.unit, label)
        return None if day is None else end_of_day(day)

    def until(self, day: date, since: datetime) -> datetime | None:
        """The end of an explicit day, moved by the first suspension met after `since`; None under an open one.

        What was left at that suspension is counted on from the resumption, later suspensions included.
        """
        return self.until_moment(end_of_day(day), since)

    def until_moment(self, due: datetime, since: datetime) -> datetime | None:
        """The same for an explicit moment; once a suspension has moved it, it is the end of a day."""
        self.provisional = False
        day, since_on = local_date(due), local_date(since)
        for suspended, resumed in self._pauses:
            begun = max(suspended, since_on)
            if begun < resumed and begun <= day:
                left, said = self._left(begun, day), len(self.steps)
                if resumed == _NEVER:
                    self._hold(begun, left, self._unit)
                    return None
                self.steps.append(Step(StepKind.PAUSED, resumed, f"恢复计时（{day_words(begun, resumed.year)} 起中止）"))
                moved = self._count(resumed, left, self._unit, "恢复后")
                if moved is not None and moved < day:  # it stood still on days off alone, and was due on one
                    del self.steps[said:]
                    return due
                return None if moved is None else end_of_day(moved)
        return due

    def _left(self, suspended: date, due: date) -> int:
        if self._unit is Unit.WORKING_DAYS:
            return self._calendar.count_working_days(suspended, due)
        return (due - suspended).days

    def _count(self, day: date, amount: int, unit: Unit, label: str) -> date | None:
        number = rested = 0
        words = UNIT_WORDS[unit]
        while number < amount:
            day += ONE_DAY
            if self._pauses and (resumed := self._paused_until(day)) is not None:
                if resumed == _NEVER:
                    self._hold(day, amount - number, unit)
                    return None
                self.steps.append(Step(StepKind.PAUSED, day, self._paused_words(day)))
            elif unit is Unit.NATURAL_DAYS or self._works(day):
                number, rested = number + 1, 0
                guess = self.provisional and self._calendar.provisional(day)
                made_up = self._calendar.made_up(day) if unit is Unit.WORKING_DAYS else ""  # every natural day counts
                self.steps.append(Step(StepKind.COUNTED, day, f"{label}第{number}{words}", number, guess, made_up=made_up))
            else:
                rested = count_rest(rested, day)
                self._note_rest(StepKind.SKIPPED, day)
        return self._settle(day)

    def _settle(self, day: date) -> date | None:
        """Where the last day really falls: rolled on to a working day, moved by a suspension that began on it."""
        rested = 0
        while True:
            if not self._works(day):
                rested = count_rest(rested, day)
                self._note_rest(StepKind.ROLLED, day)
                following = self._next_unpaused(day)
            elif (resumed := self._resumed_after(day)) is not None:
                following = resumed
                if resumed != _NEVER:
                    self.steps.append(Step(StepKind.PAUSED, resumed, "到期当日中止计时，恢复当日到期"))
            else:
                return day
            if following == _NEVER:
                self._hold(day, 0, self._unit)
                return None
            day = following

    def _works(self, day: date) -> bool:
        if day.year not in self._calendar.years:
            self.provisional = True
        return self._calendar.is_working(day)

    def _note_rest(self, kind: StepKind, day: date) -> None:
        fact = self._calendar.day(day)
        self.steps.append(Step(kind, day, fact.reason, 0, fact.provisional))

    def _paused_until(self, day: date) -> date | None:
        """The day the clock resumes when it stands still on that day, _NEVER when it has not; None when it runs."""
        return next((resumed for suspended, resumed in self._pauses if suspended < day <= resumed), None)

    def _paused_words(self, day: date) -> str:
        """中止计时, with the ground of that suspension where one was given."""
        place = next(place for place, (suspended, resumed) in enumerate(self._pauses) if suspended < day <= resumed)
        reason = self._reasons[place]
        return f"中止计时（{reason}）" if reason else "中止计时"

    def _resumed_after(self, day: date) -> date | None:
        """The later day of resumption when the clock was suspended on that very day."""
        return next((resumed for suspended, resumed in self._pauses if suspended == day < resumed), None)

    def _next_unpaused(self, day: date) -> date:
        day += ONE_DAY
        while (resumed := self._paused_until(day)) is not None:
            if resumed == _NEVER:
                return _NEVER
            day = resumed + ONE_DAY
        return day

    def _hold(self, day: date, left: int, unit: Unit) -> None:
        """Note that the clock stands still with no end yet, and what will be left when it resumes."""
        self.held = f"{left} {UNIT_WORDS[unit]}" if left else "恢复计时的当日"
        self.steps.append(Step(StepKind.HELD, day, "中止计时，尚未恢复"))
