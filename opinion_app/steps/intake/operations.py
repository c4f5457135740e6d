"""Registering what staff enter, and giving a writer the code to follow the case with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.files.received import Received
from opinion_app.flow import progress, trail, writer_mail
from opinion_app.flow.attach import attach
from opinion_app.flow.cases import facts_of, latest_reply
from opinion_app.flow.move import admit, move
from opinion_app.flow.register import register
from opinion_app.records.case import Case
from opinion_app.records.submission import Progress
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import can_see
from opinion_app.rules.query_code import code_hash, new_code
from opinion_app.rules.registration import NewCase
from opinion_app.rules.words import ReplyState, Stage

TOLD = (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED)


def take_in(session: Session, new: NewCase, files: Sequence[Received], actor: Actor, now: datetime, secret: str) -> Case:
    """Register a message or letter with its files. Raises Invalid with every field that is wrong."""
    if new.accused_unit_id is not None and session.get(Unit, new.accused_unit_id) is None:
        raise Invalid("请重新选择单位。", {"accused_unit_id": "没有这个单位，请重新选择。"})
    case = register(session, new, actor, now, secret)
    if files:
        attach(session, case, files, actor, now)
    if new.receipt:
        writer_mail.tell_received(session, case, now)
    return case


def stays_visible(session: Session, case: Case, actor: Actor) -> bool:
    """Whether the person who registered the case may still see it: not when it is against their own unit (decisions 9)."""
    return can_see(actor, facts_of(session, case))


def note_secret_attempt(session: Session, actor: Actor, now: datetime, address: str) -> None:
    """All that is kept of something marked secret: that a person tried at a time (decisions 18)."""
    trail.record(session, "register.secret", "register", actor, now, succeeded=False, address=address)


def issue_code(
    session: Session, case: Case, actor: Actor, now: datetime, check: str, note: str, secret: str, seen: int | None = None
) -> str:
    """Give the writer a query code, in the place of any earlier one; the code itself is answered once and never stored.

    `check` is how the clerk made sure of the person (decisions 31)."""
    admit(session, case, "query_code", actor, seen)
    code = new_code()
    hashed = code_hash(secret, case.number, code)
    held = session.get(Progress, case.number)
    if held is None:
        progress.open_progress(session, case, hashed, now)
        _tell_answer(session, case)
    else:
        held.code_hash = hashed
    words = f"{check}：{note}" if note else check
    move(session, case, "query_code", actor, now, note=words, detail={"again": held is not None})
    return code


def _tell_answer(session: Session, case: Case) -> None:
    """A case that was answered before anybody followed it tells its answer at once."""
    reply = latest_reply(session, case.id)
    if case.stage in TOLD and reply is not None and reply.state is ReplyState.APPROVED:
        progress.tell(session, case, answer=reply.text)
