"""Risk assessments (舆情风险评估研判) of cases and of policy documents, in versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.words import AssessmentState, RiskLevel


class Policy(Base):
    """A policy document 政策文件 registered for assessment before its release (谁起草谁研判)."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    document_number: Mapped[str] = mapped_column(String(100), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    summary: Mapped[str] = mapped_column(default="")
    planned_on: Mapped[date | None]
    released_on: Mapped[date | None]
    risk_level: Mapped[RiskLevel | None] = mapped_column(Vocabulary(RiskLevel))
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}


class Assessment(Base):
    """One version of an assessment: grounds by factor, findings, the plan, and who decided and approved it."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index("ix_assessments_case", "case_id", "version_no", unique=True),
        Index("ix_assessments_state", "state", "case_id"),
        Index("ix_assessments_policy", "policy_id", "version_no", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    version_no: Mapped[int]
    factors: Mapped[dict[str, Any]]
    proposed_level: Mapped[RiskLevel] = mapped_column(Vocabulary(RiskLevel))
    level: Mapped[RiskLevel] = mapped_column(Vocabulary(RiskLevel))
    difference_reason: Mapped[str] = mapped_column(default="")
    findings: Mapped[str] = mapped_column(default="")
    plan: Mapped[str] = mapped_column(default="")
    historic: Mapped[bool] = mapped_column(default=False)
    state: Mapped[AssessmentState] = mapped_column(Vocabulary(AssessmentState))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    approved_at: Mapped[datetime | None]
    approval_opinion: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="select")
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id], lazy="select")

    __mapper_args__ = {"version_id_col": version}
