"""The facts a deadline is derived from: where a clock started, how long it runs, what stopped, moved or capped it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from opinion_app.rules.errors import Refused
from opinion_app.rules.zone import latest, local

EARLIEST_YEAR, LATEST_YEAR = 1950, 2200


class DeadlineRefused(Refused):
    """A deadline cannot be derived or changed like this; the message is meant for the person who asked."""


class Unit(StrEnum):
    """What a span is measured in. Hours and minutes run through nights and holidays; working hours do not."""

    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"
    HOURS = "hours"
    MINUTES = "minutes"
    WORKING_HOURS = "working_hours"

    @property
    def in_days(self) -> bool:
        """Whether a clock of this unit ends with a day (23:59:59) rather than at a moment."""
        return self in (Unit.WORKING_DAYS, Unit.NATURAL_DAYS)


UNIT_WORDS = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.NATURAL_DAYS: "日",
    Unit.HOURS: "小时",
    Unit.MINUTES: "分钟",
    Unit.WORKING_HOURS: "个工作小时",
}
LARGEST = {
    Unit.WORKING_DAYS: 1_000,
    Unit.NATURAL_DAYS: 1_500,
    Unit.HOURS: 10_000,
    Unit.MINUTES: 100_000,
    Unit.WORKING_HOURS: 5_000,
}


_LENGTH = {
    Unit.HOURS: timedelta(hours=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.WORKING_HOURS: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of one unit: 5 working days, 24 hours."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {UNIT_WORDS[self.unit]}"


def hours_of(span: Span) -> timedelta:
    """The length of a span of hours or minutes (working hours as working time); day spans have none (KeyError)."""
    return _LENGTH[span.unit] * span.amount


class Receipt(StrEnum):
    """How a day clock treats a receipt after closing time or on a day off (no statute found; decisions: same day)."""

    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from one moment to another; `resumed_at` is None while it still does."""

    suspended_at: datetime
    resumed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted at a moment: either a span counted from the current due date or an explicit new date.

    `granted_by`: who outside the office granted it, and in which paper (the issuer of a forwarded letter)."""

    granted_at: datetime
    span: Span | None = None
    until: date | None = None
    reason: str = ""
    granted_by: str = ""


@dataclass(frozen=True, slots=True)
class Restart:
    """The whole span runs anew from that moment (补正 received; 政府信息公开条例 30)."""

    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Adoption:
    """From a moment on the clock also answers for a merged case: by the earlier of its own date and that case's.

    `by_issuer`: whoever sent that letter has set its date, so that the office neither stops it nor puts it off (decisions 10);
    `original_due_at`: that date before the issuer put it off."""

    at: datetime
    due_at: datetime
    number: str = ""
    provisional: bool = False
    by_issuer: bool = False
    original_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Everything one clock depends on, except the calendar.

    `fixed_date` is a day settled by somebody and beats the span, `fixed_why` says by what ("": the notice itself); `latest` is
    the lead's due moment, which no inner deadline may pass. `follows`: the date hangs on another, the lead's or a merged case's,
    and so it stands still with its case even where it had passed. `laid`: `fixed_date` was counted back from `latest`, which is
    the reply's due moment, by `span`, the days left for review. Events are in the order in which they happened.
    """

    start: datetime
    span: Span
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    restarts: tuple[Restart, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    fixed_date: date | None = None
    fixed_why: str = ""
    latest: datetime | None = None
    receipt: Receipt = Receipt.SAME_DAY
    follows: bool = False
    laid: bool = False

    @property
    def start_of_run(self) -> datetime:
        """The moment the present run began: the last restart, else the start."""
        return self.restarts[-1].at if self.restarts else self.start

    def extended_at(self, now: datetime) -> datetime:
        """When an extension granted now counts as granted: after all that happened, though the machine's clock was set back."""
        return latest(now, self.start_of_run, *self._happened())

    def adopted_at(self, now: datetime) -> datetime:
        """When a date taken over now counts as taken over: it binds what was granted before and not what is granted later."""
        return latest(now, *(moment + timedelta(seconds=1) for moment in self._happened() if moment >= now))

    def _happened(self) -> list[datetime]:
        return [held.granted_at for held in self.extensions] + [held.at for held in self.adoptions]


def check_span(span: Span) -> None:
    """Raises DeadlineRefused for a zero, negative or huge amount."""
    if span.amount <= 0:
        raise DeadlineRefused("时限须是大于 0 的整数。")
    if span.amount > LARGEST[span.unit]:
        raise DeadlineRefused(f"时限太长：最多 {LARGEST[span.unit]} {UNIT_WORDS[span.unit]}，请核对。")


def check_facts(facts: ClockFacts) -> None:
    """Raises DeadlineRefused when the facts contradict themselves, NaiveMomentError for a moment without a zone."""
    check_span(facts.span)
    check_moment(facts.start)
    if facts.latest is not None:
        check_moment(facts.latest)
    if facts.fixed_date is not None:
        _check_year(facts.fixed_date.year)
    _check_restarts(facts)
    for extension in facts.extensions:
        check_extension_shape(facts.span, extension)
    for adoption in facts.adoptions:
        check_moment(adoption.at)
        check_moment(adoption.due_at)
    settled_pauses(facts)


def check_moment(moment: datetime) -> None:
    """Raises DeadlineRefused for a date no office can mean, NaiveMomentError for a moment without a zone."""
    _check_year(local(moment).year)


def check_extension_shape(span: Span, extension: Extension) -> None:
    """Raises DeadlineRefused unless an extension is either a span of the clock's own family of units or a date."""
    check_moment(extension.granted_at)
    if (extension.span is None) == (extension.until is None):
        raise DeadlineRefused("延期请填写延长多久，或者填写延至哪一天，只填一项。")
    if extension.until is not None:
        _check_year(extension.until.year)
    if extension.span is not None:
        check_span(extension.span)
        if extension.span.unit.in_days is not span.unit.in_days:
            raise DeadlineRefused("延期的单位须与原时限一致：按天的延天数，按小时的延小时数。")


def settled_pauses(facts: ClockFacts) -> tuple[Pause, ...]:
    """The pauses in order, an open one ended by the restart that followed it.

    Raises DeadlineRefused when one ends before it begins or two overlap; touching ones are fine.
    """
    if not facts.pauses:
        return ()
    pauses = tuple(_ended_by_restart(pause, facts.restarts) for pause in sorted(facts.pauses, key=_begin))
    for pause in pauses:
        check_moment(pause.suspended_at)
        if pause.resumed_at is not None:
            check_moment(pause.resumed_at)
            if pause.resumed_at < pause.suspended_at:
                raise DeadlineRefused("恢复计时的时间早于中止时间，请核对。")
    for earlier, later in pairwise(pauses):
        if earlier.resumed_at is None or later.suspended_at < earlier.resumed_at:
            raise DeadlineRefused("两次中止计时的时间重叠，请核对。")
    return pauses


def _begin(pause: Pause) -> datetime:
    return local(pause.suspended_at)


def _ended_by_restart(pause: Pause, restarts: Sequence[Restart]) -> Pause:
    if pause.resumed_at is not None:
        return pause
    ending = next((restart.at for restart in restarts if restart.at > pause.suspended_at), None)
    return pause if ending is None else replace(pause, resumed_at=ending)


def _check_restarts(facts: ClockFacts) -> None:
    previous = facts.start
    for restart in facts.restarts:
        check_moment(restart.at)
        if restart.at < previous:
            raise DeadlineRefused("重新起算的时间早于原起算时间，请核对。")
        previous = restart.at


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise DeadlineRefused(f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间，请核对。")
