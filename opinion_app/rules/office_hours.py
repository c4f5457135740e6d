"""The week and the hours of an office as data: which weekdays work, the frames of a day, single days with frames of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from opinion_app.rules.errors import Invalid
from opinion_app.rules.frames import DEFAULT_FRAMES, Frame, FramesRefused, check_frames
from opinion_app.rules.workdays import MONDAY_TO_FRIDAY
from opinion_app.rules.zone import UnreadableMoment, parse_date


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When an office works in an ordinary week, and on days that are different."""

    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    frames: tuple[Frame, ...] = DEFAULT_FRAMES
    half_days: Mapping[date, tuple[Frame, ...]] = field(default_factory=dict)


def hours_from(data: Mapping[str, Any]) -> OfficeHours:
    """The hours `to_data` wrote; what is absent is the ordinary week."""
    days = {date.fromisoformat(day): _frames(texts) for day, texts in data.get("half_days", {}).items()}
    weekdays = frozenset(data["weekdays"]) if "weekdays" in data else MONDAY_TO_FRIDAY
    return OfficeHours(weekdays, _frames(data["frames"]) if "frames" in data else DEFAULT_FRAMES, days)


def to_data(hours: OfficeHours) -> dict[str, Any]:
    """The hours as JSON holds them."""
    return {
        "weekdays": sorted(hours.weekdays),
        "frames": [str(frame) for frame in hours.frames],
        "half_days": {day.isoformat(): [str(frame) for frame in frames] for day, frames in sorted(hours.half_days.items())},
    }


def read_hours(weekdays: Iterable[int], frames: str, half_days: str) -> OfficeHours:
    """The hours an administrator typed: frames one a line, single days as “2027-02-04,08:30-12:00”.

    Raises Invalid naming each field that cannot stand; a week without a working day is one."""
    wrong: dict[str, str] = {}
    week = frozenset(weekdays)
    if not week:
        wrong["weekdays"] = "每周至少要有一个工作日，否则时限无法推算。"
    daily = _read(wrong, "frames", frames.replace("，", ",").replace(",", "\n").splitlines())
    days: dict[date, tuple[Frame, ...]] = {}
    for line in filter(None, (text.strip() for text in half_days.replace("，", ",").splitlines())):
        day, _, rest = line.partition(",")
        try:
            which = parse_date(day.strip())
        except UnreadableMoment as error:
            wrong["half_days"] = error.message
            continue
        if which in days:
            wrong["half_days"] = f"{which.isoformat()} 重复，请删去一行。"
        days[which] = _read(wrong, "half_days", rest.split(","))
    if wrong:
        raise Invalid("上下班时间还不能保存，请改正标出的各项。", wrong)
    return OfficeHours(week, daily, days)


def _read(wrong: dict[str, str], name: str, texts: Iterable[str]) -> tuple[Frame, ...]:
    try:
        frames = _frames(text for text in texts if text.strip())
        check_frames(frames)
    except FramesRefused as refusal:
        wrong[name] = refusal.message
        return ()
    return frames


def _frames(texts: Iterable[str]) -> tuple[Frame, ...]:
    return tuple(Frame.parse(text) for text in texts)
