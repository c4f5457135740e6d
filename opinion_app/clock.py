"""The only reader of the wall clock; everything else is handed `now`."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Seconds of the monotonic clock, which a changed wall clock does not move (decisions 26)."""
    return monotonic()
