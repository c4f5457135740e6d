"""Of whom a card of the ladder asks an answer by a 督办单, and what its letter says of that."""

from __future__ import annotations

from opinion_app.rules.deadline_rules import ClockStage, OwedBy
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import ACTS

SAID = "；已开出督办单，要求承办单位书面反馈"


def asked_unit(clock: OpenClock, case: CaseFacts) -> int | None:
    """The unit that is to answer for a late date; None where no sheet comes of it.

    The office does not supervise itself, nor a unit for what the office is late with; an answer is not asked for by another
    sheet; and no unit could answer for a merged letter: what it owes is the office's report (D13)."""
    if clock.owing.owed_by == OwedBy.OFFICE.value or clock.waits_for == ClockStage.FEEDBACK.label:
        return None
    if case.stage not in ACTS["supervise_feedback"].stages:
        return None
    return clock.owing.unit_id or (case.lead.unit_id if case.lead else None)
