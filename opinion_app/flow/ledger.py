"""The ledger of rungs: one row for each rung that one person was told of one version of a date, whoever writes it (N01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opinion_app.rules.reminder_words import ReminderState

LONGEST = 200


@dataclass(frozen=True, slots=True)
class OfDate:
    """The version of a date that is told of."""

    case_id: int
    clock_id: int
    version: int


def entry(
    of: OfDate,
    rung: str,
    person_id: int,
    reason: str,
    now: datetime,
    *,
    state: ReminderState = ReminderState.TOLD,
    notice_id: int | None = None,
) -> dict[str, Any]:
    """The values of one row; `reason`: why just this person, cut to what there is room for."""
    return {
        "case_id": of.case_id,
        "clock_id": of.clock_id,
        "person_id": person_id,
        "rung": rung,
        "deadline_version": of.version,
        "state": state,
        "reason": reason[:LONGEST],
        "notice_id": notice_id,
        "created_at": now,
    }
