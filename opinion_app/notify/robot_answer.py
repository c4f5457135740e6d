"""Hears what a robot's server answers: Apprise looks at the status alone, and the chat programs refuse with 200 and a code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from apprise.plugins import custom_json, dingtalk, feishu, lark, wecombot
from urllib3.exceptions import NewConnectionError

from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.robot_answers import judge_answer

PLUGINS: tuple[Any, ...] = (custom_json, dingtalk, feishu, lark, wecombot)
_hearing = threading.local()


class Listening:
    """Stands where a plug-in looks for the library `requests`, and notes each answer for whoever listens in this thread.

    `coded`: the answer is one of the chat programs, whose code decides; that of another program counts by its status."""

    def __init__(self, *, coded: bool) -> None:
        self._coded = coded

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, *args: Any, **named: Any) -> requests.Response:
        """As `requests.post`."""
        return self._heard(lambda: requests.post(*args, **named))  # noqa: S113 the plug-in sets the timeout

    def request(self, *args: Any, **named: Any) -> requests.Response:
        """As `requests.request`."""
        return self._heard(lambda: requests.request(*args, **named))  # noqa: S113

    def _heard(self, asked: Callable[[], requests.Response]) -> requests.Response:
        heard: list[Attempt] = getattr(_hearing, "answers", [])
        try:
            response = asked()
        except requests.RequestException as error:
            heard.append(_without_answer(error))
            raise
        body = response.content[:4000].decode("utf-8", "replace")
        heard.append(judge_answer(response.status_code, body, coded=self._coded))
        return response


def _without_answer(error: requests.RequestException) -> Attempt:
    """A server that was never reached has not taken the notice; one that fell silent may have."""
    cause = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or isinstance(cause, NewConnectionError):
        return Attempt(Outcome.UNREACHABLE, "连接不上群机器人")
    return Attempt(Outcome.UNKNOWN, "群机器人没有答完")


for _plugin in PLUGINS:
    _plugin.requests = Listening(coded=_plugin is not custom_json)


@contextmanager
def answers() -> Iterator[list[Attempt]]:
    """What the servers answer in this thread until the block ends."""
    heard: list[Attempt] = []
    _hearing.answers = heard
    try:
        yield heard
    finally:
        _hearing.answers = []
