"""The words of the reminders: what became of a rung, and what was asked of a unit beyond it."""

from __future__ import annotations

from opinion_app.rules.words import Word


class ReminderState(Word):
    """What became of one rung for one person and one version of a date."""

    TOLD = "told", "已提醒"
    CARRIED = "carried", "已随原时限提醒，不重复"


class SupervisionKind(Word):
    """What was asked of a unit beyond the plain reminder."""

    URGE = "urge", "催办"
    SUPERVISE = "supervise", "督办"
