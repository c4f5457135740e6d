"""延期: a unit asks for more time before the deadline passes, a leader decides, the writer is told (信访条例 34, 安阳 50).

Once the writer is answered, the report owed to whoever sent the letter can be extended by the same rules (信访工作条例 22)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import clock_changes, clocks, issuer_dates, outbox, progress
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of as case_facts
from opinion_app.flow.clock_dates import Cause, facts_of, span_of
from opinion_app.flow.due import clock_words
from opinion_app.flow.extension_requests import drop, said_of
from opinion_app.flow.handover import ask_for_decision
from opinion_app.flow.move import admit, move
from opinion_app.flow.waiting import undecided
from opinion_app.flow.which_rule import letter_of, rule_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.records.person import Person
from opinion_app.rules.clock_facts import Extension, Span
from opinion_app.rules.day_off import check_day_off
from opinion_app.rules.deadline import derive
from opinion_app.rules.deadline_checks import check_extendable, check_extension
from opinion_app.rules.deadline_rules import BY_ISSUER, ISSUER, Allowance, ClockStage
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.waiting_step import waits_for_extension
from opinion_app.rules.words import OPEN_CLOCK
from opinion_app.rules.zone import local_date


@dataclass(frozen=True, slots=True)
class Consent:
    """The paper in which whoever sent the letter (来文单位) grants more time."""

    number: str
    on: date


@dataclass(frozen=True, slots=True)
class More:
    """How much more time is asked for: an amount in the clock's own unit, or until a day; `consent` where others grant it."""

    amount: int | None = None
    until: date | None = None
    consent: Consent | None = None

    def said(self, clock: Clock) -> str:
        """5 个工作日, 至 2026-12-18."""
        return f"至 {self.until.isoformat()}" if self.until is not None else str(Span(self.amount or 0, span_of(clock).unit))

    def extension(self, clock: Clock, at: datetime, reason: str = "", granted_by: str = "") -> Extension:
        """The extension as the rules know it."""
        span = Span(self.amount, span_of(clock).unit) if self.amount is not None else None
        return Extension(at, span, self.until, reason, granted_by)


def asked(request: ExtensionRequest) -> More:
    """What a request asks for."""
    consent = Consent(request.consent_number, request.consent_on) if request.consent_on is not None else None
    return More(None if request.until is not None else request.amount, request.until, consent)


def extendable(session: Session, case: Case) -> Clock:
    """The clock that can be given more time: the reply's, and once that is met the report back's; where the reply is due by the
    date of a merged letter that its issuer has set, that letter's. Raises Refused without any."""
    held = {clock.stage: clock for clock in clocks.open_clocks(session, case.id)}
    clock = held.get(ClockStage.REPLY.value) or held.get(ClockStage.REPORT_BACK.value)
    if clock is None:
        raise Refused(f"本件没有正在计时的答复时限，也没有要反馈{ISSUER}的时限。")
    return issuer_dates.lender(session, clock) or clock


def whose_words(case: Case, clock: Clock) -> str:
    """Which letter merged into the case the clock belongs to, to go before what it waits for; empty for the case's own."""
    return f"并入的 {clock.case.number} 的" if clock.case_id != case.id else ""


def allowance_of(session: Session, clock: Clock) -> Allowance | None:
    """How often and by how much this clock may be extended: as the rule says, but a date of the issuer's as the issuer says."""
    rule = rule_of(session, clock)
    allowance = rule.extension if rule is not None else None
    if clock.fixed_on is not None and not (allowance is not None and allowance.by_issuer):
        return BY_ISSUER
    return allowance


def issuer_grants(session: Session, clock: Clock) -> bool:
    """Whether more time is the issuer's to grant: by the rule, or because the date is the issuer's own."""
    allowance = allowance_of(session, clock)
    return allowance is not None and allowance.by_issuer


def granted_words(session: Session, clock: Clock, more: More) -> str:
    """Who outside the office grants more time to a clock, by which paper of which day; empty where the office itself does."""
    if more.consent is None:
        return ""
    letter = letter_of(session, clock.case)
    issuer = f"{ISSUER}{letter.issuer}" if letter is not None else ISSUER
    return f"{issuer}同意，{more.consent.number}，{more.consent.on.isoformat()}"


