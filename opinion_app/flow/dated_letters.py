"""Letters about an act that name dates (交办、送审、催办、督办): what they say when queued and when they leave (N03)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, cast

from opinion_app.flow.due import clock_due, clock_words
from opinion_app.flow.outbox import Letter
from opinion_app.records.clock import Clock
from opinion_app.rules import links
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.digest import blind_words
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.next_digest import due_before_next
from opinion_app.rules.recipients import Recipient
from opinion_app.rules.waiting_step import has_a_date
from opinion_app.rules.words import ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local

GONE = {
    ClockState.MET: "已完成",
    ClockState.STOPPED: "已办结、转出或改派",
    ClockState.SUSPENDED: "已中止计时",
}
STEP_DONE = "这一步已经办理、改派或不再需要"
SEE_TO_IT = "有一步无人办理，请您安排"  # all that is said of a step to who may not see the case (decisions 15)
REMINDS = "时限提醒"  # what is left of a letter whose step was done while it waited
_HIDDEN = {"kind": "", "unit": "", "link": ""}
_WHOLE = "whole"


def dated(
    line: Mapping[str, Any],
    what: str,
    clocks: Iterable[Clock],
    waits: Mapping[str, Any],
    now: datetime,
    calendar: WorkCalendar,
    at: time,
) -> dict[str, Any]:
    """A line that says what is asked and what is due when; it keeps of which clocks it speaks and what it waits for."""
    owed = running(clocks)
    kept = {**line, "what": what, "dates": [clock.id for clock in owed], "waits": dict(waits)}
    return kept | {"text": said(kept, what, owed, now, calendar, at)}


def running(clocks: Iterable[Clock]) -> list[Clock]:
    """Those of some clocks that run, the earliest due first; of those still to be written, in the order given."""
    ones = [clock for clock in clocks if clock.state is ClockState.RUNNING and clock.due_at is not None]
    return sorted(ones, key=lambda clock: (_due(clock), clock.id or 0))


def said(line: Mapping[str, Any], what: str, owed: Sequence[Clock], now: datetime, calendar: WorkCalendar, at: time) -> str:
    """What is asked, with the date that comes first, that of the reply and each that the next digest, made `at`, would find late,
    for these count as told by it; to who may not see the case the bare date."""
    if line.get("blind"):
        return "，".join(part for part in (what, _bare(line, owed[0]) if owed else "") if part)
    dates = "；".join(
        f"{clock_words(one)}：{clock_due(one, now, calendar).words}（{_day(one, now)} 到期）"
        for one in owed
        if one is owed[0] or one.stage == ClockStage.REPLY.value or presses(one, now, calendar, at)
    )
    return "。".join(part for part in (what, dates) if part)


def subject(number: str, line: Mapping[str, Any], owed: Sequence[Clock], now: datetime, calendar: WorkCalendar, at: time) -> str:
    """LY2026-000123 答复稿请签发（今天到期）; how pressing it is only where the next digest, made `at`, would find it late."""
    if line.get("blind"):
        return f"{number} {line['text']}"
    pressing = [one for one in owed if presses(one, now, calendar, at)]
    urgent = f"（{clock_due(pressing[0], now, calendar).words}）" if pressing else ""
    return f"{number} {line['what'] or REMINDS}{urgent}"


def as_it_leaves(
    line: dict[str, Any],
    dates: Sequence[Clock],
    own: Collection[int],
    now: datetime,
    calendar: WorkCalendar,
    at: time,
    *,
    waits: bool,
) -> tuple[dict[str, Any], str]:
    """A line about an act as of now, `dates` being the clocks it speaks of, and why it no longer holds; `waits`: its step is
    still to be done.

    Where it is done, whoever still owes (`own`) what the next digest would find late hears of that alone."""
    owed, what = running(dates), line["what"]
    if has_a_date(line["waits"]) and not owed:
        return line, ended(dates[0]) if dates else STEP_DONE
    if not waits:
        owed, what = [clock for clock in owed if clock.id in own and presses(clock, now, calendar, at)], ""
        if not owed:
            return line, STEP_DONE
    stands = line | {"what": what, "text": said(line, what, owed, now, calendar, at)}
    return stands | {"subject": subject(str(line["number"]), stands, owed, now, calendar, at)}, ""


def letter_to(
    letter: Letter,
    to: Recipient,
    clocks: Sequence[Clock],
    now: datetime,
    calendar: WorkCalendar,
    at: time,
    blind_to: str = SEE_TO_IT,
) -> Letter:
    """A letter that asks a step, as it is said to one reader with why just they are asked; `clocks` are those its line speaks of.

    Who may not see the case reads `blind_to` and the date, and finds no link. What is asked is kept beside, unread, for who has
    the step after them (decisions 15)."""
    [asked] = letter.lines
    line = {name: value for name, value in asked.items() if name not in ("reason", "blind", _WHOLE)} | asked.get(_WHOLE, {})
    link = links.case(str(line["number"]))
    if to.blind:
        hidden = {name: value for name, value in (_HIDDEN | {"what": blind_to}).items() if name in line}
        line |= {_WHOLE: {name: line[name] for name in hidden}, "blind": True} | hidden
        link = links.NOTICES
    line |= {"reason": to.reason} if to.reason else {}
    said, _why = as_it_leaves(line, clocks, (), now, calendar, at, waits=True)
    subject = str(said.pop("subject", letter.subject))
    return replace(letter, subject=subject, lines=[said], link=link)


def ended(clock: Clock) -> str:
    """Why a clock that does not run is not told of."""
    return clock.end_reason or GONE[clock.state]


def presses(clock: Clock, now: datetime, calendar: WorkCalendar, at: time) -> bool:
    """Whether the next digest would find a clock late."""
    return clock.due_at is not None and due_before_next(clock.due_at, now, calendar, at)


def _day(clock: Clock, now: datetime) -> str:
    return _due(clock).words(local(now).year)


def _bare(line: Mapping[str, Any], clock: Clock) -> str:
    if not has_a_date(line.get("waits", {})):
        return blind_words(_due(clock))
    return f"请于 {_due(clock).iso_day} 前反馈"


def _due(clock: Clock) -> DueDate:
    return cast(DueDate, clock.due_date)  # only clocks with a date are named
