"""What the case page reads: everything about one case, in as many queries as it has parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, and_, cast, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from opinion_app.flow.cases import NO_CASE, extras_of, make_facts, tidy_number
from opinion_app.flow.visible import visible
from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case, CaseGrant, Correspondent, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import ClockState

MOVES_SHOWN = 60
MOVES_AT_MOST = 2000
PARTS_AT_MOST = 300  # of findings, files, clocks: a case that has more is no case any more
OPEN = (ClockState.RUNNING, ClockState.SUSPENDED)


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

    def files_of(self, owner: str, owner_id: int) -> list[Attachment]:
        """The files that belong to one part of the case."""
        return [file for file in self.files if file.owner == owner and file.owner_id == owner_id]

    @property
    def own_files(self) -> list[Attachment]:
        """The files shown with the message: all that do not belong to a finding."""
        return [file for file in self.files if file.owner != "finding"]


def dossier(session: Session, number: str, actor: Actor, moves: int = MOVES_SHOWN) -> Dossier:
    """The case with everything the page shows; the newest `moves` of its timeline and one more. Raises NotFound."""
    held = _open(session, number, actor)
    case = held.case
    held.clocks = session.scalars(
        select(Clock)
        .options(joinedload(Clock.unit))
        .where(Clock.case_id == case.id)
        .order_by(Clock.state.not_in(OPEN), Clock.due_at.is_(None), Clock.due_at, Clock.id)
        .limit(PARTS_AT_MOST)
    ).all()
    held.files = session.scalars(
        select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id).limit(PARTS_AT_MOST)
    ).all()
    held.moves = session.scalars(select(Move).where(Move.case_id == case.id).order_by(Move.id.desc()).limit(moves + 1)).all()
    held.findings = session.scalars(
        select(Finding)
        .options(_name_only(joinedload(Finding.author)), joinedload(Finding.unit))
        .where(Finding.case_id == case.id)
        .order_by(Finding.id.desc())
        .limit(PARTS_AT_MOST)
    ).all()
    if held.facts.merged_children or case.merged_into_id is not None:
        joined = or_(Case.merged_into_id == case.id, Case.id == case.merged_into_id)
        held.linked = session.scalars(
            select(Case).where(joined, visible(actor, of_few=True)).order_by(Case.id).limit(PARTS_AT_MOST)
        ).all()
    return held


def _open(session: Session, number: str, actor: Actor) -> Dossier:
    """The case, what belongs to it one to one, and its facts; nothing more is read for somebody who may not see it."""
    grants = select(func.aggregate_strings(cast(CaseGrant.person_id, String), ",")).where(CaseGrant.case_id == Case.id)
    named_ids = grants.correlate(Case).scalar_subquery().label("named")
    latest = select(func.max(Assessment.version_no)).where(Assessment.case_id == Case.id).correlate(Case).scalar_subquery()
    query = (
        select(Case, Letter, Correspondent, Assessment, named_ids, *extras_of(Case.id))
        .outerjoin(Letter, Letter.case_id == Case.id)
        .outerjoin(Correspondent, Correspondent.case_id == Case.id)
        .outerjoin(Assessment, and_(Assessment.case_id == Case.id, Assessment.version_no == latest))
        .options(
            joinedload(Case.lead_unit),
            joinedload(Case.accused_unit),
            _name_only(joinedload(Case.registered_by)),
            _name_only(joinedload(Case.answered_by)),
            _name_only(joinedload(Assessment.decided_by)),
            _name_only(joinedload(Assessment.approved_by)),
        )
        .where(Case.number == tidy_number(number))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound(NO_CASE)
    case: Case = row[0]
    assignments, replies = _assignments(session, case.id), _replies(session, case.id)
    named = frozenset(int(person) for person in (row.named or "").split(",") if person)
    facts = make_facts(case, assignments, replies[0] if replies else None, row, named)
    if not can_see(actor, facts):
        raise NotFound(NO_CASE)
    return Dossier(case, facts, row[1], row[2], row[3], assignments, replies)


def _name_only(person: _AbstractLoad) -> _AbstractLoad:
    """Of a person the page shows the name: neither unit nor roles are worth a query."""
    return person.lazyload("*")


def _assignments(session: Session, case_id: int) -> Sequence[Assignment]:
    query = select(Assignment).options(_name_only(joinedload(Assignment.handler))).where(Assignment.case_id == case_id)
    return session.scalars(query.order_by(Assignment.id)).all()


def _replies(session: Session, case_id: int) -> Sequence[Reply]:
    """The versions of the reply, newest first, with their checks."""
    query = (
        select(Reply)
        .options(
            _name_only(joinedload(Reply.drafter)),
            _name_only(joinedload(Reply.checks).joinedload(ReplyCheck.checked_by)),
        )
        .where(Reply.case_id == case_id)
        .order_by(Reply.version_no.desc())
    )
    return session.scalars(query).unique().all()


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
