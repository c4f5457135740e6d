"""Group robots (企业微信、钉钉、飞书) through Apprise: a finished notice as a few plain lines to one address (decisions 27)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import apprise

from opinion_app.notify.robot_answer import answers
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.errors import Invalid
from opinion_app.rules.robots import robot_address

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would write the secret address into the log


SECONDS = 30.0


class RobotPost:
    """Hands notices to robots; each attempt ends as a value, and only what is known is claimed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    def deliver(self, address: str, title: str, text: str) -> Attempt:
        """One attempt. A robot that did not take it is tried again later; an address that is none never."""
        try:
            target = apprise.Apprise.instantiate(robot_address(address), suppress_exceptions=True)
        except Invalid as refusal:
            return Attempt(Outcome.REFUSED, refusal.message)
        if target is None:
            return Attempt(Outcome.REFUSED, "群机器人地址不能使用")
        return self._within(lambda: _told(target, title, text))

    def _within(self, attempt: Callable[[], Attempt]) -> Attempt:
        """The attempt, or that nobody knows when it takes too long: an answer that drips in has no time limit of its own."""
        ended: list[Attempt] = []
        thread = threading.Thread(target=lambda: ended.append(attempt()), name="robot", daemon=True)
        thread.start()
        thread.join(self._seconds)
        return ended[0] if ended else Attempt(Outcome.UNKNOWN, "群机器人没有答完")


def _told(target: apprise.NotifyBase, title: str, text: str) -> Attempt:
    """What the server answered; without any answer, what the library made of it.

    The plug-in is asked itself, in this thread: Apprise would ask it in another, where its answers are not heard."""
    with answers() as heard:
        try:
            taken = target.notify(body=text, title=title)
        except Exception as error:  # a library's fault concerns this notice alone and is written beside it
            return heard[-1] if heard else Attempt(Outcome.DEFERRED, f"群机器人：{type(error).__name__}")
    if heard:
        return heard[-1]
    return Attempt(Outcome.SENT) if taken else Attempt(Outcome.DEFERRED, "群机器人没有接收")
