"""Ratings (评价): what writers say of an answer, left by query code, and their counts for the public."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opinion_app.records.base import Base, Vocabulary
from opinion_app.rules.rating import Aspect, Verdict


class Rating(Base):
    """One writer's opinion on one answer; `round` tells which answer of a case that was handled again."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("number", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    resolved: Mapped[Verdict] = mapped_column(Vocabulary(Verdict))
    time: Mapped[Verdict] = mapped_column(Vocabulary(Verdict))
    attitude: Mapped[Verdict] = mapped_column(Vocabulary(Verdict))
    useful: Mapped[bool]
    comment: Mapped[str] = mapped_column(default="")
    reopen: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime]
    taken_at: Mapped[datetime | None] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    reopened: Mapped[bool] = mapped_column(default=False)


class RatingFigure(Base):
    """How writers judged one side of the handling in the twelve months up to this one; counted by a job, so that the public
    wing reads no rating. There is none where few have rated."""

    __tablename__ = "rating_figures"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    aspect: Mapped[Aspect] = mapped_column(Vocabulary(Aspect), primary_key=True)
    content: Mapped[int] = mapped_column(default=0)
    fairly: Mapped[int] = mapped_column(default=0)
    discontent: Mapped[int] = mapped_column(default=0)
