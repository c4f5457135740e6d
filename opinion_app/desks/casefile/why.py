"""为什么是这一天: the derivation of a due date, in lines for people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import facts_of, span_of
from opinion_app.flow.clocks import rule_of
from opinion_app.flow.due import clock_words
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline import derive
from opinion_app.rules.explain import PROVISIONAL_NOTE, Line, explain
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.workdays import WorkCalendar

COLLAPSE_AFTER = 24  # lines; a longer count is told in stretches


@dataclass(frozen=True, slots=True)
class Why:
    """What is said about one clock."""

    title: str
    span: str
    due: str
    original: str
    source: str
    warning: str
    lines: tuple[Line, ...]
    note: str


def why(session: Session, clock: Clock, calendar: WorkCalendar) -> Why:
    """The derivation of a clock's date from its stored facts and the calendar in force."""
    derivation = derive(facts_of(clock), calendar)
    rule = rule_of(session, clock)
    started = rule.start_event.label if rule is not None else "起算"
    lines = explain(derivation, started=started)
    if len(lines) > COLLAPSE_AFTER:
        lines = explain(derivation, started=started, collapse=True)
    moved = derivation.original_due_at is not None and derivation.original_due_at != derivation.due_at
    return Why(
        clock_words(clock),
        str(span_of(clock)) if clock.fixed_on is None else "按指定日期",
        moment_words(derivation.due_at) if derivation.due_at else f"中止计时，恢复后还有 {derivation.held}",
        moment_words(derivation.original_due_at) if moved and derivation.original_due_at else "",
        clock.source,
        clock.warning,
        lines,
        PROVISIONAL_NOTE if derivation.provisional else "",
    )
