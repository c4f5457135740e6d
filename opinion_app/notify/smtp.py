"""Delivery by SMTP over one kept connection; how it ended is a value, and only what is known is claimed (hardening R4)."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass

from opinion_app.notify.smtp_session import Session, Watchdog, open_session
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.mail_faults import why_unreached
from opinion_app.rules.mail_server import Server
from opinion_app.rules.mailbox import AddressRefused, mailbox

_LINE_DOT = re.compile(rb"(?m)^\.")
GO_AHEAD, CLOSING = 354, 421


@dataclass(frozen=True, slots=True)
class Patience:
    """Time limits in seconds: short for connecting, long for the final confirmation (RFC 5321 4.5.3.2).

    `letter` is for all of one letter up to the final dot, whatever the server does meanwhile; `longest` is the most a letter can
    take and stays below the time of a claim, so that nobody else takes it over and sends it, too."""

    connect: float = 10
    command: float = 30
    letter: float = 120
    confirmation: float = 120
    parting: float = 5

    @property
    def longest(self) -> float:
        """The most one letter can take, but for the system's own search for the server's name."""
        return self.letter + self.confirmation


class SmtpPost:
    """Hands letters to one server, one after another over the same connection."""

    def __init__(self, server: Server, patience: Patience = Patience()) -> None:
        self._server, self._patience = server, patience
        self._held: Session | None = None

    def deliver(self, sender: str, recipient: str, data: bytes) -> Attempt:
        """One attempt to hand in a letter for one recipient; never raises for what a server or a network does.

        An address that is not one plain mailbox is not asked for: the library would make another of it."""
        try:
            mailbox(recipient)
        except AddressRefused as refusal:
            return Attempt(Outcome.REFUSED, refusal.message)
        with Watchdog(lambda: self._held, self._patience.letter) as watchdog:
            try:
                attempt = self._hand_in(self._connected(), sender, recipient, data, watchdog)
            except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: a name or password no command can carry
                attempt = Attempt(Outcome.UNREACHABLE, why_unreached(error))
        if attempt.outcome in (Outcome.UNREACHABLE, Outcome.UNKNOWN):
            self._drop()
        return attempt

    def close(self) -> None:
        """End the connection, politely where the server still listens."""
        if self._held is not None:
            with Watchdog(lambda: self._held, self._patience.parting), contextlib.suppress(smtplib.SMTPException, OSError):
                self._held.quit()
        self._drop()

    def _drop(self) -> None:
        """Leave without a word: who does not answer is not asked again."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _hold(self, session: Session) -> None:
        self._held = session

    def _connected(self) -> Session:
        """The kept connection if the server still listens - it may have ended an idle one -, else a new one."""
        if self._held is not None and not self._listens(self._held):
            self._drop()
        if self._held is not None:
            return self._held
        server = self._server
        session = open_session(server.scheme, server.host, server.port, self._patience.connect, self._hold)
        self._greet(session)
        return session

    def _listens(self, session: smtplib.SMTP) -> bool:
        try:
            return session.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _greet(self, session: smtplib.SMTP) -> None:
        self._wait(session, self._patience.command)
        session.ehlo_or_helo_if_needed()
        if self._server.scheme == "smtp+starttls":
            session.starttls(context=ssl.create_default_context())
            session.ehlo()
        if self._server.user:
            session.login(self._server.user, self._server.password)

    def _wait(self, session: smtplib.SMTP, seconds: float) -> None:
        if session.sock is not None:
            session.sock.settimeout(seconds)

    def _hand_in(self, session: Session, sender: str, recipient: str, data: bytes, watchdog: Watchdog) -> Attempt:
        """MAIL, RCPT, DATA. A refused sender is the office's own fault, not the recipient's, and is tried again later."""
        code, said = session.mail(sender)
        if code != 250:
            return self._turned_down(session, Outcome.UNREACHABLE, code, said)
        code, said = session.rcpt(recipient)
        if code not in (250, 251):
            return self._turned_down(session, _by(code), code, said)
        code, said = session.docmd("DATA")
        if code != GO_AHEAD:
            return self._turned_down(session, _by(code), code, said)
        return self._body(session, data, watchdog)

    def _body(self, session: smtplib.SMTP, data: bytes, watchdog: Watchdog) -> Attempt:
        """The letter and the final dot: lost before the dot it is not delivered, lost after it nobody can know."""
        closed = data if data.endswith(b"\r\n") else data + b"\r\n"
        try:
            session.send(_LINE_DOT.sub(b"..", closed) + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            return Attempt(Outcome.UNREACHABLE, why_unreached(error))
        self._wait(session, self._patience.confirmation)
        watchdog.allow(self._patience.confirmation)
        try:
            code, said = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Attempt(Outcome.UNKNOWN, why_unreached(error))
        self._wait(session, self._patience.command)
        if code == 250:
            return Attempt(Outcome.SENT)
        if not 400 <= code < 600:  # neither taken nor refused in any way the protocol knows
            return Attempt(Outcome.UNKNOWN, f"{code} {said.decode('utf-8', 'replace')}"[:200])
        return self._turned_down(session, _by(code), code, said)

    def _turned_down(self, session: smtplib.SMTP, outcome: Outcome, code: int, said: bytes) -> Attempt:
        """The server said no; the connection is made ready for the next letter, or left when the server is closing."""
        words = f"{code} {said.decode('utf-8', 'replace')}"[:200]
        if code == CLOSING:
            return Attempt(Outcome.UNREACHABLE, words)
        try:
            session.rset()
        except (smtplib.SMTPException, OSError):  # it said no and hung up: the answer stands, the connection does not
            self._drop()
        return Attempt(outcome, words)


def _by(code: int) -> Outcome:
    """Temporary for 4xx, for good for 5xx; an answer that is neither counts as temporary (RFC 5321 4.2.1)."""
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.DEFERRED
