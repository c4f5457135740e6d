"""Units that work on a case and were never told by when to hand in their draft: found, and given their date (decisions 4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from opinion_app.flow.clocks import ACTIVE, open_inner
from opinion_app.flow.which_rule import choice_for
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.words import OPEN_CLOCK, AssignmentState, Stage

WORKING = tuple(state for state in ACTIVE if state is not AssignmentState.REPORTED)
IN_HAND = (Stage.ASSIGNED, Stage.HANDLING)


def undrafted(session: Session) -> list[Case]:
    """The cases in hand of which a unit never had a date for its draft, though the reply is counted."""
    counted = exists().where(Clock.case_id == Case.id, Clock.stage == ClockStage.REPLY.value, Clock.state.in_(OPEN_CLOCK))
    ids = select(Assignment.case_id).where(_without_draft())
    found = session.scalars(select(Case).where(Case.stage.in_(IN_HAND), Case.id.in_(ids), counted).order_by(Case.id))
    return [case for case in found if choice_for(session, case, ClockStage.DRAFT, case.registered_at) is not None]


def open_missing_drafts(session: Session, case: Case, now: datetime) -> None:
    """Start the inner deadline of the units that have none because their case was assigned while nobody counted its reply."""
    if case.stage not in IN_HAND:
        return
    for assignment in session.scalars(select(Assignment).where(Assignment.case_id == case.id, _without_draft())):
        open_inner(session, case, assignment, now)


def _without_draft() -> ColumnElement[bool]:
    drafted = exists().where(Clock.assignment_id == Assignment.id, Clock.stage == ClockStage.DRAFT.value)
    return and_(Assignment.state.in_(WORKING), ~drafted)
