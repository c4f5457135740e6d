"""What the case page reads: everything about one case, in as many queries as it has parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Exists,
    Integer,
    Label,
    ScalarSelect,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from opinion_app.flow.cases import NO_CASE, extras_of, make_facts, tidy_number
from opinion_app.flow.publications import unsettled_plan
from opinion_app.flow.supervise import sheets
from opinion_app.flow.visible import visible
from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case, CaseGrant, Correspondent, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.records.publication import PublicationPlan
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.supervision import Supervision
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.public_files import FileUse
from opinion_app.rules.words import OPEN_CLOCK

MOVES_SHOWN = 60
MOVES_AT_MOST = 2000
PARTS_AT_MOST = 300  # of findings, files, clocks: a case that has more is no case any more


@dataclass
class Dossier:
    """Everything the page shows of one case."""

    case: Case
    facts: CaseFacts
    letter: Letter | None
    writer: Correspondent | None
    assessment: Assessment | None
    assignments: Sequence[Assignment]
    replies: Sequence[Reply]
    clocks: Sequence[Clock] = ()
    files: Sequence[Attachment] = ()
    moves: Sequence[Move] = ()
    findings: Sequence[Finding] = ()
    linked: Sequence[Case] = ()
    registrar: str | None = None
    answerer: str | None = None
    accused_unit: str | None = None
    decider: str | None = None
    approver: str | None = None
    has_files: bool = True
    has_findings: bool = True
    sheets: Sequence[Supervision] = ()
    held_plan: PublicationPlan | None = None

    def files_of(self, owner: str, owner_id: int) -> list[Attachment]:
        """The files that belong to one part of the case."""
        return [file for file in self.files if file.owner == owner and file.owner_id == owner_id]

    @property
    def own_files(self) -> list[Attachment]:
        """The files shown with the message: those that came with it."""
        return [file for file in self.files if file.owner == "case"]

    @property
    def reply_files(self) -> list[Attachment]:
        """The files that were added for the reply."""
        return [file for file in self.files if file.owner == FileUse.REPLY]

    @property
    def office_files(self) -> list[Attachment]:
        """The office's own files, none of the writer's: internal ones, of assessments, risk reports and papers to the issuer."""
        return [file for file in self.files if file.owner not in ("case", "finding", FileUse.REPLY)]


def dossier(session: Session, number: str, actor: Actor, moves: int = MOVES_SHOWN) -> Dossier:
    """The case with everything the page shows; the newest `moves` of its timeline and one more. Raises NotFound."""
    held = _open(session, number, actor)
    case, of_case = held.case, {"of_case": held.case.id}
    held.clocks = session.scalars(_CLOCKS, of_case).all()
    held.files = session.scalars(_FILES, of_case).all() if held.has_files else ()
    held.moves = session.scalars(_MOVES, of_case | {"most": moves + 1}).all()
    held.findings = session.scalars(_FINDINGS, of_case).all() if held.has_findings else ()
    held.sheets = sheets(session, case.id) if held.facts.sheets else ()
    held.held_plan = unsettled_plan(session, case) if held.facts.plan_held else None
    if held.facts.merged_children or case.merged_into_id is not None:
        joined = or_(Case.merged_into_id == case.id, Case.id == case.merged_into_id)
        held.linked = session.scalars(
            select(Case).where(joined, visible(actor, of_few=True)).order_by(Case.id).limit(PARTS_AT_MOST)
        ).all()
    return held


def _open(session: Session, number: str, actor: Actor) -> Dossier:
    """The case, what belongs to it one to one, and its facts; nothing more is read for somebody who may not see it."""
    row = session.execute(_CASE, {"number": tidy_number(number)}).first()
    if row is None:
        raise NotFound(NO_CASE)
    case: Case = row[0]
    assignments = session.scalars(_ASSIGNMENTS, {"of_case": case.id}).all()
    replies = session.scalars(_REPLIES, {"of_case": case.id}).unique().all() if row.has_replies else ()
    named = frozenset(int(person) for person in (row.named or "").split(",") if person)
    facts = make_facts(case, assignments, replies[0] if replies else None, row, named)
    if not can_see(actor, facts):
        raise NotFound(NO_CASE)
    return Dossier(
        case,
        facts,
        row[1],
        row[2],
        row[3],
        assignments,
        replies,
        registrar=row.registrar,
        answerer=row.answerer,
        accused_unit=row.accused_unit,
        decider=row.decider,
        approver=row.approver,
        has_files=row.has_files,
        has_findings=row.has_findings,
    )


def _name_only(person: _AbstractLoad) -> _AbstractLoad:
    """Of a person the page shows the name: neither unit nor roles are worth a query."""
    return person.load_only(Person.name).lazyload("*")


def _unit(unit: _AbstractLoad) -> _AbstractLoad:
    return unit.load_only(Unit.name, Unit.short_name, Unit.active)


def _named() -> Label[str | None]:
    grants = select(func.aggregate_strings(cast(CaseGrant.person_id, String), ",")).where(CaseGrant.case_id == Case.id)
    return grants.correlate(Case).scalar_subquery().label("named")


def _name(column: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> ScalarSelect[str]:
    """A name beside the case: of a person or unit that is only named, a row need not be made."""
    return select(column).where(condition).correlate(Case, Assessment).scalar_subquery()


def _any(column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> Exists:
    """Whether the case has any of them: what it has not, the page need not ask for."""
    return exists(select(column).where(column == Case.id).correlate(Case))


# The questions of the page, put together once: that takes longer than to ask them.
_OF_CASE = bindparam("of_case", type_=Integer)
_LATEST = select(func.max(Assessment.version_no)).where(Assessment.case_id == Case.id).correlate(Case).scalar_subquery()
_CASE = (
    select(
        Case,
        Letter,
        Correspondent,
        Assessment,
        _named(),
        _name(Person.name, Person.id == Case.registered_by_id).label("registrar"),
        _name(Person.name, Person.id == Case.answered_by_id).label("answerer"),
        _name(Unit.name, Unit.id == Case.accused_unit_id).label("accused_unit"),
        _name(Person.name, Person.id == Assessment.decided_by_id).label("decider"),
        _name(Person.name, Person.id == Assessment.approved_by_id).label("approver"),
        _any(Reply.case_id).label("has_replies"),
        _any(Attachment.case_id).label("has_files"),
        _any(Finding.case_id).label("has_findings"),
        *extras_of(Case.id),
    )
    .outerjoin(Letter, Letter.case_id == Case.id)
    .outerjoin(Correspondent, Correspondent.case_id == Case.id)
    .outerjoin(Assessment, and_(Assessment.case_id == Case.id, Assessment.version_no == _LATEST))
    .where(Case.number == bindparam("number"))
)
_ASSIGNMENTS = (
    select(Assignment)
    .options(_name_only(joinedload(Assignment.handler)), _unit(joinedload(Assignment.unit)))
    .where(Assignment.case_id == _OF_CASE)
    .order_by(Assignment.id)
)
# The versions of the reply, newest first, with their checks.
_REPLIES = (
    select(Reply)
    .options(_name_only(joinedload(Reply.drafter)), _name_only(joinedload(Reply.checks).joinedload(ReplyCheck.checked_by)))
    .where(Reply.case_id == _OF_CASE)
    .order_by(Reply.version_no.desc())
)
_CLOCKS = (
    select(Clock)
    .options(_unit(joinedload(Clock.unit)))
    .where(Clock.case_id == _OF_CASE)
    .order_by(Clock.state.not_in(OPEN_CLOCK), Clock.due_at.is_(None), Clock.due_at, Clock.id)
    .limit(PARTS_AT_MOST)
)
_FILES = select(Attachment).where(Attachment.case_id == _OF_CASE).order_by(Attachment.id).limit(PARTS_AT_MOST)
_MOVES = select(Move).where(Move.case_id == _OF_CASE).order_by(Move.id.desc()).limit(bindparam("most", type_=Integer))
_FINDINGS = (
    select(Finding)
    .options(_name_only(joinedload(Finding.author)), _unit(joinedload(Finding.unit)))
    .where(Finding.case_id == _OF_CASE)
    .order_by(Finding.id.desc())
    .limit(PARTS_AT_MOST)
)


def clock_of(session: Session, case_id: int, clock_id: int) -> Clock:
    """One clock of a case. Raises NotFound."""
    query = select(Clock).options(joinedload(Clock.unit)).where(Clock.id == clock_id, Clock.case_id == case_id)
    clock = session.scalar(query)
    if clock is None:
        raise NotFound("没有这个时限。")
    return clock


def attachment(session: Session, attachment_id: int, actor: Actor) -> Attachment:
    """A file of a case the person may see. Raises NotFound for every other, so that nothing is told about it."""
    query = (
        select(Attachment)
        .join(Case, Case.id == Attachment.case_id)
        .where(Attachment.id == attachment_id, visible(actor, of_few=True))
    )
    held = session.scalar(query)
    if held is None:
        raise NotFound("没有这份附件，或者您无权查看。")
    return held
