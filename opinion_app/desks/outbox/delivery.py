"""The delivery run: claim, send, confirm - each claim and each confirmation a transaction of its own (decisions 37)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import DataError, SQLAlchemyError

from opinion_app.desks.outbox.operations import Claimed, Sender, claim, confirm
from opinion_app.flow.coming_back import bring_back
from opinion_app.notify.folder import FolderPost
from opinion_app.notify.robot import RobotPost
from opinion_app.notify.smtp import SmtpPost
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import NO_ANSWER, SAID, Attempt, Outcome
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.mailbox import mailbox
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import NoticeChannel

log = logging.getLogger(__name__)
FAILURES_IN_A_ROW = 3
RUN_SECONDS = 240.0
PATIENCE = 120.0  # seconds a database may be away after a letter has left; far less than the claim holds (rules/delivery.CLAIM)


class Post(Protocol):
    """Whatever takes the notices of one channel away."""

    channel: NoticeChannel

    def deliver(self, letter: Claimed) -> Attempt:
        """One attempt; answers how it ended, raises nothing."""

    def close(self) -> None:
        """No more letters in this run."""


class ByServer:
    """Letters go to the office's mail server."""

    channel = NoticeChannel.MAIL

    def __init__(self, smtp: SmtpPost, sender: str) -> None:
        self._smtp, self._sender = smtp, sender

    def deliver(self, letter: Claimed) -> Attempt:
        """Hand the letter in."""
        return self._smtp.deliver(self._sender, letter.recipient, letter.data)

    def close(self) -> None:
        """End the connection."""
        self._smtp.close()


class ByFile:
    """Letters lie in the data folder; the ledger says so (decisions 24)."""

    channel = NoticeChannel.MAIL

    def __init__(self, folder: FolderPost) -> None:
        self._folder = folder

    def deliver(self, letter: Claimed) -> Attempt:
        """File the letter; never one to a writer, which carries a query code and would lie there for good."""
        if letter.to_writer:
            return Attempt(Outcome.REFUSED, "没有设置邮件服务器")
        return self._folder.deliver(letter.message_id, letter.data)

    def close(self) -> None:
        """Nothing to end."""


class ByRobot:
    """Notices go to group robots."""

    channel = NoticeChannel.ROBOT

    def __init__(self, robots: RobotPost) -> None:
        self._robots = robots

    def deliver(self, letter: Claimed) -> Attempt:
        """Tell the robot."""
        return self._robots.deliver(letter.recipient, letter.subject, letter.data.decode())

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class Watch:
    """The two clocks of a run: the wall's for the ledger, the monotonic one in seconds for its own length; and how it waits."""

    now: Callable[[], datetime]
    ticks: Callable[[], float]
    pause: Callable[[float], object] = time.sleep


@dataclass
class Delivered:
    """What a run did, by outcome; `stopped` says why it ended before the queue was empty."""

    counts: dict[Outcome, int] = field(default_factory=dict)
    stopped: str = ""

    def __str__(self) -> str:
        said = "，".join(f"{SAID[outcome]} {number}" for outcome, number in self.counts.items())
        return "；".join(part for part in (said or "没有待发的通知", self.stopped) if part)


def post_of(settings: Settings) -> Post:
    """How this installation sends mail. The address was looked at when the settings were read."""
    if not settings.smtp_url:
        return ByFile(FolderPost(settings.data_dir / "mail"))
    return ByServer(SmtpPost(server_of(settings.smtp_url)), mailbox(settings.mail_from).addr_spec)


def robots() -> Post:
    """How this installation tells group robots."""
    return ByRobot(RobotPost())


def sender_of(settings: Settings) -> Sender:
    """Who the letters come from."""
    return Sender(settings.mail_from, settings.base_url, settings.alarm_url)


def deliver(
    post: Post, runner: str, sender: Sender, watch: Watch, stopping: Callable[[], bool] = lambda: False, most: int | None = None
) -> Delivered:
    """Send what waits for one channel until nothing is due, the server fails three times running, time is up or the process ends.

    `most`: how many letters this run may send, so that no server takes the office for a spammer. Needs an application context.
    Nothing a server does to one letter delays the others by more than its own time limit."""
    done, failures, begun = Delivered(), 0, watch.ticks()
    with transaction() as session:
        bring_back(session, post.channel, watch.now(), sender.alarm_url)
    try:
        while not done.stopped:
            letter = _claimed(runner, sender, watch, post.channel)
            if letter is None:
                break
            attempt = post.deliver(letter)
            _confirm(letter, runner, attempt, watch, stopping)
            done.counts[attempt.outcome] = done.counts.get(attempt.outcome, 0) + 1
            failures = failures + 1 if attempt.outcome in (Outcome.UNREACHABLE, Outcome.UNKNOWN) else 0
            done.stopped = _why_stop(failures, watch.ticks() - begun, stopping)
            if most is not None and sum(done.counts.values()) >= most and not done.stopped:
                done.stopped = "本轮已发满限额，下轮接着发"
    finally:
        post.close()
    return done


def _claimed(runner: str, sender: Sender, watch: Watch, channel: NoticeChannel) -> Claimed | None:
    with transaction() as session:
        return claim(session, runner, sender, watch.now(), channel)


def _confirm(letter: Claimed, runner: str, attempt: Attempt, watch: Watch, stopping: Callable[[], bool]) -> None:
    """Write down how the attempt ended; a database that is away is waited for.

    What the server said is known here alone: were it lost, the letter would be sent again. Raises SQLAlchemyError in the end."""
    begun = watch.ticks()
    while True:
        try:
            with transaction() as session:
                confirm(session, letter, runner, attempt, watch.now())
            return
        except DataError:
            if not attempt.said:
                raise
            attempt = replace(attempt, said="")  # better known without the server's words than sent again for them
        except SQLAlchemyError as error:
            if watch.ticks() - begun > PATIENCE or stopping():
                raise
            log.warning("the database did not take how notice %s ended, trying again: %s", letter.notice_id, type(error).__name__)
            watch.pause(1.0)


def _why_stop(failures: int, seconds: float, stopping: Callable[[], bool]) -> str:
    if failures >= FAILURES_IN_A_ROW:
        return NO_ANSWER
    if seconds > RUN_SECONDS:
        return "本轮时间已到，下轮接着发"
    return "正在退出" if stopping() else ""
