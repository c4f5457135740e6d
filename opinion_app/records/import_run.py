"""Import runs (导入): a file on its way into the office, its mapping, its progress and every row it could not take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.person import Person
from opinion_app.rules.import_modes import ImportMode, ImportState


class ImportRun(Base):
    """One import: `mode` is a word of ImportMode, `state` one of ImportState; `done` counts the rows behind it, so that a run
    that was cut short goes on there. The file itself is removed when the run is over."""

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mode: Mapped[ImportMode] = mapped_column(Vocabulary(ImportMode), default=ImportMode.AUTO)
    source_label: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[ImportState] = mapped_column(Vocabulary(ImportState), default=ImportState.PREPARED)
    message: Mapped[str] = mapped_column(default="")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    warned: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    beaten_at: Mapped[datetime | None]

    created_by: Mapped[Person | None] = relationship(lazy="select")


class ImportProblem(Base):
    """What was wrong in one row, and what stood in it; `taken` rows came in all the same and only want a look."""

    __tablename__ = "import_problems"
    __table_args__ = (Index("ix_import_problems_run", "run_id", "row_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))
    row_no: Mapped[int]
    column: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str]
    taken: Mapped[bool] = mapped_column(default=False)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
