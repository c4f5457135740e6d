"""催办 and 督办单: issued by a person or by the ladder, numbered, told to the unit, answered by it within a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow import outbox
from opinion_app.flow.calendar import hold, work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clock_dates import Cause, settle
from opinion_app.flow.clocks import end_clock, refresh
from opinion_app.flow.dated_letters import dated, letter_to, presses, running
from opinion_app.flow.handover import owed_by
from opinion_app.flow.ladder import ladder
from opinion_app.flow.may_know import may_know
from opinion_app.flow.move import move
from opinion_app.flow.roster import roster
from opinion_app.flow.told_with import count_as_told
from opinion_app.flow.waiting import answer_awaited
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.records.supervision import Supervision
from opinion_app.records.unit import Unit
from opinion_app.rules import links
from opinion_app.rules.asked_of import asked_now
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.clock_facts import Unit as SpanUnit
from opinion_app.rules.deadline_rules import ClockStage, OwedBy
from opinion_app.rules.errors import MARKED, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.ladder import Anchor, Rung, Who
from opinion_app.rules.life import holder
from opinion_app.rules.recipients import Owing, Recipient
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.rung_recipients import COPIED, rung_recipients
from opinion_app.rules.waiting_step import ITS_DATES, answers, urges
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.zone import local_date

MET_BY = "feedback"  # no act of the life: each sheet is answered by itself
URGED = Rung("urged", "催办", Anchor.DUE, to=(Who.OWNER,))
SUPERVISED = Rung("supervised", "督办", Anchor.DUE, to=(Who.OWNER, Who.HEADS), copy=(Who.IN_CHARGE,))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a unit (none: of whoever holds the case); `key` names the rung that asks, so that it asks once.

    `days`: how many working days the answer may take, where the date follows from them; else a date somebody chose."""

    kind: SupervisionKind
    text: str
    unit_id: int | None = None
    due_on: date | None = None
    card: str = ""
    key: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who is told of a 催办 or 督办, and why just they."""

    person: Person
    told: Recipient

    @property
    def words(self) -> str:
        """范所长, as the person who asks reads it."""
        return f"{self.person.name}（只告知编号和日期）" if self.told.blind else self.person.name


def hearers(session: Session, case: Case, asked: Asked, now: datetime) -> list[Hearer]:
    """Who is told when a person asks: those it is asked of, else along the same way up as every reminder (N09).

    Who may not see the case is told number and dates alone (decisions 15). Raises Invalid where nobody at all is there."""
    rung = URGED if asked.kind is SupervisionKind.URGE else SUPERVISED
    told = told_with(session, case, rung, Owing(OwedBy.HOLDER.value, asked.unit_id), now)
    if not told:
        why = f"没有在岗的人可以收到这份{asked.kind.label}，所以没有发出。请管理员先核对人员的在岗情况和代办人。"
        raise Invalid(MARKED, {"unit_id": why})
    return told


def told_with(session: Session, case: Case, rung: Rung, owing: Owing, now: datetime) -> list[Hearer]:
    """Whom `rung` tells about what `owing` names, as things stand `now`."""
    told = rung_recipients(rung, owing, facts_of(session, case), roster(session, local_date(now)), ladder(session))
    people = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_([one.person_id for one in told])))}
    return [Hearer(people[one.person_id], one) for one in told]


def issue(
    session: Session, case: Case, asked: Asked, actor: Actor | None, now: datetime, told: Iterable[Hearer] = ()
) -> Supervision | None:
    """Issue one 催办 or 督办 and tell of it; None when the rung that asks has asked already. The caller has asked `admit` for a
    person's. The ladder tells nobody by this: its own letter says it already."""
    if asked.key is not None and session.scalar(select(Supervision.id).where(Supervision.key == asked.key)) is not None:
        return None
    sheet = Supervision(
        case_id=case.id,
        kind=asked.kind,
        serial=_next_serial(session, case, asked.kind),
        key=asked.key,
        unit_id=asked.unit_id,
        card=asked.card,
        text=asked.text,
        issued_by_id=actor.id if actor else None,
        issued_at=now,
        feedback_due_on=asked.due_on,
    )
    session.add(sheet)
    session.flush()
    if asked.due_on is not None:
        _start(session, case, sheet, asked, now)
    unit = session.get(Unit, asked.unit_id) if asked.unit_id is not None else None
    detail = {"serial": sheet.serial, "unit": unit.name if unit else "", "due": str(asked.due_on or "")}
    done = move(session, case, asked.kind.value, actor, now, note=asked.text[:500], detail=detail)
    _tell(session, case, sheet, f"{asked.kind.value}:{done.id}", told, now)
    return sheet


