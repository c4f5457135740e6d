"""Says in lines for people why a deadline falls on its day: each day counted or left out, each event, the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from opinion_app.rules.deadline import Derivation
from opinion_app.rules.spoken import day_words, moment_words
from opinion_app.rules.trace import Step, StepKind
from opinion_app.rules.zone import start_of_day

SHORTEST_RUN = 3
_IN_A_ROW = frozenset({StepKind.COUNTED, StepKind.SKIPPED, StepKind.PAUSED, StepKind.ROLLED})
PROVISIONAL_MARK = "（暂定）"
PROVISIONAL_NOTE = "其中有的年份尚未发布放假安排，暂按周一至周五上班推算；载入当年安排后会重新计算。"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation; `steps` says how many steps it stands for."""

    text: str
    kind: StepKind
    provisional: bool = False
    steps: int = 1


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


def explain_text(derivation: Derivation, *, started: str = "起算", basis: str = "", collapse: bool = False) -> str:
    """The whole explanation as text, the due moment first; `basis` is the rule and its source."""
    head = [f"到期：{_due(derivation)}"]
    if basis:
        head.append(f"依据：{basis}")
    if derivation.original_due_at not in (None, derivation.due_at):
        head.append(f"原到期：{moment_words(derivation.original_due_at)}")
    body = [f"  {line.text}" for line in explain(derivation, started=started, collapse=collapse)]
    note = [f"注意：{PROVISIONAL_NOTE}"] if derivation.provisional else []
    return "\n".join([*head, *body, *note])


def _due(derivation: Derivation) -> str:
    if derivation.due_at is None:
        return f"中止计时，暂不能确定；恢复后还有 {derivation.held}"
    return f"{derivation.due_at:%Y-%m-%d %H:%M:%S} {day_words(derivation.due_at.date())[-2:]}" + (
        PROVISIONAL_MARK if derivation.provisional else ""
    )


def _runs(trace: Sequence[Step]) -> Iterator[list[Step]]:
    """Like days in a row; a counted day is like any other counted day of the same stretch."""
    for _, run in groupby(trace, key=_likeness):
        steps = list(run)
        if steps[0].kind in _IN_A_ROW and steps[0].moment is None:
            yield steps
        else:
            yield from ([step] for step in steps)


def _likeness(step: Step) -> tuple[StepKind, str, bool]:
    label = step.reason.partition("第")[0] if step.kind is StepKind.COUNTED else step.reason
    return step.kind, label, step.provisional


class _Speaker:
    """Words for one derivation: dates carry the year only where it differs from the year of the start."""

    def __init__(self, derivation: Derivation, started: str) -> None:
        self._derivation = derivation
        self._started = started
        self._year = derivation.start_at.year
        self._say = {
            StepKind.STARTED: self._start,
            StepKind.RESTARTED: self._start,
            StepKind.CARRIED: lambda step: f"{self._day(step)} {step.reason}，当日不计",
            StepKind.COUNTED: lambda step: f"{self._day(step)} {step.reason}",
            StepKind.SKIPPED: lambda step: f"{self._day(step)} {step.reason}，不计",
            StepKind.PAUSED: self._pause,
            StepKind.ROLLED: lambda step: f"{self._day(step)} {step.reason}，顺延",
            StepKind.RAN: self._ran,
            StepKind.FIXED: self._fixed,
            StepKind.EXTENDED: lambda step: f"{self._day(step)} 批准{step.reason}",
            StepKind.ADOPTED: self._adopted,
            StepKind.HELD: lambda step: f"{self._day(step)} {step.reason}；恢复后还有 {self._derivation.held}",
            StepKind.CAPPED: lambda step: f"{step.reason}，定为 {self._day(step)}",
            StepKind.DUE: self._due,
        }

    def line(self, step: Step) -> Line:
        mark = PROVISIONAL_MARK if step.provisional else ""
        return Line(self._say[step.kind](step) + mark, step.kind, step.provisional)

    def run(self, steps: Sequence[Step]) -> Line:
        first, last = steps[0], steps[-1]
        dates = f"{self._day(first)} 至 {self._day(last)}"
        if first.kind is StepKind.COUNTED:
            words = (
                f"{first.reason[: first.reason.index('第')]}第{first.number}至{last.number}"
                + (last.reason.partition(str(last.number))[2])
            )
        else:
            outcome = "顺延" if first.kind is StepKind.ROLLED else "不计"
            words = f"{first.reason}，{outcome}（{len(steps)} 天）"
        mark = PROVISIONAL_MARK if first.provisional else ""
        return Line(f"{dates} {words}{mark}", first.kind, first.provisional, len(steps))

    def _day(self, step: Step) -> str:
        return day_words(step.day, self._year)

    def _start(self, step: Step) -> str:
        begun = step.moment
        dated_only = begun is None or begun == start_of_day(step.day)
        when = self._day(step) if begun is None or dated_only else moment_words(begun, self._year)
        again = "" if step.kind is StepKind.STARTED else "重新起算"
        event = f"{again}（{step.reason}）" if again and step.reason else again or self._started
        return f"{when} {event}，当日不计" if self._derivation.unit.in_days else f"{when} {event}"

    def _pause(self, step: Step) -> str:
        if step.moment is None or step.until is None:
            return f"{self._day(step)} {step.reason}" + ("，不计" if step.reason.startswith("中止计时") else "")
        return f"{moment_words(step.moment, self._year)} 至 {moment_words(step.until, self._year)} {step.reason}，不计"

    def _fixed(self, step: Step) -> str:
        return f"{step.reason}，定为 {self._day(step)}" if step.reason else f"来文要求 {self._day(step)} 前办结"

    def _adopted(self, step: Step) -> str:
        due = f"，按其时限 {moment_words(step.moment, self._year)}" if step.moment is not None else ""
        return f"{self._day(step)} {step.reason or '另一件'} 并入，其到期更早{due}"

    def _ran(self, step: Step) -> str:
        if step.moment is None or step.until is None:
            return f"{self._day(step)} {step.reason}"
        same_day = step.until.date() == step.day
        until = f"{step.until:%H:%M}" if same_day else moment_words(step.until, self._year)
        return f"{moment_words(step.moment, self._year)} 至 {until} {step.reason}"

    def _due(self, step: Step) -> str:
        if step.moment is None or self._derivation.unit.in_days:
            return f"{self._day(step)} 到期，当日 24 时前都算按时"
        return f"{moment_words(step.moment, self._year)} 到期"
