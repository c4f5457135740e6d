"""The timetable of the standing work (定时作业): what runs when, in Shanghai time, and how late it may still be caught up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import SHANGHAI, local

ONE_DAY = timedelta(days=1)
LOOK_AHEAD = 40
AGAIN_AFTER = timedelta(minutes=5)  # a slot that failed is tried again


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, each `seconds`; a slot that passed unused is not caught up, the next one does its work."""

    seconds: int

    def latest(self, now: datetime, calendar: WorkCalendar) -> datetime | None:
        """The slot that began last."""
        return now - timedelta(seconds=now.timestamp() % self.seconds)

    def following(self, now: datetime, calendar: WorkCalendar) -> datetime | None:
        """The slot that begins next."""
        begun = self.latest(now, calendar)
        return begun + timedelta(seconds=self.seconds) if begun else None

    def words(self) -> str:
        """How often, for people."""
        return f"每 {self.seconds // 60} 分钟" if self.seconds % 60 == 0 else f"每 {self.seconds} 秒"


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at `at`; caught up until `until` of the same day (None: whenever the clock is back, once; N07)."""

    at: time
    until: time | None = None
    working_days: bool = False

    def latest(self, now: datetime, calendar: WorkCalendar) -> datetime | None:
        """The slot that may be run now; of several missed ones only the last."""
        wall = local(now)
        if wall.time() < self.at:
            return None if self.until is not None else self._on(wall.date() - ONE_DAY)
        late = self.until is not None and wall.time() > self.until
        rest = self.working_days and not calendar.is_working(wall.date())
        return None if late or rest else self._on(wall.date())

    def following(self, now: datetime, calendar: WorkCalendar) -> datetime | None:
        """The next slot after now."""
        days = (local(now).date() + ONE_DAY * ahead for ahead in range(LOOK_AHEAD))
        slots = (self._on(day) for day in days if not self.working_days or calendar.is_working(day))
        return next((slot for slot in slots if slot > now), None)

    def words(self) -> str:
        """How often, for people."""
        return f"{'每个工作日' if self.working_days else '每天'} {self.at:%H:%M}"

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, SHANGHAI)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable; `tick`: how often, in seconds, it is looked at; `tells`: people hear of it."""

    name: str
    label: str
    schedule: Every | Daily
    tick: int = 20
    tells: bool = False


CLOSING = time(18, 0)
_CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def timetable(digest_at: time = time(8, 30)) -> tuple[Entry, ...]:
    """Everything that runs by itself, what queues before what sends."""
    return (
        Entry("digest", "待办通报", Daily(digest_at, CLOSING, working_days=True), tells=True),
        Entry("rungs", "即时催办", Every(60)),
        Entry("calendar", "提醒载入放假安排", Daily(time(9, 0), CLOSING, working_days=True), 60, tells=True),
        Entry("inbox", "收取网上来信", Every(60)),
        Entry("publications", "按时公开", Every(60)),
        Entry("site_copy", "更新静态副本", Every(60)),
        Entry("figures", "更新公开统计", Daily(time(4, 0)), 60),
        Entry("robots", "发送群机器人通知", Every(20), 10),
        Entry("outbox", "发送邮件", Every(20), 10),
        Entry("alarm", "告警检查", Every(300), 60),
        Entry("backup", "夜间备份", Daily(time(2, 30)), 60),
        Entry("sweep", "清理无主文件", Daily(time(3, 30)), 60),
        Entry("purge", "清理过期记录", Daily(time(3, 45)), 60),
    )


def digest_time(text: str) -> time:
    """The time of the digest as a setting writes it, 08:30. Raises ValueError unless it lies before the office closes."""
    said = _CLOCK_TIME.fullmatch(text)
    at = time(int(said[1]), int(said[2])) if said is not None else CLOSING
    if at >= CLOSING:
        raise ValueError(f"{text!r} is no time of day before {CLOSING:%H:%M}")
    return at
