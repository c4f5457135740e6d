"""Submissions and their progress: what the public wing may write, and the little it may read back (decisions 28, 31)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.zone import end_of_day


class Submission(Base):
    """A message left on the public form, before the office took it in."""

    __tablename__ = "submissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    fields: Mapped[dict[str, Any]]
    files: Mapped[list[Any]] = mapped_column(default=list)
    submitted_at: Mapped[datetime]
    taken_at: Mapped[datetime | None] = mapped_column(index=True)
    address_key: Mapped[str] = mapped_column(String(64), default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class Progress(Base):
    """What a citizen with number and query code is told about a case."""

    __tablename__ = "progress"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(40))
    history: Mapped[list[Any]] = mapped_column(default=list)
    promised_on: Mapped[date | None]
    promised_guess: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # 暂定: the day rests on a year that is not loaded
    promise: Mapped[str] = mapped_column(String(200), default="")
    why: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[str] = mapped_column(String(100), default="")
    updated_at: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=0)
    rate_until: Mapped[date | None]
    may_reopen: Mapped[bool] = mapped_column(default=False)

    @property
    def promised(self) -> DueDate | None:
        """The promised day as it is said, without an hour."""
        return due_date(end_of_day(self.promised_on), guess=self.promised_guess) if self.promised_on is not None else None


class PublicAttempt(Base):
    """A use of the public forms or a receipt sent, counted across processes for the limits; addresses are keyed hashes only."""

    __tablename__ = "public_attempts"
    __table_args__ = (Index("ix_public_attempts_key_at", "purpose", "address_key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    address_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
