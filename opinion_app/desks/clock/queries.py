"""What the clock says of itself: the lease, the runs of each job, failures, the queue and the calendar's reach (N15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.records.calendar import CalendarYear
from opinion_app.records.clock import Clock
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.rules.timetable import Daily, Entry
from opinion_app.rules.words import ClockState, NoticeChannel, NoticeState
from opinion_app.rules.zone import local_date

STOPPED_AFTER = timedelta(minutes=2)
LATE_BY = timedelta(minutes=10)
FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job with its last and its next run; `missed`: a slot of today was due and has not run."""

    entry: Entry
    last: JobRun | None
    following: datetime | None
    missed: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox in figures; `oldest` is when the letter that waits longest was written."""

    waiting: int
    oldest: datetime | None
    trouble: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the loaded calendar reaches and how many open clocks rest on a guess."""

    last_year: int | None
    next_year: int
    next_loaded: bool
    provisional: int


def lease(session: Session) -> Lease | None:
    """The lease as the leader last wrote it."""
    return session.get(Lease, "clock")


def alive(held: Lease | None, now: datetime) -> bool:
    """Whether some clock has given a sign of life within two minutes."""
    return held is not None and held.holder != "" and abs(now - held.beaten_at) <= STOPPED_AFTER


def jobs(session: Session, entries: Sequence[Entry], now: datetime) -> list[JobLine]:
    """Each job of the timetable with its runs; one query."""
    newest = select(JobRun.job, func.max(JobRun.slot)).group_by(JobRun.job)
    held = {run.job: run for run in session.scalars(select(JobRun).where(tuple_(JobRun.job, JobRun.slot).in_(newest)))}
    calendar = work_calendar(session)
    lines = []
    for entry in entries:
        last, due = held.get(entry.name), entry.schedule.latest(now, calendar)
        overdue = due is not None and now - due > LATE_BY and (last is None or last.slot < due)
        following = entry.schedule.following(now, calendar)
        lines.append(JobLine(entry, last, following, overdue and isinstance(entry.schedule, Daily)))
    return lines


def failures(session: Session) -> Sequence[JobRun]:
    """The runs that failed last."""
    query = select(JobRun).where(JobRun.succeeded.is_(False)).order_by(JobRun.id.desc())
    return session.scalars(query.limit(FAILURES_SHOWN)).all()


def queue(session: Session) -> Queue:
    """How many letters wait, since when, and how many did not arrive."""
    waiting = Notice.state.in_((NoticeState.PENDING, NoticeState.CLAIMED))
    trouble = Notice.state.in_((NoticeState.FAILED, NoticeState.UNKNOWN))
    mail = Notice.channel == NoticeChannel.MAIL
    count, oldest = session.execute(select(func.count(Notice.id), func.min(Notice.created_at)).where(mail, waiting)).one()
    return Queue(int(count), oldest, int(session.scalar(select(func.count(Notice.id)).where(mail, trouble)) or 0))


def reach(session: Session, now: datetime) -> Reach:
    """How far the calendar reaches."""
    years = session.scalars(select(CalendarYear.year).order_by(CalendarYear.year)).all()
    guessed = select(func.count(Clock.id)).where(Clock.provisional, Clock.state == ClockState.RUNNING)
    following = local_date(now).year + 1
    return Reach(years[-1] if years else None, following, following in years, int(session.scalar(guessed) or 0))
