"""What notices share: the Message-ID made from a notice's key, so that a retry carries the same one (decisions 22)."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

NOWHERE = "opinion.invalid"  # RFC 6761: for an office that names no domain of its own
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
LONGEST = 120


def message_id(key: str, installation: str = "", domain: str = NOWHERE) -> str:
    """The Message-ID of the notice with `key`: always the same in one installation, and no other's (RFC 5322 3.6.4)."""
    return f"<{hashlib.sha256(f'{installation}:{key}'.encode()).hexdigest()[:40]}@{domain}>"


def domain_of(mail_from: str, base_url: str) -> str:
    """The domain an office's letters are numbered under: that of its sender, else the host of its address on the net."""
    for named in (mail_from.rpartition("@")[2], urlsplit(base_url).hostname or ""):
        domain = named.strip().lower()
        if _DOMAIN.fullmatch(domain) and len(domain) <= LONGEST:
            return domain
    return NOWHERE
