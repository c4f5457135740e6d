"""Clocks (办理时限): every deadline a case runs under, with what can move it; late is computed, never stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.words import OPEN_CLOCK, ClockState


class Clock(Base):
    """One deadline of one case; its inputs are kept so that the date can be derived and explained again.

    `dates` tells how the date came to be what it is: one entry for each deadline version after the first, and for the first where
    a change of the rules began the clock.
    `next_rung_at` is when the reminders look at it again, `rung_version` the deadline version they looked at last."""

    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_state_due", "state", "due_at"),
        Index("ix_clocks_case", "case_id", "state"),
        Index("ix_clocks_rung", "state", "next_rung_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    stage: Mapped[str] = mapped_column(String(40))
    owed_by: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    met_by_act: Mapped[str] = mapped_column(String(40))
    start_at: Mapped[datetime]
    amount: Mapped[int]
    amount_unit: Mapped[str] = mapped_column(String(20))
    fixed_on: Mapped[date | None]
    fixed_why: Mapped[str] = mapped_column(String(200), default="")
    receipt: Mapped[str] = mapped_column(String(20), default=Receipt.SAME_DAY.value)
    latest_at: Mapped[datetime | None]
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("deadline_rules.id"))
    source: Mapped[str] = mapped_column(default="")
    warning: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    original_due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ClockState] = mapped_column(Vocabulary(ClockState), default=ClockState.RUNNING)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(String(200), default="")
    deadline_version: Mapped[int] = mapped_column(default=1)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    extensions: Mapped[list[Any]] = mapped_column(default=list)
    next_rung_at: Mapped[datetime | None]
    rung_version: Mapped[int] = mapped_column(default=0)
    restarts: Mapped[list[Any]] = mapped_column(default=list)
    adoptions: Mapped[list[Any]] = mapped_column(default=list)
    dates: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case] = relationship(lazy="select")
    unit: Mapped[Unit | None] = relationship(lazy="select")

    __mapper_args__ = {"version_id_col": version}

    @property
    def due_date(self) -> DueDate | None:
        """The due moment as it is said: a guess while the clock runs; what has ended keeps its date whatever is loaded later."""
        return due_date(self.due_at, guess=self.provisional and self.state in OPEN_CLOCK)


class ExtensionRequest(Base):
    """A unit's request for more time (延期申请), by an amount or `until` a day (then the amount is 0, of no unit); decided once,
    in time. `granted` stays empty where nobody decided: it was withdrawn or void, and `opinion` says why.

    `consent_number`, `consent_on`: the paper in which the issuer of a letter grants it, where that is the issuer's to do."""

    __tablename__ = "extension_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    amount: Mapped[int]
    amount_unit: Mapped[str] = mapped_column(String(20), default="")
    until: Mapped[date | None]
    reason: Mapped[str]
    consent_number: Mapped[str] = mapped_column(String(100), default="")
    consent_on: Mapped[date | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    opinion: Mapped[str] = mapped_column(default="")


class DeadlineRuleRow(Base):
    """One row of the table of rules the office keeps (domain §7); versions, never edits in place.

    `applied_at`: when the office last put the cases in hand under this version; None where it governs later ones alone."""

    __tablename__ = "deadline_rules"
    __table_args__ = (Index("uq_deadline_rules_version", "code", "version_no", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), index=True)
    version_no: Mapped[int] = mapped_column(default=1)
    data: Mapped[dict[str, Any]]
    in_force_from: Mapped[date]
    applied_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(default="")
