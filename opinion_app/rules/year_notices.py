"""Names the yearly notices that a derivation rests on, so that whoever disputes a date can ask for the paper (文件依据)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.deadline import Derivation
from opinion_app.rules.trace import StepKind
from opinion_app.rules.workdays import WorkCalendar

UNNAMED = "没有写明文件依据"
_WALKED = frozenset({StepKind.COUNTED, StepKind.SKIPPED, StepKind.ROLLED, StepKind.CARRIED, StepKind.COUNTED_BACK})
_ASKED = {
    Unit.WORKING_DAYS: _WALKED,
    Unit.NATURAL_DAYS: _WALKED - {StepKind.COUNTED},  # whether such a day works is asked of the last one alone
    Unit.WORKING_HOURS: frozenset({StepKind.RAN, StepKind.SKIPPED}),
}


def notice_words(source: str, version: int) -> str:
    """国办发明电〔2026〕7号（第 1 版）: the notice a year was loaded from, and which loading of that year it is."""
    return f"{source or UNNAMED}（第 {version} 版）"


def notices_named(derivation: Derivation, calendar: WorkCalendar) -> tuple[str, ...]:
    """One line for each loaded year whose notice had a say in the days gone over; none where nothing was counted."""
    years = sorted({calendar.notice_year(day) for day in _days(derivation)} & set(calendar.notices))
    return tuple(f"{year} 年放假安排：{calendar.notices[year]}" for year in years)


def _days(derivation: Derivation) -> Iterator[date]:
    asked = _ASKED.get(derivation.unit, frozenset())
    carried = any(step.kind is StepKind.CARRIED for step in derivation.trace)
    if carried:
        yield derivation.trace[0].day
    yield from (step.day for step in derivation.trace if step.kind in asked)
    if derivation.unit is Unit.NATURAL_DAYS and any(step.kind is StepKind.COUNTED for step in derivation.trace):
        yield derivation.trace[-1].day
