"""Which rule of the office's table governs a clock: by what its case is, when it begins and what the office knew by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.agreed_dates import agreed_before
from opinion_app.flow.deadline_table import Proposed, has_applied_since, known_to, rules
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import (
    DATED_BY_NOTICE,
    Ahead,
    Choice,
    ClockStage,
    DeadlineRule,
    RuleFacts,
    choose,
    newest_in_force,
)
from opinion_app.rules.words import Source
from opinion_app.rules.zone import latest, local_date

AGREED = "来文单位同意延期"


def duty(
    session: Session,
    case: Case,
    stage: ClockStage,
    start: datetime,
    letter: Letter | None = None,
    asked_at: datetime | None = None,
) -> Choice | None:
    """The rule for what starts at a moment; None where nobody owed it then, or at the moment it was `asked_at`.

    A row put to use for the cases in hand later changes the dates they have; it asks nothing more of them, nor the same
    of somebody else: what was owed then is owed on, unless its own row is out of use (D15)."""
    choice = choice_for(session, case, stage, start, letter)
    if choice is None or stage is ClockStage.REPLY:
        return choice
    if asked_at is None and not has_applied_since(session, case.registered_at):
        return choice
    then = choice_for(session, case, stage, asked_at or start, letter, then=True)
    if then is None or then.rule.asks == choice.rule.asks:
        return choice if then is not None else None
    known, applied = known_to(session, case.registered_at, latest(start, case.registered_at))
    in_use = {rule.code for rule in newest_in_force(known, local_date(start), applied)}
    return then if then.rule.code in in_use else None


def letter_of(session: Session, case: Case) -> Letter | None:
    """The notice a forwarded letter came with; None for any other case."""
    if case.source is not Source.FORWARDED_LETTER:
        return None
    return session.scalar(select(Letter).where(Letter.case_id == case.id))


def choice_for(
    session: Session,
    case: Case,
    stage: ClockStage,
    start: datetime,
    letter: Letter | None = None,
    *,
    historic: bool = False,
    proposed: Proposed | None = None,
    then: bool = False,
) -> Choice | None:
    """The rule for one stage of this case: in force on the day of `start` and known by then, or one the office has put the cases
    in hand under since this one was registered. None where nobody owes it. `proposed`: as it would be with another table;
    `then`: whatever the office has put the cases in hand under."""
    returned = _return_on(session, case, letter, start) if letter is not None and stage in DATED_BY_NOTICE else None
    facts = RuleFacts(case.procedure, case.urgency, case.kind, case.risk_level, returned, historic)
    known, applied = known_to(session, case.registered_at, latest(start, case.registered_at), proposed, then=then)
    choice = choose(known, facts, stage, local_date(start), applied)
    if choice is None or letter is None or choice.fixed_date in (None, letter.return_on):
        return choice
    return replace(choice, why=AGREED, fixed_why=AGREED)


def _return_on(session: Session, case: Case, letter: Letter, start: datetime) -> date | None:
    """The date a notice wants its answer by (来文要求的日期), where it binds a clock that begins at `start`; of a case taken up
    again the last day that whoever sent it has agreed to.

    Once the case was answered, a date that had passed before it was taken up again says nothing of the answer it owes now."""
    if letter.return_on is None or not case.reply_round:
        return letter.return_on
    day = agreed_before(session, case.id, start) or letter.return_on
    return None if case.answered_at is not None and day < local_date(start) else day


def rule_of(session: Session, clock: Clock) -> DeadlineRule | None:
    """The rule a clock runs under, if it is still in the table."""
    return rules(session).get(clock.rule_id) if clock.rule_id is not None else None


def ahead_of(session: Session, clock: Clock) -> Ahead | None:
    """When the clock's rule wants to warn; None where the rule is gone."""
    rule = rule_of(session, clock)
    return rule.warning if rule is not None else None
