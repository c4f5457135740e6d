"""批量交办: many cases given to the same units, each through the one door in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.cases import open_case
from opinion_app.flow.due import draft_passed_words
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.moved_dates import KNOW_LATE
from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules import life
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.steps.triage.assigning import Allotment, assign
from opinion_app.steps.triage.operations import Classification

MOST = 100


@dataclass(frozen=True)
class Chosen:
    """One ticked case; `trouble` says why it cannot be assigned now, `version` is what the page was opened on.

    `passed`: what to know before it is given, because the date of its unit's draft has passed already (D12)."""

    case: Case
    version: int
    trouble: str = ""
    passed: str = ""


def chosen(session: Session, actor: Actor, numbers: Sequence[str], now: datetime) -> list[Chosen]:
    """The ticked cases this person may see, each with what stands against assigning it."""
    wanted = [number for number in dict.fromkeys(numbers) if number.isprintable()][:MOST]
    query = select(Case).where(Case.number.in_(wanted), visible(actor, of_few=True)).order_by(Case.next_due_at, Case.id)
    cases = session.scalars(query).all()
    facts, replies = facts_of_many(session, cases), _replies(session, cases)
    return [
        Chosen(
            case,
            case.version,
            life.refusal(facts[case.id], "assign") or "",
            draft_passed_words(replies.get(case.id), now),
        )
        for case in cases
    ]


def _replies(session: Session, cases: Sequence[Case]) -> dict[int, Clock]:
    """Of each case the clock of its reply, the last one that ran."""
    query = select(Clock).where(Clock.case_id.in_([case.id for case in cases]), Clock.stage == ClockStage.REPLY.value)
    return {clock.case_id: clock for clock in session.scalars(query.order_by(Clock.id))}


def assign_one(
    session: Session, number: str, actor: Actor, now: datetime, allotment: Allotment, seen: int | None, *, know_late: bool = False
) -> str:
    """交办 of one of many; answers the lead unit's name. Raises what `open_case` and `assign` raise."""
    case, _facts = open_case(session, number, actor, "assign")
    as_it_is = Classification(case.kind, case.area, case.urgency, case.procedure)
    return assign(session, case, actor, now, as_it_is, allotment, seen, know_late=know_late)[0].name


def reason(error: OfficeError) -> str:
    """Why a case was not assigned, as precisely as the rule said it."""
    if isinstance(error, Invalid) and KNOW_LATE in error.fields:
        return f"{error.message}请打开这件单独交办。"
    return next(iter(error.fields.values()), error.message) if isinstance(error, Invalid) else error.message
