"""Says in lines for people why a deadline falls on its day: each day counted or left out, each event, the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from opinion_app.rules.clock_facts import Span
from opinion_app.rules.deadline import Derivation
from opinion_app.rules.due_date import GUESS_MARK
from opinion_app.rules.spoken import day_words, due_moment_words, moment_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import ends_its_day, local_date, start_of_day

SHORTEST_RUN = 3
_COUNTED = (StepKind.COUNTED, StepKind.COUNTED_BACK)
_IN_A_ROW = frozenset({*_COUNTED, StepKind.SKIPPED, StepKind.PAUSED, StepKind.ROLLED})
PROVISIONAL_NOTE = "其中有的年份尚未发布放假安排，暂按周一至周五上班推算；载入当年安排后会重新计算。"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: of one step, or of several in a row."""

    text: str
    kind: StepKind


def explain(derivation: Derivation, *, started: str = "起算", collapse: bool = False) -> tuple[Line, ...]:
    """The lines in order. `started` names the starting event; `collapse` joins three or more like days in one line."""
    speaker = _Speaker(derivation, started)
    lines: list[Line] = []
    for run in _runs(derivation.trace) if collapse else ([step] for step in derivation.trace):
        if len(run) >= SHORTEST_RUN:
            lines.append(speaker.run(run))
        else:
            lines.extend(speaker.line(step) for step in run)
    return tuple(lines)


def explain_text(derivation: Derivation, *, notices: Sequence[str] = ()) -> str:
    """The whole explanation as text, the due moment first; `notices` name those of the holidays it went over."""
    head = [f"到期：{_due(derivation)}"]
    if derivation.original_due_at not in (None, derivation.due_at):
        head.append(f"原到期：{moment_words(derivation.original_due_at)}")
    body = [f"  {line.text}" for line in explain(derivation)]
    body += [f"  {named}" for named in notices]
    note = [f"注意：{PROVISIONAL_NOTE}"] if derivation.provisional else []
    return "\n".join([*head, *body, *note])


def room_words(room: Span, day: date, reply_due: datetime, calendar: WorkCalendar) -> str:
    """Why an inner deadline lies on `day`: the working days it leaves until the reply is due, of those the rule asks for."""
    due_on = local_date(reply_due)
    left = calendar.count_working_days(day, due_on)
    if left == room.amount:
        return f"答复到期前留出 {room}审核签发"
    if day == calendar.add_working_days(due_on, -room.amount):  # the reply is due on a day off
        return f"从答复到期日往前数 {room}，留作审核签发"
    said = f"只能留出 {replace(room, amount=left)}审核签发" if left else "已没有工作日可留给审核签发"
    return f"答复到期前{said}（规则要求 {room}）"


def _due(derivation: Derivation) -> str:
    if derivation.due_at is None:
        return f"中止计时，暂不能确定；恢复后还有 {derivation.held}"
    return f"{derivation.due_at:%Y-%m-%d %H:%M:%S} {day_words(derivation.due_at.date())[-2:]}" + (
        GUESS_MARK if derivation.provisional else ""
    )


def _runs(trace: Sequence[Step]) -> Iterator[list[Step]]:
    """Like days in a row; a counted day is like any other counted day of the same stretch."""
    for _, run in groupby(trace, key=_likeness):
        steps = list(run)
        if steps[0].kind in _IN_A_ROW and steps[0].moment is None:
            yield steps
        else:
            yield from ([step] for step in steps)


def _likeness(step: Step) -> tuple[StepKind, str, bool, str]:
    said = "" if step.kind in _COUNTED else step.reason  # a count begun anew has a step of its own before it
    return step.kind, said, step.provisional, step.made_up


