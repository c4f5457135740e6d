"""What a paper of a case is written from: the case, its letter, units, instructions, findings, reply and checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from opinion_app.flow.cases import NO_CASE, extras_of, granted, make_facts, tidy_number
from opinion_app.flow.visible import visible
from opinion_app.records.assignment import Assignment
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case, Correspondent, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.report_back import ReportBack
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.masking import ContactField, mask_contact
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import OPEN_CLOCK, FindingKind, ReplyState, UnitRole

INSTRUCTION = FindingKind.INSTRUCTION


@dataclass(frozen=True)
class Writer:
    """The writer as the reader may print them; `masked` where the reader has not asked for the data."""

    name: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    masked: bool = False


@dataclass(frozen=True)
class Papers:
    """Everything the papers of one case may need."""

    case: Case
    facts: CaseFacts
    letter: Letter | None
    writer: Writer
    assignments: Sequence[Assignment]
    findings: Sequence[Finding]
    reply: Reply | None
    reports: Sequence[ReportBack]
    files: Sequence[str]
    linked: Sequence[Case]
    moves: dict[str, Move]
    dues: dict[tuple[str, int | None], DueDate]

    @property
    def lead(self) -> Assignment | None:
        """The leading unit's part, the last one if the case was given on."""
        return next((a for a in reversed(self.assignments) if a.role is UnitRole.LEAD and a.state.is_active), None)

    @property
    def supports(self) -> list[Assignment]:
        """The supporting units that take part."""
        return [a for a in self.assignments if a.role is UnitRole.SUPPORT and a.state.is_active]

    @property
    def instructions(self) -> list[Finding]:
        """What leaders wrote on the case."""
        return [finding for finding in self.findings if finding.kind is INSTRUCTION]

    @property
    def handling(self) -> list[Finding]:
        """What was done on the case, as units and office noted it."""
        return [finding for finding in self.findings if finding.kind is not INSTRUCTION]

    @property
    def reply_due(self) -> DueDate | None:
        """Until when the case has to be answered."""
        return self.dues.get((ClockStage.REPLY.value, None))

    def due_of(self, part: Assignment) -> DueDate | None:
        """Until when a unit has to hand in its draft or its report; the whole reply's date where it has none of its own."""
        return self.dues.get((ClockStage.DRAFT.value, part.id), self.reply_due)


def papers(session: Session, number: str, actor: Actor, contact_since: datetime) -> Papers:
    """What the papers of a case say to this reader; contact data only if they asked for it after `contact_since`.

    Raises NotFound for whoever may not see the case."""
    query = (
        select(Case, Letter, Correspondent, *extras_of(Case.id))
        .outerjoin(Letter, Letter.case_id == Case.id)
        .outerjoin(Correspondent, Correspondent.case_id == Case.id)
        .where(Case.number == tidy_number(number))
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound(NO_CASE)
    case: Case = row[0]
    parts = select(Assignment).where(Assignment.case_id == case.id).options(_name_only(joinedload(Assignment.handler)))
    assignments, replies = session.scalars(parts.order_by(Assignment.id)).all(), _replies(session, case)
    named = granted(session, case) if case.restricted else frozenset()
    facts = make_facts(case, assignments, replies[0] if replies else None, row, named)
    if not can_see(actor, facts):
        raise NotFound(NO_CASE)
    moves = session.scalars(select(Move).where(Move.case_id == case.id).order_by(Move.id)).all()
    asked = any(m.act == "reveal_contact" and m.actor_id == actor.id and m.at >= contact_since for m in moves)
    return Papers(
        case,
        facts,
        row[1],
        _writer(row[2], masked=not asked),
        assignments,
        _findings(session, case),
        next((reply for reply in replies if reply.state is ReplyState.APPROVED), None),
        session.scalars(select(ReportBack).where(ReportBack.case_id == case.id).order_by(ReportBack.id)).all(),
        session.scalars(_own_files(case)).all(),
        _linked(session, case, facts, actor),
        {move.act: move for move in moves},
        _dues(session, case),
    )


def _name_only(person: _AbstractLoad) -> _AbstractLoad:
    """Of a person a paper says the name: neither unit nor roles are worth a query."""
    return person.lazyload("*")


def _replies(session: Session, case: Case) -> Sequence[Reply]:
    """The versions of the reply, newest first, with their checks; only a signed one is put on paper."""
    checks = _name_only(joinedload(Reply.checks).joinedload(ReplyCheck.checked_by))
    query = select(Reply).options(checks).where(Reply.case_id == case.id).order_by(Reply.version_no.desc())
    return session.scalars(query).unique().all()


def _findings(session: Session, case: Case) -> Sequence[Finding]:
    """The internal notes in the order in which things happened."""
    query = select(Finding).where(Finding.case_id == case.id).order_by(Finding.happened_at, Finding.id)
    return session.scalars(query.options(_name_only(joinedload(Finding.author)), joinedload(Finding.unit))).all()


def _own_files(case: Case) -> Select[str]:
    """The names of the files that came with the case."""
    return select(Attachment.name).where(Attachment.case_id == case.id, Attachment.owner == "case").order_by(Attachment.id)


def _writer(row: Correspondent | None, *, masked: bool) -> Writer:
    if row is None:
        return Writer()
    if not masked:
        return Writer(row.name, row.phone, row.address, row.email)
    held = {field: mask_contact(field, getattr(row, field.value)) for field in ContactField}
    shown = (held[ContactField.NAME], held[ContactField.PHONE], held[ContactField.ADDRESS], held[ContactField.EMAIL])
    return Writer(*shown, masked=any(shown))


def _linked(session: Session, case: Case, facts: CaseFacts, actor: Actor) -> Sequence[Case]:
    """Cases of the same matter, as far as this reader may know of them."""
    if not facts.merged_children and case.merged_into_id is None:
        return []
    same = or_(Case.merged_into_id == case.id, Case.id == case.merged_into_id)
    return session.scalars(select(Case).where(same, visible(actor)).order_by(Case.id)).all()


def _moves(session: Session, case: Case) -> dict[str, Move]:
    """The last move of each act."""
    rows = session.scalars(select(Move).where(Move.case_id == case.id).order_by(Move.id))
    return {row.act: row for row in rows}


def _dues(session: Session, case: Case) -> dict[tuple[str, int | None], DueDate]:
    """The due date of each stage and part, of a running clock before one that has ended."""
    rows = session.scalars(select(Clock).where(Clock.case_id == case.id).order_by(Clock.state.in_(OPEN_CLOCK), Clock.id)).all()
    latest = {(row.stage, row.assignment_id): row for row in rows}
    return {key: due for key, row in latest.items() if (due := row.due_date) is not None}
