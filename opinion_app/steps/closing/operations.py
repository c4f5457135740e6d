"""Answering, reporting back, closing, reopening and filing a case."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import progress, writer_mail
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import latest_reply
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.left_open import leave_nothing_open
from opinion_app.flow.move import admit, move
from opinion_app.flow.moved_dates import DateMoved
from opinion_app.flow.reopening import open_again
from opinion_app.records.case import Case, Letter
from opinion_app.records.report_back import ReportBack
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.deadline_rules import ClockStage, RuleFacts, choose
from opinion_app.rules.due_date import DueDate, due_of
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.left_open import LeftOpen, ends_undone, goes_on_after_closing
from opinion_app.rules.words import AnswerMethod, ReplyState, RetentionPeriod, Stage
from opinion_app.rules.zone import end_of_day, local_date, start_of_day


def answer(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    method: AnswerMethod,
    answered_at: datetime | None = None,
    note: str = "",
    seen: int | None = None,
) -> None:
    """登记答复: the writer has the signed wording; whoever follows the message with a query code can read it."""
    admit(session, case, "answer", actor, seen)
    reply = latest_reply(session, case.id)
    if reply is None or reply.state is not ReplyState.APPROVED:
        raise Refused("答复稿还没有签发。")
    at = answered_at or now
    if at > now or (reply.signed_at is not None and at < reply.signed_at.replace(second=0, microsecond=0)):
        raise Invalid("答复时间不对。", {"answered_at": "答复时间应在签发之后、现在之前。"})
    case.answered_at, case.answered_by_id, case.answer_method, case.answer_note = at, actor.id, method, note
    move(session, case, "answer", actor, now, to=Stage.ANSWERED, note=note, detail={"method": method.label})
    progress.tell(session, case, answer=reply.text)
    progress.tell_merged(session, case, reply.text, now)
    writer_mail.tell_answered(session, case, now)


def letter_of(session: Session, case: Case) -> Letter:
    """The notice of a forwarded letter; raises Refused for any other case."""
    letter = session.scalar(select(Letter).where(Letter.case_id == case.id))
    if letter is None:
        raise Refused("只有转来信件才需要反馈来文单位。")
    return letter


def objection_until(session: Session, case: Case, letter: Letter) -> DueDate | None:
    """Until when the office may object (信访工作条例 23: 5 working days from receipt); None where no rule sets a window."""
    start = start_of_day(letter.received_on)
    facts = RuleFacts(case.procedure, case.urgency, case.kind)
    choice = choose(rules(session).values(), facts, ClockStage.OBJECTION, letter.received_on)
    if choice is None:
        return None
    return due_of(derive(ClockFacts(start, choice.rule.span), work_calendar(session)))


def _paper(
    session: Session, case: Case, actor: Actor, now: datetime, category: str, number: str, sent_on: date, text: str
) -> ReportBack:
    letter = letter_of(session, case)
    if sent_on > local_date(now):
        raise Invalid("日期不对。", {"sent_on": "发出日期不能晚于今天。"})
    if sent_on < letter.received_on:
        raise Invalid("日期不对。", {"sent_on": "发出日期不能早于收文日期。"})
    row = ReportBack(
        case_id=case.id,
        category=category,
        document_number=number,
        text=text,
        sent_at=min(now, end_of_day(sent_on)),
        sent_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    return row


def object_to(
    session: Session, case: Case, actor: Actor, now: datetime, number: str, sent_on: date, text: str, seen: int | None = None
) -> ReportBack:
    """异议: not this office's business, said to the issuer in time and with reasons."""
    admit(session, case, "object", actor, seen)
    letter = letter_of(session, case)
    if letter.objected_at is not None:
        raise Refused("已经提出过异议。")
    until = objection_until(session, case, letter)
    if until is not None and is_late(until.at, end_of_day(sent_on) if sent_on < local_date(now) else now):
        raise Invalid("已过异议期限。", {"sent_on": f"异议须在 {until.moment()} 前提出（信访工作条例第二十三条）。"})
    row = _paper(session, case, actor, now, "objection", number, sent_on, text)
    letter.objected_at = now
    move(session, case, "object", actor, now, note=text[:200], detail={"number": number, "to": letter.issuer})
    return row


def report_back(
    session: Session, case: Case, actor: Actor, now: datetime, number: str, sent_on: date, text: str, seen: int | None = None
) -> ReportBack:
    """反馈来文单位: the 办结报告 the issuer waits for; until then the case cannot be closed."""
    admit(session, case, "report_back", actor, seen)
    letter = letter_of(session, case)
    row = _paper(session, case, actor, now, "report", number, sent_on, text)
    letter.reported_at = now
    move(session, case, "report_back", actor, now, note=text[:200], detail={"number": number, "to": letter.issuer})
    return row


def close(session: Session, case: Case, actor: Actor, now: datetime, note: str = "", seen: int | None = None) -> LeftOpen:
    """办结: the writer is owed nothing any more; life refuses it while a report or the decision on publication is missing, and so
    are duties of a risk level that nobody has met: closing would end their clocks unseen (decisions 5).

    A unit still answers the 督办单 it was sent, by its date and reminded as before; answers which."""
    left = leave_nothing_open(session, case, admit(session, case, "close", actor, seen), "close")
    case.closed_at = now
    detail = {"sheets": goes_on_after_closing(left.sheets)} if left.sheets else None
    move(session, case, "close", actor, now, to=Stage.CLOSED, note=note, detail=detail)
    return left


def reopen(
    session: Session, case: Case, actor: Actor, now: datetime, reason: str, seen: int | None = None, *, know_late: bool = False
) -> list[DateMoved]:
    """重办: back to the lead unit where there is one, else to the office; the clocks begin anew from today (D11).

    Answers and raises as `open_again` does."""
    facts = admit(session, case, "reopen", actor, seen)
    return open_again(session, case, facts, actor, now, reason, know_late=know_late)


def archive(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    retention: RetentionPeriod,
    archive_number: str = "",
    seen: int | None = None,
) -> None:
    """归档: with the period the unit's approved schedule says (档案法实施条例 19). Raises Refused over what is still open: a
    closed case may be graded, and its unit may still have to answer a 督办单 (decisions 5).

    On a case that was declined or referred before that was refused neither can be done: they end here, and the trail says so."""
    left = leave_nothing_open(session, case, admit(session, case, "archive", actor, seen), "archive")
    case.archived_at, case.retention, case.archive_number = now, retention, archive_number
    values = {"保管期限": (None, retention), "档号": (None, archive_number or None)}
    undone = ends_undone("archive", left)
    detail = {"retention": retention.label} | ({"undone": undone} if undone else {})
    move(session, case, "archive", actor, now, to=Stage.ARCHIVED, detail=detail, values=values)