class _Speaker:
    """Words for one derivation: dates carry the year only where it differs from the year of the start."""

    def __init__(self, derivation: Derivation, started: str) -> None:
        self._derivation = derivation
        self._started = started
        self._year = derivation.start_at.year
        dated = any(step.kind is StepKind.FIXED for step in derivation.trace)
        self._not_counted = "，当日不计" if derivation.unit.in_days and not dated else ""  # a date that is set counts no days
        self._say = {
            StepKind.STARTED: self._start,
            StepKind.RESTARTED: self._start,
            StepKind.CARRIED: lambda step: f"{self._day(step)} {step.reason}，当日不计",
            StepKind.COUNTED: lambda step: f"{self._day(step)} {step.reason}",
            StepKind.COUNTED_BACK: lambda step: f"{self._day(step)} {step.reason}",
            StepKind.BACK_FROM: lambda step: f"{self._day(step)} {step.reason}，由此往前数，当日不计",
            StepKind.SKIPPED: lambda step: f"{self._day(step)} {step.reason}，不计",
            StepKind.PAUSED: self._pause,
            StepKind.ROLLED: lambda step: f"{self._day(step)} {step.reason}，顺延",
            StepKind.RAN: self._ran,
            StepKind.FIXED: self._fixed,
            StepKind.EXTENDED: lambda step: f"{self._day(step)} 批准{step.reason}",
            StepKind.ADOPTED: lambda step: f"{self._merged(step)}，其到期更早，按其时限 {self._by(step)}",
            StepKind.BOUND: lambda step: (
                f"{self._merged(step)}，按来文单位定的时限 {self._by(step)}，本单位的中止、延期不使其推后"
            ),
            StepKind.HELD: self._held,
            StepKind.CAPPED: lambda step: f"{step.reason}，定为 {self._by(step)}",
            StepKind.DUE: self._due,
        }

    def line(self, step: Step) -> Line:
        made_up = f"（{step.made_up}）" if step.made_up else ""
        mark = made_up + (GUESS_MARK if step.provisional else "")
        return Line(self._say[step.kind](step) + mark, step.kind)

    def run(self, steps: Sequence[Step]) -> Line:
        first, last = steps[0], steps[-1]
        dates = f"{self._day(first)} 至 {self._day(last)}"
        if first.kind in _COUNTED:
            words = last.reason.replace(str(last.number), f"{first.number}至{last.number}")
        else:
            outcome = "顺延" if first.kind is StepKind.ROLLED else "不计"
            words = f"{first.reason}，{outcome}（{len(steps)} 天）"
        mark = GUESS_MARK if first.provisional else ""
        return Line(f"{dates} {words}{mark}", first.kind)

    def _day(self, step: Step) -> str:
        return day_words(step.day, self._year)

    def _start(self, step: Step) -> str:
        begun = step.moment
        dated_only = begun is None or begun == start_of_day(step.day)
        when = self._day(step) if begun is None or dated_only else moment_words(begun, self._year)
        again = "" if step.kind is StepKind.STARTED else "重新起算"
        event = f"{again}（{step.reason}）" if again and step.reason else again or self._started
        return f"{when} {event}{self._not_counted}"

    def _pause(self, step: Step) -> str:
        if step.moment is None or step.until is None:
            return f"{self._day(step)} {step.reason}" + ("，不计" if step.reason.startswith("中止计时") else "")
        return f"{moment_words(step.moment, self._year)} 至 {moment_words(step.until, self._year)} {step.reason}，不计"

    def _fixed(self, step: Step) -> str:
        return f"{step.reason}，定为 {self._day(step)}" if step.reason else f"来文要求 {self._day(step)} 前办结"

    def _merged(self, step: Step) -> str:
        return f"{self._day(step)} {step.reason or '另一件'} 并入"

    def _held(self, step: Step) -> str:
        left = f"；恢复后还有 {self._derivation.held}" if self._derivation.held else ""
        return f"{self._day(step)} {step.reason}{left}"

    def _ran(self, step: Step) -> str:
        if step.moment is None or step.until is None:
            return f"{self._day(step)} {step.reason}"
        same_day = step.until.date() == step.day
        until = f"{step.until:%H:%M}" if same_day else moment_words(step.until, self._year)
        return f"{moment_words(step.moment, self._year)} 至 {until} {step.reason}"

    def _due(self, step: Step) -> str:
        whole_day = step.moment is None or ends_its_day(step.moment)
        return f"{self._by(step)} 到期" + ("，当日 24 时前都算按时" if whole_day else "")

    def _by(self, step: Step) -> str:
        """The day where all of it is in time, else the moment: a day clock may be bound by an hour clock's date."""
        return self._day(step) if step.moment is None else due_moment_words(step.moment, self._year)
