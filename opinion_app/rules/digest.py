"""The digest (通报): one list per person of all that is due soon, due or overdue for them, with the reasons (N08, N09).

A line says number, kind, unit, due and link, never the writer, the text or a title (decisions 25).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from opinion_app.rules import links
from opinion_app.rules.clock_facts import Span
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.due_words import DueState, due_words
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.recipients import Owing, Recipient, Roster, recipients
from opinion_app.rules.spoken import day_words
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

GROUPS = {DueState.OVERDUE: "逾期", DueState.TODAY: "今天到期", DueState.SOON: "临期"}
BLIND_KIND = "—"


@dataclass(frozen=True, slots=True)
class OpenClock:
    """One running clock as the reminders see it.

    `marks`: the level and urgency of its case; `known_since`: nobody is told of what came before (imports, restores, N07)."""

    id: int
    case_id: int
    waits_for: str
    unit: str
    owing: Owing
    due_at: datetime
    span: Span
    warn_at: datetime | None = None
    provisional: bool = False
    version: int = 1
    marks: frozenset[str] = frozenset()
    known_since: datetime | None = None

    @property
    def due_date(self) -> DueDate:
        """The due moment as it is said."""
        return DueDate(self.due_at, self.provisional)


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line of one person's digest."""

    clock_id: int
    case_id: int
    version: int
    group: DueState
    number: str
    kind: str
    unit: str
    text: str
    link: str
    reason: str
    due_at: datetime
    blind: bool = False

    def as_data(self) -> dict[str, object]:
        """The line as a notice keeps it."""
        return {
            "clock": self.clock_id,
            "case": self.case_id,
            "version": self.version,
            "group": GROUPS[self.group],
            "number": self.number,
            "kind": self.kind,
            "unit": self.unit,
            "text": self.text,
            "link": self.link,
            "reason": self.reason,
            "blind": self.blind,
        }


@dataclass(frozen=True, slots=True)
class PersonDigest:
    """What one person is told on one working morning, the most urgent first; of the same day only what was left out by the first
    is made up, as `part` 2 and following."""

    person_id: int
    on: date
    lines: tuple[DigestLine, ...]
    part: int = 1

    @property
    def subject(self) -> str:
        """待办通报 11月23日：逾期 2 件、今天到期 1 件."""
        head = f"待办通报 {day_words(self.on, self.on.year).split()[0]}{'（补报）' if self.part > 1 else ''}"
        return f"{head}：{counted_words((GROUPS[line.group], line.number) for line in self.lines)}"


def counted_words(lines: Iterable[tuple[str, str]]) -> str:
    """How many cases of each group, from group and number of the lines; a case with several lines counts once a group."""
    held = set(lines)
    counted = {group: sum(1 for own, _number in held if own == group) for group in GROUPS.values()}
    return "、".join(f"{group} {number} 件" for group, number in counted.items() if number)


def rung_subject(label: str, lines: Iterable[Mapping[str, object]]) -> str:
    """催办通知：LY2026-000123 答复, or for several 催办通知：3 件; to who may not see the case the number alone."""
    held = list(lines)
    first, numbers = held[0], {line.get("number") for line in held}
    if len(numbers) > 1:
        return f"{label}：{len(numbers)} 件"
    waits_for = "" if first.get("blind") else str(first.get("text", "")).partition("：")[0]
    return f"{label}：{first.get('number', '')} {waits_for}".rstrip()


def place_of(group: str) -> int:
    """Where a group stands in a digest, the most urgent first; what is none comes last."""
    return list(GROUPS.values()).index(group) if group in GROUPS.values() else len(GROUPS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A clock that could not be judged, or without one (0) a person whose digest could not be made; all others go on (N05)."""

    clock_id: int
    error: str
    person_id: int = 0


def urgency(clock: OpenClock, now: datetime, calendar: WorkCalendar, soon_until: datetime) -> tuple[DueState, str] | None:
    """The group a clock belongs to and its due words; None while nobody need be reminded.

    `soon_until` is the last moment that counts as 临期, as the worklists have it."""
    said = due_words(clock.due_at, now, calendar, clock.span, provisional=clock.provisional)
    if said.state in GROUPS:
        return said.state, said.text
    warned = clock.warn_at is not None and clock.warn_at <= now
    if warned or clock.due_at <= soon_until:
        return DueState.SOON, said.text
    return None


def blind_words(due: DueDate) -> str:
    """All that is said of a date to who may not see the case (decisions 15)."""
    return f"{due.day()} 到期"


def line_for(clock: OpenClock, case: CaseFacts, told: Recipient, group: DueState, words: str) -> DigestLine:
    """The line about a clock for one person; who may not see the case learns number and date alone (decisions 15)."""
    if told.blind:
        text, kind, unit, link = blind_words(clock.due_date), BLIND_KIND, "", ""
    else:
        text, kind, unit, link = f"{clock.waits_for}：{words}", case.kind.label, clock.unit, links.case(case.number)
    return DigestLine(
        clock.id, case.id, clock.version, group, case.number, kind, unit, text, link, told.reason, clock.due_at, told.blind
    )


def digests(
    clocks: Iterable[OpenClock],
    cases: Mapping[int, CaseFacts],
    roster: Roster,
    now: datetime,
    calendar: WorkCalendar,
    soon_until: datetime,
) -> tuple[list[PersonDigest], list[Trouble]]:
    """One digest for each person concerned, and the clocks that could not be judged."""
    lines: dict[int, list[DigestLine]] = {}
    troubles: list[Trouble] = []
    alike: dict[tuple[object, ...], tuple[DueState, str] | None] = {}  # most clocks end with one of a few days
    for clock in clocks:
        try:
            ends = (clock.due_at, clock.warn_at, clock.span, clock.provisional)
            if ends not in alike:
                alike[ends] = urgency(clock, now, calendar, soon_until)
            pressing = alike[ends]
            if pressing is not None:
                case = cases[clock.case_id]
                for told in recipients(clock.owing, case, roster):
                    lines.setdefault(told.person_id, []).append(line_for(clock, case, told, *pressing))
        except Exception as error:  # one broken row must not silence all others; it is reported, not swallowed
            troubles.append(Trouble(clock.id, f"{type(error).__name__}: {error}"[:200]))
    today = local_date(now)
    made = [PersonDigest(person_id, today, tuple(sorted(own, key=_order))) for person_id, own in sorted(lines.items())]
    return made, troubles


_RANK = {group: place for place, group in enumerate(GROUPS)}


def _order(line: DigestLine) -> tuple[int, datetime, str, int]:
    return _RANK[line.group], line.due_at, line.number, line.clock_id
