"""The dates of one clock: its stored inputs turned into facts, derived, and the result stored beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Adoption, ClockFacts, Extension, Pause, Receipt, Restart, Span, Unit
from opinion_app.rules.deadline import Derivation, buffer_before, derive, is_late, warn_at
from opinion_app.rules.deadline_rules import Ahead, ClockStage
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

GUESS, GUESS_BEFORE = "guess", "guess_before"  # of a version of a date: that it was provisional
BY_CALENDAR = "calendar"  # of a version of a date: that nothing but the calendar moved it
FROM = "from"
"""In a copy of a merged case's date: since when something counts that had happened to the case itself before that was lent."""


@dataclass(frozen=True, slots=True)
class Cause:
    """When a clock's inputs changed and why, in words for whoever asks how its date came about.

    `under` and `room`: the reply's due moment by which an inner deadline was laid that now lies elsewhere, and the working days
    it left for review; `by_calendar`: nothing but the calendar is another."""

    at: datetime
    why: str
    under: datetime | None = None
    room: int | None = None
    by_calendar: bool = False


def span_of(clock: Clock) -> Span:
    """How long the clock runs."""
    return Span(clock.amount, Unit(clock.amount_unit))


def facts_of(clock: Clock, start: datetime | None = None) -> ClockFacts:
    """What the rules derive the due moment from; `start`: as if the clock began then.

    A restart plays no part where the clock now begins later, by another rule; nor does what was granted and put aside."""
    begins = clock.start_at if start is None else start
    return ClockFacts(
        start=begins,
        span=span_of(clock),
        pauses=tuple(_pause(data) for data in clock.pauses if _counts(data)),
        extensions=granted_in(clock, span_of(clock).unit),
        restarts=tuple(
            Restart(_moment(data["at"]), data.get("reason", ""))
            for data in clock.restarts
            if FROM not in data and _moment(data["at"]) >= begins
        ),
        adoptions=adoptions_of(clock.adoptions),
        fixed_date=clock.fixed_on,
        fixed_why=clock.fixed_why,
        latest=clock.latest_at,
        receipt=Receipt(clock.receipt),
        follows=clock.stage == ClockStage.DRAFT.value or is_copy(clock),
        laid=clock.stage == ClockStage.DRAFT.value,
    )


def is_copy(clock: Clock) -> bool:
    """Whether a clock only stands for a merged case's, its own case having no date of its own yet."""
    return any(entry.get("copied") for entry in clock.adoptions)


def lent_at(clock: Clock) -> str:
    """Since when a clock that is a copy stands for the merged case's, as it is written there."""
    return str(next(entry["at"] for entry in clock.adoptions if entry.get("copied")))


def from_then(clock: Clock, at: datetime) -> dict[str, str]:
    """How something that happens to the case `at` a moment is marked where its clock is a copy and stood for nothing then."""
    return {FROM: lent_at(clock)} if is_copy(clock) and at < _moment(lent_at(clock)) else {}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _counts(pause: dict[str, Any]) -> bool:
    return FROM not in pause or not pause.get("until") or _moment(pause["until"]) > _moment(pause[FROM])


def _pause(data: dict[str, Any]) -> Pause:
    since, until = max(_moment(data["since"]), _moment(data.get(FROM, data["since"]))), data.get("until")
    return Pause(since, _moment(until) if until else None, data.get("reason", ""))


def extension_of(data: dict[str, Any]) -> Extension:
    """An extension from the clock's row."""
    until, words = data.get("until"), {"reason": data.get("reason", ""), "granted_by": data.get("by", "")}
    if until:
        return Extension(_moment(data["at"]), until=date.fromisoformat(until), **words)
    return Extension(_moment(data["at"]), Span(int(data["amount"]), Unit(data["unit"])), **words)


def granted_in(clock: Clock, unit: Unit) -> tuple[Extension, ...]:
    """What of the time granted to a clock counts while it runs in that unit: what was granted while it ran in days to one of
    days, in hours to one of hours. The rest is put aside: kept as it was granted, it counts again when the clock does."""
    held = put_aside(clock.extensions, was_in_days=span_of(clock).unit.in_days)
    return tuple(extension_of(data) for data in held if data["in_days"] is unit.in_days and FROM not in data)


