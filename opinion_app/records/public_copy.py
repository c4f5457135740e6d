"""Clean copies of files (公开副本): pictures of pages that a person goes through, and the file made of them (decisions 30)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.attachment import Attachment
from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.rules.public_files import CopyState


class PublicCopy(Base):
    """The clean copy of one attachment; `stored_name` is the finished file, empty until every page was decided.

    While its pages are drawn, `total` says how many there will be and `beaten_at` when the process was last heard of; `message`
    is why it could not be done."""

    __tablename__ = "public_copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)
    stored_name: Mapped[str] = mapped_column(String(80), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[CopyState] = mapped_column(Vocabulary(CopyState), default=CopyState.DRAWN, server_default="drawn")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    message: Mapped[str] = mapped_column(default="", server_default="")
    beaten_at: Mapped[datetime | None]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    attachment: Mapped[Attachment] = relationship(lazy="select")
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id], lazy="select")
    pages: Mapped[list[PublicCopyPage]] = relationship(
        back_populates="copy", lazy="select", order_by="PublicCopyPage.page_no", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_ready(self) -> bool:
        """Whether the finished file is there."""
        return bool(self.stored_name)


class PublicCopyPage(Base):
    """One page: its picture, whether it goes out, and the rectangles blacked out on it (per cent of the page)."""

    __tablename__ = "public_copy_pages"
    __table_args__ = (UniqueConstraint("copy_id", "page_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("public_copies.id"))
    page_no: Mapped[int]
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    shown: Mapped[bool | None]
    boxes: Mapped[list[Any]] = mapped_column(default=list)

    copy: Mapped[PublicCopy] = relationship(back_populates="pages")
