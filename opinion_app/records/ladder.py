"""The versions of the ladder (催办阶梯): each a whole ladder with the day it is in force from; never edited in place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base


class LadderVersion(Base):
    """One version; number 1 is the ladder the program brings, which has no row. `changes`: what it changed, before and after.

    One that was withdrawn before its day never comes into force; its number is not given again."""

    __tablename__ = "ladder_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_no: Mapped[int] = mapped_column(unique=True)
    data: Mapped[dict[str, Any]]
    in_force_from: Mapped[date]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(default="")
    changes: Mapped[list[Any]] = mapped_column(default=list)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
