"""Open clocks under a changed calendar or rule: first as a preview that writes nothing, then for good (D15, decisions 23)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, adoptions_of, extension_of, facts_of, inner_day, settle, span_of
from opinion_app.flow.clocks import OPEN, ahead_of, refresh, shift_inner
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.extension_requests import void_stale
from opinion_app.flow.merged_dates import lent_by
from opinion_app.flow.progress import promise
from opinion_app.flow.risk_clocks import cap_now
from opinion_app.records.assessment import Assessment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.deadline_rules import ClockStage, DeadlineRule, RuleFacts, choose
from opinion_app.rules.errors import Invalid
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

Change = Callable[[Clock], ClockFacts]
Governing = Callable[[Clock], DeadlineRule | None]  # the rule a clock is to be put under; None: it stays as it is


class NotLooked(Invalid):
    """A change that moves open clocks, by somebody who has not seen which; `moved` are those clocks."""

    def __init__(self, moved: list[Moved]) -> None:
        self.moved = moved
        late = sum(row.becomes_late for row in moved)
        said = f"会变动 {len(moved)} 项在办时限" + (f"，其中 {late} 项会变为逾期" if late else "")
        super().__init__(f"还没有保存：{said}。请看过下面的清单，确认后再保存一次。")


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock of an open case that another calendar or rule moves; `becomes_late` where it was in time until then."""

    case_id: int
    number: str
    stage: str
    before: datetime | None
    after: datetime | None
    becomes_late: bool


def marks(moved: Iterable[Moved]) -> str:
    """A mark of what somebody was shown: the same clocks moved from and to the same moments."""
    rows = sorted(f"{row.case_id} {row.stage} {row.before} {row.after}" for row in moved)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:32] if rows else ""


def check_looked(moved: list[Moved], looked: str | None) -> None:
    """Raises NotLooked where clocks move and `looked` is not the mark of these; None: asked elsewhere whether to go on."""
    if looked is not None and moved and looked != marks(moved):
        raise NotLooked(moved)


def open_by_case(session: Session) -> Iterator[tuple[Case, list[Clock]]]:
    """Every case with open clocks and those clocks, the inner deadlines last because they follow the reply's."""
    query = (
        select(Clock)
        .options(joinedload(Clock.case))
        .where(Clock.state.in_(OPEN))
        .order_by(Clock.case_id, Clock.stage == ClockStage.DRAFT.value, Clock.id)
    )
    for case, clocks in groupby(session.scalars(query), key=lambda clock: clock.case):
        yield case, list(clocks)


def preview(session: Session, now: datetime, calendar: WorkCalendar, change: Change = facts_of) -> list[Moved]:
    """What would move if `calendar` were in force and `change` gave a clock's facts; nothing is written."""
    moved: list[Moved] = []
    for case, clocks in open_by_case(session):
        dues = _dues(session, clocks, now, calendar, change)
        moved.extend(_moved(case, clock, clock.due_at, due, now) for clock, due in dues if due != clock.due_at)
    return moved


def _dues(
    session: Session, clocks: Iterable[Clock], now: datetime, calendar: WorkCalendar, change: Change
) -> Iterator[tuple[Clock, datetime | None]]:
    reply: datetime | None = None
    for clock in clocks:
        facts = change(clock)
        if clock.adoptions:
            facts = replace(facts, adoptions=adoptions_of(_readopted(session, clock, calendar)))
        if (cap := cap_now(session, clock, calendar)) is not None:
            facts = replace(facts, latest=cap.due_at)
        if clock.stage == ClockStage.DRAFT.value and reply is not None:
            inner = inner_day(clock, facts.span.amount, reply, calendar, now)
            facts = replace(facts, fixed_date=inner, latest=reply, pauses=())
        due = derive(facts, calendar).due_at
        if clock.stage == ClockStage.REPLY.value:
            reply = due
        yield clock, due