def _check_consent(clock: Clock, more: More, now: datetime) -> date:
    """The day of the issuer's consent. Raises Invalid where there is no paper of a possible day."""
    consent = more.consent
    if consent is None or not consent.number.strip():
        said = f"这件的时限由{ISSUER}延期，请填写其同意延期的文号和日期；还没有同意的，请先商请{ISSUER}。"
        raise Invalid(said, {"consent_number": said})
    if not local_date(clock.start_at) <= consent.on <= local_date(now):
        said = "同意延期的日期应在收到来文之后，并且不晚于今天。"
        raise Invalid(said, {"consent_on": said})
    return consent.on


def _check(session: Session, clock: Clock, more: More, now: datetime) -> None:
    agreed_on = _check_consent(clock, more, now) if issuer_grants(session, clock) else None
    facts, allowance = facts_of(clock), allowance_of(session, clock)
    extension = more.extension(clock, facts.extended_at(now))
    try:
        check_extension(facts, extension, work_calendar(session), allowance, agreed_on)
    except Refused as refusal:
        raise Invalid(refusal.message, {"until" if more.until is not None else "amount": refusal.message}) from refusal


def refused_now(session: Session, clock: Clock, now: datetime) -> str:
    """Why no more time at all can be asked for now, so that nobody fills in a form for it; empty where it can."""
    facts = facts_of(clock)
    try:
        check_extendable(
            facts,
            facts.extended_at(now),
            work_calendar(session),
            allowance_of(session, clock),
            agreed=issuer_grants(session, clock),
        )
    except Refused as refusal:
        return refusal.message
    return ""


def ask(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    more: More,
    reason: str,
    seen: int | None = None,
    *,
    know_day_off: date | None = None,
) -> None:
    """申请延期: refused at once when the rule would not allow it, by Invalid also when the office rests on the day and it is not
    the one who asks said they know of; the day an issuer agreed to stands."""
    admit(session, case, "ask_extension", actor, seen)
    clock = extendable(session, case)
    _check(session, clock, more, now)
    check_day_off(more.until, work_calendar(session), "until", known=know_day_off if more.consent is None else more.until)
    unit = clock.amount_unit if more.until is None else ""
    asking: dict[str, Any] = {"amount": more.amount or 0, "amount_unit": unit, "until": more.until}
    asking |= {"reason": reason, "asked_by_id": actor.id, "asked_at": now}
    if more.consent is not None:
        asking |= {"consent_number": more.consent.number, "consent_on": more.consent.on}
    session.add(ExtensionRequest(case_id=case.id, clock_id=clock.id, **asking))
    whose = whose_words(case, clock)
    which = f"（{whose}{clock_words(clock)}）" if whose or clock.stage != ClockStage.REPLY.value else ""
    said = f"申请延{'长 ' if more.until is None else '期'}{more.said(clock)}{which}：{reason}"
    by = granted_words(session, clock, more)
    said += f"（{by}）" if by else ""
    done = move(session, case, "ask_extension", actor, now, note=said, detail={"amount": more.said(clock)})
    waits = waits_for_extension(case_facts(session, case), actor.id)
    ask_for_decision(session, case, "申请延期，请审批", f"ask_extension:{done.id}", now, waits)


def if_granted(session: Session, clock: Clock, more: More, now: datetime) -> DueDate | None:
    """When the clock will be due if it is given `more` now; None while it stands still or cannot be given it."""
    facts = facts_of(clock)
    try:
        granted = replace(facts, extensions=(*facts.extensions, more.extension(clock, facts.extended_at(now))))
        found = derive(granted, work_calendar(session))
    except Refused:
        return None
    return due_date(found.due_at, guess=found.provisional)


def waiting(session: Session, case: Case) -> ExtensionRequest | None:
    """The request that waits for a decision."""
    query = select(ExtensionRequest).where(ExtensionRequest.case_id == case.id, undecided())
    return session.scalar(query.order_by(ExtensionRequest.id.desc()).limit(1))


