"""What group robots answer: 200 is no promise, a refusal is told from a rate, and somebody is told what to mend (N06)."""

from __future__ import annotations

import json

import pytest

from opinion_app.rules.delivery import Outcome
from opinion_app.rules.robot_answers import judge_answer

ANSWERS = [
    (200, {"errcode": 0, "errmsg": "ok"}, Outcome.SENT, ""),
    (200, {"code": 0, "msg": "success", "data": {}}, Outcome.SENT, ""),
    (200, {"StatusCode": 0, "StatusMessage": "success"}, Outcome.SENT, ""),
    (200, {"errcode": 93000, "errmsg": "invalid webhook url"}, Outcome.REFUSED, "企业微信不认"),
    (200, {"errcode": 45009, "errmsg": "api freq out of limit"}, Outcome.DEFERRED, "太密|发得太密"),
    (200, {"errcode": 310000, "errmsg": "keywords not in content"}, Outcome.REFUSED, "安全设置"),
    (200, {"errcode": 130101, "errmsg": "send too fast"}, Outcome.DEFERRED, "钉钉说发得太密"),
    (200, {"code": 19001, "msg": "param invalid"}, Outcome.REFUSED, "飞书不认"),
    (200, {"code": 19024, "msg": "Key Words Not Found"}, Outcome.REFUSED, "关键词"),
    (200, {"code": 11232, "msg": "frequency limited"}, Outcome.DEFERRED, "飞书说发得太密"),
    (429, {"code": 99991400, "msg": "request trigger frequency limit"}, Outcome.DEFERRED, "飞书"),
    (200, {"errcode": -1, "errmsg": "system\nbusy"}, Outcome.DEFERRED, "没有接收：system busy（-1）"),
    (200, [], Outcome.UNKNOWN, "不完整"),
    (200, {}, Outcome.UNKNOWN, "不完整"),
    (204, {"ok": True}, Outcome.UNKNOWN, "不完整"),
    (500, {}, Outcome.DEFERRED, "HTTP 500"),
]


@pytest.mark.parametrize(("status", "body", "outcome", "said"), ANSWERS)
def test_n06_the_code_in_the_body_decides(status: int, body: object, outcome: Outcome, said: str) -> None:
    attempt = judge_answer(status, json.dumps(body))
    assert attempt.outcome is outcome
    assert any(part in attempt.said for part in said.split("|"))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (204, "", Outcome.SENT),
        (200, "ok", Outcome.SENT),
        (404, "<html>", Outcome.DEFERRED),
        (200, '{"errcode": 93000}', Outcome.SENT),
        (302, "", Outcome.DEFERRED),
    ],
)
def test_n06_of_a_server_without_codes_the_status_decides(status: int, body: str, outcome: Outcome) -> None:
    assert judge_answer(status, body, coded=False).outcome is outcome


@pytest.mark.parametrize(
    ("body", "outcome", "said"),
    [
        ("<html>请先登录上网认证</html>", Outcome.DEFERRED, "答话的不是群机器人，可能是上网登录页，请检查本机的网络"),
        ("ok", Outcome.DEFERRED, "答话的不是群机器人，可能是上网登录页，请检查本机的网络"),
        ("", Outcome.UNKNOWN, "群机器人的答复不完整，没有说收没收到"),
        (' {"errcode": 0, "errm', Outcome.UNKNOWN, "群机器人的答复不完整，没有说收没收到"),
    ],
)
def test_n06_a_chat_program_that_gives_no_code_has_not_taken_it(body: str, outcome: Outcome, said: str) -> None:
    attempt = judge_answer(200, body)
    assert (attempt.outcome, attempt.said) == (outcome, said)


def test_a_talkative_refusal_is_cut_short() -> None:
    assert len(judge_answer(200, json.dumps({"errcode": 7, "errmsg": "很" * 5000})).said) < 120
