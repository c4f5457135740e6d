"""The reply every open case owes: begun by whichever event its rule counts from, and never left without a clock (D11, D12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.clocks import OPEN, choice_for, letter_of, open_clocks, refresh, start_clock
from opinion_app.flow.deadline_table import rules
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.rules.deadline_rules import Choice, ClockStage, StartEvent
from opinion_app.rules.words import OPEN_STAGES, Stage
from opinion_app.rules.zone import latest

BEFORE_ANSWER = sorted(OPEN_STAGES - {Stage.ANSWERED})


def begins_at(session: Session, case: Case, event: StartEvent) -> datetime | None:
    """When a clock of this case that starts with its receipt or acceptance begins; None while it is not accepted.

    A case that was taken up again counts from then on (D11)."""
    moment = case.received_at if event is StartEvent.RECEIVED else case.accepted_at
    if moment is None or case.reply_round == 0:
        return moment
    reopened = session.scalar(select(func.max(Move.at)).where(Move.case_id == case.id, Move.act == "reopen"))
    return latest(moment, reopened)


def has_reply(session: Session, case: Case) -> bool:
    """Whether the reply's clock runs or stands still."""
    return any(clock.stage == ClockStage.REPLY.value for clock in open_clocks(session, case.id))


def owe_reply(session: Session, case: Case, now: datetime) -> list[Clock]:
    """Start the reply of a case that is not answered yet where none runs or stands still, save where it waits for acceptance.

    Answers what began: nothing, or that clock."""
    missing = None if has_reply(session, case) else _missing(session, case, now)
    if missing is None:
        return []
    clock = start_clock(session, case, *missing)
    refresh(session, case)
    return [clock]


def _missing(session: Session, case: Case, now: datetime) -> tuple[Choice, datetime] | None:
    """The rule of a reply nobody counts, and since when it runs; None where it waits for the case to be accepted.

    The rule is that of the day on which the time begins. Between receipt and acceptance the office may have taken out a rule
    that counts from acceptance; then what is in force now governs, from the event it counts from."""
    letter = letter_of(session, case)
    for event in (StartEvent.RECEIVED, StartEvent.ACCEPTED):
        start = begins_at(session, case, event)
        if start is not None:
            choice = _reply_rule(session, case, start, letter)
            if choice.rule.start_event is event:
                return choice, start
    if case.accepted_at is None:
        return None
    choice = _reply_rule(session, case, now, letter)
    return choice, begins_at(session, case, choice.rule.start_event) or case.accepted_at


def _reply_rule(session: Session, case: Case, on: datetime, letter: Letter | None) -> Choice:
    return cast(Choice, choice_for(session, case, ClockStage.REPLY, on, letter))  # a reply always has one


def uncounted(session: Session) -> list[Case]:
    """The cases not answered yet whose reply nobody counts, though it waits for no acceptance."""
    counted = exists().where(Clock.case_id == Case.id, Clock.stage == ClockStage.REPLY.value, Clock.state.in_(OPEN))
    without = session.scalars(select(Case).where(Case.stage.in_(BEFORE_ANSWER), ~counted).order_by(Case.id))
    return [case for case in without if case.accepted_at is not None or not _may_wait(session, case)]


def dropped(session: Session) -> Sequence[Case]:
    """The cases that lie in one which was ended without an answer, as it could be once: their writers wait in vain (D13)."""
    into = aliased(Case)
    ended = (Stage.DECLINED, Stage.REFERRED, Stage.ARCHIVED)
    lies = select(Case).join(into, into.id == Case.merged_into_id).where(Case.stage == Stage.MERGED)
    return session.scalars(lies.where(into.stage.in_(ended), into.answered_at.is_(None)).order_by(Case.id)).all()


def _may_wait(session: Session, case: Case) -> bool:
    """Whether there is or was a rule by which the reply of such a case begins with its acceptance."""
    held = (rule for rule in rules(session).values() if rule.stage is ClockStage.REPLY)
    return any(rule.start_event is StartEvent.ACCEPTED and rule.procedure in (None, case.procedure) for rule in held)
