"""Opening a case: the row, the facts rules decide on, and 404 for whoever may not know of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Label, String, bindparam, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from opinion_app.flow.waiting import answer_awaited
from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant, Letter
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.records.recusal import Recusal
from opinion_app.records.reply import Reply
from opinion_app.records.supervision import Supervision
from opinion_app.rules import life
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor, AssignmentFacts, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import OPEN_CLOCK, AssessmentState, Gate, PlanState, PublicationState, Source

LONGEST_NUMBER = 40
NO_CASE = "没有这个编号的件，或者您无权查看。请核对编号。"


def open_case(session: Session, number: str, actor: Actor, act: str | None = None) -> tuple[Case, CaseFacts]:
    """The case with `number` and its facts, if `actor` may see it and, where given, may do `act` now.

    Raises NotFound, Forbidden or Refused."""
    case = session.scalar(select(Case).where(Case.number == tidy_number(number)))
    if case is None:
        raise NotFound(NO_CASE)
    facts = facts_of(session, case)
    if not can_see(actor, facts):
        raise NotFound(NO_CASE)
    if act is not None:
        life.check(actor, facts, act)
    return case, facts


def tidy_number(typed: str) -> str:
    """A number as it is stored: in capitals, without blanks. Raises NotFound for what no number can be (control characters)."""
    number = typed.strip().upper()
    if not number.isprintable() or len(number) > LONGEST_NUMBER:
        raise NotFound(NO_CASE)
    return number


def facts_of(session: Session, case: Case) -> CaseFacts:
    """The facts of a case as they stand in this transaction."""
    assignments = session.scalars(_PARTS, {"of_case": case.id}).all()
    extras = session.execute(_EXTRAS, {"of_case": case.id}).one()
    named = granted(session, case) if case.restricted else frozenset()
    return make_facts(case, assignments, latest_reply(session, case.id), extras, named)


def make_facts(
    case: Case, assignments: Sequence[Assignment], reply: Reply | None, extras: Any, named: frozenset[int]
) -> CaseFacts:
    """The facts from rows read already; `extras` has the columns of `extras_of`, `named` the people of a restricted case."""
    asked = [tuple(map(int, sheet.split(":"))) for sheet in (extras.asked or "").split(",") if sheet]
    return CaseFacts(
        id=case.id,
        number=case.number,
        stage=case.stage,
        source=case.source,
        kind=case.kind,
        restricted=case.restricted,
        accused_unit_id=case.accused_unit_id,
        accepted=case.accepted_at is not None,
        needs_leader=case.needs_leader,
        imported=case.imported,
        assignments=_assignment_facts(assignments),
        granted=named,
        reply_state=reply.state if reply else None,
        authors=frozenset(reply.author_ids) if reply else frozenset(),
        gates_passed=gates_passed(reply),
        merged_reports_owed=int(extras.owed_below),
        report_owed=case.source is Source.FORWARDED_LETTER and bool(extras.owed),
        disclosure=case.disclosure,
        published=bool(extras.published),
        planned=bool(extras.planned),
        plan_held=bool(extras.plan_held),
        to_publish=case.to_publish,
        risk_level=case.risk_level,
        assessment_waits=bool(extras.assessing),
        assessor_id=extras.assessor,
        extension_waits=bool(extras.extending),
        extension_id=extras.extending,
        suspended_for=case.suspended_for,
        merged_children=int(extras.children),
        recused=frozenset(int(person) for person in (extras.recused or "").split(",") if person),
        sheets=int(extras.sheets),
        sheets_waiting=len(asked),
        asked=frozenset(unit for unit, _asker in asked),
        askers=frozenset(asker for _unit, asker in asked if asker),
    )


def _number(column: InstrumentedAttribute[int | None]) -> ColumnElement[str]:
    return cast(func.coalesce(column, 0), String)


@cache
def extras_of(case_id: BindParameter[int] | InstrumentedAttribute[int]) -> tuple[Label[Any], ...]:
    """Columns with everything that is a count or a yes, so that the facts cost few queries; for one id, or beside `Case.id`.

    Kept, because putting them together takes longer than asking the database."""
    merged = Case.__table__.alias("merged")
    counts = {
        "children": select(func.count()).select_from(merged).where(merged.c.merged_into_id == case_id),
        "owed": select(func.count(Letter.id)).where(Letter.case_id == case_id, Letter.report_owed, Letter.reported_at.is_(None)),
        "owed_below": select(func.count(Letter.id))
        .join(merged, merged.c.id == Letter.case_id)
        .where(merged.c.merged_into_id == case_id, Letter.report_owed, Letter.reported_at.is_(None)),
        "published": select(func.count(Publication.id)).where(
            Publication.case_id == case_id, Publication.state == PublicationState.PUBLISHED
        ),
        "planned": select(func.count(PublicationPlan.id)).where(
            PublicationPlan.case_id == case_id, PublicationPlan.state == PlanState.WAITING
        ),
        "plan_held": select(func.count(PublicationPlan.id)).where(
            PublicationPlan.case_id == case_id, PublicationPlan.state == PlanState.HELD
        ),
        "assessing": select(func.count(Assessment.id)).where(
            Assessment.case_id == case_id, Assessment.state == AssessmentState.DECIDED
        ),
        "assessor": select(func.max(Assessment.decided_by_id)).where(
            Assessment.case_id == case_id, Assessment.state == AssessmentState.DECIDED
        ),
        "recused": select(func.aggregate_strings(cast(Recusal.person_id, String), ",")).where(
            Recusal.case_id == case_id, Recusal.lifted_at.is_(None)
        ),
        "sheets": select(func.count(Supervision.id)).where(Supervision.case_id == case_id),
        "asked": select(func.aggregate_strings(_number(Supervision.unit_id) + ":" + _number(Supervision.issued_by_id), ","))
        .join(Clock, Clock.id == Supervision.clock_id)
        .where(Supervision.case_id == case_id, answer_awaited()),
        "extending": select(func.max(ExtensionRequest.id))
        .join(Clock, Clock.id == ExtensionRequest.clock_id)
        .where(
            ExtensionRequest.case_id == case_id,
            ExtensionRequest.decided_at.is_(None),
            or_(Clock.state.in_(OPEN_CLOCK), Clock.case_id != case_id),  # a merged letter's
        ),
    }
    # Only `cases` may be taken from around these: a page that joins letters or assessments must not change what is counted.
    return tuple(query.correlate(Case).scalar_subquery().label(name) for name, query in counts.items())


_OF_CASE = bindparam("of_case", type_=Integer)
_EXTRAS = select(*extras_of(_OF_CASE))
_PARTS = select(Assignment).where(Assignment.case_id == _OF_CASE).order_by(Assignment.id)
_VERSIONS = select(Reply).options(joinedload(Reply.checks)).where(Reply.case_id == _OF_CASE)
_LATEST = _VERSIONS.order_by(Reply.version_no.desc()).limit(1)


def _assignment_facts(rows: Sequence[Assignment]) -> tuple[AssignmentFacts, ...]:
    return tuple(AssignmentFacts(row.id, row.unit_id, row.role, row.state, row.handler_id, row.final) for row in rows)


def granted(session: Session, case: Case) -> frozenset[int]:
    """The people named to see a restricted case."""
    return frozenset(session.scalars(select(CaseGrant.person_id).where(CaseGrant.case_id == case.id)).all())


def latest_reply(session: Session, case_id: int) -> Reply | None:
    """The newest version of the reply, whatever its state."""
    return session.scalars(_LATEST, {"of_case": case_id}).unique().first()


def gates_passed(reply: Reply | None) -> frozenset[Gate]:
    """The gates the present text has passed; a check of another text does not count (decisions 14)."""
    if reply is None:
        return frozenset()
    return frozenset(gate for gate, passed in _verdicts(reply).items() if passed)


def gates_refused(reply: Reply) -> frozenset[Gate]:
    """The gates the present text was refused at when it was looked at last."""
    return frozenset(gate for gate, passed in _verdicts(reply).items() if not passed)


def _verdicts(reply: Reply) -> dict[Gate, bool]:
    return {check.gate: check.passed for check in reply.checks if check.text_hash == reply.text_hash}
