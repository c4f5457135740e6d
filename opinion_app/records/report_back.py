"""Reports back (反馈来文单位): what a forwarded letter's issuer was told, as objection or as report (decisions 10)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base
from opinion_app.records.person import Person


class ReportBack(Base):
    """One paper sent back; `category` is `objection` 异议 or `report` 办结报告."""

    __tablename__ = "reports_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    category: Mapped[str] = mapped_column(String(20))
    document_number: Mapped[str] = mapped_column(String(100), default="")
    text: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    sent_by: Mapped[Person | None] = relationship(lazy="select")
