"""A real SMTP server on loopback for tests: it accepts, refuses, hangs or hangs up as each recipient's name asks."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN = ("office", "p@ss:word")


@dataclass
class Taken:
    """One letter the server accepted."""

    recipients: list[str]
    data: bytes
    sender: str = ""
    mood: str = ""

    @property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        read = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class MailServer:
    """What a test asks of the server and what it got; a recipient's local part names the behaviour."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    closed: bool = False
    delay: float = 0.0
    silence: float = 0.0  # seconds between taking a letter and saying so
    drops: dict[str, int] = field(default_factory=dict)
    moods: Callable[[], str] | None = None  # asked for each letter: how it fares, whatever its recipient is called
    mood: str = ""
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)  # of each letter: whether it came over TLS

    def let_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, said: LoginPassword) -> AuthResult:
        """Whether a login is the right one; every attempt is kept."""
        self.logins.append((said.login.decode(), said.password.decode()))
        return AuthResult(success=self.logins[-1] == LOGIN, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mode = "closing" if self.closed else address.partition("@")[0]
        if self.moods is not None:
            mode = self.mood = self.moods()
        if mode.startswith("temporary"):
            return "451 greylisted"
        if mode.startswith("gone"):
            return "550 no such person"
        if mode.startswith("closing"):
            return "421 going down"
        if mode.startswith("hang"):
            await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mode = str(envelope.rcpt_tos[0]).partition("@")[0]
        if mode.startswith("spam"):
            return "554 refused"
        await asyncio.sleep(self.delay)
        data = envelope.original_content or b""
        self.encrypted.append(session.ssl is not None or "SSL" in type(server.transport).__name__)
        self.taken.append(Taken([str(to) for to in envelope.rcpt_tos], data, str(envelope.mail_from or ""), self.mood))
        await asyncio.sleep(self.silence)
        left = self.drops.get(mode, 1)
        if self.mood == "after":
            lost: Any = server.transport
            lost.abort()
        if mode.startswith("after") and left:
            self.drops[mode] = left - 1
            transport: Any = server.transport
            transport.abort()
        if mode.startswith("slow"):
            await asyncio.sleep(30)
        return "250 taken"


class Dropping(SMTP):
    """The server's dialogue; for a recipient named `before…` it hangs up once it is told that data follows."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        mode = str(self.envelope.rcpt_tos[0]).partition("@")[0] if self.envelope and self.envelope.rcpt_tos else ""
        if mode.startswith("before") or self.event_handler.mood == "before":
            transport: Any = self.transport
            transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():  # of a login without STARTTLS: where it is asked for, the whole connection is encrypted
            warnings.simplefilter("ignore", UserWarning)
            return Dropping(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]  # port 0 was asked for; this is the one given
        super()._trigger_server()


@contextmanager
def mail_server(tls: SSLContext | None = None, *, at_once: bool = False, login: bool = False) -> Iterator[MailServer]:
    """Run the server until the block ends; with `tls` it offers STARTTLS, or speaks it from the start (`at_once`).

    With `login` it takes letters of who logged in as LOGIN only, and lets nobody log in before the connection is encrypted."""
    server = MailServer()
    known: dict[str, Any] = {"authenticator": server.let_in, "auth_required": True} if login else {}
    if at_once:
        known |= {"ssl_context": tls, "auth_require_tls": False}
    elif tls is not None:
        known |= {"tls_context": tls, "require_starttls": True}
    controller = _Controller(server, hostname="127.0.0.1", port=0, **known)
    controller.start()
    try:
        server.url = f"smtp://127.0.0.1:{controller.port}"
        yield server
    finally:
        controller.stop()
