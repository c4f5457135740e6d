"""What the outbox says of letters and messages that did not arrive, or of which nobody knows: by kind, with what to do."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.records.notice import Notice
from opinion_app.rules.words import NoticeChannel, NoticeState

ENDED = (NoticeState.FAILED, NoticeState.UNKNOWN)


class Trouble(Enum):
    """One kind of it: what is counted, and what somebody can do about it."""

    LETTER = "{} 封邮件没有送到：请核对收件人的邮箱地址（由管理员在“人员”“单位”里改正），再点“重发”；站内通知不受影响。"
    WRITER = "{} 封给来信人的邮件没有送到：请用别的方式告知。"
    ROBOT = "{} 条群机器人通知没有送到：请核对单位或本人的群机器人地址和它的安全设置，再点“重发”。"
    ALARM = "{} 条告警没有送到告警机器人：请维护人员核对设置 OPINION_ALARM_URL 和机器人的安全设置；站内告警不受影响。"
    AGAIN = "{} 条结果不明，对方可能已经收到：稍后自动再发一次，不用处理。"
    UNKNOWN = "{} 条结果不明，已再发过一次：对方可能已经收到，请向收件人问一声，没有收到的再点“重发”。"


def troubles(session: Session) -> list[str]:
    """What is to be said above the list; one query."""
    of = (
        Notice.channel,
        Notice.category == "alarm",
        Notice.writer_id.is_not(None),
        Notice.state,
        Notice.finished_at.is_not(None),
    )
    leaving = Notice.channel.in_((NoticeChannel.MAIL, NoticeChannel.ROBOT)), Notice.state.in_(ENDED)
    counted: Counter[Trouble] = Counter()
    for channel, is_alarm, to_writer, state, is_over, number in session.execute(
        select(*of, func.count(Notice.id)).where(*leaving).group_by(*of)
    ):
        counted[_kind(channel, state, alarm=is_alarm, writer=to_writer, over=is_over)] += int(number)
    return [kind.value.format(counted[kind]) for kind in Trouble if counted[kind]]


def _kind(channel: NoticeChannel, state: NoticeState, *, alarm: bool, writer: bool, over: bool) -> Trouble:
    if state is NoticeState.UNKNOWN:
        return Trouble.UNKNOWN if over else Trouble.AGAIN
    if channel is NoticeChannel.ROBOT:
        return Trouble.ALARM if alarm else Trouble.ROBOT
    return Trouble.WRITER if writer else Trouble.LETTER
