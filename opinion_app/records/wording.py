"""What the office keeps to help with replies: its lists of words and its templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.rules.words import Kind


class WordListRow(Base):
    """One list of words as the office keeps it; a list without a row is the one the service comes with."""

    __tablename__ = "word_lists"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    entries: Mapped[dict[str, Any]]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class ReplyTemplate(Base):
    """A text to begin a reply with, for one kind and one area or for all of them."""

    __tablename__ = "reply_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[Kind | None] = mapped_column(Vocabulary(Kind))
    area: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    changed_by: Mapped[Person] = relationship(lazy="select")

    __mapper_args__ = {"version_id_col": version}
