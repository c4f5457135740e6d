"""A robot's answer becomes a value: what it took, what it may take later, what it never will; its address stays secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import apprise
import pytest
import requests
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError

from opinion_app.notify.robot import RobotPost
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.robots import UNFIT

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret-key-0001"


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], bool]) -> list[tuple[str, str]]:
    """A library that sends nothing and answers so; what it was given."""
    given: list[tuple[str, str]] = []

    def notify(_self: apprise.NotifyBase, body: str, title: str) -> bool:
        given.append((title, body))
        return answer()

    monkeypatch.setattr(apprise.NotifyBase, "notify", notify)
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


def test_n06_an_address_the_library_cannot_use_is_never_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    given = answering(monkeypatch, lambda: True)
    monkeypatch.setattr(apprise.Apprise, "instantiate", staticmethod(lambda *_args, **_named: None))
    attempt = RobotPost().deliver(ADDRESS, "催办通知", "LY2026-000001 答复")
    assert (attempt.outcome, attempt.said, given) == (Outcome.REFUSED, "群机器人地址不能使用", [])


ADDRESSES = {
    "企业微信": ADDRESS,
    "钉钉": "https://oapi.dingtalk.com/robot/send?access_token=secret0001secret0001",
    "飞书": "https://open.feishu.cn/open-apis/bot/v2/hook/7f2e1c1a-0000-4000-8000-000000000001",
    "Lark": "https://open.larksuite.com/open-apis/bot/v2/hook/7f2e1c1a-0000-4000-8000-000000000001",
}


def posted(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], requests.Response]) -> list[str]:
    """The library sends for real, up to the network, which answers so; the texts it posted."""
    texts: list[str] = []

    def post(_url: str, **named: Any) -> requests.Response:
        data = named["data"] if "data" in named else json.dumps(named["json"])
        texts.append(data.decode() if isinstance(data, bytes) else str(data))
        return answer()

    monkeypatch.setattr(requests, "post", post)
    return texts


def response(status: int, body: object) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, json.dumps(body).encode()
    return made


@pytest.mark.parametrize("program", ADDRESSES)
@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"errcode": 0, "code": 0}, Outcome.SENT),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, Outcome.REFUSED),
        ({"code": 19001, "msg": "param invalid"}, Outcome.REFUSED),
        ({"errcode": 130101, "errmsg": "send too fast"}, Outcome.DEFERRED),
        ({}, Outcome.UNKNOWN),
    ],
)
def test_n06_a_refusal_behind_a_200_is_none_of_the_sent(
    monkeypatch: pytest.MonkeyPatch, program: str, body: object, outcome: Outcome
) -> None:
    texts = posted(monkeypatch, lambda: response(200, body))
    attempt = RobotPost().deliver(ADDRESSES[program], "催办通知", "LY2026-000001 答复")
    assert attempt.outcome is outcome
    assert len(texts) == 1
    assert "LY2026-000001" in texts[0]


def _raise(error: Exception) -> requests.Response:
    raise error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (requests.ReadTimeout("read timed out"), Outcome.UNKNOWN),
        (requests.ConnectionError("Remote end closed connection"), Outcome.UNKNOWN),
        (requests.ConnectTimeout("timed out"), Outcome.UNREACHABLE),
        (
            requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(HTTPSConnection("a.test"), "no route"))),  # type: ignore[arg-type]
            Outcome.UNREACHABLE,
        ),
    ],
)
def test_n06_a_robot_never_reached_is_told_from_one_that_fell_silent(
    monkeypatch: pytest.MonkeyPatch, error: Exception, outcome: Outcome
) -> None:
    posted(monkeypatch, lambda: _raise(error))
    assert RobotPost().deliver(ADDRESS, "催办通知", "LY2026-000001 答复").outcome is outcome
