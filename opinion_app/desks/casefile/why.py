"""为什么是这一天: the derivation of a due date, in lines for people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.casefile.settled import settled
from opinion_app.flow.cases import tidy_number
from opinion_app.flow.clock_dates import GUESS, GUESS_BEFORE, facts_of, granted_in, is_copy, span_of
from opinion_app.flow.due import clock_words
from opinion_app.flow.visible import visible
from opinion_app.flow.which_rule import rule_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.move import Move
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.deadline import Derivation, granted_in_run
from opinion_app.rules.deadline_rules import ClockStage, OwedBy, StartEvent
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import NotFound
from opinion_app.rules.explain import PROVISIONAL_NOTE, Line, explain
from opinion_app.rules.facts import Actor
from opinion_app.rules.life import ACTS
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.words import OPEN_CLOCK, Stage
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.year_notices import notices_named
from opinion_app.rules.zone import local_date, parse_moment

TAKEN_OVER = (StepKind.ADOPTED, StepKind.BOUND)  # from a merged case, which these steps name
LAID = (StepKind.BACK_FROM, StepKind.FIXED, StepKind.CAPPED, StepKind.ADOPTED)
COLLAPSE_AFTER = 24  # lines; a longer count is told in stretches


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the date: from when it stood, until when the answer was due, and what made it so."""

    number: int
    at: str
    due: str
    why: str


@dataclass(frozen=True, slots=True)
class Why:
    """What is said about one clock; `ended`: when and how it ended, empty while it runs; `aside`: granted and not counted;
    `notices`: the yearly notices the count rests on. `unit`: of which unit it is; `owed_by`, `met_by`: who has to do what."""

    title: str
    span: str
    due: str
    original: str
    source: str
    warning: str
    lines: tuple[Line, ...]
    note: str
    rule: str = ""
    versions: tuple[Version, ...] = ()
    ended: str = ""
    aside: str = ""
    notices: tuple[str, ...] = ()
    unit: str = ""
    owed_by: str = ""
    met_by: str = ""

    @property
    def headline(self) -> str:
        """What the clock waits for, and of which unit where each has one of its own."""
        return f"{self.title}（{self.unit}）" if self.unit else self.title


def why(session: Session, clock: Clock, calendar: WorkCalendar, reader: Actor | None = None) -> Why:
    """The derivation of a clock's stored date from its facts and the calendar it was settled by.

    Of merged cases it names those that `reader` may see; to whoever asks at the machine itself, all."""
    held = settled(session, clock, calendar)
    if reader is not None and held.derivation is not None:
        held = replace(held, derivation=_as_seen(session, held.derivation, reader))
    if held.derivation is not None and clock.state in OPEN_CLOCK:
        held = replace(held, derivation=_with_marks(held.derivation, calendar))
    moved = clock.due_at is not None and clock.original_due_at != clock.due_at
    return Why(
        clock_words(clock),
        _span_words(clock),
        _due(clock, held.derivation),
        _past(clock, clock.original_due_at, calendar).moment() if moved else "",
        clock.source,
        clock.warning,
        _lines(session, clock, held.derivation),
        held.note + (PROVISIONAL_NOTE if clock.due_date is not None and clock.due_date.guess else ""),
        _rule_words(session, clock),
        _versions(clock, calendar),
        _ended(clock),
        _aside(clock),
        notices_named(held.derivation, held.calendar) if held.derivation is not None else (),
        clock.unit.name if clock.unit is not None else "",
        _owed_by(session, clock),
        _met_by(clock),
    )


def _as_seen(session: Session, derivation: Derivation, reader: Actor) -> Derivation:
    """The derivation without the numbers of cases the reader may not see."""
    named = {step.reason for step in derivation.trace if step.kind in TAKEN_OVER}
    if not named:
        return derivation
    seen = set(session.scalars(select(Case.number).where(Case.number.in_(named), visible(reader))))
    hidden = (
        step._replace(reason="") if step.kind in TAKEN_OVER and step.reason not in seen else step for step in derivation.trace
    )
    return replace(derivation, trace=tuple(hidden))


