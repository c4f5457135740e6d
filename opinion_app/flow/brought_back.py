"""A duty that begins with another classification: one that a slip ended goes on, one the case was let off does not (D15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, settle
from opinion_app.flow.clocks import OUT_OF_USE, apply_rule, run_on, start_clock
from opinion_app.flow.deadline_table import rules
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import Choice, OwedBy
from opinion_app.rules.words import ClockState

NOT_ASKED = "改类后不再要求"


def begin(
    session: Session, case: Case, choice: Choice, start: datetime, cause: Cause, assignment: Assignment | None = None
) -> None:
    """A duty that begins at that moment, by the `cause` of another classification. One that a slip had ended goes on, so that
    what was told of its date stays told (N01); what the case was let off when its row went out of use does not begin again."""
    if choice.rule.code in let_off(session, case, assignment.id if assignment is not None else None):
        return
    ended = _ended_by_a_slip(session, case, choice, start, assignment)
    if ended is None:
        start_clock(session, case, choice, start, assignment)
        return
    run_on(ended)
    ended.fixed_on = choice.fixed_date
    apply_rule(session, ended, choice)
    settle(ended, work_calendar(session), choice.rule.warning, cause)


def let_off(session: Session, case: Case, assignment_id: int | None) -> set[str]:
    """The rows by which a case, or a unit by that assignment, owed something until they went out of use for the cases in hand."""
    query = select(Clock.rule_id).where(Clock.case_id == case.id, Clock.end_reason == OUT_OF_USE)
    query = query.where(Clock.assignment_id == assignment_id)
    return {rules(session)[row_id].code for row_id in session.scalars(query) if row_id in rules(session)}


def _ended_by_a_slip(
    session: Session, case: Case, choice: Choice, start: datetime, assignment: Assignment | None
) -> Clock | None:
    same = Clock.case_id == case.id, Clock.stage == choice.rule.stage.value, Clock.start_at == start
    ended = Clock.state == ClockState.STOPPED, Clock.end_reason.in_((NOT_ASKED, *map(handed_words, OwedBy)))
    query = select(Clock).where(*same, *ended, Clock.owed_by == choice.rule.owed_by.value)
    query = query.where(Clock.assignment_id == (assignment.id if assignment is not None else None))
    return session.scalar(query.order_by(Clock.id.desc()).limit(1))


def handed_words(owed_by: OwedBy) -> str:
    """Why a duty ended that somebody else owes by another classification."""
    return f"改类后改由{owed_by.label}负责"
