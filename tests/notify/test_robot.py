"""A robot's answer becomes a value: what it took, what it may take later, what it never will; its address stays secret."""

from __future__ import annotations

import logging
from collections.abc import Callable

import apprise
import pytest

from opinion_app.notify.robot import RobotPost
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.robots import UNFIT

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-key-0001"


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], bool]) -> list[tuple[str, str]]:
    """A library that sends nothing and answers so; what it was given."""
    given: list[tuple[str, str]] = []

    def notify(_self: apprise.Apprise, body: str, title: str) -> bool:
        given.append((title, body))
        return answer()

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    return given


@pytest.mark.parametrize(
    ("taken", "outcome", "said"),
    [(True, Outcome.SENT, ""), (False, Outcome.DEFERRED, "群机器人没有接收")],
)
def test_n06_what_a_robot_takes_is_sent_and_what_it_does_not_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, taken: bool, outcome: Outcome, said: str
) -> None:
    given = answering(monkeypatch, lambda: taken)
    attempt = RobotPost().deliver(ADDRESS, "催办通知", "LY2026-000001 答复")
    assert (attempt.outcome, attempt.said) == (outcome, said)
    assert given == [("催办通知", "LY2026-000001 答复")]


def test_n06_a_fault_of_the_library_is_written_beside_the_notice_without_the_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> bool:
        raise ConnectionError(ADDRESS)

    answering(monkeypatch, broken)
    with caplog.at_level(logging.DEBUG):
        attempt = RobotPost().deliver(ADDRESS, "催办通知", "LY2026-000001 答复")
    assert (attempt.outcome, attempt.said) == (Outcome.DEFERRED, "群机器人：ConnectionError")
    assert "secret-key-0001" not in caplog.text


@pytest.mark.parametrize(
    "address", ["", "https://example.org/hook", "ftp://qyapi.weixin.qq.com/x?key=secret-key-0001", "wecombot://"]
)
def test_n06_an_address_that_is_no_robots_is_never_tried(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    given = answering(monkeypatch, lambda: True)
    attempt = RobotPost().deliver(address, "催办通知", "LY2026-000001 答复")
    assert (attempt.outcome, attempt.said, given) == (Outcome.REFUSED, UNFIT, [])


@pytest.mark.parametrize("known", [False, True])
def test_n06_an_address_the_library_cannot_use_is_never_tried(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    given = answering(monkeypatch, lambda: True)
    if known:  # it reads the address and then does not want it
        monkeypatch.setattr(apprise.Apprise, "add", lambda _self, _target: False)
    else:
        monkeypatch.setattr(apprise.Apprise, "instantiate", staticmethod(lambda *_args, **_named: None))
    attempt = RobotPost().deliver(ADDRESS, "催办通知", "LY2026-000001 答复")
    assert (attempt.outcome, attempt.said, given) == (Outcome.REFUSED, "群机器人地址不能使用", [])
