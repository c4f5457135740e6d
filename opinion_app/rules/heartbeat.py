"""Whether the clock lives, by its last sign of life, and what is said where it does not (N15, R11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from opinion_app.rules.spoken import moment_words

MINUTE = timedelta(minutes=1)
STOPPED_AFTER = timedelta(minutes=2)
SET_BACK = "请核对系统时间（时间服务是否正常）；校准后定时进程仍不动的，请重新启动服务。"
START = "停止期间不会发出催办和通报，请管理员重新启动服务，或运行 opinion clock。"


def alive(beaten_at: datetime | None, now: datetime) -> bool:
    """Whether a clock gave a sign of life within two minutes; None: none ever did, or the last one ended in order."""
    return beaten_at is not None and abs(now - beaten_at) <= STOPPED_AFTER


def standstill(beaten_at: datetime | None, now: datetime) -> str:
    """What is said of a clock whose last sign of life was then; one that lies ahead is of before the wall clock was set back."""
    if beaten_at is None:
        return "定时进程从未运行，不会发送提醒"
    if beaten_at > now:
        ahead = f"最近一次心跳在 {moment_words(beaten_at)}，比现在晚 {_minutes(beaten_at - now)}"
        return f"系统时间可能被调回：{ahead}，定时进程这段时间没有运行"
    return f"定时进程已停 {_minutes(now - beaten_at)}" if now - beaten_at >= MINUTE else "定时进程刚刚停止"


def what_to_do(beaten_at: datetime | None, now: datetime) -> str:
    """What to do about it."""
    return SET_BACK if beaten_at is not None and beaten_at > now else START


def _minutes(long: timedelta) -> str:
    return f"{int(long.total_seconds() // 60)} 分钟"
