"""Cases (办理件): one message, forwarded letter or sentiment item on its way through the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, literal_column, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.words import (
    OPEN_STAGES,
    AnswerMethod,
    Channel,
    Disclosure,
    Kind,
    Procedure,
    RetentionPeriod,
    ReviewStep,
    RiskLevel,
    Source,
    Stage,
    Urgency,
)

_OPEN = [f"'{stage.value}'" for stage in sorted(OPEN_STAGES)]


def _only(condition: str) -> dict[str, Any]:
    """An index of those rows alone; it serves a query that says the same in the words of its engine."""
    return {"sqlite_where": text(condition.replace("IS true", "IS 1")), "postgresql_where": text(condition)}


class Case(Base):
    """A case; columns after `version` repeat what other tables say so that lists need one query."""

    __tablename__ = "cases"
    __table_args__ = (
        # Everything the worklists count and sort by, so that neither has to open the rows of the open cases.
        Index(
            "ix_cases_open",
            "stage",
            "next_due_at",
            "id",
            "restricted",
            "accused_unit_id",
            "needs_leader",
            "lead_unit_id",
            "handler_id",
            "next_warn_at",
        ),
        Index("ix_cases_lead_unit_stage", "lead_unit_id", "stage", "next_due_at"),
        Index("ix_cases_handler_stage", "handler_id", "stage"),
        Index("ix_cases_received", "received_at", "id"),
        # All cases of one unit, newest first, with what they are mostly filtered by.
        Index(
            "ix_cases_lead_unit_received", "lead_unit_id", "received_at", "id", "kind", "stage", "restricted", "accused_unit_id"
        ),
        # What the lists of the office show of cases that owe something, in the orders they show it; and the few that wait for
        # something rare.
        Index(
            "ix_cases_due",
            "next_due_at",
            "id",
            "restricted",
            "accused_unit_id",
            "next_warn_at",
            "stage",
            "received_at",
            **_only(f"stage IN ({', '.join(_OPEN)}) OR next_due_at IS NOT NULL"),
        ),
        Index("ix_cases_needs_leader", "needs_leader", "stage", "restricted", "accused_unit_id", **_only("needs_leader IS true")),
        Index(
            "ix_cases_review", "review_step", "lead_unit_id", "restricted", "accused_unit_id", **_only("review_step IS NOT NULL")
        ),
        Index("ix_cases_to_publish", "to_publish", "id", "restricted", "accused_unit_id", **_only("to_publish IS true")),
        Index("ix_cases_risk_level", "risk_level", "id"),
        Index("ix_cases_identity", "identity_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    source: Mapped[Source] = mapped_column(Vocabulary(Source))
    channel: Mapped[Channel] = mapped_column(Vocabulary(Channel))
    original_number: Mapped[str] = mapped_column(String(80), default="", index=True)
    original_link: Mapped[str] = mapped_column(String(500), default="")
    identity_key: Mapped[str | None] = mapped_column(String(64))
    text_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    nickname: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str]
    place: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[Kind] = mapped_column(Vocabulary(Kind))
    procedure: Mapped[Procedure] = mapped_column(Vocabulary(Procedure))
    urgency: Mapped[Urgency] = mapped_column(Vocabulary(Urgency), default=Urgency.NORMAL)
    area: Mapped[str] = mapped_column(String(40), default="其他")
    wish_public: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    accused: Mapped[str] = mapped_column(String(200), default="")
    accused_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    concerns_official: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False, index=True)
    received_at: Mapped[datetime]
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    stage: Mapped[Stage] = mapped_column(Vocabulary(Stage), default=Stage.RECEIVED)
    needs_leader: Mapped[bool] = mapped_column(default=False)
    proposal: Mapped[str] = mapped_column(default="")
    imported: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    stage_before_merge: Mapped[str] = mapped_column(String(40), default="")
    referred_to: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answer_method: Mapped[AnswerMethod | None] = mapped_column(Vocabulary(AnswerMethod))
    answer_note: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    disclosure: Mapped[Disclosure | None] = mapped_column(Vocabulary(Disclosure))
    disclosure_grounds: Mapped[str] = mapped_column(default="")
    archived_at: Mapped[datetime | None]
    retention: Mapped[RetentionPeriod | None] = mapped_column(Vocabulary(RetentionPeriod))
    archive_number: Mapped[str] = mapped_column(String(80), default="")
    version: Mapped[int] = mapped_column(default=1)
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reply_round: Mapped[int] = mapped_column(default=0)
    risk_level: Mapped[RiskLevel | None] = mapped_column(Vocabulary(RiskLevel))
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    next_due_stage: Mapped[str] = mapped_column(String(40), default="")
    next_warn_at: Mapped[datetime | None]
    next_due_provisional: Mapped[bool] = mapped_column(default=False)
    suspended_for: Mapped[str] = mapped_column(String(40), default="")
    to_publish: Mapped[bool] = mapped_column(default=False)
    review_step: Mapped[ReviewStep | None] = mapped_column(Vocabulary(ReviewStep))

    lead_unit: Mapped[Unit | None] = relationship(foreign_keys=[lead_unit_id], lazy="select")
    accused_unit: Mapped[Unit | None] = relationship(foreign_keys=[accused_unit_id], lazy="select")
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id], lazy="select")
    registered_by: Mapped[Person | None] = relationship(foreign_keys=[registered_by_id], lazy="select")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="select")
    merged_into: Mapped[Case | None] = relationship(remote_side="Case.id", lazy="select")

    __mapper_args__ = {"version_id_col": version}

    @property
    def next_due(self) -> DueDate | None:
        """The earliest unmet due date as it is said."""
        return due_date(self.next_due_at, guess=self.next_due_provisional)


def is_open(case: type[Case] | None = None) -> ColumnElement[bool]:
    """The case is in hand, and is not at rest in another."""
    return (case or Case).stage.in_([literal_column(stage) for stage in _OPEN])


def may_owe() -> ColumnElement[bool]:
    """The case is in hand, or rests and still has a date: a letter merged into another case owes its own report (D13), a closed
    case that is graded what its level asks for (decisions 5).

    In the words of the index of what is due."""
    return or_(is_open(), Case.next_due_at.is_not(None))


class CaseGrant(Base):
    """A person named to see a restricted case (decisions 9)."""

    __tablename__ = "case_grants"
    __table_args__ = (UniqueConstraint("case_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]


class Letter(Base):
    """What a forwarded letter 转来信件处置通知 says beside the case itself."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    issuer: Mapped[str] = mapped_column(String(100))
    document_number: Mapped[str] = mapped_column(String(100), default="", index=True)
    notice_date: Mapped[date]
    received_on: Mapped[date]
    return_on: Mapped[date | None]
    issuer_urgency: Mapped[str] = mapped_column(String(20), default="平件")
    report_owed: Mapped[bool] = mapped_column(default=True)
    reported_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]


class Correspondent(Base):
    """The writer (留言人/来信人): contact data, hidden from handlers until they ask (decisions 17)."""

    __tablename__ = "correspondents"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    identity_number: Mapped[str] = mapped_column(String(40), default="")
    name_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    phone_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    email_key: Mapped[str] = mapped_column(String(64), default="", index=True)