def withdraw(session: Session, case: Case, actor: Actor, now: datetime, reason: str, seen: int | None = None) -> None:
    """撤回延期申请: the unit needs no more time after all; the date stays, and it may ask again (D10)."""
    admit(session, case, "withdraw_extension", actor, seen)
    request = waiting(session, case)
    if request is None:
        raise Refused("没有等待审批的延期申请。")
    said = "撤回" + (f"：{reason}" if reason else "")
    drop(request, now, said)
    values = {"延期申请": (said_of(request), said)}
    move(session, case, "withdraw_extension", actor, now, note=f"{said_of(request)}。{reason}", values=values)


def decide(
    session: Session, case: Case, actor: Actor, now: datetime, *, agree: bool, opinion: str, seen: int | None = None
) -> None:
    """审批延期: granted in time only; the original date stays for statistics, the new one is told to the writer."""
    admit(session, case, "decide_extension", actor, seen)
    request = waiting(session, case)
    if request is None:
        raise Refused("没有等待审批的延期申请。")
    if request.asked_by_id == actor.id:
        raise Refused("不能审批自己提出的延期申请，请由其他领导审批。")
    clock, more = session.get_one(Clock, request.clock_id), asked(request)
    if agree:
        _check(session, clock, more, now)
    elif not opinion:
        raise Invalid("不同意延期的，请写明理由，申请人会看到。", {"opinion": "请写明不同意的理由。"})
    request.decided_by_id, request.decided_at, request.granted, request.opinion = actor.id, now, agree, opinion
    before, by = _dues(session, case, clock), granted_words(session, clock, more)
    if agree:
        _grant(session, case, clock, more.extension(clock, now, request.reason, by))
    after = _dues(session, case, clock)
    done = move(
        session,
        case,
        "decide_extension",
        actor,
        now,
        note=_decided_words(clock, whose_words(case, clock), by, agree=agree, opinion=opinion),
        detail={"agree": agree, "due": clock.due_at.isoformat() if clock.due_at else ""},
        values={name: (before[name], due) for name, due in after.items() if before[name] != due} if agree else None,
    )
    reply = clocks.reply_clock(session, case.id) if agree else None
    if reply is not None and reply.state in OPEN_CLOCK:
        progress.tell(session, case, why=progress.extended_words(reply))
    _tell_decided(session, case, request, f"decide_extension:{done.id}", now, agree=agree)


def _tell_decided(session: Session, case: Case, request: ExtensionRequest, key: str, now: datetime, *, agree: bool) -> None:
    """The lead unit hears, and who asked where that was somebody else."""
    words = "延期申请已批准" if agree else "延期申请未获批准"
    if case.lead_unit_id is not None:
        outbox.tell_unit(session, case, case.lead_unit_id, words, key, now, mail=False)
    asker = session.get_one(Person, request.asked_by_id)
    if asker.unit_id is None or asker.unit_id != case.lead_unit_id:
        outbox.tell(session, case, [asker], words, key, now, mail=False)


def _grant(session: Session, case: Case, clock: Clock, extension: Extension) -> None:
    """More time for the clock; where it belongs to a letter merged into the case, the case answers by the date that has now."""
    clock_changes.extend(session, clock.case, clock, extension)
    if clock.case_id != case.id:
        issuer_dates.lend_again(session, case, Cause(extension.granted_at, f"{ISSUER}同意 {clock.case.number} 延期"))


def _dues(session: Session, case: Case, extended: Clock) -> dict[str, DueDate | None]:
    """The dates an extension may move, as the trail names them."""
    names = {ClockStage.REPLY.value: "答复时限", ClockStage.REPORT_BACK.value: f"反馈{ISSUER}时限"}
    dues = {names[clock.stage]: clock.due_date for clock in clocks.open_clocks(session, case.id) if clock.stage in names}
    if extended.case_id != case.id:
        lies = [clock for clock in clocks.open_clocks(session, extended.case_id) if clock.stage in names]
        dues |= {f"{extended.case.number} {names[clock.stage]}": clock.due_date for clock in lies}
    return dues


def _decided_words(clock: Clock, whose: str, by: str, *, agree: bool, opinion: str) -> str:
    due = f"，{whose}{'时限' if whose else ''}延至 {clock.due_date.words()}" if clock.due_date is not None else ""
    due += f"（{by}）" if by else ""
    words = f"同意延期{due}" if agree else "不同意延期，原时限不变"
    return f"{words}。{opinion}" if opinion else f"{words}。"
