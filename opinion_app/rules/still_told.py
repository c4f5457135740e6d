"""Of which earlier versions of a date a rung counts as told of the present one: none from before it was put off (N01, N02)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a date before the present one, and since when it held; without a date it stood still."""

    number: int
    due_at: datetime | None
    begun: datetime


@dataclass(frozen=True, slots=True)
class StillTold:
    """The versions that count: all from `since` on, and of those before the ones in `as_late`."""

    since: int = 0
    as_late: frozenset[int] = frozenset()

    def counts(self, version: int) -> bool:
        """Whether who was told of that version knows what the rung says of the present one."""
        return version >= self.since or version in self.as_late


def still_told(versions: Sequence[Version], due_at: datetime, moment_under: Callable[[datetime], datetime | None]) -> StillTold:
    """What counts of a rung that `moment_under` gives the moment of by a date, the present one being `due_at`.

    A version under which the rung was still to come when that began had really put it off: what was told before is of another
    time and says nothing now, but where it was of a date as late as the present one, which a slip moved and brought back. How
    often a date was moved since does not count; a standstill puts off nothing, the date it ends with does."""
    put_off = [one.number for one in versions if one.due_at is not None and _ahead(moment_under(one.due_at), one.begun)]
    since = max(put_off, default=0)
    return StillTold(since, frozenset(one.number for one in versions if one.due_at is not None and one.due_at >= due_at))


def _ahead(moment: datetime | None, begun: datetime) -> bool:
    return moment is None or moment > begun
