"""How the date of an ended clock is explained: as it was settled, whatever the calendar says today (D15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import calendar_at
from opinion_app.flow.clock_dates import facts_of
from opinion_app.records.clock import Clock
from opinion_app.records.trail import TrailEntry
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import Derivation, derive
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate, due_of
from opinion_app.rules.explain import room_words
from opinion_app.rules.spoken import day_words, moment_words
from opinion_app.rules.trail_words import WORDS
from opinion_app.rules.words import OPEN_CLOCK
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

NAMED_AT_MOST = 3
CHANGES = ("calendar.load", "calendar.close", "calendar.open", "calendar.hours")


@dataclass(frozen=True, slots=True)
class Settled:
    """The derivation that gives the stored date, None where the calendar of that day is gone, and the calendar it is by; `note`
    says what differs today."""

    derivation: Derivation | None
    calendar: WorkCalendar
    note: str = ""


def settled(session: Session, clock: Clock, calendar: WorkCalendar) -> Settled:
    """The derivation of a clock's stored date: a running one by the calendar in force, an ended one by that of its end."""
    today = derive(_facts(clock, calendar), calendar)
    if clock.state in OPEN_CLOCK or clock.ended_at is None or today.due_at == clock.due_at:
        return Settled(today, calendar)
    held = calendar_at(session, clock.ended_at)
    then = derive(_facts(clock, held), held)
    known = (then.due_at, then.provisional) == (clock.due_at, clock.provisional)
    note = f"这项时限已于 {moment_words(clock.ended_at)} 结束，到期日按当时的工作日历确定，此后不再改动。"
    note += _changed(session, clock, due_of(today))
    return Settled(then if known else None, held, note if known else note + "当时的日历已被替换，不能逐日重列。")


def _facts(clock: Clock, calendar: WorkCalendar) -> ClockFacts:
    """The facts of a clock; what an inner date leaves for review is counted, not taken from what was once written beside it."""
    facts = facts_of(clock)
    if clock.stage != ClockStage.DRAFT.value or facts.fixed_date is None or facts.latest is None:
        return facts
    return replace(facts, fixed_why=room_words(facts.span, facts.fixed_date, facts.latest, calendar))


def _changed(session: Session, clock: Clock, due_now: DueDate | None) -> str:
    """Which later changes of the calendar would give another date."""
    query = select(TrailEntry).where(TrailEntry.act.in_(CHANGES), TrailEntry.at > clock.ended_at, TrailEntry.succeeded)
    last = max((local_date(due.at) for due in (clock.due_date, due_now) if due is not None), default=date.max)
    entries = [entry for entry in session.scalars(query.order_by(TrailEntry.seq)) if _touches(entry, clock, last)]
    named = [f"{moment_words(entry.at)} {WORDS[entry.act]}{_which(entry)}" for entry in entries[:NAMED_AT_MOST]]
    more = f"等 {len(entries)} 次" if len(entries) > NAMED_AT_MOST else ""
    which = f"（{'；'.join(named)}{more}）" if named else ""
    would = f"，按现在的日历推算会是 {due_now.moment()}" if due_now is not None else ""
    return f"后来日历有变{which}{would}。"


def _touches(entry: TrailEntry, clock: Clock, last: date) -> bool:
    said = entry.subject.partition(":")[2]
    if entry.act == "calendar.hours":
        return True
    if entry.act == "calendar.load":
        return local_date(clock.start_at).year <= int(said) <= last.year + 1  # 元旦 may begin in the December before
    return local_date(clock.start_at) <= date.fromisoformat(said) <= last


def _which(entry: TrailEntry) -> str:
    said = entry.subject.partition(":")[2]
    if entry.act == "calendar.hours":
        return ""
    return f"（{said} 年）" if entry.act == "calendar.load" else f" {day_words(date.fromisoformat(said))}"
