"""The reply every open case owes: begun by whichever event its rule counts from, and never left without a clock (D11, D12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, granted_in, settle
from opinion_app.flow.clocks import RECEIPT, apply_rule, lead_part, open_clocks, open_inner, refresh, run_on, start_clock
from opinion_app.flow.deadline_table import Proposed
from opinion_app.flow.settings import setting
from opinion_app.flow.which_rule import choice_for, letter_of
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.rules.clock_facts import ClockFacts, Receipt
from opinion_app.rules.deadline_rules import Choice, ClockStage, StartEvent
from opinion_app.rules.words import OPEN_CLOCK, OPEN_STAGES, ClockState, Stage
from opinion_app.rules.zone import latest

BEFORE_ANSWER = sorted(OPEN_STAGES - {Stage.ANSWERED})
WAITS = "改类后自受理之日起算"  # why a reply rests whose date begins with acceptance, of a case that is not accepted yet
WAITS_ANEW = "按改后的时限规则自受理之日起算"  # the same, where the office put another rule to use for the cases in hand
RESTING = (WAITS, WAITS_ANEW)


def reopenings(session: Session) -> dict[int, datetime]:
    """When each case that is not answered yet was last taken up again, by their ids: read once where many are asked for."""
    query = select(Move.case_id, func.max(Move.at)).join(Case, Case.id == Move.case_id)
    found = session.execute(query.where(Move.act == "reopen", Case.stage.in_(BEFORE_ANSWER)).group_by(Move.case_id))
    return {row.case_id: row[1] for row in found}


def begins_at(
    session: Session, case: Case, event: StartEvent, reopened_at: Mapping[int, datetime] | None = None
) -> datetime | None:
    """When a clock of this case that starts with its receipt or acceptance begins; None while it is not accepted.

    A case that was taken up again counts from then on (D11); `reopened_at`: since when, of those that are known already."""
    moment = case.received_at if event is StartEvent.RECEIVED else case.accepted_at
    if moment is None or case.reply_round == 0:
        return moment
    reopened = reopened_at.get(case.id) if reopened_at is not None else None
    if reopened is None:
        reopened = session.scalar(select(func.max(Move.at)).where(Move.case_id == case.id, Move.act == "reopen"))
    return latest(moment, reopened)


def has_reply(session: Session, case: Case) -> bool:
    """Whether the reply's clock runs or stands still."""
    return any(clock.stage == ClockStage.REPLY.value for clock in open_clocks(session, case.id))


def reply_rule(
    session: Session,
    case: Case,
    letter: Letter | None = None,
    proposed: Proposed | None = None,
    accepted_at: datetime | None = None,
    reopened_at: Mapping[int, datetime] | None = None,
) -> tuple[Choice, datetime | None]:
    """The rule a case's reply runs under and the moment it counts from; None while it waits for the case to be accepted, as none
    does whose date is set by the notice it came with.

    Every act asks this, so that the answer follows from the case as it is, never from the way there: its classification, the days
    of its receipt and acceptance (of its reopening, if that is later), and the versions the office has put the cases in hand
    under. The rule of the day of receipt governs where it counts from receipt; else that of the day of acceptance, from the
    event it counts from: in between the office may have taken out the one that counts from acceptance (decisions 1, 3; D12, D15).
    `proposed`: as it would be with another table; `accepted_at`: as if it were accepted then; `reopened_at` as in `begins_at`."""
    start = begins_at(session, case, StartEvent.RECEIVED, reopened_at)
    choice = _reply_choice(session, case, start or case.received_at, letter, proposed)
    if choice.rule.start_event is StartEvent.RECEIVED:
        return choice, start
    accepted = accepted_at or begins_at(session, case, StartEvent.ACCEPTED, reopened_at)
    if accepted is None:
        return choice, start if choice.fixed_date is not None else None
    choice = _reply_choice(session, case, accepted, letter, proposed)
    return choice, start if choice.rule.start_event is StartEvent.RECEIVED else accepted


def _reply_choice(session: Session, case: Case, on: datetime, letter: Letter | None, proposed: Proposed | None) -> Choice:
    found = choice_for(session, case, ClockStage.REPLY, on, letter, proposed=proposed)
    return cast(Choice, found)  # a reply always has one


