"""Jobs (定时作业): the slots that ran, the lease that lets one clock act, and work with progress."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base


class JobRun(Base):
    """One due slot of one job; the unique key is what makes it run once, whoever ticks (libraries §3)."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(40))
    slot: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    succeeded: Mapped[bool | None]
    report: Mapped[str] = mapped_column(default="")
    runner: Mapped[str] = mapped_column(String(80), default="")


class Lease(Base):
    """Who may act as the clock; a follower takes over when `beat` has stood still (decisions 26)."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    beat: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime]
    beaten_at: Mapped[datetime]
