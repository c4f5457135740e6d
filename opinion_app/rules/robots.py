"""Addresses of group robots (企业微信、钉钉、飞书): what the chat program shows, turned into the address the sender knows."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from opinion_app.rules.errors import Invalid

KINDS = ("wecombot", "dingtalk", "feishu", "lark", "json", "jsons")
UNFIT = "群机器人地址不能使用：请从企业微信、钉钉或飞书的群机器人设置里完整复制 https:// 开头的地址。"
_WORD = re.compile(r"[A-Za-z0-9_-]{6,200}")


def robot_address(typed: str) -> str:
    """The address of the robot; only known chat programs, so that nothing is sent to just any address. Raises Invalid."""
    try:
        parts = urlsplit(typed.strip())
        host = parts.hostname or ""
    except ValueError as error:
        raise Invalid(UNFIT, {"robot_url": UNFIT}) from error
    if parts.scheme in KINDS and host and typed.strip().isprintable():
        return typed.strip()
    last, query = parts.path.rstrip("/").rpartition("/")[2], parse_qs(parts.query)
    known = {
        "qyapi.weixin.qq.com": ("wecombot", query.get("key", [""])[0]),
        "oapi.dingtalk.com": ("dingtalk", query.get("access_token", [""])[0]),
        "open.feishu.cn": ("feishu", last),
        "open.larksuite.com": ("lark", last),
    }
    kind, word = known.get(host, ("", "")) if parts.scheme == "https" else ("", "")
    if not _WORD.fullmatch(word):
        raise Invalid(UNFIT, {"robot_url": UNFIT})
    return f"{kind}://{word}/"
