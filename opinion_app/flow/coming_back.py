"""A letter cancelled for what was so for a while - a leave entered by mistake, an address taken away - goes after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from opinion_app.flow.leaving import why_not_at_all
from opinion_app.flow.outbox import ACT, DIGEST, RUNG
from opinion_app.flow.recheck import Looking, looking, still_standing
from opinion_app.flow.settings import restored_at
from opinion_app.flow.told_beside import told_later
from opinion_app.records.notice import Notice
from opinion_app.rules.words import NoticeChannel, NoticeState

FOR_A_DAY = timedelta(days=1)  # longer, and the digests of the mornings since have told of it
AFTER_ALL = "取消的原因已不存在，重新发送"


def may_come_back_until(notice: Notice, now: datetime) -> datetime | None:
    """Until when a letter that is cancelled now may go after all; None where it never may."""
    of_dates = notice.person_id is not None and notice.category in (DIGEST, RUNG, ACT)
    return now + FOR_A_DAY if of_dates else None


def cancelled_lately(channels: list[NoticeChannel], now: datetime) -> ColumnElement[bool]:
    """Cancelled letters that may go after all; one about an act on a case not where a later act was told to the same person."""
    cancelled = Notice.channel.in_(channels), Notice.state == NoticeState.CANCELLED, Notice.next_attempt_at > now
    return and_(*cancelled, or_(Notice.category != ACT, ~told_later()))


def comes_back(notice: Notice, look: Looking, restored: datetime | None, alarm_url: str) -> bool:
    """Whether a cancelled letter would be sent if it waited now. Asks no database.

    Where a date of it moved, the ladder says the new one by a letter of its own (N02)."""
    named = ((look.clocks.get(int(line.get("clock") or 0)), line.get("version")) for line in notice.lines)
    if any(row is not None and row.deadline_version != version for row, version in named):
        return False
    return not why_not_at_all(notice, restored, alarm_url) and bool(still_standing(notice, look)[0])


def bring_back(session: Session, channel: NoticeChannel, now: datetime, alarm_url: str) -> int:
    """Let the cancelled letters of a channel that would be sent now wait again; answers how many."""
    found = session.scalars(select(Notice).where(cancelled_lately([channel], now)).order_by(Notice.id)).all()
    if not found:
        return 0
    look, restored = looking(session, found, now), restored_at(session)
    back = [notice.id for notice in found if comes_back(notice, look, restored, alarm_url)]
    waits = {"state": NoticeState.PENDING, "next_attempt_at": now, "finished_at": None, "attempts": 0, "last_error": AFTER_ALL}
    session.execute(update(Notice).where(Notice.id.in_(back), Notice.state == NoticeState.CANCELLED).values(**waits))
    return len(back)
