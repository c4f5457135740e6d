"""Who knows of a date by what the ledger holds: of this very one, or since the last digests of one as early (N01, N02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opinion_app.flow.told_ledger import Told
from opinion_app.flow.told_versions import versions_of
from opinion_app.records.clock import Clock
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Rung
from opinion_app.rules.recipients import Staff

Entries = Sequence[tuple[tuple[int, str, int], Told]]
"""What a ledger holds of one clock: whom, rung and version of the date."""


def knows_date(entries: Entries, whom: Staff, version: int, hints: frozenset[str], case: CaseFacts) -> bool:
    """Whether somebody was told of this version of a date by more than one of the `hints`, the rungs inside the service alone.

    Whose letter was cancelled and goes no more was not told; nor was who could be told inside only and has a way now."""
    told = [one for (who, code, held), one in entries if who == whom.actor.id and held == version and code not in hints]
    return any(not (one.gone or (one.inside and whom.outside(case))) for one in told)


def heard_as_early(entries: Entries, row: Clock, rung: Rung, since: datetime) -> dict[int, Told]:
    """Who was told since a moment of a date that is as early as the present one of `row`, before it moved, and how.

    Of a version whose date is not known any more the same rung counts."""
    dates = {version.number: version.due_at for version in versions_of(row) if version.due_at is not None}
    return {
        who: told
        for (who, code, version), told in entries
        if version < row.deadline_version and told.at >= since and not told.cancelled and _early(row, rung, code, dates, version)
    }


def _early(row: Clock, rung: Rung, code: str, dates: dict[int, datetime], version: int) -> bool:
    if version not in dates or row.due_at is None:
        return code == rung.code
    return dates[version] <= row.due_at
