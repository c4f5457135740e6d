"""The alarm: when mail itself cannot leave or a job keeps failing, people hear by another way (N15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.outbox import Letter, holders_of, queue, to_robot
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import local_date

STUCK_FOR = timedelta(minutes=30)
LOOKED_BACK = timedelta(minutes=30)
FAILURES = 3
CLOCK_PAGE = "/office/clock"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One trouble: its name, and what people are told."""

    kind: str
    words: str


def alarms(session: Session, now: datetime) -> list[Alarm]:
    """What is wrong now: mail that was tried and has not left for half an hour, jobs that fail again and again."""
    tried = (
        Notice.channel == NoticeChannel.MAIL,
        Notice.state == NoticeState.PENDING,
        Notice.attempts > 0,
        Notice.created_at < now - STUCK_FOR,
    )
    waiting = int(session.scalar(select(func.count(Notice.id)).where(*tried)) or 0)
    found = [Alarm("mail", f"有 {waiting} 封邮件发了半小时以上还没有发出，请检查邮件服务器")] if waiting else []
    failing = session.execute(
        select(JobRun.job, func.count(JobRun.id))
        .where(JobRun.succeeded.is_(False), JobRun.started_at > now - LOOKED_BACK, JobRun.started_at <= now)
        .group_by(JobRun.job)
        .having(func.count(JobRun.id) >= FAILURES)
        .order_by(JobRun.job)
    )
    return found + [Alarm(f"job:{job}", f"定时作业“{job}”半小时内失败 {number} 次") for job, number in failing]


def raise_alarms(session: Session, now: datetime, url: str) -> list[Alarm]:
    """Tell the administrators and clerks inside the service, and the alarm's own robot where one is set."""
    found = alarms(session, now)
    people = holders_of(session, Role.ADMINISTRATOR, Role.CLERK) if found else []
    for alarm in found:
        letter = Letter(
            "alarm",
            f"alarm:{alarm.kind}:{local_date(now).isoformat()}",
            f"告警：{alarm.words}"[:200],
            [{"text": alarm.words}],
            CLOCK_PAGE,
        )
        queue(session, letter, people, now, mail=False)
        if url and people:
            to_robot(session, letter, people[0], url, now)
    return found
