"""The lines that a letter leaves without: kept as a cancelled letter of their own, so that they never count as told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session

from opinion_app.flow.installation import message_ids
from opinion_app.flow.looking import clock_ids
from opinion_app.flow.recheck import Cut, subject_as_it_stands
from opinion_app.records.notice import DigestEntry, Notice, Reminder, UnitReminder
from opinion_app.rules.words import NoticeChannel, NoticeState

LEFT = "left"
"""What marks the key of such a letter, before its numbers."""


def leave_behind(session: Session, notice: Notice, cut: Cut, at: datetime, until: datetime | None) -> None:
    """Make a letter of its own of the lines about dates that `notice` is sent without, cancelled `at` a moment: it may go after
    all `until` another, like every letter cancelled for what was so for a while (flow/coming_back).

    What the ledger holds of those dates is of that letter from now on: whoever was to be told by it was not."""
    lines = [dict(line) for line, _ in cut if line.get("clock")]
    if not lines:
        return
    numbers = sorted(clock_ids(lines))
    rest = copy_of(notice)
    rest.id, rest.key = None, _key(notice, numbers[0])  # type: ignore[assignment]  # the database numbers it
    rest.message_id = message_ids(session)(rest.key) if notice.channel is NoticeChannel.MAIL else ""
    rest.lines, rest.subject, rest.body = lines, subject_as_it_stands(notice, lines), ""
    rest.state, rest.finished_at, rest.next_attempt_at = NoticeState.CANCELLED, at, until
    rest.last_error = "；".join(dict.fromkeys(why for line, why in cut if line.get("clock")))[:500]
    rest.claimed_by, rest.claimed_until, rest.attempts = "", None, 0
    rest.unknown_outcomes, rest.claims_ran_out = 0, 0
    session.add(rest)
    session.flush()
    for ledger in (Reminder, UnitReminder, DigestEntry):
        own = update(ledger).where(ledger.notice_id == notice.id, ledger.clock_id.in_(numbers)).values(notice_id=rest.id)
        session.execute(own.execution_options(synchronize_session=False))


def copy_of(notice: Notice) -> Notice:
    """A letter as it is, in a copy that no session holds."""
    held = (column.key for column in inspect(Notice).column_attrs)
    return Notice(**{name: getattr(notice, name) for name in held})


def _key(notice: Notice, first: int) -> str:
    """The letter's own key with its number and the first clock that is cut: no letter is sent without the same date twice."""
    head, whose, channel = notice.key.rsplit(":", 2)
    return f"{head}:{LEFT}{notice.id}-{first}:{whose}:{channel}"
