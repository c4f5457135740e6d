"""The web server of the one-machine install: waitress, ended so that requests under way are answered (hardening R15)."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import click
from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from opinion_app import clock
from opinion_app.rules.settings import Settings

THREADS = 8
PATIENCE = 20.0


def serve(app: Flask, kept: list[socket.socket], begun: Callable[[], Callable[[], None]]) -> None:
    """Answer requests at the ports that were `kept` until SIGTERM or Ctrl-C.

    `begun` is called once they are open; what it answers is called about twice a second. Raises OSError where somebody else
    opened the port meanwhile."""
    settings: Settings = app.extensions["opinion_settings"]
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        sockets=kept,
        threads=THREADS,
        ident=None,
        # waitress keeps these from ProxyFix unless somebody said that a proxy of ours sets them
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
        max_request_body_size=int(app.config["MAX_CONTENT_LENGTH"]),
    )
    stop = _Stop()
    try:
        look = begun()
        while not stop.asked:
            wasyncore.loop(timeout=0.5, map=sockets, count=1)
            look()
        _drain(sockets)
    finally:
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        wasyncore.close_all(sockets)


def _drain(sockets: dict[int, Any]) -> None:
    """Take no new connection, answer what is under way, for a while."""
    for listener in [held for held in sockets.values() if isinstance(held, BaseWSGIServer)]:
        listener.accepting = False
        listener.del_channel()
        listener.socket.close()
    end = clock.ticks() + PATIENCE
    while clock.ticks() < end and any(_busy(held) for held in list(sockets.values())):
        wasyncore.loop(timeout=0.1, map=sockets, count=1)


def _busy(held: Any) -> bool:
    return isinstance(held, HTTPChannel) and bool(held.requests or held.request is not None or held.total_outbufs_len)


class _Stop:
    """Whether somebody asked the process to end; a second Ctrl-C ends it at once."""

    def __init__(self) -> None:
        self.asked = False
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        click.echo("正在停止：办完手头的请求即退出……", err=True)
