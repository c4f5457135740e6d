"""Supervisions (催办、督办): what was asked of a unit beyond the plain reminder, and what the unit answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import local_date


class Supervision(Base):
    """One 催办 or 督办单 of a case with its serial; `key` keeps the ladder from issuing one twice.

    `feedback_due_on`: the date it was issued with; until when the answer is due now, its clock says."""

    __tablename__ = "supervisions"
    __table_args__ = (UniqueConstraint("case_id", "kind", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[SupervisionKind] = mapped_column(Vocabulary(SupervisionKind))
    serial: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    card: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(default="")
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime]
    feedback_due_on: Mapped[date | None]
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clocks.id"))
    feedback: Mapped[str] = mapped_column(default="")
    feedback_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    feedback_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(default="")

    unit: Mapped[Unit | None] = relationship(lazy="select")
    issued_by: Mapped[Person | None] = relationship(foreign_keys=[issued_by_id], lazy="select")
    feedback_by: Mapped[Person | None] = relationship(foreign_keys=[feedback_by_id], lazy="select")
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id], lazy="select")
    clock: Mapped[Clock | None] = relationship(lazy="select")

    @property
    def answer_by(self) -> date | None:
        """The day by which the unit has to answer, after what a loaded calendar made of it; None where no answer is asked."""
        due_at = self.clock.due_at if self.clock is not None else None
        return local_date(due_at) if due_at is not None else self.feedback_due_on

    @property
    def answer_words(self) -> str:
        """2027-01-04, or 2027-01-01（暂定） while the year's holidays are not loaded."""
        due = self.clock.due_date if self.clock is not None else None
        return due.iso_day if due is not None else str(self.answer_by or "")

    @property
    def stopped_words(self) -> str:
        """Why the answer is waited for no more though nobody gave it: 并案; empty where it was given or its date still runs."""
        stopped = self.feedback_at is None and self.clock is not None and self.clock.state is ClockState.STOPPED
        return self.clock.end_reason if stopped and self.clock is not None else ""

    @property
    def shut_words(self) -> str:
        """Why it waits for no answer any more, as said after its title; empty while one is waited for or nobody asked for one."""
        if self.feedback_at is not None:
            return "已经反馈过"
        if self.withdrawn_at is not None:
            return "已撤销"
        return f"已停止（{self.stopped_words}）" if self.stopped_words else ""
