"""Reads the yearly holiday notice an administrator loads (CSV or JSON) into calendar rows, naming every error at once.

A line is date, 休 or 班, name: “2027-02-05 至 2027-02-11,休,春节”. JSON is a list of objects with date, kind and
name, or {"year", "days": [{"date", "name", "isOffDay"}]} as commonly exchanged.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from opinion_app.rules.calendar_seed import SEED_YEARS, seed_calendar, seed_days
from opinion_app.rules.errors import Invalid
from opinion_app.rules.workdays import CalendarDay, CalendarRefused, DayKind, WorkCalendar, span_of_rows, weekday_name

__all__ = [
    "SEED_YEARS",
    "CalendarFileRefused",
    "YearNotice",
    "check_notice",
    "parse_notice",
    "seed_calendar",
    "seed_days",
    "year_to_load",
]

LARGEST_FILE = 200_000
LONGEST_HOLIDAY = 31
YEARS_AHEAD = 1  # the notice of a year comes out in the November before it
REMINDED_FROM = 11  # so from that month on the next year's is waited for
FEWEST_HOLIDAYS = {2025: 13, 2008: 11}  # 全国年节及纪念日放假办法: so many days a year since that year
MOST_HOLIDAYS = 45  # with the weekends moved to them the fullest notice so far (2026) names 33; beyond this it names the weekends
_KINDS = {
    "休": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "节假日": DayKind.HOLIDAY,
    "holiday": DayKind.HOLIDAY,
    "true": DayKind.HOLIDAY,
    "班": DayKind.MAKE_UP_DAY,
    "上班": DayKind.MAKE_UP_DAY,
    "调休": DayKind.MAKE_UP_DAY,
    "调休上班": DayKind.MAKE_UP_DAY,
    "workday": DayKind.MAKE_UP_DAY,
    "make_up": DayKind.MAKE_UP_DAY,
    "false": DayKind.MAKE_UP_DAY,
}
_DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DATES = re.compile(rf"\s*{_DATE}(?:\s*(?:至|到|~|～|—+|–)\s*{_DATE})?\s*")
_YEAR = re.compile("[1-9][0-9]{3}")
_HEADERS = frozenset({"date", "日期", "day"})


class CalendarFileRefused(Invalid):
    """A notice file with faults; `faults` holds one sentence for each, all of them for the administrator."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("放假安排文件有误，没有载入：" + " ".join(self.faults))


