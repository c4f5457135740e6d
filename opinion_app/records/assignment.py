"""Assignments (交办): which unit takes part in a case, as lead or in support, and how far it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.words import AssignmentState, UnitRole


class Assignment(Base):
    """One unit's part in one case; a new row for each new assignment, so that history stays."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_case", "case_id", "unit_id", "state"),
        Index("ix_assignments_state", "state", "case_id"),
        Index("ix_assignments_unit_role", "unit_id", "role", "state", "case_id"),
        Index("ix_assignments_unit_state", "unit_id", "state", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[UnitRole] = mapped_column(Vocabulary(UnitRole))
    state: Mapped[AssignmentState] = mapped_column(Vocabulary(AssignmentState), default=AssignmentState.PENDING)
    note: Mapped[str] = mapped_column(default="")
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    return_asked_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(default="")
    return_decided_at: Mapped[datetime | None]
    return_refused: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")
    reported_at: Mapped[datetime | None]
    report: Mapped[str] = mapped_column(default="")
    final: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case] = relationship(lazy="select")
    unit: Mapped[Unit] = relationship(lazy="joined")
    handler: Mapped[Person | None] = relationship(foreign_keys=[handler_id], lazy="select")

    __mapper_args__ = {"version_id_col": version}
