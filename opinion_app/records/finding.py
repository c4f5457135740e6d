"""Findings (办理情况): internal process notes of a case, with instructions of leaders and reports of supporting units."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.words import FindingKind


class Finding(Base):
    """One internal note; `spoken_by` and `spoken_at` are used by an instruction that was transcribed (decisions 13)."""

    __tablename__ = "findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[FindingKind] = mapped_column(Vocabulary(FindingKind))
    text: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime]
    happened_at: Mapped[datetime | None]
    spoken_by: Mapped[str] = mapped_column(String(60), default="")

    unit: Mapped[Unit | None] = relationship(lazy="select")
    author: Mapped[Person | None] = relationship(lazy="select")
