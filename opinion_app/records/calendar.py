"""The work calendar (工作日历) as data: dated days over the weekly pattern, and the years that are loaded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base


class CalendarDay(Base):
    """One day that differs from the weekly pattern; `layer` is holiday, make_up or local_closure.

    `notice_year` is the year whose notice names the day (that for 2027 may name 31 December 2026); a local closure has none."""

    __tablename__ = "calendar_days"
    __table_args__ = (UniqueConstraint("day", "layer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    layer: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200), default="")
    notice_year: Mapped[int | None] = mapped_column(index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime]


class CalendarYear(Base):
    """A year whose official notice is loaded; every other year is provisional."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200), default="")
    loaded_at: Mapped[datetime]
    version_no: Mapped[int] = mapped_column(default=1)
