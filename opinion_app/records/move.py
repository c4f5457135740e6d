"""Moves (流转): every act done on a case, in order; going back is an ordinary row with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.rules.words import Stage


class Move(Base):
    """One act on one case; `from_stage` equals `to_stage` where the act leaves the stage as it is."""

    __tablename__ = "moves"
    __table_args__ = (Index("ix_moves_case", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    act: Mapped[str] = mapped_column(String(40))
    from_stage: Mapped[Stage | None] = mapped_column(Vocabulary(Stage))
    to_stage: Mapped[Stage] = mapped_column(Vocabulary(Stage))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    actor: Mapped[Person | None] = relationship(lazy="select")
