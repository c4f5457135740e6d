"""Attachments (附件): the rows that name stored files; the bytes lie on disk before the row is written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base
from opinion_app.records.person import Person


class Attachment(Base):
    """A file of a case, a policy or a submission; `owner` says to which part of it the file belongs (case, finding, …)."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_owner", "owner", "owner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"), index=True)
    owner: Mapped[str] = mapped_column(String(20), default="case")
    owner_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(120))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]

    added_by: Mapped[Person | None] = relationship(lazy="select")
