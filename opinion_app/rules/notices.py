"""What notices share: the Message-ID made from a notice's key, so that a retry carries the same one (decisions 22)."""

from __future__ import annotations

import hashlib


def message_id(key: str, domain: str = "opinion.invalid") -> str:
    """The Message-ID of the notice with `key`; the same key always gives the same id (RFC 5322 3.6.4)."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
