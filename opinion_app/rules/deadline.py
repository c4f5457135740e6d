"""The deadline engine: facts and a calendar in, a due moment with every step that led to it out.

`derive` is pure and trusts history: it refuses only facts that contradict themselves, so that a due date can always
be recomputed when a calendar year is loaded. Whether a *new* extension or suspension may be made is decided before
by `deadline_checks`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from opinion_app.rules.clock_facts import (
    Adoption,
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Receipt,
    Restart,
    Span,
    Unit,
    check_facts,
    check_span,
    settled_pauses,
)
from opinion_app.rules.day_walk import DayWalk
from opinion_app.rules.hour_walk import HourWalk
from opinion_app.rules.room import buffer_before, laid_steps
from opinion_app.rules.spoken import day_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.working_time import Stretch, frames_of_day, working_time_between
from opinion_app.rules.zone import SHANGHAI, between, local, local_date, start_of_day, whole_second

__all__ = [
    "Adoption",
    "ClockFacts",
    "DeadlineRefused",
    "Derivation",
    "Extension",
    "Pause",
    "Receipt",
    "Remaining",
    "Restart",
    "Span",
    "Step",
    "StepKind",
    "Unit",
    "buffer_before",
    "check_span",
    "derive",
    "due_if_resumed",
    "earliest",
    "granted_in_run",
    "if_resumed",
    "is_late",
    "remaining",
    "warn_at",
]


OVERTAKEN = "（推算的到期日已不早于这一天，不另延长）"
LAID_ANEW = "按答复时限重新推算的时间"
PASSED = "0 天（并入件的时限已过）"


@dataclass(frozen=True, slots=True)
class Derivation:
    """A due moment with its reasons.

    `due_at` is None while an open suspension keeps it from being known (`open_ended`; `held` says what is left when
    it resumes). `original_due_at` is the date before any extension, kept for statistics. `provisional`: it rests on
    a year that is not loaded. `ran`: the stretches in which an hour clock runs until it is due, however that came about.
    """

    start_at: datetime
    due_at: datetime | None
    original_due_at: datetime | None
    provisional: bool
    open_ended: bool
    held: str | None
    unit: Unit
    trace: tuple[Step, ...]
    ran: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Remaining:
    """What lies between now and a due moment; every length is negative once it has passed.

    `time` is working time for a clock of working hours, else the time that really passes.
    """

    late: bool
    working_days: int
    days: int
    time: timedelta


class _Walk(Protocol):
    steps: list[Step]
    held: str | None
    provisional: bool

    def count(self, after: datetime, span: Span, label: str = "") -> datetime | None: ...

    def until(self, day: date, since: datetime) -> datetime | None: ...

    def until_moment(self, due: datetime, since: datetime) -> datetime | None: ...


def derive(facts: ClockFacts, calendar: WorkCalendar) -> Derivation:
    """The due moment of one clock, in Shanghai time, day clocks at 23:59:59 (decision 6).

    Raises DeadlineRefused for contradictory facts, CalendarWithoutWorkingDays, NaiveMomentError.
    """
    check_facts(facts)
    walk = _walk(facts, calendar)
    start = _start(facts, calendar, walk.steps)
    if facts.fixed_date is None:
        due = original = walk.count(start, facts.span)
    else:
        back, guess = laid_steps(facts, calendar)
        walk.steps += [*back, Step(StepKind.FIXED, facts.fixed_date, facts.fixed_why)]
        due = original = walk.until(facts.fixed_date, start)
        walk.provisional = walk.provisional or guess
    extended = False
    for event in _events(facts):
        if isinstance(event, Extension):
            due, extended = _extend(walk, due, event), True
        else:
            due = _adopt(walk, due, event)
            original = original if extended else due
    due = _cap(walk.steps, due, facts.latest)
    if facts.follows:
        due = _stand_still(walk, due, facts)
    for taken in (held for held in facts.adoptions if held.by_issuer):
        due, original = _bind(walk, due, taken, calendar), _original(original, taken, facts)
    if due is not None:
        walk.steps.append(_end(walk, due, facts.span.unit, calendar))
    return Derivation(
        start_at=start,
        due_at=due,
        original_due_at=original if facts.latest is None or original is None else earliest((original, facts.latest)),
        provisional=walk.provisional,
        open_ended=due is None,
        held=walk.held if due is None else None,
        unit=facts.span.unit,
        trace=tuple(walk.steps),
        ran=() if due is None or facts.span.unit.in_days else tuple(HourWalk.of(facts, calendar).running(start, due)),
    )


def _end(walk: _Walk, due: datetime, unit: Unit, calendar: WorkCalendar) -> Step:
    """The day it is due; why that works, if it does though its like rests and no step said so yet."""
    day = local_date(due)
    through = unit in (Unit.HOURS, Unit.MINUTES)  # they run whatever day it is
    said = through or any(step.day == day and step.made_up for step in walk.steps)
    made_up = "" if said else calendar.made_up(day)
    return Step(StepKind.DUE, day, "到期", 0, walk.provisional, due, made_up=made_up)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Late only strictly after the due moment, by whole seconds: 23:59:59.7 is still in time."""
    return whole_second(local(now).astimezone(UTC)) > due_at


