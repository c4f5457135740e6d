"""The port that people reach the service by: kept before anything else is done, and what the links in letters begin with."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import click

from opinion_app.rules.errors import Refused

ADDRESS = "OPINION_BASE_URL"
TAKEN = (
    "端口 {port} 已被占用：本服务可能已经在运行，也可能是别的程序。"
    "请先停止它，或换一个端口，如 --port {other}（make run PORT={other}）。"
)
FORBIDDEN = "没有权限使用端口 {port}：请换 1024 以上的端口，如 --port 8000。"
NOT_HERE = "监听地址 {host} 不是本机的地址，请改用 127.0.0.1，或本机网卡的地址。"


@contextmanager
def kept_port(host: str, port: int) -> Iterator[list[socket.socket]]:
    """The port on every address that `host` names, kept for us within the block but not open yet.

    Raises Refused, with what to do, where it is another's, where it is not allowed, and for an address of another machine."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(held)) for held in _keep(host, port)]


def _keep(host: str, port: int) -> list[socket.socket]:
    kept: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((family, address) for family, _kind, _protocol, _name, address in found):
            if family in (socket.AF_INET, socket.AF_INET6):
                kept.append(_bound(family, address))
    except OSError as error:
        for held in kept:
            held.close()
        raise Refused(_why(error).format(host=host, port=port, other=port + 1 if port < 65535 else 8000)) from error
    return kept


def _bound(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket:
    """A socket at `address`; a port whose last connections are not over yet is free all the same, but for Windows, where to ask
    for that would share it with another program."""
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        held.bind(address)
    except OSError:
        held.close()
        raise
    return held


def _why(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return FORBIDDEN
    return TAKEN if error.errno == errno.EADDRINUSE else NOT_HERE


def address_of(host: str, port: int) -> str:
    """Where a browser on this machine finds what is served at `host`."""
    try:
        anywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        anywhere = False
    shown = "127.0.0.1" if anywhere else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def name_address(host: str, port: int) -> None:
    """Have the links in letters lead to where we serve, in this process and the clock beside it, unless the office says where to.

    Says so where other machines may come in, but are not led here."""
    if os.environ.get(ADDRESS, "").strip():
        return
    os.environ[ADDRESS] = address_of(host, port)
    if host not in os.environ[ADDRESS]:
        click.echo(
            f"没有设置 {ADDRESS}：邮件和日历订阅里的链接写 {os.environ[ADDRESS]}，别的电脑打不开。请设为大家使用的网址。",
            err=True,
        )
