"""Replies (答复): the versions of the public text and the checks bound to each version (decisions 13, 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.rules.words import Gate, ReplyState


class Reply(Base):
    """One version of the public reply; a changed wording is a new version, never an edit of a submitted one.

    `author_ids` are all who wrote it or a version it grew from, whoever saved it last; none of them passes its gates."""

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("case_id", "version_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    version_no: Mapped[int]
    text: Mapped[str]
    text_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[ReplyState] = mapped_column(Vocabulary(ReplyState), default=ReplyState.DRAFT)
    drafter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    author_ids: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    drafter: Mapped[Person | None] = relationship(foreign_keys=[drafter_id], lazy="select")
    checks: Mapped[list[ReplyCheck]] = relationship(back_populates="reply", lazy="select", order_by="ReplyCheck.id")

    __mapper_args__ = {"version_id_col": version}


class ReplyCheck(Base):
    """One gate passed or not, bound to the hash of the text the checker read."""

    __tablename__ = "reply_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id"), index=True)
    gate: Mapped[Gate] = mapped_column(Vocabulary(Gate))
    passed: Mapped[bool]
    opinion: Mapped[str] = mapped_column(default="")
    text_hash: Mapped[str] = mapped_column(String(64))
    checked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    checked_at: Mapped[datetime]

    reply: Mapped[Reply] = relationship(back_populates="checks")
    checked_by: Mapped[Person] = relationship(lazy="select")
