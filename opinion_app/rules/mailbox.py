"""What can be written to: exactly one plain mailbox, by one rule for every form that takes an address and the letter (N13)."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.headerregistry import Address

from opinion_app.rules.errors import OfficeError

_PLAIN = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+")
_DOMAIN = re.compile(r"[^@]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]+")
LONGEST = 200


class AddressRefused(OfficeError):
    """An address that is not exactly one plain mailbox; a letter to it is never built."""


def mailbox(address: str) -> Address:
    """The one mailbox an address names. Raises AddressRefused for several, for none, and for anything with a line break."""
    if not _PLAIN.fullmatch(address) or any(mark in address for mark in ",;<>()\"'"):
        raise AddressRefused(_said(address))
    try:
        return Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise AddressRefused(_said(address)) from error


def _said(address: str) -> str:
    return f"邮箱地址“{_UNFIT.sub(' ', address).strip()[:80]}”不能使用，请在人员信息中改正。"


def same_mailbox(address: str) -> str:
    """An address as it is counted: what is delivered to one mailbox is one, whatever its capitals and its +tag (RFC 5233)."""
    local, _at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def is_email(text: str) -> bool:
    """Whether `text` is exactly one address a letter can be built for, at a domain with a dot (hardening E28)."""
    if len(text) > LONGEST or not _DOMAIN.fullmatch(text):
        return False
    try:
        return len(mailbox(text).username) <= 64  # RFC 5321 4.5.3.1.1
    except AddressRefused:
        return False
