"""Whether a clock may be extended, suspended or resumed now; the engine itself trusts what was once allowed."""

from dataclasses import replace
from datetime import date, datetime

from opinion_app.rules.clock_facts import Adoption, ClockFacts, DeadlineRefused, Extension, check_extension_shape, check_moment
from opinion_app.rules.deadline import derive, granted_in_run, is_late
from opinion_app.rules.deadline_rules import Allowance
from opinion_app.rules.due_date import DueDate, due_of
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date


def check_extension(
    facts: ClockFacts, extension: Extension, calendar: WorkCalendar, allowance: Allowance | None, agreed_on: date | None = None
) -> None:
    """Raises DeadlineRefused unless the extension is allowed: in time, within number and length, to a later date.

    `agreed_on`: the day whoever sent the letter agreed; that day must be in time, not the one on which the office notes it.
    Source: 信访工作条例 34, 政府信息公开条例 33 (once, before expiry, by the person in charge).
    """
    allowance = check_extendable(facts, extension.granted_at, calendar, allowance, agreed=agreed_on is not None)
    check_extension_shape(facts.span, extension)
    due = due_of(derive(facts, calendar))
    if due is None:
        _check_while_suspended(extension, allowance)
        return
    if agreed_on is not None and agreed_on > local_date(due.at):
        raise DeadlineRefused(f"已于 {due.moment()} 到期，来文单位须在到期前同意延期。")
    if extension.until is not None and extension.until <= local_date(due.at):
        raise DeadlineRefused(f"延期后的日期须晚于现在的到期日 {due.day()}。")
    _check_outcome(facts, extension, calendar, allowance, due.at)


def check_extendable(
    facts: ClockFacts, at: datetime, calendar: WorkCalendar, allowance: Allowance | None, *, agreed: bool
) -> Allowance:
    """Raises DeadlineRefused where no extension whatever may be granted `at` that moment; answers what the rule allows.

    `agreed`: whoever sent the letter may have agreed in time to what the office only notes now."""
    if allowance is None:
        raise DeadlineRefused("这项时限不能延期。")
    granted = granted_in_run(facts)
    if len(granted) >= allowance.times:
        raise DeadlineRefused(f"最多延期 {allowance.times} 次，本件已延期 {len(granted)} 次，不能再延。")
    due = due_of(derive(facts, calendar))
    if due is not None and not agreed and is_late(due.at, at):
        raise DeadlineRefused(f"已于 {due.moment()} 到期，延期须在到期前批准。")
    return allowance


def check_suspension(
    facts: ClockFacts, at: datetime, calendar: WorkCalendar, now: datetime | None = None, lived: ClockFacts | None = None
) -> None:
    """Raises DeadlineRefused unless the clock runs at that moment and has not run out, neither then nor `now`.

    A date settled by whoever sent the letter, or a letter merged into the case, is not the office's to stop. `lived`: what
    happened to the case itself, where the clock stands for a merged case's."""
    own = lived or facts
    check_moment(at)
    agreed = any(held.granted_by and held.until for held in granted_in_run(facts))
    if facts.fixed_date is not None or agreed:
        raise DeadlineRefused("这件的时限是来文单位定的日期，本单位不能自行中止；确需延后的，请与来文单位商定后办理延期。")
    if now is not None and at > now:
        raise DeadlineRefused("中止时间不能晚于现在。")
    if at < own.start_of_run:
        raise DeadlineRefused("中止时间早于起算时间，请核对。")
    for pause in own.pauses:
        if pause.resumed_at is None and pause.suspended_at >= own.start_of_run:
            raise DeadlineRefused("本件已经中止计时，无须再次中止。")
        if pause.resumed_at is not None and at < pause.resumed_at:
            raise DeadlineRefused("中止时间早于上次恢复计时的时间，请核对。")
    _check_issuers(facts, calendar, "中止")
    due = due_of(derive(facts, calendar))
    if due is not None and is_late(due.at, max(at, now or at)):
        raise DeadlineRefused(f"已于 {due.moment()} 到期，不能再中止计时。")


def _check_issuers(facts: ClockFacts, calendar: WorkCalendar, act: str) -> None:
    """Raises DeadlineRefused where the clock answers by the date of a merged letter that its issuer has set (decisions 10)."""
    taken = set_by_issuer(facts, calendar)
    if taken is not None:
        due = DueDate(taken.due_at, taken.provisional)
        said = f"并入的 {taken.number} 是来文单位定了日期的，本件须在 {due.words()} 前一并答复，"
        raise DeadlineRefused(f"{said}本单位不能自行{act}；确需延后的，请与来文单位商定后办理延期。")


def set_by_issuer(facts: ClockFacts, calendar: WorkCalendar) -> Adoption | None:
    """The date taken over from a merged letter, set by whoever sent it, that the clock answers by; None where it is later."""
    due = derive(facts, calendar).due_at
    return next((taken for taken in facts.adoptions if taken.by_issuer and taken.due_at == due), None)


def check_resumption(facts: ClockFacts, at: datetime, now: datetime | None = None) -> None:
    """Raises DeadlineRefused unless the clock stands still and the moment is neither before it was suspended nor after `now`."""
    if at < _suspended_since(facts, at, now):
        raise DeadlineRefused("恢复计时的时间早于中止时间，请核对。")


def check_restart(facts: ClockFacts, at: datetime, now: datetime | None = None) -> None:
    """Raises DeadlineRefused unless the clock stands still and what it waits for came after it was suspended."""
    if at < _suspended_since(facts, at, now):
        raise DeadlineRefused("收到补正的时间早于告知补正的时间，请核对。")


def _suspended_since(facts: ClockFacts, at: datetime, now: datetime | None) -> datetime:
    check_moment(at)
    suspended = [pause for pause in facts.pauses if pause.resumed_at is None]
    if not suspended:
        raise DeadlineRefused("本件没有中止计时，无须恢复。")
    if now is not None and at > now:
        raise DeadlineRefused("恢复计时的时间不能晚于现在。")
    return suspended[-1].suspended_at


def _check_while_suspended(extension: Extension, allowance: Allowance) -> None:
    """While the clock stands still there is no date to compare with: only a span of the allowed unit is understood."""
    span, at_most = extension.span, allowance.at_most
    if span is None:
        raise DeadlineRefused("计时中止期间没有到期日，请填写延长多久，或恢复计时后再延至某一天。")
    if at_most is not None and (span.unit is not at_most.unit or span.amount > at_most.amount):
        raise DeadlineRefused(f"每次最多延长 {at_most}。")


def _check_outcome(
    facts: ClockFacts, extension: Extension, calendar: WorkCalendar, allowance: Allowance, due_at: datetime
) -> None:
    moved = derive(replace(facts, extensions=(*facts.extensions, extension)), calendar).due_at
    if allowance.at_most is not None:
        longest = Extension(extension.granted_at, span=allowance.at_most)
        limit = due_of(derive(replace(facts, latest=None, extensions=(*facts.extensions, longest)), calendar))
        if moved is not None and limit is not None and moved > limit.at:
            raise DeadlineRefused(f"每次最多延长 {allowance.at_most}，即不晚于 {limit.words()}。")
    if moved == due_at:
        _check_issuers(facts, calendar, "延期")
        raise DeadlineRefused("主办单位的时限在此之前，请先延长主办单位的时限。")
