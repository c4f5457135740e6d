"""Addresses of group robots (企业微信、钉钉、飞书): what the chat program shows, turned into the address the sender knows.

`json://` and `jsons://` lead to a program of the office's own that takes a notice and passes it on: whoever runs the machine may
set one for the alarm. A page takes none, or it could have the server knock at any door of the network."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from opinion_app.rules.errors import Invalid

CHATS = ("wecombot", "dingtalk", "feishu", "lark")
KINDS = (*CHATS, "json", "jsons")
UNFIT = "群机器人地址不能使用：请从企业微信、钉钉或飞书的群机器人设置里完整复制 https:// 开头的地址。"
_PLAIN = re.compile(r"[!-~]+")
_WORD = re.compile(r"[A-Za-z0-9_-]{6,200}")


def chat_robot(typed: str) -> str:
    """The address of the robot of a chat program, as a page takes it. Raises Invalid for everything else."""
    address = robot_address(typed)
    if not address.startswith(tuple(f"{kind}://" for kind in CHATS)):
        raise Invalid(UNFIT, {"robot_url": UNFIT})
    return address


def robot_address(typed: str) -> str:
    """The address of the robot: one of a known chat program, or one somebody wrote for a program of the office's own.

    Raises Invalid for everything else, and for an address with a blank or a line break in it."""
    try:
        parts = urlsplit(typed.strip())
        host = parts.hostname or ""
    except ValueError as error:
        raise Invalid(UNFIT, {"robot_url": UNFIT}) from error
    if parts.scheme in KINDS and host and _PLAIN.fullmatch(typed.strip()):
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
