"""Keeps every test on this machine: a connection to another host fails the test, even where the error is swallowed."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", ""})


class OutsideWorld(AssertionError):
    """A test tried to reach another host. Deliberately no OSError, which sending code is right to retry."""


class Guard:
    """Stands before name look-up and connection, and remembers who tried to leave."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the guard in place for as long as `monkeypatch` lasts."""
        connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

        def guarded_connect(own: socket.socket, address: Any) -> None:
            self.check(own.family, address)
            connect(own, address)

        def guarded_connect_ex(own: socket.socket, address: Any) -> int:
            self.check(own.family, address)
            return connect_ex(own, address)

        def guarded_look_up(host: Any, *args: Any, **named: Any) -> Any:
            self.check_host(host)
            return look_up(host, *args, **named)

        monkeypatch.setattr(socket.socket, "connect", guarded_connect)
        monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)

    def check(self, family: int, address: Any) -> None:
        """Raise OutsideWorld unless the address is a unix socket or loopback."""
        if family in (socket.AF_INET, socket.AF_INET6):
            self.check_host(address[0])

    def check_host(self, host: Any) -> None:
        """Raise OutsideWorld unless the host is this machine."""
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if name is None or name.lower() in LOCAL_NAMES or _is_loopback(name):
            return
        self.attempts.append(name)
        raise OutsideWorld(f"a test tried to reach {name}")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