def _readopted(session: Session, clock: Clock, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """The dates taken over from merged cases as this calendar has them; those cases themselves stay as they were."""
    return [entry | _due_now(session.get(Clock, entry.get("clock", 0)), entry, calendar) for entry in clock.adoptions]


def _due_now(clock: Clock | None, entry: dict[str, Any], calendar: WorkCalendar) -> dict[str, Any]:
    return lent_by(clock, datetime.fromisoformat(entry["at"]), calendar) if clock is not None else {}


def _moved(case: Case, clock: Clock, before: datetime | None, after: datetime | None, now: datetime) -> Moved:
    late_now = after is not None and is_late(after, now)
    was_late = before is not None and is_late(before, now)
    return Moved(case.id, case.number, clock.stage, before, after, late_now and not was_late)


def recompute_open(session: Session, now: datetime, why: str = "工作日历有变") -> list[Moved]:
    """Derive every open clock anew under the calendar in force; what is met or stopped stays as it was (D15).

    A moved date is a new deadline version; rungs whose moment has passed do not ring again (decisions 23)."""
    return _rewrite(session, Cause(now, why), None)


def by_code(rule: DeadlineRule, codes: dict[int, str]) -> Governing:
    """A changed rule governs the clocks that run under another version of it; `codes` names each rule row's code."""

    def governing(clock: Clock) -> DeadlineRule | None:
        return rule if clock.rule_id is not None and codes.get(clock.rule_id) == rule.code else None

    return governing


def chosen_anew(session: Session, table: Collection[DeadlineRule], row: DeadlineRule, codes: dict[int, str]) -> Governing:
    """With `row` put into the table or taken out of it: the rule chosen anew for the clocks that come under it or were under it.

    A clock that would have to be met by another act, or by somebody else, keeps its own rule."""
    query = select(Clock.id, Assessment.historic).join(Assessment, Assessment.id == Clock.assessment_id)
    found = session.execute(query.where(Clock.stage == row.stage.value, Clock.state.in_(OPEN)))
    historic = {held.id: held.historic for held in found}

    def governing(clock: Clock) -> DeadlineRule | None:
        if clock.stage != row.stage.value or clock.rule_id is None:
            return None
        case = clock.case
        facts = RuleFacts(case.procedure, case.urgency, case.kind, case.risk_level, None, historic.get(clock.id, False))
        choice = choose(table, facts, row.stage, row.in_force_from)
        if choice is None or (choice.rule.meeting_act, choice.rule.owed_by.value) != (clock.met_by_act, clock.owed_by):
            return None
        return choice.rule if row.code in (choice.rule.code, codes.get(clock.rule_id)) else None

    return governing


def put_under(governing: Governing) -> Change:
    """The facts clocks would have under the rules that would govern them."""

    def changed(clock: Clock) -> ClockFacts:
        facts, rule = facts_of(clock), governing(clock)
        if rule is None:
            return facts
        return replace(facts, span=rule.span, extensions=tuple(extension_of(entry) for entry in _granted(clock, rule)))

    return changed


def _granted(clock: Clock, rule: DeadlineRule) -> list[dict[str, Any]]:
    """What was granted to a clock, as the rule's unit can say it: days given to what is now hours stand as a day."""
    if span_of(clock).unit.in_days is rule.span.unit.in_days or not clock.extensions or clock.due_at is None:
        return list(clock.extensions)
    last = clock.extensions[-1]
    by = {"by": last["by"]} if "by" in last else {}
    return [{"at": last["at"], "until": local_date(clock.due_at).isoformat(), "reason": "原批准的延期"} | by]


def apply_to_open(session: Session, governing: Governing, why: str, now: datetime) -> list[Moved]:
    """Put every open clock under the rule that governs it now, a row of the table; answers what moved."""
    numbers = {rule: row_id for row_id, rule in rules(session).items()}

    def rewrite(clock: Clock) -> None:
        rule = governing(clock)
        if rule is not None and clock.rule_id != numbers.get(rule):
            clock.extensions = _granted(clock, rule)
            clock.rule_id, clock.amount, clock.amount_unit = numbers.get(rule), rule.span.amount, rule.span.unit.value
            clock.source = f"{rule.name}（按修改后的规则）：{rule.source}"

    return _rewrite(session, Cause(now, why), rewrite)


def _rewrite(session: Session, cause: Cause, rewrite: Callable[[Clock], None] | None) -> list[Moved]:
    moved: list[Moved] = []
    for case, clocks in list(open_by_case(session)):
        before = [(clock, clock.due_at) for clock in clocks]
        for clock in clocks:
            if rewrite is not None:
                rewrite(clock)
            if clock.stage != ClockStage.DRAFT.value:
                if clock.adoptions:
                    clock.adoptions = _readopted(session, clock, work_calendar(session))
                cap = cap_now(session, clock, work_calendar(session))
                clock.latest_at = cap.due_at if cap is not None else clock.latest_at
                settle(clock, work_calendar(session), ahead_of(session, clock), cause)
                clock.provisional = clock.provisional or bool(cap and cap.provisional)
        shift_inner(session, case, cause)
        refresh(session, case)
        if rewrite is not None:
            void_stale(session, case, cause.at)
        promise(session, case)
        moved.extend(_moved(case, clock, due, clock.due_at, cause.at) for clock, due in before if clock.due_at != due)
    return moved
