"""One SMTP connection that can hold nobody for ever: a watchdog cuts it when its time is up, and no reply has endless lines.

A socket's own time limit counts from one piece of an answer to the next, so a server that drips a line every few seconds would
never meet it (hardening R4, tarpit).
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import IO, Any

REPLY_LINES = 100  # an answer to EHLO has some ten or twenty
CUT_AGAIN = 0.5


class _Lines:
    """The server's answers, line by line, so many and no more to one command."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.left = REPLY_LINES

    def readline(self, size: int = -1) -> bytes:
        """The next whole line; raises OSError when the answer has too many, or ended within one."""
        if self.left <= 0:
            raise OSError(f"more than {REPLY_LINES} lines in one reply")
        self.left -= 1
        line = self._stream.readline(size)
        if line and not line.endswith(b"\n") and not 0 <= size <= len(line):
            raise OSError("the connection ended within a reply")
        return line

    def close(self) -> None:
        self._stream.close()


class Session(smtplib.SMTP):
    """A connection whose answers have an end; `opened` is told of it before it connects, so that it can be cut while it does."""

    file: Any = None

    def __init__(self, opened: Callable[[Session], None], *args: Any, **named: Any) -> None:
        opened(self)
        super().__init__(*args, **named)

    def getreply(self) -> tuple[int, bytes]:
        """The answer to one command. Raises SMTPServerDisconnected for one without an end."""
        if self.sock is not None and not isinstance(self.file, _Lines):
            self.file = _Lines(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = REPLY_LINES
        return super().getreply()


class SecureSession(Session, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


class Watchdog:
    """Cuts the connection when `seconds` of the monotonic clock have passed; it cuts again until the block ends."""

    def __init__(self, session: Callable[[], smtplib.SMTP | None], seconds: float) -> None:
        self._session, self._ends = session, monotonic() + seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="smtp-watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def allow(self, seconds: float) -> None:
        """From now on the connection has this many seconds, unless its time was up before."""
        if monotonic() < self._ends:
            self._ends = monotonic() + seconds

    def _watch(self) -> None:
        while not self._done.wait(max(self._ends - monotonic(), 0)):
            if monotonic() >= self._ends:  # it was not given more time meanwhile
                cut(self._session())
                if self._done.wait(CUT_AGAIN):  # a connection that was just being made is cut once it is there
                    return


def cut(session: smtplib.SMTP | None) -> None:
    """End both directions under whoever waits for it; the waiting call fails at once. TLS is not asked: it might wait, too."""
    sock = session.sock if session is not None else None
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def open_session(scheme: str, host: str, port: int, seconds: float, opened: Callable[[Session], None]) -> Session:
    """Connect within `seconds` for each address of the host. Raises what smtplib raises."""
    if scheme == "smtps":
        return SecureSession(opened, host, port, timeout=seconds, context=ssl.create_default_context())
    return Session(opened, host, port, timeout=seconds)