def earliest(dues: Iterable[datetime | None]) -> datetime | None:
    """The earliest known due moment: of the unmet clocks of a case, of the cases merged into one."""
    return min((local(due) for due in dues if due is not None), default=None)


def remaining(due_at: datetime, now: datetime, calendar: WorkCalendar, unit: Unit = Unit.WORKING_DAYS) -> Remaining:
    """What is left of a deadline; working days are counted from today to the due date."""
    today, due_on = local_date(now), local_date(due_at)
    in_frames = unit is Unit.WORKING_HOURS
    return Remaining(
        late=is_late(due_at, now),
        working_days=calendar.count_working_days(today, due_on),
        days=(due_on - today).days,
        time=working_time_between(calendar, now, due_at) if in_frames else between(now, due_at),
    )


def warn_at(due_at: datetime, working_days: int, calendar: WorkCalendar) -> datetime:
    """The opening of the office `working_days` before the due date (0: on the due date itself)."""
    day = calendar.add_working_days(local_date(due_at), -working_days)
    frames = frames_of_day(calendar, day)
    return frames[0][0].astimezone(SHANGHAI) if frames else start_of_day(day)


def if_resumed(facts: ClockFacts, at: datetime) -> ClockFacts:
    """The facts of a clock as if the suspension that holds it ended at that moment; of one that runs, as they are."""
    ended = tuple(pause if pause.resumed_at else replace(pause, resumed_at=max(at, pause.suspended_at)) for pause in facts.pauses)
    return replace(facts, pauses=ended)


def due_if_resumed(facts: ClockFacts, calendar: WorkCalendar, at: datetime) -> datetime | None:
    """When the clock would be due if the suspension that holds it ended at that moment; refuses what `derive` refuses."""
    return derive(if_resumed(facts, at), calendar).due_at


def _walk(facts: ClockFacts, calendar: WorkCalendar) -> _Walk:
    if facts.span.unit.in_days:
        return DayWalk(calendar, settled_pauses(facts), facts.span.unit)
    return HourWalk.of(facts, calendar)


def _start(facts: ClockFacts, calendar: WorkCalendar, steps: list[Step]) -> datetime:
    """The moment the present run counts from; a late receipt is carried to the next working day if so set."""
    start = local(facts.start_of_run)
    kind = StepKind.RESTARTED if facts.restarts else StepKind.STARTED
    reason = facts.restarts[-1].reason if facts.restarts else ""
    day = start.date()
    steps.append(Step(kind, day, reason, moment=start))
    if facts.receipt is Receipt.SAME_DAY or not facts.span.unit.in_days:
        return start
    frames = frames_of_day(calendar, day)
    if frames and start.astimezone(UTC) <= frames[-1][1]:
        return start
    carried = calendar.next_working_day(day)
    guess = calendar.provisional(day) or calendar.provisional(carried)
    words, made_up = f"{'下班后' if frames else '休息日'}收到，视为次一工作日收到", calendar.made_up(carried)
    steps.append(Step(StepKind.CARRIED, carried, words, 0, guess, made_up=made_up))
    return start_of_day(carried)


def _events(facts: ClockFacts) -> list[Extension | Adoption]:
    """What moved the date of the present run, in the order in which it happened.

    With the whole time begun anew nothing granted before is left; a date taken over from a merged case binds for good: whoever
    wrote that one was asked to complete nothing and waits for an answer by its date (D13)."""
    dated: list[tuple[datetime, Extension | Adoption]] = [(held.at, held) for held in facts.adoptions if not held.by_issuer]
    dated += [(held.granted_at, held) for held in granted_in_run(facts)]
    return [event for _at, event in sorted(dated, key=lambda entry: entry[0])]


