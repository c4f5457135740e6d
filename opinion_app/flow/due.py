"""The due badge of a case or a clock: its words, and a state that agrees with the worklists' 临期 and 逾期."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row

from opinion_app.flow.clock_dates import span_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline import is_late
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.due_words import SOON_WORKING_DAYS, DueState, due_words
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import end_of_day, ends_its_day, local_date

SUPPORT_ACT, _SUPPORT_WORDS = "report_support", "报协办结果"
_STATES = {
    DueState.NONE: "none",
    DueState.MET: "met",
    DueState.FAR: "later",
    DueState.SOON: "soon",
    DueState.TODAY: "today",
    DueState.OVERDUE: "overdue",
}
BOTH = ","
KEPT_AT_MOST = 5000


@dataclass(frozen=True, slots=True)
class DueBadge:
    """What a due badge shows; `href` opens the derivation of the date."""

    words: str
    state: str
    title: str = ""
    href: str = ""


def soon_until(now: datetime, calendar: WorkCalendar) -> datetime:
    """The last moment that still counts as 临期: the end of the stretch with two working days to go."""
    third = calendar.add_working_days(local_date(now), SOON_WORKING_DAYS + 1)
    return end_of_day(third - timedelta(days=1))


def case_due(case: Case | Row[Any], now: datetime, calendar: WorkCalendar, href: str = "") -> DueBadge | None:
    """The badge of the case's earliest unmet clock; None when nothing runs. Needs no query."""
    if case.next_due_at is None:
        held = ground_words(case.suspended_for)
        return DueBadge("计时中止", "paused", f"{held}，恢复后接着计算", href) if held else None
    first = DueDate(case.next_due_at, case.next_due_provisional)
    in_days = ends_its_day(first.at)  # day clocks end with their day (decisions 6)
    span = Span(1, Unit.WORKING_DAYS if in_days else Unit.HOURS)
    said = due_words(case.next_due_at, now, calendar, span, provisional=case.next_due_provisional)
    state = said.state
    warned = case.next_warn_at is not None and case.next_warn_at <= now
    if state is DueState.FAR and (warned or case.next_due_at <= soon_until(now, calendar)):
        state = DueState.SOON
    return DueBadge(said.text, _STATES[state], _title(shown_words(case.next_due_stage), first), href)


Dated = TypeVar("Dated", Case, Row[Any])


def case_dues(cases: Iterable[Dated], now: datetime, calendar: WorkCalendar) -> Iterator[tuple[Dated, DueBadge | None]]:
    """Each case of a list with its badge. Those due at the end of a day share one the whole day long, from list to list."""
    known = _badges_of(local_date(now), calendar)
    for case in cases:
        if case.next_due_at is None:
            yield case, case_due(case, now, calendar)
            continue
        warned = case.next_warn_at is not None and case.next_warn_at <= now
        alike = (case.next_due_at, warned, case.next_due_stage, case.next_due_provisional)
        badge = known.get(alike)
        if badge is None:
            badge = case_due(case, now, calendar)
            if badge is not None and ends_its_day(case.next_due_at):
                known[alike] = badge
        yield case, badge


_Kept = dict[tuple[datetime, bool, str, bool], DueBadge]
_kept: tuple[date, WorkCalendar, _Kept] | None = None


def _badges_of(today: date, calendar: WorkCalendar) -> _Kept:
    """The badges told so far today by this calendar; a day clock says the same from midnight to midnight."""
    global _kept  # noqa: PLW0603 - replaced whole, never changed by two threads into something neither meant
    if _kept is None or _kept[0] != today or _kept[1] is not calendar or len(_kept[2]) > KEPT_AT_MOST:
        _kept = (today, calendar, {})
    return _kept[2]


def clock_due(clock: Clock, now: datetime, calendar: WorkCalendar, href: str = "") -> DueBadge:
    """The badge of one clock, running, suspended, met or stopped."""
    if clock.state is ClockState.STOPPED:
        return DueBadge("已停止", "none", clock.end_reason, href)
    said = due_words(
        clock.due_at,
        now,
        calendar,
        span_of(clock),
        met_at=clock.ended_at if clock.state is ClockState.MET else None,
        suspended=clock.state is ClockState.SUSPENDED,
        provisional=clock.provisional,
    )
    state = "paused" if clock.state is ClockState.SUSPENDED else _STATES[said.state]
    return DueBadge(said.text, state, _title(clock_words(clock), clock.due_date), href)


def _title(words: str, due: DueDate | None) -> str:
    return f"{words}：{due.moment()}前" if due is not None else words


def clock_words(clock: Clock) -> str:
    """What a clock waits for; a supporting unit hands in no draft but reports to the lead."""
    return waits_words(clock.stage, by_support=clock.met_by_act == SUPPORT_ACT)


def waits_words(stage: str, *, by_support: bool) -> str:
    """The same of a stage, and whether a supporting unit owes it."""
    return _SUPPORT_WORDS if by_support else stage_words(stage)


def first_stage(running: Sequence[Clock]) -> str:
    """What the earliest of a case's clocks waits for, as the case keeps it for the lists; empty where none runs.

    Lead and supporting units mostly owe theirs by the same moment: then it is both."""
    if not running or running[0].stage != ClockStage.DRAFT.value:
        return running[0].stage if running else ""
    alike = (clock for clock in running if (clock.stage, clock.due_at) == (running[0].stage, running[0].due_at))
    return BOTH.join(dict.fromkeys(SUPPORT_ACT if clock.met_by_act == SUPPORT_ACT else clock.stage for clock in alike))


def shown_words(stages: str) -> str:
    """The same in the office's words: 提交答复稿、报协办结果."""
    return "、".join(waits_words(stage, by_support=stage == SUPPORT_ACT) for stage in stages.split(BOTH))


def draft_passed_words(reply: Clock | None, now: datetime) -> str:
    """What whoever gives a unit a case must know where its reply is late already; empty while it is in time (D12)."""
    due = reply.due_date if reply is not None and reply.state is ClockState.RUNNING else None
    if due is None or not is_late(due.at, now):
        return ""
    return f"答复时限已于 {due.moment()} 到期，承办单位提交答复稿的日期随之已过；此前的催办、黄牌和督办不补发。"


def ground_words(ground: str) -> str:
    """Why the reply's clock stands still, in the office's words; empty while it runs."""
    return SuspensionGround.of(ground).label if ground else ""


def stage_words(stage: str) -> str:
    """What a clock waits for, in the office's words."""
    return ClockStage.of(stage).label if stage else ""
