"""The filters of a list: read from the address, turned into conditions, and said as chips that can be taken off again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement

from opinion_app.records.case import Case
from opinion_app.records.unit_list import KnownUnits
from opinion_app.rules.words import OPEN_STAGES, Kind, RiskLevel, Source, Stage, Urgency, Word
from opinion_app.rules.zone import UnreadableMoment, parse_date, start_of_day

UNASSESSED = "unassessed"
DUE = {
    "overdue": "已逾期",
    "soon": "临期",
    "running": "未到期",
    "suspended": "计时中止",
    "provisional": "日期暂定",
    "none": "不计时限",
}
WORDS: dict[str, tuple[str, type[Word]]] = {
    "source": ("来源", Source),
    "kind": ("类型", Kind),
    "urgency": ("紧急程度", Urgency),
    "stage": ("环节", Stage),
}
_COLUMNS = {"source": Case.source, "kind": Case.kind, "urgency": Case.urgency, "stage": Case.stage}


@dataclass(frozen=True)
class Filters:
    """What was asked for; a value that makes no sense is left out and named in `problems`."""

    chosen: tuple[tuple[str, Word], ...] = ()
    area: str = ""
    unit_id: int | None = None
    level: str = ""
    due: str = ""
    received_from: date | None = None
    received_until: date | None = None
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def words(self) -> dict[str, Word]:
        """The word chosen of each vocabulary."""
        return dict(self.chosen)

    def __bool__(self) -> bool:
        return any((self.chosen, self.area, self.unit_id, self.level, self.due, self.received_from, self.received_until))

    def conditions(self, now: datetime, soon_until: datetime) -> Iterator[ColumnElement[bool]]:
        """What the cases shown must be."""
        yield from (_COLUMNS[name] == word for name, word in self.chosen)
        if self.area:
            yield Case.area == self.area
        if self.unit_id is not None:
            yield Case.lead_unit_id == self.unit_id
        if self.level:
            yield Case.risk_level.is_(None) if self.level == UNASSESSED else Case.risk_level == RiskLevel.of(self.level)
        if self.due:
            yield _DUE[self.due](now, soon_until)
        if self.received_from is not None:
            yield Case.received_at >= start_of_day(self.received_from)
        if self.received_until is not None:
            yield Case.received_at < start_of_day(self.received_until + timedelta(days=1))

    def chips(self, units: KnownUnits) -> Iterator[tuple[str, str]]:
        """Each filter that is on, as the key of the address and the words of its chip."""
        yield from ((name, f"{WORDS[name][0]}：{word.label}") for name, word in self.chosen)
        if self.area:
            yield "area", f"领域：{self.area}"
        if self.unit_id is not None:
            yield "unit", f"主办单位：{units.name(self.unit_id) or '未知单位'}"
        if self.level:
            label = "未研判" if self.level == UNASSESSED else RiskLevel.of(self.level).label
            yield "level", f"风险等级：{label}"
        if self.due:
            yield "due", f"时限：{DUE[self.due]}"
        if self.received_from is not None:
            yield "from", f"收到：{self.received_from.isoformat()} 起"
        if self.received_until is not None:
            yield "until", f"收到：{self.received_until.isoformat()} 止"


def read(args: Mapping[str, str]) -> Filters:
    """The filters an address asks for; what cannot be read is said, never guessed."""
    problems: list[str] = []
    chosen = tuple((name, word) for name in WORDS if (word := _word(args, name, problems)) is not None)
    first, last = _day(args, "from", problems), _day(args, "until", problems)
    if first and last and first > last:
        problems.append("起始日期晚于截止日期，请核对。")
    return Filters(
        chosen,
        args.get("area", "").strip()[:40],
        _number(args.get("unit", "")),
        _one_of(args.get("level", ""), {UNASSESSED, *(level.value for level in RiskLevel)}),
        _one_of(args.get("due", ""), set(DUE)),
        first,
        last,
        tuple(problems),
    )


def _word(args: Mapping[str, str], name: str, problems: list[str]) -> Word | None:
    value = args.get(name, "")
    if not value:
        return None
    label, words = WORDS[name]
    try:
        return words.of(value)
    except ValueError:
        problems.append(f"没有这样的{label}，已忽略这项筛选。")
        return None


def _day(args: Mapping[str, str], name: str, problems: list[str]) -> date | None:
    value = args.get(name, "").strip()
    if not value:
        return None
    try:
        return parse_date(value)
    except UnreadableMoment as error:
        problems.append(error.message)
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _one_of(value: str, known: set[str]) -> str:
    return value if value in known else ""


Due = Callable[[datetime, datetime], ColumnElement[bool]]
_DUE: dict[str, Due] = {
    "overdue": lambda now, _soon: Case.next_due_at < now,
    "soon": lambda now, soon: (Case.next_due_at >= now) & ((Case.next_warn_at <= now) | (Case.next_due_at <= soon)),
    "running": lambda now, _soon: Case.next_due_at >= now,
    "suspended": lambda _now, _soon: Case.suspended_for != "",
    "provisional": lambda _now, _soon: Case.next_due_at.is_not(None) & Case.next_due_provisional,
    "none": lambda _now, _soon: Case.next_due_at.is_(None) & (Case.suspended_for == ""),
}
# What rests stands on the lists of what is in hand as long as it has a date.
OPEN_CHOICES = [(stage.value, stage.label) for stage in Stage if stage in OPEN_STAGES or stage in (Stage.MERGED, Stage.CLOSED)]
LEVELS = [(UNASSESSED, "未研判"), *RiskLevel.choices()]
DUES = list(DUE.items())
CHOICES = {name: words.choices() for name, (_, words) in WORDS.items()}
