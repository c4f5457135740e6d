"""History (历史件): messages of years past, taken in many at a time, without clocks, reminders or notices (decisions 45).

One that was answered comes in as closed, its reply as an approved version that passed no gate: it may be published after the full
review only. One without an answer comes in as filed, never as closed: nobody can say that it was settled, and a worklist full of
old messages would hide the new ones. Either can be taken up again by 重办. Numbers are of the year of receipt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import index, trail
from opinion_app.flow.contacts import store_writer
from opinion_app.flow.numbers import next_numbers
from opinion_app.flow.register import row_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.reply import Reply
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.import_rows import ImportedMessage
from opinion_app.rules.reply import text_hash
from opinion_app.rules.words import AnswerMethod, AssignmentState, ReplyState, Stage, UnitRole
from opinion_app.rules.zone import local_date

UNANSWERED = "历史件，原表没有答复"


def take_in(
    session: Session, messages: Sequence[ImportedMessage], actor: Actor | None, now: datetime, secret: str, run: str
) -> list[Case]:
    """Make closed or filed cases of tidied and checked messages whose identity keys are new.

    `run` says in the trail where they came from. Everything is written in few statements, however many they are."""
    if not messages:
        return []
    cases = [_row(message, actor, now) for message in messages]
    _number(session, cases)
    units = {name: unit_id for unit_id, name in session.execute(select(Unit.id, Unit.name))}
    for case, message in zip(cases, messages, strict=True):
        case.lead_unit_id = units.get(message.reply_unit)
    session.add_all(cases)
    session.flush()
    for case, message in zip(cases, messages, strict=True):
        store_writer(session, case.id, message.case.writer, secret)
        session.add_all(_parts(case, message, actor, now))
        values = {"来源": (None, case.source), "标题": (None, case.title), "导入": (None, run)}
        trail.record(session, "case.register", case.number, actor, now, values)
    index.put_messages(session, cases, _replies(cases, messages))
    return cases


def _row(message: ImportedMessage, actor: Actor | None, now: datetime) -> Case:
    case = row_of(message.case, actor, now)
    case.imported, case.identity_key = True, message.identity_key
    if message.reply:
        case.stage, case.accepted_at = Stage.CLOSED, case.received_at
        case.answered_at = case.closed_at = message.replied_at
        case.answer_method = AnswerMethod.PLATFORM
        case.answer_note = f"原表答复单位：{message.reply_unit}" if message.reply_unit else ""
    else:
        case.stage, case.archived_at = Stage.ARCHIVED, now
    return case


def _number(session: Session, cases: Sequence[Case]) -> None:
    """Give out the numbers of each year of receipt in the order of receipt."""
    series: dict[tuple[str, int], list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case.received_at):
        series[case.source.value, local_date(case.received_at).year].append(case)
    for (source, year), members in sorted(series.items()):
        for case, number in zip(members, next_numbers(session, source, year, len(members)), strict=True):
            case.number = number


def _parts(case: Case, message: ImportedMessage, actor: Actor | None, now: datetime) -> list[Move | Reply | Assignment]:
    parts: list[Move | Reply | Assignment] = [_move(case, message, actor, now)]
    given = message.replied_at or case.received_at
    if message.reply:
        parts.append(
            Reply(
                case_id=case.id,
                version_no=1,
                text=message.reply,
                text_hash=text_hash(message.reply),
                state=ReplyState.APPROVED,
                drafted_at=given,
                signed_at=message.replied_at,
            )
        )
    if case.lead_unit_id is not None:
        parts.append(
            Assignment(
                case_id=case.id,
                unit_id=case.lead_unit_id,
                role=UnitRole.LEAD,
                state=AssignmentState.REPORTED,
                note="历史导入",
                assigned_at=case.received_at,
                reported_at=message.replied_at,
            )
        )
    return parts


def _move(case: Case, message: ImportedMessage, actor: Actor | None, now: datetime) -> Move:
    detail = {
        "channel": case.channel.label,
        "imported": True,
        "supports": message.supports,
        "opposes": message.opposes,
        "reply_unit": message.reply_unit,
        "replied_at": message.replied_at.isoformat() if message.replied_at else None,
    }
    return Move(
        case_id=case.id,
        act="register",
        from_stage=None,
        to_stage=case.stage,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else "系统",
        at=now,
        note="" if message.reply else UNANSWERED,
        detail=detail,
    )


def _replies(cases: Sequence[Case], messages: Sequence[ImportedMessage]) -> Mapping[int, str]:
    return {case.id: message.reply for case, message in zip(cases, messages, strict=True) if message.reply}
