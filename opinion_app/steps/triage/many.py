"""批量交办: many cases given to the same units, each through the one door in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.accepted_dates import late_if_accepted
from opinion_app.flow.cases import open_case
from opinion_app.flow.due import clock_words, draft_passed_words
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.moved_dates import KNOW_LATE
from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules import life
from opinion_app.rules.deadline import is_late
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import OPEN_CLOCK
from opinion_app.steps.triage.assigning import Allotment, assign
from opinion_app.steps.triage.operations import Classification

MOST = 100


@dataclass(frozen=True)
class Chosen:
    """One ticked case; `trouble` says why it cannot be assigned now, `version` is what the page was opened on.

    `passed`: what to know before it is given, because the date of its unit's draft has passed already or passes with it (D12);
    `overdue`: which of its deadlines have passed, whatever for."""

    case: Case
    version: int
    trouble: str = ""
    passed: str = ""
    overdue: str = ""


def chosen(session: Session, actor: Actor, numbers: Sequence[str], now: datetime) -> list[Chosen]:
    """The ticked cases this person may see, each with what stands against assigning it."""
    wanted = [number for number in dict.fromkeys(numbers) if number.isprintable()][:MOST]
    query = select(Case).where(Case.number.in_(wanted), visible(actor, of_few=True)).order_by(Case.next_due_at, Case.id)
    cases = session.scalars(query).all()
    facts, running = facts_of_many(session, cases), _open_clocks(session, cases)
    replies = {clock.case_id: clock for clock in running if clock.stage == ClockStage.REPLY.value}
    late = late_if_accepted(session, cases, replies, now)
    return [
        Chosen(
            case,
            case.version,
            life.refusal(facts[case.id], "assign") or "",
            draft_passed_words(replies.get(case.id), now) or _begins_late(late.get(case.id)),
            _overdue([clock for clock in running if clock.case_id == case.id], now),
        )
        for case in cases
    ]


def _open_clocks(session: Session, cases: Sequence[Case]) -> Sequence[Clock]:
    """What runs or stands still of these cases, the earliest due first."""
    query = select(Clock).where(Clock.case_id.in_([case.id for case in cases]), Clock.state.in_(OPEN_CLOCK))
    return session.scalars(query.order_by(Clock.due_at, Clock.id)).all()


def _begins_late(due: DueDate | None) -> str:
    if due is None:
        return ""
    return f"交办即受理，本件的答复时限随之起算，已于 {due.moment()} 到期，承办单位提交答复稿的日期随之已过。"


def _overdue(held: Sequence[Clock], now: datetime) -> str:
    """受理分办（2026-11-24）, of every deadline that has passed; empty where none has."""
    dated = ((clock, clock.due_date) for clock in held)
    return "、".join(f"{clock_words(clock)}（{due.iso}）" for clock, due in dated if due is not None and is_late(due.at, now))


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
