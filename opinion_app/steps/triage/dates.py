"""What an act of triage does to the dates of a case: told with old and new date, and never late in silence (D12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from opinion_app.flow.due import stage_words
from opinion_app.flow.reclassifying import DateMoved
from opinion_app.rules.deadline import is_late
from opinion_app.rules.errors import Invalid
from opinion_app.rules.spoken import due_day_words

KNOW_LATE = "know_late"


def moved_words(moved: Sequence[DateMoved], now: datetime) -> str:
    """Each clock that moved with its old and its new date; empty where none did."""
    return "；".join(dict.fromkeys(_one(entry, now) for entry in moved))  # two units may owe the same by the same date


def _one(entry: DateMoved, now: datetime) -> str:
    stage, before, after = entry
    dates = [due_day_words(moment) if moment else "—" for moment in (before, after)]
    late = "（已逾期）" if after is not None and is_late(after, now) else ""
    return f"{stage_words(stage)}时限：{dates[0]} → {dates[1]}{late}"


def check_late(moved: Sequence[DateMoved], now: datetime, *, know_late: bool) -> None:
    """Raises Invalid where a clock that was in time is late by its new date, unless whoever acts said they know."""
    late = [entry for entry in moved if _becomes_late(entry, now)]
    if late and not know_late:
        said = f"按这样的分类，有时限随即逾期。{moved_words(late, now)}。"
        raise Invalid(said, {KNOW_LATE: "确认无误的，请勾选“我知道改后有时限已经逾期”，再提交一次。"})


def _becomes_late(entry: DateMoved, now: datetime) -> bool:
    _stage, before, after = entry
    return after is not None and is_late(after, now) and not (before is not None and is_late(before, now))