def _with_marks(derivation: Derivation, calendar: WorkCalendar) -> Derivation:
    """The derivation with every date that rests on a year not loaded known for a guess: of what a date was counted back from or
    bound to, its step tells only the day (D02). What an issuer has set is none."""
    if not derivation.provisional:
        return derivation
    steps = (
        step._replace(provisional=True) if step.kind in LAID and calendar.provisional(_said_day(step)) else step
        for step in derivation.trace
    )
    return replace(derivation, trace=tuple(steps))


def _said_day(step: Step) -> date:
    """The day a step tells of: of a date taken over that date, not the day of the merge."""
    return local_date(step.moment) if step.moment is not None else step.day


def _span_words(clock: Clock) -> str:
    """How long the clock runs, or by what its day was set."""
    if clock.stage == ClockStage.DRAFT.value:
        return f"答复到期前 {span_of(clock)}"
    return str(span_of(clock)) if clock.fixed_on is None else "按指定日期"


def _due(clock: Clock, derivation: Derivation | None) -> str:
    if clock.due_date is not None:
        return clock.due_date.moment()
    return f"中止计时，恢复后还有 {derivation.held}" if derivation is not None else "中止计时"


def _owed_by(session: Session, clock: Clock) -> str:
    """财政所（主办）, or who else has to act."""
    if clock.unit is None:
        return OwedBy.of(clock.owed_by).label
    part = session.get(Assignment, clock.assignment_id) if clock.assignment_id is not None else None
    return f"{clock.unit.name}（{part.role.label}）" if part is not None else clock.unit.name


def _met_by(clock: Clock) -> str:
    """The act that meets the clock, in the words of its button; what no act of a case does is named by what is waited for."""
    act = ACTS.get(clock.met_by_act)
    return act.label if act is not None else clock_words(clock)


def _lines(session: Session, clock: Clock, derivation: Derivation | None) -> tuple[Line, ...]:
    if derivation is None:
        return ()
    started = _started(session, clock)
    lines = explain(derivation, started=started)
    return explain(derivation, started=started, collapse=True) if len(lines) > COLLAPSE_AFTER else lines


def _started(session: Session, clock: Clock) -> str:
    """What the clock began with. A unit's inner date is counted back from the reply's, but the unit has the case since it was
    given it; a case that was taken up again counts from then on."""
    rule, case = rule_of(session, clock), clock.case
    if rule is None:
        return "起算"
    if clock.stage == ClockStage.DRAFT.value:
        return _draft_started(session, clock)
    began = {StartEvent.RECEIVED: case.received_at, StartEvent.ACCEPTED: case.accepted_at}.get(rule.start_event)
    again = began is not None and clock.start_at > began and not is_copy(clock)
    return "重新办理之日" if again else rule.start_event.label


def _draft_started(session: Session, clock: Clock) -> str:
    """What a unit's date began with: the assignment, the day the case it had already was taken up again, or later than both."""
    part = session.get(Assignment, clock.assignment_id) if clock.assignment_id is not None else None
    if part is None or part.assigned_at == clock.start_at:
        return StartEvent.ASSIGNED.label
    reopened = (Move.act == "reopen", Move.to_stage == Stage.HANDLING, Move.at == clock.start_at)
    again = session.scalar(select(Move.id).where(Move.case_id == clock.case_id, *reopened).limit(1)) is not None
    return "重新办理之时" if again else "起算"


def _aside(clock: Clock) -> str:
    """What was granted and does not count, because the clock counts hours by now, or days."""
    in_days = span_of(clock).unit.in_days
    granted = granted_in(clock, Unit.HOURS if in_days else Unit.WORKING_DAYS)
    held = granted_in_run(replace(facts_of(clock), extensions=granted))
    if not held:
        return ""
    said = "、".join(f"延期 {one.span}" if one.until is None else f"延期至 {one.until.isoformat()}" for one in held)
    now, once = ("按天", "按小时") if in_days else ("按小时", "按天")
    later = f"；改回{once}计时的，仍然计入" if clock.state in OPEN_CLOCK else ""
    return f"另有已批准的{said}，因改为{now}计时，没有计入{later}。"