def run_for(clock: Clock, span: Span) -> None:
    """Give the clock another span; where that counts in the other family of units, what was granted is put aside."""
    if clock.extensions and span_of(clock).unit.in_days is not span.unit.in_days:
        clock.extensions = put_aside(clock.extensions, was_in_days=span_of(clock).unit.in_days)
    clock.amount, clock.amount_unit = span.amount, span.unit.value


def put_aside(extensions: list[dict[str, Any]], *, was_in_days: bool) -> list[dict[str, Any]]:
    """What was granted to a clock that now counts in another family of units, each with the family it was granted in."""
    return [data if "in_days" in data else data | {"in_days": was_in_days} for data in extensions]


def extension_data(extension: Extension) -> dict[str, Any]:
    """An extension as the clock's row holds it."""
    data: dict[str, Any] = {"at": extension.granted_at.isoformat(), "reason": extension.reason}
    data |= {"by": extension.granted_by} if extension.granted_by else {}
    if extension.until is not None:
        return data | {"until": extension.until.isoformat()}
    return data | ({"amount": extension.span.amount, "unit": extension.span.unit.value} if extension.span is not None else {})


def adoptions_of(entries: Iterable[dict[str, Any]]) -> tuple[Adoption, ...]:
    """The dates a clock took over from merged cases."""
    return tuple(
        Adoption(
            _moment(entry["at"]),
            _moment(entry["due"]),
            entry.get("number", ""),
            provisional=bool(entry.get("provisional")),
            by_issuer=bool(entry.get("issuer")),
            original_due_at=_moment(entry["original"]) if entry.get("original") else None,
        )
        for entry in entries
    )


def inner_day(
    clock: Clock, working_days: int, reply_due: datetime, calendar: WorkCalendar, cause: Cause, laid_with: int | None = None
) -> date:
    """The day of a unit's inner deadline after reply, room or calendar changed, with `working_days` left for review (decisions
    4). `laid_with`: those it left so far, where the clock does not say so any more.

    No act lays it before today, the local day it happens on, or the next working day where today is none: a unit can do nothing
    about a day that is gone or off. One that had passed before stays where it was unless there is more time now, and is there
    again where that time is taken back, as after a slip or a closure: late by that day it was known to be, and by no day that
    the slip has laid."""
    before, counted = clock.due_at or missed(clock), local_date(buffer_before(reply_due, working_days, calendar, clock.start_at))
    stays = (clock.latest_at, clock.amount if laid_with is None else laid_with) == (reply_due, working_days)
    ours = [(before, cause.at)] if before is not None and (stays or cause.by_calendar) else []
    ours += _laid_by(clock, reply_due, working_days, same=stays or cause.by_calendar)
    passed = [local_date(due) for due, until in ours if is_late(due, until)]
    known = min((day for day in passed if day >= counted), default=None)
    if known is None:
        known = max(counted, _earliest(before, ours[0] if ours else None, local_date(cause.at), calendar))
    return min(known, local_date(reply_due))


InForce = tuple[datetime, datetime]
"""A date that an inner deadline had, and the moment until which it had it."""


def _laid_by(clock: Clock, reply_due: datetime, room: int, *, same: bool) -> Iterator[InForce]:
    """The dates an inner deadline had before by that moment of the reply and that room, the last one first; `same`: by them it
    has the present one. Where only the calendar moved it, it was laid by the same before. Older versions say only the moment."""
    for version in reversed(clock.dates):
        under = version.get("under")
        laid = under is not None and (_moment(under), version.get("room", room)) == (reply_due, room)
        same = laid or (same and BY_CALENDAR in version)
        if same and version["before"]:
            yield _moment(version["before"]), _moment(version["at"])


def _earliest(before: datetime | None, last: InForce | None, today: date, calendar: WorkCalendar) -> date:
    """Before which day an inner deadline due `before` is not laid; `last`: the date it had when it was last laid by the same,
    which counts unless its day was still ahead when the deadline was moved from it and is gone now."""
    first = calendar.roll_forward(today)
    if last is not None and (is_late(*last) or local_date(last[0]) >= first):
        before = last[0]
    return local_date(before) if before is not None and local_date(before) < today else first