def granted_in_run(facts: ClockFacts) -> tuple[Extension, ...]:
    """The extensions of the present run: all of them, until a restart gives the whole time anew."""
    return tuple(held for held in facts.extensions if not facts.restarts or held.granted_at >= facts.start_of_run)


def _adopt(walk: _Walk, due: datetime | None, adoption: Adoption) -> datetime | None:
    """The earlier of the clock's own date and that of a case merged into it; suspensions after the merge move both."""
    if due is None:
        return None
    guess, held, said = walk.provisional, walk.held, len(walk.steps)
    moved = walk.until_moment(local(adoption.due_at), adoption.at)
    if moved is None or moved >= due:
        walk.provisional, walk.held = guess, held
        del walk.steps[said:]  # the other date plays no part, nor what moved it
        return due
    walk.provisional = walk.provisional or adoption.provisional
    walk.steps.append(Step(StepKind.ADOPTED, local_date(adoption.at), adoption.number, moment=moved))
    return moved


def _bind(walk: _Walk, due: datetime | None, taken: Adoption, calendar: WorkCalendar) -> datetime:
    """The earlier of the clock's own date and the one that whoever sent a merged letter has set: nothing that the office does
    with its own, be it stopped or put off, moves that (decisions 10; D13)."""
    day = local(taken.due_at)
    if due is not None and due <= day:
        return due
    known = not calendar.provisional(day.date())  # what lies in a year to come cannot turn out to lie before a day of this one
    walk.provisional = taken.provisional or (walk.provisional and not known)
    walk.steps.append(Step(StepKind.BOUND, local_date(taken.at), taken.number, moment=day))
    return day


def _original(original: datetime | None, taken: Adoption, facts: ClockFacts) -> datetime | None:
    """The date before any extension, of a clock that also answers for a letter from `taken.at` on."""
    if original is None or any(held.granted_at < taken.at for held in granted_in_run(facts)):
        return original
    return earliest((original, taken.original_due_at or taken.due_at))


def _extend(walk: _Walk, due: datetime | None, extension: Extension) -> datetime | None:
    """The due moment after one extension, counted from the current one; an extension never shortens."""
    granted = local_date(extension.granted_at)
    if extension.until is not None:
        words = f"延期至 {day_words(extension.until, granted.year)}"
    else:
        words = f"延期 {extension.span}，接原到期日计算"
    by = f"（{extension.granted_by}）" if extension.granted_by else ""
    walk.steps.append(Step(StepKind.EXTENDED, granted, words + by, moment=local(extension.granted_at)))
    if due is None:
        walk.held = f"{walk.held}，另{words.partition('，')[0]}"
        return None
    if extension.until is not None:
        return _extend_until(walk, due, extension.until, extension.granted_at)
    return walk.count(due, extension.span, "延期") if extension.span is not None else due


def _extend_until(walk: _Walk, due: datetime, day: date, granted_at: datetime) -> datetime | None:
    guess, said = walk.provisional, len(walk.steps)
    moved = walk.until(day, granted_at)
    if moved is None or moved > due:
        return moved
    walk.provisional = guess
    del walk.steps[said:]  # the day plays no part, nor what moved it
    walk.steps[-1] = walk.steps[-1]._replace(reason=f"{walk.steps[-1].reason}{OVERTAKEN}")
    return due


def _cap(steps: list[Step], due: datetime | None, latest: datetime | None) -> datetime | None:
    """An inner deadline never lies after the lead's."""
    if due is None or latest is None or due <= latest:
        return due
    capped = local(latest)
    steps.append(Step(StepKind.CAPPED, capped.date(), "不晚于已有的更早时限", moment=capped))
    return capped


def _stand_still(walk: _Walk, due: datetime | None, facts: ClockFacts) -> datetime | None:
    """No date while the case's own stands still, be it that this one had passed before: of an inner deadline and of a date that
    a case has from a merged one alone, for the suspension is the case's (D13)."""
    held = next((pause for pause in settled_pauses(facts) if pause.resumed_at is None), None)
    if due is None or held is None:
        return due
    walk.held = PASSED if facts.adoptions else LAID_ANEW
    walk.steps.append(Step(StepKind.HELD, local_date(held.suspended_at), "中止计时，尚未恢复"))
    return None
