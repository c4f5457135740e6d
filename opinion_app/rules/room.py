"""The working days that an inner deadline leaves for review before the reply is due, counted back day by day (decisions 4)."""

from __future__ import annotations

from datetime import datetime

from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import ONE_DAY, WorkCalendar, count_rest, step_day
from opinion_app.rules.zone import end_of_day, local_date


def buffer_before(due_at: datetime, working_days: int, calendar: WorkCalendar, start: datetime) -> datetime:
    """When a unit's draft is due so that `working_days` are left for review (decision 4), as the end of a day.

    Never before the first working day after `start`, never after `due_at` itself.
    """
    day = calendar.add_working_days(local_date(due_at), -working_days)
    first = calendar.next_working_day(local_date(start))
    return min(end_of_day(max(day, first)), due_at)


def laid_steps(facts: ClockFacts, calendar: WorkCalendar) -> tuple[tuple[Step, ...], bool]:
    """The walk by which the date of a clock that is `laid` before another was found, from that other's due day backwards, and
    whether it went over a day of a year that is not loaded (decisions 23).

    No walk for any other clock, nor where the date lies before that count: it had passed already when there was less time.
    Where less room is left than the rule asks for, the days before the date are none of it, but a guess among them is one."""
    if not facts.laid or facts.fixed_date is None or facts.latest is None:
        return (), False
    steps = _back(facts.latest, facts.span.amount, calendar)
    if steps[-1].day > facts.fixed_date:
        return (), False
    left = tuple(step for step in steps if step.day >= facts.fixed_date)
    return left if len(left) > 1 else (), any(step.provisional for step in steps)


def _back(due_at: datetime, working_days: int, calendar: WorkCalendar) -> tuple[Step, ...]:
    day = local_date(due_at)
    steps, number, rested = [Step(StepKind.BACK_FROM, day, "答复到期")], 0, 0
    while number < working_days:
        day = step_day(day, -ONE_DAY)
        fact = calendar.day(day)
        if fact.working:
            number, rested = number + 1, 0
            words, made_up = f"往前第{number}个工作日", calendar.made_up(day)
            steps.append(Step(StepKind.COUNTED_BACK, day, words, number, fact.provisional, made_up=made_up))
        else:
            rested = count_rest(rested, day)
            steps.append(Step(StepKind.SKIPPED, day, fact.reason, 0, fact.provisional))
    return tuple(steps)
