"""Of which earlier versions of a date a rung counts as told of the present one: none from before it was put off (N01, N02)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a date, and since when it held; without a date it stood still."""

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


def still_told(versions: Sequence[Version], moment_under: Callable[[datetime], datetime | None], *, late: bool) -> StillTold:
    """What counts of a rung that `moment_under` gives the moment of by a date; the last of `versions` is the present one.

    A version under which the rung was still to come when that began put it off: what was told before is of another time, and
    says nothing of the dates since. What was told of a date counts for every date it moved to without being put off, for the
    rung had come for these too; so a slip that puts a date off and brings one of them back tells nothing again. Of a rung that
    says a date is `late` a later date says it as well; that it is due soon, or due, is known of that very date alone. How often
    a date was moved does not count; a standstill puts off nothing, the date it ends with does."""
    present, since, as_late, known = versions[-1].due_at, 0, set[int](), set[datetime]()
    for one in reversed(versions):
        known |= {one.due_at} if one.due_at is not None else set()
        if since and present is not None and (present in known or (late and any(due > present for due in known))):
            as_late.add(one.number)
        if one.due_at is not None and _ahead(moment_under(one.due_at), one.begun):
            since, known = since or one.number, set()
    return StillTold(since, frozenset(as_late))


def _ahead(moment: datetime | None, begun: datetime) -> bool:
    return moment is None or moment > begun
