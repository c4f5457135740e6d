"""The moment at which a share of the running time of a clock has passed, for hints on the way (时限过半)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from opinion_app.rules.deadline import Derivation
from opinion_app.rules.trace import StepKind
from opinion_app.rules.working_time import Stretch
from opinion_app.rules.zone import after, between, end_of_day, local_date


def elapsed_at(derivation: Derivation, percent: int) -> datetime | None:
    """The moment at which that share of the running time until the due moment has passed, by the same walk; None while open.

    Day clocks answer with the end of the day that completes the share; 75 is a quarter of the hours before due. What a cap or a
    date taken over cut off does not count, what was granted up to a day does.
    """
    due = derivation.due_at
    if due is None:
        return None
    if not derivation.unit.in_days:
        return _hour_share(derivation.ran, percent) if derivation.ran else due
    counted = {step.day for step in derivation.trace if step.kind is StepKind.COUNTED and step.day <= local_date(due)}
    days = sorted(counted)  # a day laid anew after a suspension is counted twice on the way
    if not days:
        return due - between(derivation.start_at, due) * (100 - percent) / 100
    return min(end_of_day(days[-(-len(days) * percent // 100) - 1]), due)


def _hour_share(stretches: Sequence[Stretch], percent: int) -> datetime:
    """The moment within the stretches of an hour clock at which that share of them has run."""
    left = sum((between(opens, closes) for opens, closes in stretches), timedelta()) * percent / 100
    for opens, closes in stretches[:-1]:
        if between(opens, closes) >= left:
            return after(opens, left)
        left -= between(opens, closes)
    return after(stretches[-1][0], left)
