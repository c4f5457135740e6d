"""What the register of policy documents reads: one page of it, its figures, and a document's files."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.policies import NO_POLICY, visible_policies
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.records.attachment import Attachment
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor, PolicyFacts
from opinion_app.rules.policies import PolicyStep, step_of
from opinion_app.rules.text import clean_line
from opinion_app.rules.words import AssessmentState

PER_PAGE = 50
Newest = aliased(Assessment)
_STATES = {
    PolicyStep.WAITS: Newest.state == AssessmentState.DECIDED,
    PolicyStep.SENT_BACK: Newest.state == AssessmentState.SENT_BACK,
    PolicyStep.READY: Newest.state == AssessmentState.APPROVED,
    PolicyStep.TO_ASSESS: or_(Newest.state.is_(None), Newest.state == AssessmentState.SUPERSEDED),
}


@dataclass(frozen=True)
class Wanted:
    """Which documents: a step, a drafting unit, words of the title or a number."""

    step: PolicyStep | None = None
    unit_id: int | None = None
    words: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One document with the step it has reached."""

    policy: Policy
    step: PolicyStep


def _joined(actor: Actor) -> Select[Policy, AssessmentState]:
    """The documents a person may see, each beside the state of its newest assessment."""
    last = select(func.max(Assessment.id)).where(Assessment.policy_id.is_not(None)).group_by(Assessment.policy_id)
    return (
        select(Policy, Newest.state)
        .outerjoin(Newest, and_(Newest.policy_id == Policy.id, Newest.id.in_(last)))
        .where(visible_policies(actor))
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        conditions.append(Policy.unit_id == wanted.unit_id)
    words = clean_line(wanted.words)
    if words:
        conditions.append(
            or_(Policy.title.icontains(words, autoescape=True), Policy.number.icontains(words, autoescape=True),
                Policy.document_number.icontains(words, autoescape=True))
        )  # fmt: skip
    return conditions


def _in_step(step: PolicyStep) -> ColumnElement[bool]:
    if step is PolicyStep.RELEASED:
        return Policy.released_on.is_not(None)
    return and_(Policy.released_on.is_(None), _STATES[step])


def page_of(session: Session, actor: Actor, wanted: Wanted) -> list[Row]:
    """One page, what is to be released soonest first; one row more than a page holds."""
    query = _joined(actor).where(*_filters(wanted))
    if wanted.step is not None:
        query = query.where(_in_step(wanted.step))
    order = (Policy.released_on.is_not(None), Policy.planned_on.is_(None), Policy.planned_on, Policy.id.desc())
    rows = session.execute(query.order_by(*order).offset((wanted.page - 1) * PER_PAGE).limit(PER_PAGE + 1))
    return [Row(policy, step_of(_facts(policy, state))) for policy, state in rows]


def _facts(policy: Policy, state: AssessmentState | None) -> PolicyFacts:
    return PolicyFacts(policy.id, policy.number, policy.unit_id, policy.released_on is not None, state)


def counts(session: Session, actor: Actor, wanted: Wanted) -> dict[PolicyStep, int]:
    """How many documents have reached each step, within the unit and words asked for."""
    released = Policy.released_on.is_not(None)
    query = _joined(actor).where(*_filters(wanted)).with_only_columns(released, Newest.state, func.count())
    held = dict.fromkeys(PolicyStep, 0)
    for done, state, count in session.execute(query.group_by(released, Newest.state)):
        held[step_of(PolicyFacts(0, "", 0, bool(done), state))] += count
    return held


def files_of(session: Session, policy: Policy) -> list[Attachment]:
    """The document's own files, without those of its assessments."""
    query = select(Attachment).where(Attachment.policy_id == policy.id, Attachment.owner == "policy").order_by(Attachment.id)
    return list(session.scalars(query))


def file_of(session: Session, policy: Policy, attachment_id: int) -> Attachment:
    """One file of a document or of its assessments. Raises NotFound."""
    row = session.scalar(select(Attachment).where(Attachment.id == attachment_id, Attachment.policy_id == policy.id))
    if row is None:
        raise NotFound(NO_POLICY)
    return row