def asked_of(session: Session, case_id: int, begins: str) -> list[str]:
    """What follows on `begins` in the keys of a case's sheets that a rung asked for, be they withdrawn or answered since."""
    own = Supervision.case_id == case_id, Supervision.key.startswith(begins, autoescape=True)
    return [key.removeprefix(begins) for key in session.scalars(select(Supervision.key).where(*own)) if key is not None]


def _tell(session: Session, case: Case, sheet: Supervision, key: str, told: Iterable[Hearer], now: datetime) -> None:
    """Tell of it by mail; what the next digest would find late is heard of with it."""
    told = list(told)
    if not told:
        return
    facts = facts_of(session, case)
    owed = _dates(session, case, sheet, facts)
    calendar, morning = work_calendar(session), ladder(session).morning
    waits = answers(sheet.unit_id) if sheet.clock is not None else urges(facts, sheet.unit_id)
    asked = {one.person_id for one in asked_now(waits, facts, roster(session, local_date(now))) or ()}
    letters = [
        (_letter(session, case, sheet, key, one.told, owed, waits if one.told.person_id in asked else ITS_DATES, now), one.person)
        for one in told
    ]
    queued = outbox.queue_many(session, letters, now, mail=True)
    pressing = [clock for clock in owed if presses(clock, now, calendar, morning)]
    count_as_told(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)


def _dates(session: Session, case: Case, sheet: Supervision, facts: CaseFacts) -> list[Clock]:
    """What a sheet's letter names: its own date, or of a 催办 without one what is owed by whom it asks (decisions 25)."""
    if sheet.clock is not None:
        return running([sheet.clock])
    held = holder(facts)
    at_unit = held.unit_id if held is not None and held.desk == "unit" else None
    return running(owed_by(session, case, at_unit if sheet.unit_id is None else sheet.unit_id))


def _next_serial(session: Session, case: Case, kind: SupervisionKind) -> int:
    last = select(func.max(Supervision.serial)).where(Supervision.case_id == case.id, Supervision.kind == kind)
    return int(session.scalar(last) or 0) + 1


def _start(session: Session, case: Case, sheet: Supervision, asked: Asked, now: datetime) -> None:
    """The date of the answer is a clock like every other: lists, digest and rungs know it.

    One that follows from working days moves with the calendar; one that somebody chose stands, as every chosen date does."""
    hold(session)
    clock = Clock(
        case_id=case.id,
        stage=ClockStage.FEEDBACK.value,
        owed_by=OwedBy.LEAD.value,
        unit_id=sheet.unit_id,
        met_by_act=MET_BY,
        start_at=now,
        original_due_at=now,
        amount=asked.days or 1,
        amount_unit=SpanUnit.WORKING_DAYS.value,
        fixed_on=None if asked.days else asked.due_on,
        source=f"{title(sheet)}要求 {asked.days} 个工作日内反馈" if asked.days else f"{title(sheet)}要求的反馈日期",
        state=ClockState.RUNNING,
        deadline_version=1,
        pauses=[],
        extensions=[],
        restarts=[],
        adoptions=[],
        dates=[],
        fixed_why="" if asked.days else f"{title(sheet)}要求的日期",
        receipt=Receipt.SAME_DAY.value,
    )
    settle(clock, work_calendar(session), None, Cause(now, title(sheet)))
    session.add(clock)
    session.flush()
    sheet.clock = clock
    refresh(session, case)


