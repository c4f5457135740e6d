"""A notice as a mail: one recipient, the same bytes and the same Message-ID however often it is built (N13, decisions 22)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from opinion_app.notify.letter import Words
from opinion_app.rules.mailbox import mailbox

_UNFIT = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything a mail is made of."""

    message_id: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    words: Words
    written_at: datetime
    list_name: str = "reminders"  # empty: a letter to one citizen, of no list


def compose(mail: Outgoing) -> bytes:
    """The bytes of the mail, ASCII only, with CRLF line ends. Raises AddressRefused."""
    sender, recipient = mailbox(mail.sender), mailbox(mail.recipient)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_one_line(mail.sender_name), sender.username, sender.domain)
    message["To"] = recipient
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answer shall answer this
    message["X-Auto-Response-Suppress"] = "All"
    if mail.list_name:
        message["Precedence"] = "bulk"
        message["List-Id"] = f"<{mail.list_name}.{sender.domain}>"
    message.set_content(mail.words.text, cte="base64")
    message.add_alternative(mail.words.html, subtype="html", cte="base64")
    message.set_boundary(f"=_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def _one_line(text: str) -> str:
    """Text for a header: no control character survives, so that no header can be smuggled in."""
    return _UNFIT.sub(" ", text).strip()
