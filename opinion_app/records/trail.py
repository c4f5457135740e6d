"""The trail (留痕): a hash chain over digests; values that may have to be erased lie in a table beside it (decisions 41)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base


class TrailEntry(Base):
    """Who did what to which thing and when; `digest` covers the values, `chain` covers the entry and the one before."""

    __tablename__ = "trail"
    __table_args__ = (Index("ix_trail_subject", "subject", "seq"), Index("ix_trail_actor", "actor_id", "seq"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    succeeded: Mapped[bool] = mapped_column(default=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(String(64))


class TrailValue(Base):
    """One value before and after an act; `old` and `new` are set to NULL when the person's data is erased."""

    __tablename__ = "trail_values"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(ForeignKey("trail.seq"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    old: Mapped[str | None]
    new: Mapped[str | None]
    salt: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))


class TrailHead(Base):
    """The end of the chain: one row, locked while entries are added."""

    __tablename__ = "trail_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    chain: Mapped[str] = mapped_column(String(64))