def _ended(clock: Clock) -> str:
    """2026年12月1日 周二 10:00 已完成, or 已停止 with the reason."""
    if clock.ended_at is None:
        return ""
    reason = f"（{clock.end_reason}）" if clock.end_reason else ""
    return f"{moment_words(clock.ended_at)} {clock.state.label}{reason}"


def _rule_words(session: Session, clock: Clock) -> str:
    """Which version of the office's rule the clock runs under."""
    row = session.get(DeadlineRuleRow, clock.rule_id) if clock.rule_id is not None else None
    return f"第 {row.version_no} 版，{row.in_force_from.isoformat()} 起执行" if row is not None else ""


def _versions(clock: Clock, calendar: WorkCalendar) -> tuple[Version, ...]:
    """How the date came to be what it is, the first one first; empty while it never moved."""
    if not clock.dates:
        return ()
    first = clock.dates[0]
    due = _due_words(clock, first.get("before"), calendar, was_guess=GUESS_BEFORE in first)
    begun = () if first["version"] == 1 else (Version(1, moment_words(clock.start_at), due, "起算"),)
    moved = (
        Version(
            entry["version"],
            moment_words(parse_moment(entry["at"])),
            _due_words(clock, entry["due"], calendar, was_guess=GUESS in entry),
            entry["why"],
        )
        for entry in clock.dates
    )
    return (*begun, *moved)


def _due_words(clock: Clock, due: str | None, calendar: WorkCalendar, *, was_guess: bool) -> str:
    return _past(clock, parse_moment(due), calendar, was_guess=was_guess).moment() if due else "计时中止"


def _past(clock: Clock, due: datetime, calendar: WorkCalendar, *, was_guess: bool = False) -> DueDate:
    """A date the clock had: a guess where it rested on a year that is not loaded to this day, and the clock still runs.

    Versions kept before that was written down say it by their year; what an issuer has set is no guess in any."""
    guess = (was_guess and clock.provisional) or (clock.fixed_on is None and calendar.provisional(local_date(due)))
    return DueDate(due, guess and clock.state in OPEN_CLOCK)


def told(why: Why) -> str:
    """The same as the page tells, as plain text."""
    head = [
        f"{why.headline}：{why.due}",
        f"由谁办理：{why.owed_by}，“{why.met_by}”后即为完成",
        *([f"结束：{why.ended}"] if why.ended else []),
        f"依据：{why.source}" + (f"（{why.rule}）" if why.rule else ""),
    ]
    head += [f"原到期：{why.original}"] if why.original else []
    body = [f"  {said}" for said in (*(line.text for line in why.lines), *why.notices)] + (
        [f"  {why.aside}"] if why.aside else []
    )
    moved = [f"  第 {entry.number} 版（{entry.at}）：{entry.due}，{entry.why}" for entry in why.versions]
    note = [f"注意：{text}" for text in (why.warning, why.note) if text]
    return "\n".join([*head, *body, *(["日期的历次变动：", *moved] if moved else []), *note])


def why_case(session: Session, number: str, calendar: WorkCalendar) -> str:
    """Every date of a case with its reasons, those that run before those that have ended. Raises NotFound."""
    case = session.scalar(select(Case).where(Case.number == tidy_number(number)))
    if case is None:
        raise NotFound("没有这个编号的件。")
    query = select(Clock).where(Clock.case_id == case.id).order_by(Clock.state.not_in(OPEN_CLOCK), Clock.due_at, Clock.id)
    held = session.scalars(query).all()
    parts = [told(why(session, clock, calendar)) for clock in held]
    if not any(clock.state in OPEN_CLOCK for clock in held):
        parts.insert(0, "这件没有正在计时的时限。")
    return "\n\n".join(parts)
