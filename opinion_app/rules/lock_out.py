"""When too many wrong passwords lock an account, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def locked_until(failures: Sequence[datetime], after: int, minutes: int) -> datetime | None:
    """Until when an account is locked, given its failures since the last success, newest first; None when it is not.

    `after` failures within `minutes` lock for `minutes` from the last of them (GB/T 22239-2019 8.1.4.1.b). What is tried during
    the lock is not counted, so that nobody can keep another person locked out for ever. `after` 0 switches the lock off."""
    if after <= 0 or len(failures) < after:
        return None
    newest, oldest = failures[0], failures[after - 1]
    span = timedelta(minutes=minutes)
    return newest + span if newest - oldest < span else None
