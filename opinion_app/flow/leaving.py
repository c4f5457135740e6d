"""A letter whose turn has come: whether it is due, where it goes, why it is not sent any more; for the run and a rehearsal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from opinion_app.flow.looking import Looking
from opinion_app.flow.recheck import Cut, still_standing, subject_as_it_stands
from opinion_app.flow.writer_mail import RECEIPT
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.rules.delivery import BACK_OFF, CLAIM, latest_moment
from opinion_app.rules.mailbox import AddressRefused, mailbox
from opinion_app.rules.words import NoticeChannel, NoticeState, Stage

WAITING = (NoticeState.PENDING, NoticeState.UNKNOWN)
ANSWERED = (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED)


def due(now: datetime) -> ColumnElement[bool]:
    """Waiting and due, or claimed by somebody who is gone. What waits for longer than any wait saw the clock set back (R11)."""
    tries = range(len(BACK_OFF) + 1)
    ahead = (and_(Notice.attempts == tried, Notice.next_attempt_at > latest_moment(tried, now)) for tried in tries)
    come = or_(Notice.next_attempt_at <= now, *ahead, Notice.next_attempt_at > latest_moment(len(BACK_OFF), now))
    left = or_(Notice.claimed_until <= now, Notice.claimed_until > now + 2 * CLAIM)
    return or_(and_(Notice.state.in_(WAITING), come), and_(Notice.state == NoticeState.CLAIMED, left))


def address_of(notice: Notice, alarm_url: str) -> str:
    """Where a notice to a person, a unit's group or the alarm's robot goes now; empty where there is no address any more."""
    if notice.by_mailbox:  # whoever has moved to another unit is not written to at the former one
        mine = notice.person is not None and notice.unit is not None and notice.person.unit_id == notice.unit_id
        return notice.unit.email if mine and notice.unit is not None else ""
    if notice.channel is NoticeChannel.MAIL:
        return notice.person.email if notice.person is not None else ""
    if notice.category == "alarm":
        return alarm_url
    if notice.unit is not None:
        return notice.unit.robot_url
    return notice.person.robot_url if notice.person is not None else ""


def why_not_at_all(notice: Notice, restored: datetime | None, alarm_url: str) -> str:
    """Why a letter is cancelled whatever it says; empty while it is not. `restored`: when the database was last restored."""
    if restored is not None and notice.created_at < restored:
        return "恢复备份之前的通知，不再补发"
    if notice.writer_id is None and not address_of(notice, alarm_url):
        return "已没有收件地址（邮箱或群机器人已取消）"
    return ""


def unfit_address(notice: Notice) -> str:
    """Why a mail to a person cannot be addressed, by whatever bytes it was made before; empty while it can (N13)."""
    if notice.channel is not NoticeChannel.MAIL:
        return ""
    try:
        mailbox(address_of(notice, ""))
    except AddressRefused as refusal:
        return refusal.message
    return ""


def why_not_to_writer(notice: Notice, case: Case) -> str:
    """Why a letter to the writer of `case` is not sent any more; empty while it is."""
    if notice.writer is None or not notice.writer.email:
        return "来信人没有邮箱地址"
    if notice.category == RECEIPT:
        return ""
    answered = case.merged_into or case
    return "" if answered.stage in ANSWERED else "已重新办理，尚未再次答复"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting letter would say if it left now and what it would leave behind, or why it would be cancelled."""

    subject: str
    lines: tuple[Mapping[str, Any], ...]
    why_not: str = ""
    cut: Cut = ()


def outlook(notice: Notice, look: Looking, cases: Mapping[int, Case], restored: datetime | None, alarm_url: str) -> Outlook:
    """What becomes of a waiting letter; `cases` are those that letters to writers are about. Changes nothing."""
    why, subject, lines = why_not_at_all(notice, restored, alarm_url), notice.subject, list(notice.lines)
    cut: Cut = ()
    if not why and notice.writer_id is not None and notice.case_id is not None:
        why = why_not_to_writer(notice, cases[notice.case_id])
    elif not why:
        kept, why, gone = still_standing(notice, look)[:3]
        why = unfit_address(notice) if kept else why
        if kept and not notice.body:  # one with a body may have left, and goes as it is
            subject, lines, cut = subject_as_it_stands(notice, kept), kept, () if why else gone
    return Outlook(subject, tuple(lines), why, cut)
