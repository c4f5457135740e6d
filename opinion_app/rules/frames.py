"""Working frames of a day (上班时段): stretches in minutes after midnight, several a day, the last may end at 24:00."""

from dataclasses import dataclass
from itertools import pairwise

from opinion_app.rules.errors import Invalid

MINUTES_A_DAY = 24 * 60


class FramesRefused(Invalid):
    """Working frames are badly written or overlap; the message is meant for the administrator."""


@dataclass(frozen=True, slots=True, order=True)
class Frame:
    """One stretch of work from `opens` to `closes`, minutes after midnight; 24:00 is 1440."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise FramesRefused("上班时段的开始须早于结束，且在 00:00 至 24:00 之间。")

    @classmethod
    def parse(cls, text: str) -> "Frame":
        """Read 08:30-12:00. Raises FramesRefused."""
        opens, dash, closes = text.strip().replace("—", "-").replace("~", "-").partition("-")
        if not dash:
            raise FramesRefused(f"“{text}”不是上班时段，请写成 08:30-12:00 的样子。")
        return cls(_minutes(opens, text), _minutes(closes, text))

    def __str__(self) -> str:
        return f"{clock_text(self.opens)}-{clock_text(self.closes)}"


DEFAULT_FRAMES = (Frame(8 * 60 + 30, 12 * 60), Frame(14 * 60 + 30, 18 * 60))


def check_frames(frames: tuple[Frame, ...]) -> None:
    """Raises FramesRefused when a day has no frame, or frames overlap or are out of order."""
    if not frames:
        raise FramesRefused("请至少填写一个上班时段。")
    for earlier, later in pairwise(frames):
        if later.opens < earlier.closes:
            raise FramesRefused(f"上班时段 {earlier} 与 {later} 重叠或次序颠倒，请改正。")


def clock_text(minute: int) -> str:
    """Minutes after midnight as 08:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _minutes(text: str, whole: str) -> int:
    hour, colon, minute = text.strip().replace("：", ":").partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60):
        raise FramesRefused(f"“{whole}”不是上班时段，请写成 08:30-12:00 的样子。")
    return int(hour) * 60 + int(minute)
