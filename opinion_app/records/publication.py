"""Publications (公开): masked snapshots; the public pages read these tables and nothing else (decisions 28)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base, Vocabulary
from opinion_app.rules.words import Kind, PlanState, PublicationState


class Publication(Base):
    """What the public sees of one case; plain values, no relation into the office's tables is followed."""

    __tablename__ = "publications"
    __table_args__ = (
        Index("ix_publications_state_published", "state", "published_at", "id"),
        Index("ix_publications_kind", "state", "kind", "published_at", "id"),
        Index("ix_publications_area", "state", "area", "published_at", "id"),
        Index("ix_publications_unit", "state", "unit_name", "published_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    index_number: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(200))
    question: Mapped[str]
    answer: Mapped[str]
    kind: Mapped[Kind] = mapped_column(Vocabulary(Kind))
    area: Mapped[str] = mapped_column(String(40))
    unit_name: Mapped[str] = mapped_column(String(100))
    writer: Mapped[str] = mapped_column(String(60), default="网友")
    asked_on: Mapped[date]
    answered_on: Mapped[date]
    published_at: Mapped[datetime | None]
    state: Mapped[PublicationState] = mapped_column(Vocabulary(PublicationState))
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(default="")
    left_out: Mapped[str] = mapped_column(default="", server_default="")
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PublishedFile(Base):
    """A clean copy of a file that is out with its publication; bytes and name hold nothing a person did not go through."""

    __tablename__ = "published_files"
    __table_args__ = (UniqueConstraint("publication_id", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    serial: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    stored_name: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(120))


class PublicationPlan(Base):
    """A reviewed snapshot that goes out at a set moment; the public pages know nothing of it before."""

    __tablename__ = "publication_plans"
    __table_args__ = (Index("ix_publication_plans_state_at", "state", "publish_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    state: Mapped[PlanState] = mapped_column(Vocabulary(PlanState), default=PlanState.WAITING)
    publish_at: Mapped[datetime]
    source_hash: Mapped[str] = mapped_column(String(64))
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    texts: Mapped[dict[str, Any]]
    correction: Mapped[str] = mapped_column(default="")
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    planned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(default="")


class MaskingDecision(Base):
    """What was decided on the finds of one snapshot, with the checks bound to its hash (decisions 14).

    `masked_by_id` is who masked it, empty where that is not told apart from who decided; both opinions are empty while the
    snapshot waits for another person's review, and `said` keeps what else makes that snapshot: writer, notes and copies."""

    __tablename__ = "masking_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    decisions: Mapped[list[Any]] = mapped_column(default=list)
    secrecy_opinion: Mapped[str] = mapped_column(default="")
    disclosure_opinion: Mapped[str] = mapped_column(default="")
    masked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    said: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]


class ViewCount(Base):
    """How often a publication was read; added to in batches, never once per request."""

    __tablename__ = "view_counts"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    views: Mapped[int] = mapped_column(default=0)


class PublicFigure(Base):
    """How much came in and was answered in one month, by kind; counted by a job, so that the public wing reads no case.

    What a letter counts as: `rules.figures`. `timed` is answered or overdue, the denominator of `in_time`.
    `asked`, `rated` and `content` are those of all months and kinds and stand in one row only (`flow.figures`)."""

    __tablename__ = "public_figures"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[Kind] = mapped_column(Vocabulary(Kind), primary_key=True)
    received: Mapped[int] = mapped_column(default=0)
    valid: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    timed: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    rated: Mapped[int] = mapped_column(default=0)
    content: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime]
