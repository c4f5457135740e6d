"""What the clock says of itself: the lease, the runs of each job, failures, the queue and the calendar's reach (N15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.records.calendar import CalendarYear
from opinion_app.records.clock import Clock
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.publication import PublicationPlan
from opinion_app.rules import heartbeat
from opinion_app.rules.calendar_file import year_to_load
from opinion_app.rules.words import ClockState, NoticeChannel, NoticeState, PlanState
from opinion_app.rules.zone import local_date

FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox in figures, letters and messages to robots alike.

    `oldest`: when the one that waits longest was written; `unknown`: those of which nobody knows whether they arrived."""

    waiting: int
    oldest: datetime | None
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the calendar is loaded without a gap from this year on, which year is missing, how many open clocks are a guess."""

    last_year: int | None
    missing: int | None
    provisional: int


def lease(session: Session) -> Lease | None:
    """The lease as the leader last wrote it."""
    return session.get(Lease, "clock")


def alive(held: Lease | None, now: datetime) -> bool:
    """Whether some clock has given a sign of life within two minutes."""
    return heartbeat.alive(held.beaten_at if held is not None and held.holder else None, now)


def standstill(held: Lease | None, now: datetime) -> tuple[str, str]:
    """What is said of a clock that stands still, and what to do."""
    beaten = held.beaten_at if held is not None else None
    return heartbeat.standstill(beaten, now), heartbeat.what_to_do(beaten, now)


def failures(session: Session) -> Sequence[JobRun]:
    """The runs that failed last."""
    query = select(JobRun).where(JobRun.succeeded.is_(False)).order_by(JobRun.id.desc())
    return session.scalars(query.limit(FAILURES_SHOWN)).all()


def queue(session: Session) -> Queue:
    """How many letters wait, since when, how many did not arrive, and of how many nobody knows."""
    waiting = Notice.state.in_((NoticeState.PENDING, NoticeState.CLAIMED))
    mail = Notice.channel.in_((NoticeChannel.MAIL, NoticeChannel.ROBOT))
    count, oldest = session.execute(select(func.count(Notice.id), func.min(Notice.created_at)).where(mail, waiting)).one()
    states = select(Notice.state, func.count(Notice.id)).where(mail, Notice.state.in_((NoticeState.FAILED, NoticeState.UNKNOWN)))
    ended = {row[0]: int(row[1]) for row in session.execute(states.group_by(Notice.state))}
    return Queue(int(count), oldest, ended.get(NoticeState.FAILED, 0), ended.get(NoticeState.UNKNOWN, 0))


def plans_held(session: Session) -> int:
    """How many publications that were set for a moment did not go out and are not settled yet."""
    return int(session.scalar(select(func.count(PublicationPlan.id)).where(PublicationPlan.state == PlanState.HELD)) or 0)


def reach(session: Session, now: datetime) -> Reach:
    """How far the calendar reaches."""
    years, today = set(session.scalars(select(CalendarYear.year))), local_date(now)
    reached = next((year - 1 for year in range(today.year, today.year + 100) if year not in years), None)
    guessed = select(func.count(Clock.id)).where(Clock.provisional, Clock.state == ClockState.RUNNING)
    last = reached if reached in years else max(years, default=None)
    return Reach(last, year_to_load(today, years), int(session.scalar(guessed) or 0))
