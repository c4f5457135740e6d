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
    """The versions that count; `before`: whether those before the `first` that is known do."""

    counting: frozenset[int] = frozenset()
    first: int = 0
    before: bool = False

    def counts(self, version: int) -> bool:
        """Whether who was told of that version knows what the rung says of the present one."""
        return version in self.counting or (version < self.first and self.before)


def still_told(versions: Sequence[Version], moment_under: Callable[[datetime], datetime | None], *, late: bool) -> StillTold:
    """What counts of a rung that `moment_under` gives the moment of by a date; the last of `versions` is the present one.

    Who was told of a version knows the next one too where the rung had come for that when it began, as when a closure moves the
    date by a day. A version for which it was still to come put it off: of that they know nothing, nor of what comes after it,
    until the date is one that they know, as when a slip is mended. Of a rung that says a date is `late` a later date says it as
    well; that it is due soon, or due, is known of that very date alone. So it does not matter how often a date was moved, nor
    whether anybody looked in between. A standstill puts off nothing, the date it ends with does."""
    ahead = [one.due_at is not None and _ahead(moment_under(one.due_at), one.begun) for one in versions]

    def reaches(told: int) -> bool:
        known = {told}
        for at in range(told + 1, len(versions)):
            goes_on = at - 1 in known and not ahead[at]
            if goes_on or any(_says(versions[one].due_at, versions[at].due_at, late=late) for one in known if one >= 0):
                known.add(at)
        return len(versions) - 1 in known

    counting = frozenset(one.number for at, one in enumerate(versions) if reaches(at))
    return StillTold(counting, versions[0].number, reaches(-1))


def _says(told: datetime | None, due: datetime | None, *, late: bool) -> bool:
    return told is not None and due is not None and (told == due or (late and told > due))


def _ahead(moment: datetime | None, begun: datetime) -> bool:
    return moment is None or moment > begun