def missed(clock: Clock) -> datetime | None:
    """The due moment that had passed already when a clock was held that stands still; None for one that was in time or runs.

    Written down with the suspension (`with_missed`): what the dates were in between, by a slip of the classification, is no
    lateness anybody knew of."""
    held = next((pause for pause in clock.pauses if pause.get("until") is None), None)
    due = held.get("missed", {}).get(str(clock.id)) if held is not None and clock.due_at is None else None
    return _moment(due) if due else None


def with_missed(pause: dict[str, Any], held: Iterable[Clock]) -> dict[str, Any]:
    """A suspension with the dates that had passed when it began, of those clocks that it holds."""
    since = _moment(pause["since"])
    late = {
        str(clock.id): clock.due_at.isoformat() for clock in held if clock.due_at is not None and is_late(clock.due_at, since)
    }
    return pause | {"missed": late} if late else pause


def settle(clock: Clock, calendar: WorkCalendar, ahead: Ahead | None, cause: Cause, *, by_guess: bool = False) -> Derivation:
    """Derive the clock's dates anew and store them; a moved due moment is a new deadline version (decisions 21, 23).

    `by_guess`: it is bound to another clock's date that is provisional, and so is its own (D02)."""
    derivation = derive(facts_of(clock), calendar)
    guess = derivation.provisional or by_guess
    if clock.id is not None and derivation.due_at != clock.due_at:
        clock.deadline_version += 1
        before, after = due_date(clock.due_at, guess=clock.provisional), due_date(derivation.due_at, guess=guess)
        clock.dates = [*clock.dates, _version(clock, before, after, cause)]
    clock.due_at = derivation.due_at
    if derivation.original_due_at is not None:
        clock.original_due_at = derivation.original_due_at
    clock.provisional = guess
    warned = warning_moment(clock, derivation, calendar, ahead or Ahead())
    if clock.next_rung_at is not None and warned != clock.warn_at:
        clock.next_rung_at = cause.at  # the day on which it is said that it is due soon is another, though the date may stay
    clock.warn_at = warned
    if clock.state in OPEN_CLOCK:
        clock.state = ClockState.SUSPENDED if derivation.open_ended else ClockState.RUNNING
    return derivation


def enter_beginning(clock: Clock, cause: Cause, rested: int | None) -> None:
    """Enter that a clock begins, or goes on after it rested with the version `rested` of its date, by `cause` and by no act
    whose letter names that date.

    So it is heard of as a date is that moved, before it would be found late: whoever was told of it once has been told since
    that it does not run (decisions 23; N02)."""
    due = due_date(clock.due_at, guess=clock.provisional)
    if rested is None:
        clock.dates = [_version(clock, None, due, cause)]
    elif rested == clock.deadline_version and due is not None:
        clock.deadline_version += 1
        clock.dates = [*clock.dates, _version(clock, due, due, cause)]


def _version(clock: Clock, before: DueDate | None, after: DueDate | None, cause: Cause) -> dict[str, Any]:
    dues = [due.at.isoformat() if due is not None else None for due in (before, after)]
    version = {"version": clock.deadline_version, "before": dues[0], "due": dues[1], "at": cause.at.isoformat(), "why": cause.why}
    version |= {key: True for key, due in ((GUESS_BEFORE, before), (GUESS, after)) if due is not None and due.guess}
    version |= {BY_CALENDAR: True} if cause.by_calendar else {}
    return version | ({"under": cause.under.isoformat(), "room": cause.room} if cause.under is not None else {})


def warning_moment(clock: Clock, derivation: Derivation, calendar: WorkCalendar, ahead: Ahead) -> datetime | None:
    """When the clock becomes 临期, from the same walk as its due moment."""
    if derivation.due_at is None:
        return None
    if Unit(clock.amount_unit).in_days:
        return warn_at(derivation.due_at, ahead.working_days, calendar)
    return elapsed_at(derivation, 100 - ahead.percent_left)
