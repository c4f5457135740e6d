"""What a case waits for beside its stage, as conditions for queries: gates passed, returns asked, decisions pending."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.records.publication import PublicationPlan
from opinion_app.records.supervision import Supervision
from opinion_app.rules.life import ACTS
from opinion_app.rules.words import OPEN_CLOCK, AssessmentState, AssignmentState, PlanState, ReviewStep, UnitRole

AT_WORK = (AssignmentState.PENDING, AssignmentState.SIGNED, AssignmentState.RETURN_ASKED)


def answer_awaited() -> ColumnElement[bool]:
    """A 催办 or 督办单, joined with its clock, waits for its unit's answer: as long as its date runs."""
    return and_(Supervision.feedback_at.is_(None), Clock.state.in_(OPEN_CLOCK))


def head_check() -> ColumnElement[bool]:
    """Under review, and the head of the lead unit has not passed it yet."""
    return Case.review_step == ReviewStep.UNIT_HEAD


def office_gates() -> ColumnElement[bool]:
    """Under review, passed by the unit's head, with one of the three gates still shut."""
    return Case.review_step == ReviewStep.GATES


def sign_off() -> ColumnElement[bool]:
    """Under review with every gate before the signature passed."""
    return Case.review_step == ReviewStep.SIGN_OFF


def history_check() -> ColumnElement[bool]:
    """A reply that came with an import is to be public and has not passed the three gates."""
    return Case.review_step == ReviewStep.HISTORY


def history_sign() -> ColumnElement[bool]:
    """It has passed them and waits for the signature."""
    return Case.review_step == ReviewStep.HISTORY_SIGN


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
    """A risk assessment waits for a leader, who may still confirm it: that of a closed case too."""
    decided = select(Assessment.case_id).where(Assessment.state == AssessmentState.DECIDED, Assessment.case_id.is_not(None))
    return and_(Case.stage.in_(sorted(ACTS["approve_assessment"].stages)), Case.id.in_(decided))


def plan_held() -> ColumnElement[bool]:
    """A publication that was set for a moment did not go out, and nobody has settled it."""
    return Case.id.in_(select(PublicationPlan.case_id).where(PublicationPlan.state == PlanState.HELD))


def extension_waits() -> ColumnElement[bool]:
    """A request for more time waits for a leader; none does for a clock that ended meanwhile."""
    return Case.id.in_(select(ExtensionRequest.case_id).where(undecided()))


def undecided() -> ColumnElement[bool]:
    """A request for more time that can still be decided: for a clock that runs, or for that of a letter merged into the case,
    until it is void."""
    runs = select(Clock.id).where(Clock.state.in_(OPEN_CLOCK))
    lies = exists().where(Clock.id == ExtensionRequest.clock_id, Clock.case_id != ExtensionRequest.case_id)
    return and_(ExtensionRequest.decided_at.is_(None), or_(ExtensionRequest.clock_id.in_(runs), lies))
