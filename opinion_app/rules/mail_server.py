"""The mail server that a setting names, as the sender needs it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
EXPECTED = (
    "应写成 smtp://用户:密码@主机:25，加密的以 smtp+starttls:// 或 smtps:// 开头；"
    "用户名、密码里的 @ : / ? # % 写成 %40 %3A %2F %3F %23 %25；不设置则邮件存为文件。"
)


class ServerUnfit(ValueError):
    """An address that names no mail server; the message says what is expected, and repeats no password."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in; `smtps` is TLS from the start, `smtp+starttls` demands it before anything is said."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


def server_of(url: str) -> Server:
    """The server an address names. Raises ServerUnfit."""
    try:
        parts = urlsplit(url)
        port = _PORTS[parts.scheme] if parts.port is None else parts.port
        known = parts.scheme in _PORTS and port > 0 and not parts.query and not set(parts.hostname or " ") & set(" \t")
    except (KeyError, ValueError) as error:
        raise ServerUnfit(EXPECTED) from error
    if not known or not parts.hostname:
        raise ServerUnfit(EXPECTED)
    return Server(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))
