"""The jobs: for each entry of the timetable the operation that does its work; every one may be repeated without harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from opinion_app.desks.backup.operations import nightly
from opinion_app.desks.calendar.operations import remind_next_year
from opinion_app.desks.outbox.alarm import raise_alarms
from opinion_app.desks.outbox.delivery import Post, Watch, deliver, post_of, robots, sender_of
from opinion_app.desks.reminders.operations import Queued, ask_first, queue_digests, ring_batch
from opinion_app.desks.reminders.suspended import ask_about_suspended
from opinion_app.desks.upkeep.operations import purge
from opinion_app.files.store import AttachmentStore
from opinion_app.flow import ratings
from opinion_app.flow.figures import count_figures
from opinion_app.flow.inbox import take_in_waiting
from opinion_app.flow.standing_work import ALL_WELL
from opinion_app.flow.sweep import sweep
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules import robot_answers
from opinion_app.rules.errors import Unfinished
from opinion_app.scheduler.ledger import holds
from opinion_app.steps.publish.planning import publish_due
from opinion_app.steps.publish.site_copy import follow

RUNS_A_MINUTE = 3  # of the outbox, as the timetable has it
STALE = timedelta(minutes=10)


class Overslept(RuntimeError):
    """The process stood still while it worked: its slot is another's by now, or its moment long past."""


@dataclass(frozen=True)
class Work:
    """What a job is handed: the moment of its tick, the clocks for what lasts, its runner, whether to end early, its row."""

    now: datetime
    watch: Watch
    runner: str
    stopping: Callable[[], bool]
    run_id: int

    @property
    def stale(self) -> bool:
        """Whether so much time has passed since the tick that what is told of it may no longer be so."""
        return self.watch.now() - self.now > STALE


@contextmanager
def _telling(work: Work) -> Iterator[Session]:
    """A transaction that queues what people are told, for whoever still holds the slot, and never as of a moment long past.

    Raises Overslept, with nothing queued: a process that was suspended and woken on another day tells nobody of the old one."""
    with transaction() as session:
        if not holds(session, work.run_id, work.runner):
            raise Overslept("这一轮已由另一时钟接手")
        yield session
        if work.stale:
            raise Overslept("进程中途停顿过久，本轮作废，下轮重新判断")


def _digest(work: Work) -> str:
    with _telling(work) as session:
        queued = queue_digests(session, work.now)
    with _telling(work) as session:
        asked = ask_about_suspended(session, work.now)
    return _whole(queued, f"{queued}，中止已久的提醒 {asked} 条" if asked else str(queued))


def _whole(queued: Queued, said: str) -> str:
    """What was done; what could be queued is committed by now.

    Raises Unfinished where something could not be, so that everybody sees it and it is tried again without the rest."""
    if queued.troubles:
        raise Unfinished(said)
    return said


def _rungs(work: Work) -> str:
    """Batch by batch, so that nobody waits for the database meanwhile; what is left when asked to end, the next run does.

    Whoever has by now what a waiting letter asks for is asked first, and so told of its dates by that."""
    with _telling(work) as session:
        done = ask_first(session, work.now)
    while not (work.stopping() or work.stale):
        with _telling(work) as session:
            batch = ring_batch(session, work.now, done.last or 0)
        if batch.last is None:
            break
        done.add(batch)
        done.last = batch.last
    return _whole(done, str(done))


def _calendar(work: Work) -> str:
    with _telling(work) as session:
        told = remind_next_year(session, work.now)
    return f"已提醒，新增通知 {told} 条" if told else "无需提醒"


def _inbox(work: Work) -> str:
    """A public wing of its own leaves messages in the inbox; the office's clock makes cases of them."""
    with transaction() as session:
        taken = take_in_waiting(session, work.now, settings_of().secret_key)
    said = [f"收取 {taken} 件"] if taken else []
    try:
        rated = ratings.take_in_waiting(work.now)
    except Unfinished as left:
        raise Unfinished("，".join([*said, left.message])) from left
    return "，".join([*said, f"评价 {rated} 份"] if rated else said) or "没有新的来信"


def _publications(work: Work) -> str:
    """What was reviewed and set for later goes out; each plan is a transaction of its own."""
    return publish_due(work.now)


def _site_copy(work: Work) -> str:
    """The static copy follows what was published, corrected or withdrawn."""
    return follow(settings_of(), work.now, work.stopping)


def _figures(work: Work) -> str:
    """The public figures are counted for the wing that reads no case."""
    with transaction() as session:
        return f"统计 {count_figures(session, work.now)} 行"


def _outbox(work: Work) -> str:
    settings = settings_of()
    return _send(work, post_of(settings), settings.mail_per_minute)


def _robots(work: Work) -> str:
    """By itself, so that no robot and no alarm waits behind a mail server that does not answer."""
    return _send(work, robots(), robot_answers.A_MINUTE)


def _send(work: Work, post: Post, a_minute: int) -> str:
    return str(deliver(post, work.runner, sender_of(settings_of()), work.watch, work.stopping, max(1, a_minute // RUNS_A_MINUTE)))


def _alarm(work: Work) -> str:
    with transaction() as session:
        found = raise_alarms(session, work.now, settings_of().alarm_url)
    return "；".join(alarm.words for alarm in found) or ALL_WELL


def _backup(work: Work) -> str:
    return nightly(work.now)


def _sweep(work: Work) -> str:
    with transaction() as session:
        return f"清理 {sweep(session, AttachmentStore(settings_of().data_dir / 'attachments'), work.now)} 个文件"


def _purge(work: Work) -> str:
    with transaction() as session:
        return f"清理 {purge(session, work.now)} 行"


OPERATIONS: dict[str, Callable[[Work], str]] = {
    "digest": _digest,
    "rungs": _rungs,
    "calendar": _calendar,
    "inbox": _inbox,
    "publications": _publications,
    "site_copy": _site_copy,
    "figures": _figures,
    "robots": _robots,
    "outbox": _outbox,
    "alarm": _alarm,
    "backup": _backup,
    "sweep": _sweep,
    "purge": _purge,
}