def _letter(
    session: Session,
    case: Case,
    sheet: Supervision,
    key: str,
    told: Recipient,
    owed: Sequence[Clock],
    waits: Mapping[str, Any],
    now: datetime,
) -> outbox.Letter:
    """What one person is told; of a case they may not see number and dates alone (decisions 15). Who reads along is told of whom
    it is asked, and asked nothing."""
    link, unit = links.case(case.number), sheet.unit or case.lead_unit
    named = {"kind": case.kind.label, "unit": unit.name if unit is not None else ""}
    about = {"number": case.number, **named, "case": case.id, "link": link, "blind": False}
    calendar, morning = work_calendar(session), ladder(session).morning
    copied = told.reason.startswith(COPIED)
    what = f"{title(sheet)}已发给{named['unit'] or '承办人'}，请知悉" if copied else f"{title(sheet)}，请及时办理"
    line = dated(about, what, owed, waits, now, calendar, morning)
    asks = waits != ITS_DATES  # a copy is a letter of its own: whoever has it can still be asked for the answer
    letter = outbox.Letter(outbox.ACT, f"case:{case.id}:{key}{'' if asks else ':copy'}", "", [line], link, case.id)
    return letter_to(letter, told, owed, now, calendar, morning, blind_to=sheet.kind.label)


def title(sheet: Supervision) -> str:
    """第 2 次催办, 督办单第 1 号."""
    return f"第 {sheet.serial} 次催办" if sheet.kind is SupervisionKind.URGE else f"督办单第 {sheet.serial} 号"


def answer(session: Session, case: Case, sheet: Supervision, actor: Actor, now: datetime, text: str) -> None:
    """反馈: the unit says what it did; meets the clock of this sheet alone. Raises Refused for another unit's sheet, and for one
    that waits for no answer any more."""
    if sheet.shut_words:
        raise Refused(f"{title(sheet)}{sheet.shut_words}，不再反馈。")
    if sheet.unit_id is not None and sheet.unit_id != actor.unit_id:
        raise Refused(f"{title(sheet)}由{sheet.unit.name if sheet.unit else '其他单位'}反馈。")
    sheet.feedback, sheet.feedback_by_id, sheet.feedback_at = text, actor.id, now
    clock = sheet.clock
    if clock is not None and clock.state in OPEN_CLOCK:
        end_clock(clock, now, "", ClockState.MET)
    done = move(session, case, "supervise_feedback", actor, now, note=text[:500], detail={"sheet": title(sheet)})
    issuer = session.get(Person, sheet.issued_by_id) if sheet.issued_by_id is not None else None
    there = issuer is not None and issuer.active and may_know(session, issuer, facts_of(session, case))  # restricted since
    people = [issuer] if issuer is not None and there else outbox.leader_in_charge(session, sheet.unit_id)
    outbox.tell(session, case, people, f"{actor.unit_name}已反馈{title(sheet)}", f"supervise_feedback:{done.id}", now, mail=False)


def sheets(session: Session, case_id: int, *, waiting: bool = False) -> Sequence[Supervision]:
    """The 催办 and 督办 of a case, newest first; `waiting`: only those that wait for an answer, the most pressing first.

    A sheet waits as long as its date runs, on a case that is closed as well: what nobody is reminded of is asked of nobody."""
    query = (
        select(Supervision)
        .options(
            joinedload(Supervision.unit),
            joinedload(Supervision.clock).lazyload("*"),
            joinedload(Supervision.issued_by).lazyload("*"),
            joinedload(Supervision.feedback_by).lazyload("*"),
            joinedload(Supervision.withdrawn_by).lazyload("*"),
        )
        .where(Supervision.case_id == case_id)
    )
    if waiting:
        query = query.join(Clock, Clock.id == Supervision.clock_id)
        query = query.where(answer_awaited())
        return sorted(session.scalars(query), key=lambda sheet: (sheet.answer_by or date.max, sheet.id))
    return session.scalars(query.order_by(Supervision.id.desc())).all()


def sheet_of(session: Session, case: Case, sheet_id: int) -> Supervision:
    """One sheet of a case. Raises NotFound."""
    sheet = session.scalar(select(Supervision).where(Supervision.id == sheet_id, Supervision.case_id == case.id))
    if sheet is None:
        raise NotFound("没有这份催办或督办单。")
    return sheet
