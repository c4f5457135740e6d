"""How the page of a case says what became of one notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opinion_app.records.notice import Notice
from opinion_app.rules.attempt_words import why_and_own_words
from opinion_app.rules.words import NoticeChannel, NoticeState

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


def why_not(notice: Notice) -> str:
    """Why it did not leave, or waits; what a server or a machine said of it itself stands in the outbox alone."""
    return why_and_own_words(notice.last_error, by_robot=notice.channel is NoticeChannel.ROBOT)[0]
