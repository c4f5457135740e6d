"""Import runs (导入): a file on its way into the office, its mapping, its progress and every row it could not take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base
from opinion_app.records.person import Person


class ImportRun(Base):
    """One import; `state` is prepared, running, done, failed or dry."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mode: Mapped[str] = mapped_column(String(20), default="auto")
    source_label: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(20), default="prepared")
    message: Mapped[str] = mapped_column(default="")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    beaten_at: Mapped[datetime | None]

    created_by: Mapped[Person | None] = relationship(lazy="select")


class ImportProblem(Base):
    """One row that was not taken, with its reason and what stood in it."""

    __tablename__ = "import_problems"
    __table_args__ = (Index("ix_import_problems_run", "run_id", "row_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))
    row_no: Mapped[int]
    column: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