@dataclass(frozen=True, slots=True)
class YearNotice:
    """The rows of one year's notice, and what an administrator should look at before loading it."""

    year: int
    rows: tuple[CalendarDay, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    dates: str
    kind: str
    name: str


def parse_notice(content: bytes, year: int | None = None, source: str = "") -> YearNotice:
    """The notice of `year` (None: the year the file names, else the one most of its days lie in).

    Days of late December before it are allowed, as the New Year notice sometimes names them. Raises
    CalendarFileRefused with every fault: unreadable lines, wrong year, a day twice, a day both off and on.
    """
    if year is not None and not _YEAR.fullmatch(str(year)):
        raise CalendarFileRefused([f"年份应是四位数，如 2027，现在是“{year}”。"])
    faults: list[str] = []
    rows: list[tuple[int, CalendarDay]] = []
    text = _text(content)
    for entry in _entries(text):
        try:
            rows.extend((entry.line, row) for row in _rows(entry, source))
        except CalendarRefused as fault:
            faults.append(f"第 {entry.line} 行：{fault.message}")
    if not rows and not faults:
        faults.append("文件中没有任何放假或调休日期。")
    counted = Counter(row.day.year for _, row in rows).most_common(1)
    stated = _stated_year(text)
    if stated is not None and year not in (None, stated):
        faults.append(f"文件写明是 {stated} 年的安排，要载入的却是 {year} 年，请核对。")
    wanted = year or stated or (counted[0][0] if counted else 0)
    faults.extend(_contradictions(rows, wanted))
    if faults:
        raise CalendarFileRefused(faults)
    days = tuple(sorted((row for _, row in rows), key=lambda row: row.day))
    return YearNotice(wanted, days, _doubts(wanted, days))


def check_notice(notice: YearNotice, calendar: WorkCalendar, today: date) -> None:
    """Raises CalendarFileRefused for a year no notice can be for yet or any more, and for one left without a working day.

    `calendar`: as it would be with the notice in force. Source: 国办 publishes a year's arrangement in the November before it."""
    first, last = min(SEED_YEARS), today.year + YEARS_AHEAD
    if not first <= notice.year <= last:
        raise CalendarFileRefused([f"{notice.year} 年不在 {first} 年至 {last} 年之间，请核对年份。"])
    if calendar.count_working_days(date(notice.year - 1, 12, 31), date(notice.year, 12, 31)) == 0:
        raise CalendarFileRefused([f"照此安排，{notice.year} 年一个工作日也没有，请核对。"])


def _text(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise CalendarFileRefused(["文件太大，一年的放假安排不应超过 200 KB。"])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarFileRefused(["文件打不开，请另存为 CSV（UTF-8）后再试。"])


def _entries(text: str) -> Iterator[_Entry]:
    return _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_lines(text)


def _from_lines(text: str) -> Iterator[_Entry]:
    reader = csv.reader(io.StringIO(text.replace("，", ",").replace("\t", ",").replace("\0", "")))
    try:
        for cells in reader:
            dates, kind, name = ([cell.strip() for cell in cells] + ["", "", ""])[:3]
            if dates.lower() not in _HEADERS and any((dates, kind, name)) and not dates.startswith("#"):
                yield _Entry(reader.line_num, dates, kind, name)
    except csv.Error as error:
        raise CalendarFileRefused([f"第 {reader.line_num} 行读不出来，请核对引号和换行。"]) from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CalendarFileRefused(["文件不是完整的 JSON，请核对括号和引号。"]) from error


def _stated_year(text: str) -> int | None:
    """The year a JSON file says it is for; None where it says none. Raises CalendarFileRefused for what is no year."""
    read = _json(text) if text.lstrip()[:1] == "{" else {}
    said = read.get("year")
    if said is None:
        return None
    if not _YEAR.fullmatch(str(said)):
        raise CalendarFileRefused([f"JSON 中的 year 应是四位年份，现在是“{str(said)[:20]}”。"])
    return int(said)


def _from_json(text: str) -> Iterator[_Entry]:
    read = _json(text)
    days = read.get("days") if isinstance(read, dict) else read
    if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
        raise CalendarFileRefused(["JSON 中应是日期的列表，每项写明 date、kind、name。"])
    for number, day in enumerate(days, start=1):
        kind = day["kind"] if "kind" in day else day.get("isOffDay", "")
        yield _Entry(number, str(day.get("date", "")), str(kind), str(day.get("name", "")).strip())


def _rows(entry: _Entry, source: str) -> tuple[CalendarDay, ...]:
    matched = _DATES.fullmatch(entry.dates)
    if matched is None:
        raise CalendarRefused(f"“{entry.dates}”不是日期，请写成 2027-02-05 或 2027-02-05 至 2027-02-11。")
    parts = matched.groups()
    first = _date(parts[:3])
    last = first if parts[3] is None else _date(parts[3:])
    kind = _KINDS.get(entry.kind.strip().lower())
    if kind is None:
        raise CalendarRefused(f"“{entry.kind}”不明，放假请写“休”，调休上班请写“班”。")
    if not entry.name:
        raise CalendarRefused(f"{first.isoformat()} 没有写节日名称。")
    if (last - first).days >= LONGEST_HOLIDAY:
        raise CalendarRefused(f"{first.isoformat()} 至 {last.isoformat()} 超过一个月，请核对。")
    return span_of_rows(first, last, kind, entry.name, source)


def _date(parts: tuple[str, ...]) -> date:
    try:
        return date(*(int(part) for part in parts))
    except ValueError as error:
        raise CalendarRefused(f"没有 {'-'.join(parts)} 这一天，请核对日期。") from error


def _contradictions(rows: Iterable[tuple[int, CalendarDay]], year: int) -> Iterator[str]:
    seen: dict[date, CalendarDay] = {}
    for line, row in rows:
        day, held = row.day, seen.get(row.day)
        if day.year != year and not (day.year == year - 1 and day.month == 12 and day.day >= 20):
            yield f"第 {line} 行：{day.isoformat()} 不属于 {year} 年。"
        if held is not None and held.kind is row.kind:
            yield f"第 {line} 行：{day.isoformat()} 重复。"
        elif held is not None:
            yield f"第 {line} 行：{day.isoformat()} 既写了放假又写了调休上班，请删去一条。"
        elif row.kind is DayKind.MAKE_UP_DAY and day.weekday() < 5:
            yield f"第 {line} 行：{day.isoformat()} 是{weekday_name(day)}，本来就上班，不应列为调休上班。"
        seen[day] = row


def _doubts(year: int, days: Iterable[CalendarDay]) -> tuple[str, ...]:
    off = sum(row.kind is DayKind.HOLIDAY for row in days)
    fewest = next((number for since, number in FEWEST_HOLIDAYS.items() if year >= since), 0)
    if off < fewest:
        return (f"全年只有 {off} 个放假日，少于法定的 {fewest} 天，请核对文件是否完整。",)
    many = f"全年有 {off} 个放假日，远多于历年通知的三十天左右，请核对是否把平常的双休日或上班日也列成了放假。"
    return (many,) if off > MOST_HOLIDAYS else ()


def year_to_load(today: date, loaded: Collection[int]) -> int | None:
    """The year whose notice is missing: this one as long as it is not loaded, from November on the next; None if all is well."""
    if today.year not in loaded:
        return today.year
    return today.year + 1 if today.month >= REMINDED_FROM and today.year + 1 not in loaded else None
