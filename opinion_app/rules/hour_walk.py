"""Runs an hour clock from its moment: natural hours through nights and holidays, or working hours within the frames.

Suspensions are left out to the second (decision 7: measured in the clock's own unit).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from opinion_app.rules.clock_facts import ClockFacts, Pause, Span, Unit, hours_of, settled_pauses
from opinion_app.rules.spoken import duration_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import ONE_DAY, WorkCalendar
from opinion_app.rules.working_time import Stretch, working_stretches
from opinion_app.rules.zone import SHANGHAI, end_of_day, local_date, start_of_day

_NEVER = datetime.max.replace(tzinfo=UTC)


class HourWalk:
    """One run over hours; `steps` grows, `held` says what is left once it meets an open pause."""

    def __init__(self, calendar: WorkCalendar, pauses: Sequence[Pause], unit: Unit) -> None:
        self.steps: list[Step] = []
        self.held: str | None = None
        self.provisional = False
        self._calendar = calendar
        self._unit = unit
        self._pauses = [
            (pause.suspended_at.astimezone(UTC), pause.resumed_at.astimezone(UTC) if pause.resumed_at else _NEVER)
            for pause in pauses
        ]
        self._reasons = {pause.suspended_at.astimezone(UTC): pause.reason for pause in pauses}

    @classmethod
    def of(cls, facts: ClockFacts, calendar: WorkCalendar) -> HourWalk:
        """The walk of a clock of hours. Raises DeadlineRefused for suspensions that contradict each other."""
        return cls(calendar, settled_pauses(facts), facts.span.unit)

    def running(self, begin: datetime, due: datetime) -> Iterator[Stretch]:
        """The stretches in which the clock runs from one moment to the other; none where the other is not later."""
        end = due.astimezone(UTC)
        for opens, closes in self._unpaused(self._stretches(begin.astimezone(UTC), self._unit)):
            if opens >= end:
                return
            yield opens, min(closes, end)

    def count(self, after: datetime, span: Span, label: str = "") -> datetime | None:
        """The moment `span` after that one; None when an open pause is in the way."""
        return self._run(after.astimezone(UTC), hours_of(span), span.unit, label)

    def until(self, day: date, since: datetime) -> datetime | None:
        """The end of an explicit day, moved by the first suspension met after `since`; None under an open one."""
        return self.until_moment(end_of_day(day), since)

    def until_moment(self, due: datetime, since: datetime) -> datetime | None:
        """The same for an explicit moment."""
        self.provisional = False
        begin = since.astimezone(UTC)
        for suspended, resumed in self._pauses:
            begun = max(suspended, begin)
            if begun < resumed and begun < due:
                left = sum((closes - opens for opens, closes in self._before(begun, due)), timedelta())
                if resumed == _NEVER:
                    self._hold(begun, left)
                    return None
                said = len(self.steps)
                self._note_pause(suspended, resumed)
                moved = self._run(resumed, left, self._unit, "恢复后")
                if moved is not None and moved < due:  # it stood still outside working hours alone
                    del self.steps[said:]
                    return due
                return moved
        return due

    def _before(self, begin: datetime, due: datetime) -> Iterator[Stretch]:
        """The stretches that run from `begin` to `due`, pauses not regarded."""
        for opens, closes in self._stretches(begin, self._unit):
            if opens >= due:
                return
            yield opens, min(closes, due.astimezone(UTC))

    def _stretches(self, begin: datetime, unit: Unit) -> Iterable[Stretch]:
        if unit is Unit.WORKING_HOURS:
            return working_stretches(self._calendar, begin)
        return ((begin, _NEVER),)

    def _run(self, begin: datetime, left: timedelta, unit: Unit, label: str) -> datetime | None:
        if not left:
            return begin.astimezone(SHANGHAI)
        gone = local_date(begin) - ONE_DAY
        for opens, closes in self._unpaused(self._stretches(begin, unit)):
            gone = self._note_rest(gone, local_date(opens), unit)
            stop = opens + min(left, closes - opens)
            self._note(opens, stop, unit, label)
            left -= stop - opens
            if not left:
                return stop.astimezone(SHANGHAI)
        halted = max(begin, self._pauses[-1][0])  # by the open one: nothing else ends the stretches
        self._note_rest(gone, local_date(halted), unit)
        self._hold(halted, left)
        return None

    def _unpaused(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        """The stretches with the pauses cut out; ends where an open pause begins."""
        for opens, closes in stretches:
            begin = opens
            for suspended, resumed in self._pauses:
                if resumed <= begin or suspended >= closes:
                    continue
                if suspended > begin:
                    yield begin, suspended
                if resumed == _NEVER:
                    return
                self._note_pause(suspended, resumed)
                begin = resumed
            if begin < closes:
                yield begin, closes

    def _note_rest(self, gone: date, day: date, unit: Unit) -> date:
        """Note each day off between the last day gone over and that one, before the suspensions that begin after it."""
        while unit is Unit.WORKING_HOURS and (gone := gone + ONE_DAY) < day:
            fact = self._calendar.day(gone)
            if not fact.working and not self._said_to_stand_still(gone):
                place = len(self.steps)
                while place and self.steps[place - 1].kind is StepKind.PAUSED and self.steps[place - 1].day >= gone:
                    place -= 1
                self.steps.insert(place, Step(StepKind.SKIPPED, gone, fact.reason, 0, fact.provisional))
        return day

    def _said_to_stand_still(self, day: date) -> bool:
        """Whether a suspension that is told covers all of that day; one outside working hours alone takes nothing and is not."""
        begin, end = start_of_day(day), end_of_day(day)
        covering = (pause for pause in self._pauses if pause[0] <= begin and end <= pause[1])
        return any(self._pause_step(*pause) in self.steps for pause in covering)

    def _note(self, opens: datetime, stop: datetime, unit: Unit, label: str) -> None:
        day, guess, made_up = local_date(opens), False, ""
        if unit is Unit.WORKING_HOURS:
            guess, made_up = self._calendar.provisional(day), self._calendar.made_up(day)
            self.provisional = self.provisional or guess
        words = f"{label}计 {duration_words(stop - opens)}"
        begun, ended = opens.astimezone(SHANGHAI), stop.astimezone(SHANGHAI)
        self.steps.append(Step(StepKind.RAN, day, words, 0, guess, begun, ended, made_up))

    def _hold(self, at: datetime, left: timedelta) -> None:
        self.held = duration_words(left)
        self.steps.append(Step(StepKind.HELD, local_date(at), "中止计时，尚未恢复", moment=at.astimezone(SHANGHAI)))

    def _note_pause(self, suspended: datetime, resumed: datetime) -> None:
        """One step for a pause, however many frames of work it cuts."""
        step = self._pause_step(suspended, resumed)
        if step not in self.steps:
            self.steps.append(step)

    def _pause_step(self, suspended: datetime, resumed: datetime) -> Step:
        begin, end = suspended.astimezone(SHANGHAI), resumed.astimezone(SHANGHAI)
        reason = self._reasons[suspended]
        words = f"中止计时（{reason}）" if reason else "中止计时"
        return Step(StepKind.PAUSED, begin.date(), words, moment=begin, until=end)
