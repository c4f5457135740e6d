"""Clocks (办理时限) of a case: started, met and stopped by its acts; the earliest unmet one is repeated on the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import hold, work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, inner_day, run_for, settle, span_of
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.due import SUPPORT_ACT, draft_passed_words, first_stage
from opinion_app.flow.settings import setting
from opinion_app.flow.which_rule import ahead_of, choice_for, duty, letter_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.deadline import buffer_before, due_if_resumed
from opinion_app.rules.deadline_rules import Choice, ClockStage, DeadlineRule, OwedBy, StartEvent
from opinion_app.rules.explain import room_words
from opinion_app.rules.words import OPEN_CLOCK, AssignmentState, ClockState, Stage, UnitRole
from opinion_app.rules.zone import local_date

ACTIVE = tuple(state for state in AssignmentState if state.is_active)
MERGED = "并案"
ANSWERED = "已答复"
OUT_OF_USE = "时限规则已停用，不再要求"
UNIT_LEFT = "该单位已不再办理本件"
NO_ROOMS: Mapping[int, int] = {}
RECEIPT = "late_receipt"  # the office's setting: how a day clock treats a receipt after closing time (decisions 6)
_ENDING = {
    Stage.DECLINED: "不予受理",
    Stage.REFERRED: "已转出",
    Stage.MERGED: MERGED,
    Stage.CLOSED: "已办结",
    Stage.ARCHIVED: "已归档",
}
# Whoever sent a letter is owed its own report, wherever it is answered; a unit answers a 督办单 on a case that is closed, too.
_GOES_ON = {Stage.MERGED: ClockStage.REPORT_BACK, Stage.CLOSED: ClockStage.FEEDBACK}


# Every act asks these some times over: to build the statement anew would cost twice what asking it does.
_OF_CASE = Clock.case_id == bindparam("of_case", type_=Integer)
_OPEN_ONES = select(Clock).where(_OF_CASE, or_(*(Clock.state == state for state in OPEN_CLOCK))).order_by(Clock.due_at, Clock.id)
# One that goes on may be older than a copy that stood for it meanwhile.
_LAST_REPLY = (
    select(Clock)
    .where(_OF_CASE, Clock.stage == ClockStage.REPLY.value)
    .order_by(Clock.state.in_(OPEN_CLOCK).desc(), Clock.id.desc())
    .limit(1)
)


def open_clocks(session: Session, case_id: int) -> list[Clock]:
    """The clocks of a case that still run or are suspended, earliest due first."""
    return list(session.scalars(_OPEN_ONES, {"of_case": case_id}))


def received_clocks(session: Session, case: Case, letter: Letter | None) -> list[Clock]:
    """What runs from receipt: accepting, the reply, the report back (decisions 3), for a case about to be written.

    The case shows the earliest of them from its first row on; the caller enters the clocks once the case has its id."""
    start = case.received_at
    made = [_clock(session, choice, start) for choice in _owed(session, case, StartEvent.RECEIVED, start, letter)]
    _show_first(case, sorted((clock for clock in made if clock.due_at is not None), key=_due))
    return made


def _due(clock: Clock) -> datetime:
    return cast(datetime, clock.due_at)


def open_event(session: Session, case: Case, event: StartEvent, start: datetime, besides: frozenset[str] = frozenset()) -> None:
    """Start what runs from an event, save the stages in `besides` and those that run already."""
    for choice in owed_from(session, case, event, start, besides):
        start_clock(session, case, choice, start)


def owed_from(session: Session, case: Case, event: StartEvent, start: datetime, besides: frozenset[str]) -> list[Choice]:
    """What runs from an event and does not run yet, save the stages in `besides`; a contact that others owe is another one."""
    running = {_kind_of(clock.stage, clock.owed_by) for clock in open_clocks(session, case.id)}
    owed = (one for one in _owed(session, case, event, start, letter_of(session, case)) if one.rule.stage.value not in besides)
    return [choice for choice in owed if _kind_of(choice.rule.stage, choice.rule.owed_by) not in running]


def _kind_of(stage: str, owed_by: str) -> tuple[str, str]:
    return stage, owed_by if stage == ClockStage.CONTACT.value else ""


def _owed(session: Session, case: Case, event: StartEvent, start: datetime, letter: Letter | None) -> list[Choice]:
    """What an event starts, by the rules in force on its day; what a notice has dated waits for no acceptance."""
    owed = []
    for stage in ClockStage:
        choice = duty(session, case, stage, start, letter)
        if choice is None or choice.rule.lapses or choice.rule.back_from:
            continue
        if event is not (StartEvent.RECEIVED if choice.fixed_date is not None else choice.rule.start_event):
            continue
        if stage is not ClockStage.REPORT_BACK or (letter is not None and letter.report_owed):
            owed.append(choice)
    return owed


def start_clock(session: Session, case: Case, choice: Choice, start: datetime, assignment: Assignment | None = None) -> Clock:
    """A clock under the chosen rule, running from `start`."""
    clock = _clock(session, choice, start, assignment)
    clock.case_id = case.id
    session.add(clock)
    session.flush()
    return clock


def _clock(session: Session, choice: Choice, start: datetime, assignment: Assignment | None = None) -> Clock:
    hold(session)
    rule = choice.rule
    clock = Clock(
        assignment_id=assignment.id if assignment else None,
        stage=rule.stage.value,
        unit_id=assignment.unit_id if assignment else None,
        met_by_act=rule.meeting_act,
        start_at=start,
        original_due_at=start,
        fixed_on=choice.fixed_date,
        receipt=setting(session, RECEIPT, Receipt.SAME_DAY.value),
        state=ClockState.RUNNING,
        deadline_version=1,
        pauses=[],
        extensions=[],
        restarts=[],
        adoptions=[],
        dates=[],
    )
    apply_rule(session, clock, choice)
    settle(clock, work_calendar(session), rule.warning, Cause(start, rule.name))
    return clock


def apply_rule(session: Session, clock: Clock, choice: Choice) -> None:
    """Put the clock under a rule: its span, who owes it, its source and what a person should know about it."""
    rule = choice.rule
    clock.owed_by, clock.fixed_why = rule.owed_by.value, choice.fixed_why
    clock.rule_id = next((row_id for row_id, held in rules(session).items() if held is rule), None)
    run_for(clock, rule.span)
    clock.source = f"{rule.name}（{choice.why}）：{rule.source}"
    clock.warning = choice.warning or rule.guidance


def lead_part(session: Session, case: Case) -> Assignment | None:
    """The part of the unit that leads a case now; None where none does."""
    parts = select(Assignment).where(Assignment.case_id == case.id, Assignment.role == UnitRole.LEAD)
    return session.scalar(parts.where(Assignment.state.in_(ACTIVE)).order_by(Assignment.id.desc()).limit(1))


def open_assignment(session: Session, case: Case, assignment: Assignment, now: datetime) -> None:
    """Start what a unit owes from its assignment on: signing, and its draft or report before the reply (decisions 4)."""
    signing = choice_for(session, case, ClockStage.SIGN_FOR, now)
    if signing is not None:
        start_clock(session, case, signing, now, assignment)
    contact = choice_for(session, case, ClockStage.CONTACT, now)
    if assignment.role is UnitRole.LEAD and contact is not None and contact.rule.start_event is StartEvent.ASSIGNED:
        start_clock(session, case, contact, now, assignment)
    open_inner(session, case, assignment, now)
    refresh(session, case)


def open_inner(session: Session, case: Case, assignment: Assignment, now: datetime) -> None:
    """A unit's inner deadline lies a buffer before the reply's and never after it (decisions 4; D12)."""
    reply = reply_clock(session, case.id)
    choice = choice_for(session, case, ClockStage.DRAFT, now)
    if reply is None or reply.state not in OPEN_CLOCK or choice is None:
        return
    calendar = work_calendar(session)
    until = reply.due_at or due_if_resumed(facts_of(reply), calendar, now) or now
    due = buffer_before(until, choice.rule.span.amount, calendar, now)
    inner = Choice(choice.rule, choice.why, local_date(due))
    clock = start_clock(session, case, inner, now, assignment)
    clock.fixed_why = room_words(span_of(clock), local_date(due), until, calendar)
    clock.warning = draft_passed_words(reply, now) or clock.warning
    if assignment.role is UnitRole.SUPPORT:
        clock.met_by_act, clock.source = SUPPORT_ACT, reported_by(choice.rule)
    settle_inner(session, clock, reply, Cause(now, "交办"))
    clock.deadline_version, clock.dates = 1, []  # how its first date was found is no version of it


def settle_inner(session: Session, clock: Clock, reply: Clock, cause: Cause, laid_with: int | None = None) -> None:
    """Derive an inner deadline under the reply's, standing still while that does; `laid_with`: as in `inner_day`.

    A date counted back from a provisional one is as provisional (D02)."""
    held = next((pause for pause in reply.pauses if pause.get("until") is None), None)
    moved = replace(cause, under=clock.latest_at, room=clock.amount if laid_with is None else laid_with)
    if reply.due_at is None and held is not None:
        since = max(datetime.fromisoformat(held["since"]), clock.start_at)
        clock.pauses, clock.latest_at = [{**held, "since": since.isoformat()}], None
    else:
        clock.pauses, clock.latest_at = [], reply.due_at
    settle(clock, work_calendar(session), ahead_of(session, clock), moved, by_guess=reply.provisional)


def reply_clock(session: Session, case_id: int) -> Clock | None:
    """The clock of the reply that runs, or the last one that ran."""
    return session.scalar(_LAST_REPLY, {"of_case": case_id})


def after_act(session: Session, case: Case, act: str, now: datetime, unit_id: int | None = None, *, entered: bool = True) -> None:
    """What an act does to the clocks: it meets those that wait for it, starts those it begins, ends all when the case comes to
    rest by it (`entered`). What is asked of one that rests already runs on: a closed case may be graded."""
    for clock in open_clocks(session, case.id):
        if clock.met_by_act == act and (unit_id is None or clock.unit_id in (None, unit_id)):
            end_clock(clock, now, "", ClockState.MET)
    if act == "answer":
        _stop_inner(session, case, now)
    if act == "accept":
        open_event(session, case, StartEvent.ACCEPTED, now)
    if act == "decide_return" and case.stage is Stage.RECEIVED:
        _assign_again(session, case, now)
    if entered and case.stage in _ENDING:
        stop_all(session, case, _ENDING[case.stage], now, besides=_GOES_ON.get(case.stage))
    refresh(session, case)


def _stop_inner(session: Session, case: Case, now: datetime) -> None:
    """What units owed towards the reply (signing, drafts, reports to the lead) is owed no more once the writer has it.

    Whoever was answered was contacted."""
    for clock in open_clocks(session, case.id):
        if clock.stage == ClockStage.CONTACT.value:
            end_clock(clock, now, "", ClockState.MET)
        elif clock.assignment_id is not None:
            end_clock(clock, now, ANSWERED, ClockState.STOPPED)


def _assign_again(session: Session, case: Case, now: datetime) -> None:
    """A unit gave the case back: the office owes another assignment within the same time as the first (decisions 3; D12)."""
    choice = choice_for(session, case, ClockStage.ACCEPT, now)
    if choice is not None:
        clock = start_clock(session, case, choice, now)
        clock.met_by_act = "assign"


def begun(session: Session, case: Case) -> set[str]:
    """The stages that run or were met; what was stopped may begin again."""
    query = select(Clock.stage).where(Clock.case_id == case.id, Clock.state != ClockState.STOPPED)
    return set(session.scalars(query))


def end_clock(clock: Clock, now: datetime, reason: str, state: ClockState) -> None:
    """End one clock as met or stopped."""
    clock.state, clock.ended_at, clock.end_reason = state, now, reason


def run_on(clock: Clock) -> None:
    """Let one clock that ended run again, yet to be settled; the next run looks at its rungs, whose days may be others now."""
    clock.state, clock.ended_at, clock.end_reason = ClockState.RUNNING, None, ""
    clock.next_rung_at = clock.start_at


def stop_all(session: Session, case: Case, reason: str, now: datetime, besides: ClockStage | None = None) -> None:
    """Stop every clock of a case that comes to rest, save those `besides`."""
    for clock in open_clocks(session, case.id):
        if besides is None or clock.stage != besides.value:
            end_clock(clock, now, reason, ClockState.STOPPED)


def stop_assignment(session: Session, case: Case, assignment_id: int, reason: str, now: datetime, *, stays: bool = False) -> None:
    """Stop what a unit owed that no longer takes part; the reply's own clock goes on (D12).

    Its answers to 督办 end too, for it can give none any more, unless it `stays` in another part."""
    left = None if stays else _unit_that_left(session, assignment_id)
    for clock in open_clocks(session, case.id):
        if clock.assignment_id == assignment_id:
            end_clock(clock, now, reason, ClockState.STOPPED)
        elif clock.stage == ClockStage.FEEDBACK.value and left is not None and clock.unit_id == left:
            end_clock(clock, now, UNIT_LEFT, ClockState.STOPPED)
    refresh(session, case)


def _unit_that_left(session: Session, assignment_id: int) -> int | None:
    """The unit of an assignment that ends; None where it takes part in the case in another way."""
    ends = session.get_one(Assignment, assignment_id)
    others = select(Assignment.id).where(
        Assignment.case_id == ends.case_id,
        Assignment.unit_id == ends.unit_id,
        Assignment.id != assignment_id,
        Assignment.state.in_(ACTIVE),
    )
    return ends.unit_id if session.scalar(others.limit(1)) is None else None


def drafts(session: Session, case: Case) -> list[Clock]:
    """The inner deadlines of the units of a case that are open."""
    return [clock for clock in open_clocks(session, case.id) if clock.stage == ClockStage.DRAFT.value]


def reported_by(rule: DeadlineRule) -> str:
    """Which rule the report of a supporting unit is asked for by."""
    return f"协办单位报结果：{rule.source}"


def shift_inner(session: Session, case: Case, cause: Cause, rooms: Mapping[int, int] = NO_ROOMS) -> None:
    """Move the units' inner deadlines after the reply's date or the room for review has changed, or hold them while the reply
    stands still; `rooms`: the working days each was laid with so far, by its id, where another rule says others now."""
    reply = reply_clock(session, case.id)
    if reply is None:
        return
    for clock in drafts(session, case):
        laid_with = rooms.get(clock.id)
        if reply.due_at is not None:
            clock.fixed_on = inner_day(clock, clock.amount, reply.due_at, work_calendar(session), cause, laid_with)
            clock.fixed_why = room_words(span_of(clock), clock.fixed_on, reply.due_at, work_calendar(session))
        settle_inner(session, clock, reply, cause, laid_with)


def refresh(session: Session, case: Case) -> None:
    """Repeat the earliest unmet clock on the case, where lists read it (D14)."""
    session.flush()
    held = open_clocks(session, case.id)
    _show_first(case, [clock for clock in held if clock.due_at is not None])
    case.suspended_for = _held_for(held)
    session.flush()


def _show_first(case: Case, running: list[Clock]) -> None:
    first = running[0] if running else None
    case.next_due_at = first.due_at if first else None
    case.next_due_stage = first_stage(running)
    case.next_warn_at = first.warn_at if first else None
    case.next_due_provisional = bool(first and first.provisional)


def _held_for(clocks: list[Clock]) -> str:
    """The ground of the suspension that is open on the reply; empty where none is.

    It is open too where the reply was late already when it began, by a rule of hours: whoever suspended it has to end it."""
    held = (clock for clock in clocks if clock.stage == ClockStage.REPLY.value)
    return next((pause.get("ground", "") for clock in held for pause in clock.pauses if pause.get("until") is None), "")


def owed_by_office(clock: Clock) -> bool:
    """Whether the clerks themselves owe what the clock waits for."""
    return clock.owed_by == OwedBy.OFFICE.value
