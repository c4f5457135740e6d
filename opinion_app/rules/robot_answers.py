"""What the answer of a group robot means: 企业微信, 钉钉 and 飞书 say 200 and put the refusal into the body.

Sources: the open documentation of the three programs - 企业微信 群机器人 (text of at most 2048 bytes, 20 messages a minute), 钉钉
自定义机器人 (20 a minute, then blocked for ten minutes: 130101), 飞书 自定义机器人 (100 a minute and 5 a second: 11232).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from opinion_app.rules.delivery import Attempt, Outcome

LONGEST = 2000  # bytes of one notice, title included; the narrowest of the three takes 2048
A_MINUTE = 18  # notices to all robots together; the narrowest of the three takes 20 for each
_SPEECH = 80

# What trying again does not mend: somebody has to change the robot's settings, here or in the chat program.
_FOR_GOOD: Mapping[str, str] = {
    "93000": "企业微信不认这个机器人地址，请重新复制",
    "93004": "企业微信里这个机器人已被移出群",
    "300001": "钉钉不认这个机器人地址，请重新复制",
    "300005": "钉钉不认这个机器人地址，请重新复制",
    "400101": "钉钉不认这个机器人地址，请重新复制",
    "400102": "钉钉里这个机器人已停用",
    "310000": "钉钉机器人的安全设置没有放行：请把自定义关键词设为“通报”“催办”等，或放行本机地址",
    "19001": "飞书不认这个机器人地址，请重新复制",
    "19021": "飞书机器人开了签名校验，请改用关键词或地址白名单",
    "19022": "飞书机器人的地址白名单里没有本机",
    "19024": "飞书机器人的自定义关键词不符，请加上“通报”“催办”等",
}
_TOO_OFTEN = {"45009": "企业微信", "130101": "钉钉", "90030": "钉钉", "410100": "钉钉", "11232": "飞书", "99991400": "飞书"}


def judge_answer(status: int, body: str, *, coded: bool = True) -> Attempt:
    """How an attempt ended, by what the robot's server answered: `status` of HTTP and the body.

    An unknown code is tried again, and is written down. A server that gives no codes (`coded` false) counts by its status; of the
    three programs a 200 without a code is no answer: a page is the network's log-in, and took nothing; of what is
    cut short or empty nobody knows."""
    code, said = _code(body) if coded else ("", "")
    if code in _FOR_GOOD:
        return Attempt(Outcome.REFUSED, f"{_FOR_GOOD[code]}（{code}）")
    if code in _TOO_OFTEN:
        return Attempt(Outcome.DEFERRED, f"{_TOO_OFTEN[code]}说发得太密（{code}）")
    if code not in ("", "0"):
        return Attempt(Outcome.DEFERRED, f"群机器人没有接收：{said[:_SPEECH]}（{code}）")
    if 200 <= status < 300 and coded and not code:
        return _without_code(body)
    if 200 <= status < 300:
        return Attempt(Outcome.SENT)
    return Attempt(Outcome.DEFERRED, f"群机器人没有接收（HTTP {status}）")


def _without_code(body: str) -> Attempt:
    page = body.strip()[:1] not in ("", "{", "[")
    if page:
        return Attempt(Outcome.DEFERRED, "答话的不是群机器人，可能是上网登录页，请检查本机的网络")
    return Attempt(Outcome.UNKNOWN, "群机器人的答复不完整，没有说收没收到")


def _code(body: str) -> tuple[str, str]:
    """The code of the answer and its words; 飞书 says `code` or `StatusCode`, the others `errcode`."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return "", ""
    if not isinstance(answer, dict):
        return "", ""
    code = next((answer[name] for name in ("errcode", "code", "StatusCode") if name in answer), "")
    said = next((answer[name] for name in ("errmsg", "msg", "StatusMessage") if name in answer), "")
    return str(code), " ".join(str(said).split())
