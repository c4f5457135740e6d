"""A mark of what somebody was shown before they save: whoever saves with it has seen just that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def mark_of(rows: Iterable[str]) -> str:
    """The mark of some lines, 32 hexadecimal digits; empty where there was nothing to see."""
    said = "\n".join(rows)
    return hashlib.sha256(said.encode()).hexdigest()[:32] if said else ""
