"""What open clocks come under when the office's table of deadline rules is changed for the cases in hand (D15)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import facts_of, granted_in, is_copy
from opinion_app.flow.deadline_table import Proposed, rules
from opinion_app.flow.merged_dates import facts_as_own, facts_if_resting
from opinion_app.flow.reply_owed import reopenings, reply_rule
from opinion_app.flow.which_rule import choice_for, letter_of
from opinion_app.records.assessment import Assessment
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline_rules import Ahead, Choice, ClockStage, DeadlineRule
from opinion_app.rules.words import OPEN_CLOCK, Stage

Change = Callable[[Clock], ClockFacts | None]  # None: owed no more, a reply until its case is accepted
# A rule and why it, None where none asks for it any more; and since when a clock counts under it, None: from acceptance on.
Governed = tuple[Choice | None, datetime | None]
Governing = Callable[[Clock], Governed | None]  # what a clock is to be put under; None: it stays as it is
AS_CHANGED = "按修改后的规则"


def by_code(rule: DeadlineRule, codes: dict[int, str]) -> Governing:
    """A changed rule governs the clocks that run under another version of it; `codes` names each rule row's code.

    What a merged case still owes itself stays as it lent it to the other case, and so does the copy that runs there (D13)."""

    def governing(clock: Clock) -> Governed | None:
        if clock.rule_id is None or clock.case.stage is Stage.MERGED or is_copy(clock):
            return None
        return (Choice(rule, AS_CHANGED), clock.start_at) if codes.get(clock.rule_id) == rule.code else None

    return governing


def chosen_anew(session: Session, table: Collection[DeadlineRule], row: DeadlineRule, codes: dict[int, str]) -> Governing:
    """With `row` put into the table or taken out of it: the rule chosen anew for the clocks that come under it or were under it.

    A reply counts from the event that rule counts from: where `reply_rule` says that it waits for the case to be accepted, it
    rests (decisions 3). A duty that no rule asks for any more without the row ends, and so does one that would have to be
    met by another act then, or by somebody else; where the row itself would ask that, the clock keeps its own rule. A case that
    answers by a merged one's date alone has a date of its own as well as soon as that waits for nothing (D13)."""
    query = select(Clock.id, Assessment.historic).join(Assessment, Assessment.id == Clock.assessment_id)
    found = session.execute(query.where(Clock.stage == row.stage.value, Clock.state.in_(OPEN_CLOCK)))
    historic, proposed = {held.id: held.historic for held in found}, Proposed(tuple(table), row)
    reopened = reopenings(session) if row.stage is ClockStage.REPLY else {}

    def governing(clock: Clock) -> Governed | None:
        case, start, copy = clock.case, clock.start_at, is_copy(clock)
        if clock.stage != row.stage.value or clock.rule_id is None or case.stage is Stage.MERGED:
            return None
        choice: Choice | None
        if row.stage is ClockStage.REPLY:
            choice, since = reply_rule(session, case, letter_of(session, case), proposed, reopened_at=reopened)
        else:
            past = historic.get(clock.id, False)
            choice, since = choice_for(session, case, row.stage, start, historic=past, proposed=proposed), start
        if choice is None:
            return (None, start) if codes.get(clock.rule_id) == row.code else None
        if copy:
            return (choice, since) if since is not None else None
        own = rules(session).get(clock.rule_id)  # its clock may wait for the same of another: a supporting unit's report
        asks = own.asks if own is not None else (clock.met_by_act, clock.owed_by)
        if choice.rule.asks != asks:
            return (None, start) if row.retired and own is not None and own.code == row.code else None
        return (choice, since) if row.code in (choice.rule.code, codes.get(clock.rule_id)) else None

    return governing


def put_under(session: Session, governing: Governing, warned: dict[int, Ahead] | None = None) -> Change:
    """The facts clocks would have under the rules that would govern them; `warned` takes when these warn, by clock."""

    def changed(clock: Clock) -> ClockFacts | None:
        governed = governing(clock)
        if governed is None:
            return facts_of(clock)
        choice, start = governed
        if choice is None:
            return None
        if start is None:
            return facts_if_resting(session, clock)
        if is_copy(clock):
            return facts_as_own(session, clock, choice, start)
        if warned is not None:
            warned[clock.id] = choice.rule.warning
        span = choice.rule.span
        return replace(facts_of(clock, start), span=span, extensions=granted_in(clock, span.unit))

    return changed
