"""How the standing work fares: of each job the last and the next run, what was missed and what began and never ended (N15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.settings import restored_at
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.rules.delivery import tells_of_trouble
from opinion_app.rules.timetable import AGAIN_AFTER, Daily, Entry, Every, digest_time, timetable
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar

ALARM, ALL_WELL = "alarm", "一切正常"  # the check whose report is what it found
LATE_BY = timedelta(minutes=10)
HANGS_AFTER = timedelta(minutes=10)  # a delivery run ends by itself after eight at the most
LONG_WORK = timedelta(hours=2)  # what runs at night may take its time: a backup with its attachments


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job with its runs; `missed`: a slot was due and has not run; `hanging`: it began long ago and has not ended."""

    entry: Entry
    last: JobRun | None
    following: datetime | None
    missed: bool = False
    hanging: bool = False

    @property
    def stands_still(self) -> bool:
        """Whether this job does not do what it is there for, though nothing failed."""
        return self.missed or self.hanging

    @property
    def troubled(self) -> bool:
        """Whether the last run did its work and says of it that something is to be looked after: letters that do not leave."""
        if self.last is None or self.last.succeeded is not True:
            return False
        return tells_of_trouble(self.last.report) or (self.entry.name == ALARM and self.last.report not in ("", ALL_WELL))


def entries_here() -> tuple[Entry, ...]:
    """The timetable with the digest at the time this installation sets."""
    return timetable(digest_time(settings_of().digest_at))


def jobs(session: Session, entries: Sequence[Entry], now: datetime) -> list[JobLine]:
    """Each job of the timetable with its runs; one query."""
    newest = select(JobRun.job, func.max(JobRun.slot)).group_by(JobRun.job)
    held = {run.job: run for run in session.scalars(select(JobRun).where(tuple_(JobRun.job, JobRun.slot).in_(newest)))}
    calendar, restored = work_calendar(session), restored_at(session)
    return [
        JobLine(
            entry,
            held.get(entry.name),
            entry.schedule.following(now, calendar),
            _missed(entry, held.get(entry.name), _due(entry, now, calendar, restored), now),
            _hangs(entry, held.get(entry.name), now),
        )
        for entry in entries
    ]


def come_up(session: Session, now: datetime) -> frozenset[str]:
    """The names of the jobs that a clock run at `now` would do: their slot has come, is not too old and is not done yet.

    What runs again and again does at any moment. Reads only, for a rehearsal (N14)."""
    slots = slots_at(session, now)
    busy = {entry.name for entry in entries_here() if isinstance(entry.schedule, Every)}
    over = [done_at(name, slot, now) for name, slot in slots.items() if name not in busy]
    done = session.scalars(select(JobRun.job).where(or_(false(), *over)))
    return frozenset(slots.keys() - set(done))


def slots_at(session: Session, now: datetime) -> dict[str, datetime]:
    """The slot of each job that may be run at `now`, whether or not it was; asks no query of its own."""
    calendar, restored = work_calendar(session), restored_at(session)
    due = {entry.name: _due(entry, now, calendar, restored) for entry in entries_here()}
    return {name: slot for name, slot in due.items() if slot is not None}


def done_at(job: str, slot: datetime, now: datetime) -> ColumnElement[bool]:
    """Whether a slot is done for `now`: it ended well, or it failed so lately that it is not tried again yet."""
    lately = and_(JobRun.finished_at > now - AGAIN_AFTER, JobRun.finished_at < now + AGAIN_AFTER)
    ended = JobRun.finished_at.is_not(None), or_(JobRun.succeeded.is_(True), lately)
    return and_(JobRun.job == job, JobRun.slot == slot, *ended)


def _due(entry: Entry, now: datetime, calendar: WorkCalendar, restored: datetime | None) -> datetime | None:
    """The slot that should have run; what fell due before a restore was told before it (R9)."""
    due = entry.schedule.latest(now, calendar)
    return None if due is not None and entry.tells and restored is not None and due <= restored else due


def _missed(entry: Entry, last: JobRun | None, due: datetime | None, now: datetime) -> bool:
    if due is None:
        return False
    if isinstance(entry.schedule, Daily):
        return now - due > LATE_BY and (last is None or last.slot < due)
    return last is not None and due - last.slot > LATE_BY


def _hangs(entry: Entry, last: JobRun | None, now: datetime) -> bool:
    allowed = LONG_WORK if isinstance(entry.schedule, Daily) else HANGS_AFTER
    return last is not None and last.finished_at is None and now - last.started_at > allowed


def trouble_words(line: JobLine, now: datetime) -> str:
    """What is wrong with a job that stands still, for people."""
    if line.hanging and line.last is not None:
        minutes = int((now - line.last.started_at).total_seconds() // 60)
        return f"定时作业“{line.entry.label}”运行了 {minutes} 分钟还没有结束"
    return f"定时作业“{line.entry.label}”应运行而未运行"


def unheard(session: Session, now: datetime) -> int:
    """How many running clocks have a reminder that came ten minutes ago and could not be told: nobody is there, or it failed."""
    waiting = Clock.state == ClockState.RUNNING, Clock.next_rung_at < now - LATE_BY
    return int(session.scalar(select(func.count(Clock.id)).where(*waiting)) or 0)
