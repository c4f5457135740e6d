"""The citizen's view of a case: step, promised date and public answer, kept beside the case for the public wing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of, is_copy, span_of
from opinion_app.flow.rating_window import let_rate
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.submission import Progress
from opinion_app.records.unit import Unit
from opinion_app.rules.deadline import DeadlineRefused, Derivation, derive, granted_in_run
from opinion_app.rules.masking import (
    Action,
    ContactField,
    Decision,
    apply,
    find,
    mask_contact,
    places,
    read,
    values,
)
from opinion_app.rules.masking import select as chosen
from opinion_app.rules.progress import ANSWERED, RECEIVED, PublicStep, step_of
from opinion_app.rules.promised import ELSEWHERE, Began, promised_words
from opinion_app.rules.trace import StepKind
from opinion_app.rules.words import OPEN_CLOCK, ClockState, Stage
from opinion_app.rules.zone import local_date

EXTENDED = "经批准延期至"
CONTACTS = (ContactField.PHONE, ContactField.EMAIL, ContactField.ADDRESS)


def open_progress(session: Session, case: Case, code_hash: str, now: datetime) -> Progress:
    """Begin to tell a citizen about a case; `code_hash` is the keyed hash of the query code (decisions 31)."""
    history = _so_far(session, case)
    row = Progress(number=case.number, code_hash=code_hash, step=history[-1]["step"], history=history, updated_at=now)
    session.add(row)
    session.flush()
    follow(session, case, "register", now)
    return row


def _so_far(session: Session, case: Case) -> list[dict[str, str]]:
    """The steps a case has taken, each on the day it took it, from the day the letter was received: who is given a code at the
    counter reads what who wrote online has read all along."""
    told, accepted, again = [_entry(RECEIVED, case.received_at)], False, False
    for row in session.scalars(select(Move).where(Move.case_id == case.id).order_by(Move.id)):
        again = again or row.act == "reopen"
        begun_anew = row.act == "reopen" and row.to_stage is Stage.RECEIVED  # by the unit that had it, it stays accepted
        accepted = row.act == "accept" or (accepted and not begun_anew)
        step = step_of(row.to_stage, accepted=accepted, again=again)
        if step.title != told[-1]["step"]:
            told.append(_entry(step, row.at))
    return told


def _entry(step: PublicStep, at: datetime) -> dict[str, str]:
    return {"step": step.title, "text": step.text, "at": at.isoformat()}


def follow(session: Session, case: Case, act: str, now: datetime) -> None:
    """Bring the projection up to date after an act; cases nobody follows have none."""
    row = session.get(Progress, case.number)
    if row is None:
        return
    step = step_of(case.stage, accepted=case.accepted_at is not None, again=case.reply_round > 0)
    if step.title != row.step:
        row.history = [*row.history, _entry(step, now)]
    row.step = step.title
    row.updated_at = now
    if act == "reopen":  # why it was declined, or put off before, is over
        row.why = ""
    let_rate(session, row, case, act, now)
    _promise(session, case, row)
    if case.lead_unit_id is not None:
        unit = session.get(Unit, case.lead_unit_id)
        row.answered_by = unit.name if unit else ""


def tell_merged(session: Session, case: Case, answer: str, now: datetime) -> None:
    """Put the answer before the writers of the cases merged into this one, without the data of any of the writers."""
    merged = select(Progress).join(Case, Case.number == Progress.number).where(Case.merged_into_id == case.id)
    rows = session.scalars(merged).all()
    words = without_writers(session, case, answer) if rows else ""
    unit = session.get(Unit, case.lead_unit_id) if case.lead_unit_id is not None else None
    for row in rows:
        if row.answer == words:
            continue  # told already
        row.answer, row.answered_by = words, unit.name if unit else ""
        row.step, row.updated_at, row.promised_on, row.promised_guess = ANSWERED.title, now, None, False
        row.history = [*row.history, _entry(ANSWERED, now)]


def without_writers(session: Session, case: Case, text: str) -> str:
    """A text for all writers of a case and of those merged into it: what names or reaches one of them is masked, however it is
    written. None of them is to learn of another who wrote too (个人信息保护法 10)."""
    together = or_(Case.id == case.id, Case.merged_into_id == case.id)
    query = select(Case.nickname, Correspondent).outerjoin(Correspondent, Correspondent.case_id == Case.id).where(together)
    names, told = set(), dict[str, str]()
    for nickname, person in session.execute(query):
        names.add(nickname)
        if person is not None:
            names.add(person.name)
            told |= {held: mask_contact(field, held) for field in CONTACTS if (held := getattr(person, field.value))}
            told[person.identity_number] = "***"
    text = _without_disguises(text, names, told)
    for value in sorted(told, key=len, reverse=True):
        text = text.replace(value, told[value]) if len(value) > 1 else text
    return text


def _without_disguises(text: str, names: Iterable[str], contacts: Iterable[str]) -> str:
    """Names with blanks between, numbers with blanks, in full width or in words: masked as in a publication."""
    known = values(each for name in names for each in find(name, (name,)))
    known += values(each for contact in contacts for each in find(contact))
    reading = read(text)
    finds = [chosen(text, *place, each.kind) for each in known for place in places(reading, each)]
    return apply(text, (Decision(each, Action.MASK) for each in finds))


def promise(session: Session, case: Case) -> None:
    """Bring the promised date up to date after the deadline moved without an act: another calendar, another rule."""
    row = session.get(Progress, case.number)
    if row is not None:
        _promise(session, case, row)


def _promise(session: Session, case: Case, row: Progress) -> None:
    clock = session.scalar(
        select(Clock)
        .where(Clock.case_id == case.id, Clock.stage == "reply", Clock.state.in_(OPEN_CLOCK))
        .order_by(Clock.id.desc())
        .limit(1)
    )
    due = clock.due_date if clock is not None else None
    row.promised_on = local_date(due.at) if due is not None else None
    row.promised_guess = due is not None and due.guess
    row.promise = promise_words(session, clock, case)[:200] if clock is not None else ""
    if row.why and not row.why.startswith(EXTENDED):
        return
    if clock is not None:
        row.why = extended_words(clock)
    elif row.step != ANSWERED.title:  # no date runs that was put off: the case was merged, or rests
        row.why = ""


def promise_words(session: Session, clock: Clock, case: Case) -> str:
    """Why the promised day is this day, as a citizen understands it."""
    if clock.state is ClockState.SUSPENDED:
        return f"办理期限暂停计算：{_held_words(clock)}。恢复后接着计算。"
    try:
        words = _basis(clock, case, derive(facts_of(clock), work_calendar(session)))
    except DeadlineRefused:  # what it was reckoned from contradicts itself: the day stands, and no act waits for a repair
        words = ELSEWHERE
    words += "；因情况复杂，已批准延长" if _longer(clock) else ""
    due = clock.due_date
    return words + ("；跨年日期为暂定，当年放假安排公布后可能调整" if due is not None and due.guess else "")


def _basis(clock: Clock, case: Case, derivation: Derivation) -> str:
    """What the day rests on: the date of a case merged into this one, an issuer's, or the time that runs since then."""
    steps = {step.kind for step in derivation.trace}
    if StepKind.BOUND in steps or StepKind.ADOPTED in steps or is_copy(clock):
        return ELSEWHERE
    if clock.fixed_on is not None:
        return "按交办机关规定的日期办理"
    return promised_words(case.kind.label, span_of(clock), _began(clock, case), carried=StepKind.CARRIED in steps)


