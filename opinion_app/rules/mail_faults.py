"""Why a mail server was not reached, in the words of an office; what only a technician reads follows where it adds something."""

from __future__ import annotations

import builtins
import errno
import smtplib
import socket
import ssl

# The narrower before the wider: a certificate that is wrong is an SSLError, and almost everything here is an OSError.
# What explains itself stands alone; of the others the machine's words tell a technician more.
_WHY: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "服务器不支持所设的登录或加密方式"),
    (ConnectionRefusedError, "拒绝连接，服务可能没有启动或端口不对"),
    (socket.gaierror, "找不到主机，请核对服务器名称"),
    (TimeoutError, "超时没有应答"),
    (ConnectionError, "连接中途断开"),
)
_WITH_DETAIL: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "登录被拒，请核对用户名和密码"),
    (smtplib.SMTPServerDisconnected, "连接中途断开"),
    (ssl.SSLCertVerificationError, "证书不对，不能确认是这台服务器"),
    (ssl.SSLError, "加密连接没有建立"),
    (smtplib.SMTPException, "服务器没有按约定应答"),
)
_ELSE = "没有连上"
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def why_unreached(error: Exception) -> str:
    """The reason as people read it, in at most 200 characters; after a colon and a blank the machine's words, where needed."""
    if isinstance(error, OSError) and error.errno in _NO_WAY:
        return "网络不通"
    words, alone = _known(type(error))
    return words if alone else f"{words}: {type(error).__name__}: {error}"[:200]


def why_by_name(name: str) -> str:
    """The same of an error of which its class alone is known: earlier versions wrote its name before the machine's words."""
    found = (getattr(module, name, None) for module in (builtins, smtplib, socket, ssl))
    return _known(next((kind for kind in found if isinstance(kind, type)), Exception))[0]


def _known(kind: type) -> tuple[str, bool]:
    """The words for a kind of error, and whether they stand alone."""
    for table in (_WHY, _WITH_DETAIL):
        for known, words in table:
            if issubclass(kind, known):
                return words, table is _WHY
    return _ELSE, False
