"""How the page of a case says what became of one notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opinion_app.records.notice import Notice
from opinion_app.rules.words import NoticeState

LATEST = 100  # shown of each sort
TONES = {
    NoticeState.SENT: "green",
    NoticeState.FILED: "green",
    NoticeState.SHOWN: "green",
    NoticeState.FAILED: "red",
    NoticeState.UNKNOWN: "orange",
    NoticeState.PENDING: "blue",
    NoticeState.CLAIMED: "blue",
}
READ = "站内已读"


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that was told to people of the office, or to the writer."""

    what: str
    whom: str
    at: datetime
    result: str
    tone: str
    note: str


def result(notice: Notice, way: str) -> tuple[str, str]:
    """What became of a notice that went by some way, and the tone of its badge."""
    if notice.state is NoticeState.SHOWN:
        return READ if notice.read_at else notice.state.label, TONES[NoticeState.SHOWN]
    return f"{way}·{notice.state.label}", TONES.get(notice.state, "")
