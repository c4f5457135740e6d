"""Who heard since the last digests of a date as early as the present one, by what the ledger holds (N02)."""

from __future__ import annotations

import pytest

from opinion_app.flow.heard import heard_as_early
from opinion_app.flow.told_ledger import Told
from opinion_app.records.clock import Clock
from opinion_app.rules.ladder import DEFAULT_LADDER
from opinion_app.rules.zone import parse_moment

SINCE = parse_moment("2026-11-11T08:30")
TODAY = DEFAULT_LADDER.days[2]


@pytest.mark.parametrize(
    ("version", "code", "heard"),
    [
        (2, "soon", True),  # of the 11th, by whichever rung
        (3, "today", False),  # of the 20th
        (1, "today", True),  # of a date that is not known any more: by the same rung
        (1, "soon", False),
    ],
)
def test_n02_who_heard_of_a_date_as_early_heard_of_the_present_one(version: int, code: str, heard: bool) -> None:
    moves = [("2026-11-11T23:59:59+08:00", 3), ("2026-11-20T23:59:59+08:00", 4)]
    dates = [{"version": number, "before": before, "at": SINCE.isoformat()} for before, number in moves]
    row = Clock(start_at=SINCE, due_at=parse_moment("2026-11-11T23:59:59"), deadline_version=4, dates=dates)
    told = Told(None, SINCE)
    assert heard_as_early([((7, code, version), told)], row, TODAY, SINCE) == ({7: told} if heard else {})
