"""What becomes of a letter after an attempt to deliver it: sent, tried again later, given up, or not known (hardening R4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from opinion_app.rules.words import NoticeState

CLAIM = timedelta(minutes=5)  # longer than one delivery can take: notify/smtp.Patience.longest, and half a minute to spare
GIVE_UP_AFTER = timedelta(days=4)  # RFC 5321 4.5.4.1: 4-5 days
# The first retries come soon (a server restarting, greylisting), then half-hourly and hourly (RFC 5321: at least 30 minutes).
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
SLACK = timedelta(minutes=1)  # between the clocks of two machines
_CODE = re.compile(r"\d{3}(?: \d\.\d{1,3}\.\d{1,3})?")  # 550 5.1.1


class Outcome(Enum):
    """How an attempt ended. UNREACHABLE is the server's fault, REFUSED and DEFERRED concern this letter alone."""

    SENT = "sent"
    FILED = "filed"
    REFUSED = "refused"
    DEFERRED = "deferred"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


SAID = {
    Outcome.SENT: "已发送",
    Outcome.FILED: "已存为邮件文件",
    Outcome.REFUSED: "被拒收",
    Outcome.DEFERRED: "稍后再发",
    Outcome.UNREACHABLE: "服务器连接不上",
    Outcome.UNKNOWN: "结果不明",
}
NO_ANSWER = "对方服务器连续三次没有应答，本轮先停"
_TROUBLE = (SAID[Outcome.REFUSED], SAID[Outcome.UNREACHABLE], SAID[Outcome.UNKNOWN], NO_ANSWER)


def tells_of_trouble(report: str) -> bool:
    """Whether a run that did its work says of letters that somebody should look after them; not of what is tried later."""
    return any(words in report for words in _TROUBLE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt with what the server or the machine said about it."""

    outcome: Outcome
    said: str = ""

    @property
    def may_have_left(self) -> bool:
        """Whether the receiver may have the letter now; what was refused or never handed over, nobody has."""
        return self.outcome in (Outcome.SENT, Outcome.FILED, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state a notice takes, when it is tried again (None: never), and what is written beside it."""

    state: NoticeState
    retry_at: datetime | None = None
    note: str = ""
    unknown_outcomes: int = 0


def judge(
    attempt: Attempt,
    attempts: int,
    unknown_outcomes: int,
    created_at: datetime,
    now: datetime,
    *,
    ran_out: int = 0,
    robot: bool = False,
) -> Verdict:
    """What becomes of a notice after its `attempts`-th attempt.

    One whose fate is unknown (connection lost after DATA) is sent once more with the same Message-ID, and so recorded. Claims
    that ran out (`ran_out`), of a process that was killed, are unknown outcomes too and take nothing from that: it may never
    have left. `robot`: it is no letter."""
    if attempt.outcome in (Outcome.SENT, Outcome.FILED):
        state = NoticeState.SENT if attempt.outcome is Outcome.SENT else NoticeState.FILED
        return Verdict(state, None, _doubt(unknown_outcomes, robot=robot), unknown_outcomes)
    if attempt.outcome is Outcome.UNKNOWN:
        again = unknown_outcomes == ran_out
        once_more = "，将再发一次。" if robot else "，将用同一邮件编号再发一次。"
        lost = "群机器人没有答完，结果不明" if robot else "对方服务器在确认前断开，结果不明"
        note = lost + (once_more if again else "；已再发过一次，不再发送。")
        return Verdict(NoticeState.UNKNOWN, back_off(attempts, now) if again else None, note, unknown_outcomes + 1)
    if attempt.outcome is Outcome.REFUSED:
        return Verdict(NoticeState.FAILED, None, f"对方拒收：{attempt.said}", unknown_outcomes)
    if now - created_at > GIVE_UP_AFTER:
        return Verdict(NoticeState.FAILED, None, f"四天内多次发送未成功：{attempt.said}", unknown_outcomes)
    why = "邮件服务器连接不上" if attempt.outcome is Outcome.UNREACHABLE else "对方暂不接收"
    return Verdict(NoticeState.PENDING, back_off(attempts, now), f"{why}，稍后再发：{attempt.said}", unknown_outcomes)


def _doubt(unknown_outcomes: int, *, robot: bool) -> str:
    """What is said of a notice that was taken: that it may have been before, and how often."""
    if not unknown_outcomes:
        return ""
    often = f"曾有{'一' if unknown_outcomes == 1 else f' {unknown_outcomes} '}次结果不明"
    several = "两" if unknown_outcomes == 1 else "几"
    return f"{often}，群里可能出现{several}条。" if robot else f"{often}，对方可能收到{several}封（邮件编号相同）。"


def without_address(said: str) -> str:
    """What a server said of a letter to a writer, for the ledger: its code alone, for its words may name the mailbox."""
    code = _CODE.match(said)
    return code[0] if code else said.partition(":")[0]


def back_off(attempts: int, now: datetime) -> datetime:
    """When to try again after the `attempts`-th attempt; the gap grows up to an hour."""
    return now + BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]


def latest_moment(attempts: int, now: datetime) -> datetime:
    """What a letter may wait for after its `attempts`-th attempt at most; a later moment is of a clock that ran ahead (R11).

    One that was never tried waits for nothing."""
    return (back_off(attempts, now) if attempts else now) + SLACK