def _began(clock: Clock, case: Case) -> Began:
    """What the clock counts from: the last of what began it anew."""
    if facts_of(clock).restarts:
        return Began.COMPLETED
    if clock.start_at == case.accepted_at and clock.start_at > case.received_at:
        return Began.ACCEPTED
    if case.reply_round:
        return Began.REOPENED
    return Began.RECEIVED if clock.start_at == case.received_at else Began.OTHER


def _longer(clock: Clock) -> bool:
    """Whether the day lies later for the time that was granted; what was put aside or is overtaken moves no day."""
    return clock.due_at is not None and clock.due_at > clock.original_due_at and bool(granted_in_run(facts_of(clock)))


def extended_words(clock: Clock) -> str:
    """Until when and why the answer was put off, as the clock counts it; empty where what was granted moves no day, now that it
    counts hours or has begun anew."""
    due = clock.due_date
    if due is None or not _longer(clock):
        return ""
    day = local_date(due.at)
    return f"{EXTENDED} {day.year}年{day.month}月{day.day}日{due.mark}。原因：{granted_in_run(facts_of(clock))[-1].reason}"


def _held_words(clock: Clock) -> str:
    return next((str(pause.get("reason", "")) for pause in clock.pauses if pause.get("until") is None), "")


def tell(session: Session, case: Case, why: str = "", answer: str | None = None) -> None:
    """Put a reason (不予受理, 转出, 延期) or the public answer before the citizen."""
    row = session.get(Progress, case.number)
    if row is None:
        return
    if why:
        row.why = why
    if answer is not None:
        row.answer = answer