def resting_reply(session: Session, case: Case) -> Clock | None:
    """The reply that rests until the case is accepted, with all that happened to it; none of a round that is over (D11)."""
    return resting_replies(session, [case]).get(case.id)


def resting_replies(session: Session, cases: Sequence[Case]) -> dict[int, Clock]:
    """The same of many cases at once, by their ids."""
    known = {case.id: case for case in cases}
    query = select(Clock).where(Clock.case_id.in_(known), Clock.state == ClockState.STOPPED, Clock.end_reason.in_(RESTING))
    last = {clock.case_id: clock for clock in session.scalars(query.order_by(Clock.id))}
    return {case_id: clock for case_id, clock in last.items() if _of_this_round(session, known[case_id], clock)}


def _of_this_round(session: Session, case: Case, clock: Clock) -> bool:
    since = begins_at(session, case, StartEvent.RECEIVED)
    return clock.ended_at is not None and since is not None and clock.ended_at >= since


def owe_reply(session: Session, case: Case, cause: Cause) -> list[Clock]:
    """Start the reply of a case that is not answered yet where none runs or stands still, save where it waits for acceptance.

    One that rested goes on, with the days granted to it and its suspensions. Answers what began: nothing, or that clock."""
    if has_reply(session, case):
        return []
    choice, start = reply_rule(session, case, letter_of(session, case))
    if start is None:
        return []
    clock = resting_reply(session, case)
    if clock is None:
        clock = start_clock(session, case, choice, start)
    else:
        clock.start_at, clock.fixed_on = start, choice.fixed_date
        run_on(clock)
        apply_rule(session, clock, choice)
        settle(clock, work_calendar(session), choice.rule.warning, cause)
    refresh(session, case)
    return [clock]


def owe_anew(session: Session, case: Case, now: datetime, taken: Sequence[dict[str, Any]] = ()) -> None:
    """A case taken up again by the unit that answered it owes another reply, and the unit its draft, from now on (D11).

    `taken`: the dates of letters merged into it that bind this answer as well."""
    choice, start = reply_rule(session, case, letter_of(session, case))
    clock = start_clock(session, case, choice, start or now)
    clock.adoptions = list(taken)
    settle(clock, work_calendar(session), choice.rule.warning, Cause(now, "重办"))
    clock.deadline_version, clock.dates = 1, []  # how its first date was found is no version of it
    lead = lead_part(session, case)
    if lead is not None:
        open_inner(session, case, lead, now)
    refresh(session, case)


def facts_if_owed(session: Session, clock: Clock | None, choice: Choice, start: datetime) -> ClockFacts:
    """The facts of the reply that `owe_reply` would start under that choice, or let go on where one rests; nothing is written."""
    if clock is None:
        receipt = Receipt(setting(session, RECEIPT, Receipt.SAME_DAY.value))
        return ClockFacts(start=start, span=choice.rule.span, fixed_date=choice.fixed_date, receipt=receipt)
    granted = granted_in(clock, choice.rule.span.unit)
    return replace(facts_of(clock, start), span=choice.rule.span, extensions=granted, fixed_date=choice.fixed_date)


def not_counted(session: Session) -> Sequence[Case]:
    """The cases not answered yet of which no reply runs or stands still, whether or not it waits for their acceptance."""
    counted = exists().where(Clock.case_id == Case.id, Clock.stage == ClockStage.REPLY.value, Clock.state.in_(OPEN_CLOCK))
    return session.scalars(select(Case).where(Case.stage.in_(BEFORE_ANSWER), ~counted).order_by(Case.id)).all()


def uncounted(session: Session) -> list[Case]:
    """Those of them whose reply waits for no acceptance: nobody counts it."""
    return [case for case in not_counted(session) if reply_rule(session, case, letter_of(session, case))[1] is not None]


def dropped(session: Session) -> Sequence[Case]:
    """The cases that lie in one which was ended without an answer or lies in another itself, as it could be once: their writers
    wait in vain (D13)."""
    into = aliased(Case)
    ended = (Stage.DECLINED, Stage.REFERRED, Stage.ARCHIVED, Stage.MERGED)
    lies = select(Case).join(into, into.id == Case.merged_into_id).where(Case.stage == Stage.MERGED)
    return session.scalars(lies.where(into.stage.in_(ended), into.answered_at.is_(None)).order_by(Case.id)).all()
