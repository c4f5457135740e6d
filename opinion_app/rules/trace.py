"""The steps by which a due moment was reached, one for each day or event, so that any date can be explained."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class StepKind(StrEnum):
    """What happened on a step."""

    STARTED = "started"
    RESTARTED = "restarted"
    CARRIED = "carried"  # received after closing time, counts as the next working day
    COUNTED = "counted"
    SKIPPED = "skipped"  # a day off
    PAUSED = "paused"
    ROLLED = "rolled"  # the last day is no working day: the next one is
    RAN = "ran"  # a stretch of hours, `moment` to `until`
    FIXED = "fixed"
    BACK_FROM = "back_from"  # the due day before which an inner deadline leaves days for review
    COUNTED_BACK = "counted_back"
    EXTENDED = "extended"
    ADOPTED = "adopted"  # a case merged into this one was due earlier
    BOUND = "bound"  # whoever sent a letter that was merged into this case has set an earlier day
    HELD = "held"  # suspended with no end yet
    CAPPED = "capped"
    DUE = "due"


class Step(NamedTuple):
    """One step: the day, for hour clocks the moment (and where the stretch ended), and why in words.

    `made_up`: why that day works though its like rests (国庆节调休上班)."""

    kind: StepKind
    day: date
    reason: str = ""
    number: int = 0
    provisional: bool = False
    moment: datetime | None = None
    until: datetime | None = None
    made_up: str = ""
