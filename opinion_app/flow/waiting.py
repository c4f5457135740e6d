"""What a case waits for beside its stage, as conditions for queries: gates passed, returns asked, decisions pending."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, select

from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import ExtensionRequest
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.rules.words import OFFICE_GATES, AssessmentState, AssignmentState, Gate, ReplyState, Stage, UnitRole

AT_WORK = (AssignmentState.PENDING, AssignmentState.SIGNED, AssignmentState.RETURN_ASKED)


def passed(*gates: Gate) -> ColumnElement[bool]:
    """The reply under review has passed all of `gates` with the text it has now (decisions 14)."""
    return and_(*(_passed(gate) for gate in gates))


def _passed(gate: Gate) -> ColumnElement[bool]:
    return exists(
        select(ReplyCheck.id)
        .join(Reply, Reply.id == ReplyCheck.reply_id)
        .where(
            Reply.case_id == Case.id,
            Reply.state == ReplyState.SUBMITTED,
            ReplyCheck.gate == gate,
            ReplyCheck.passed,
            ReplyCheck.text_hash == Reply.text_hash,
        )
        .correlate(Case)
    )


def head_check() -> ColumnElement[bool]:
    """Under review, and the head of the lead unit has not passed it yet."""
    return and_(Case.stage == Stage.UNDER_REVIEW, ~passed(Gate.UNIT_HEAD))


def office_gates() -> ColumnElement[bool]:
    """Under review, passed by the unit's head, with one of the three gates still shut."""
    return and_(Case.stage == Stage.UNDER_REVIEW, passed(Gate.UNIT_HEAD), ~passed(*OFFICE_GATES))


def sign_off() -> ColumnElement[bool]:
    """Under review with every gate before the signature passed."""
    return and_(Case.stage == Stage.UNDER_REVIEW, passed(Gate.UNIT_HEAD, *OFFICE_GATES))


def return_asked() -> ColumnElement[bool]:
    """A unit asks to give the case back."""
    return _assigned(Assignment.state == AssignmentState.RETURN_ASKED)


def to_sign_for(unit_id: int) -> ColumnElement[bool]:
    """The unit has not signed for it."""
    return _assigned(Assignment.unit_id == unit_id, Assignment.state == AssignmentState.PENDING)


def supported_by(unit_id: int) -> ColumnElement[bool]:
    """The unit supports another one and has not reported its part."""
    return _assigned(Assignment.unit_id == unit_id, Assignment.role == UnitRole.SUPPORT, Assignment.state.in_(AT_WORK))


def _assigned(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # IN, not EXISTS: the few assignments are found once by their index, not looked for at every case.
    return Case.id.in_(select(Assignment.case_id).where(*conditions))


def assessment_waits() -> ColumnElement[bool]:
    """A risk assessment waits for a leader."""
    return Case.id.in_(
        select(Assessment.case_id).where(Assessment.state == AssessmentState.DECIDED, Assessment.case_id.is_not(None))
    )


def extension_waits() -> ColumnElement[bool]:
    """A request for more time waits for a leader."""
    return Case.id.in_(select(ExtensionRequest.case_id).where(ExtensionRequest.decided_at.is_(None)))
