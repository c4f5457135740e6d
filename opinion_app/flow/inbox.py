"""The inbox (网上来信): what citizens leave on the public form, and how the office takes it in (decisions 28, 31)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.files.received import Received
from opinion_app.files.store import StoredFile
from opinion_app.flow import outbox, writer_mail
from opinion_app.flow.attach import attach_stored
from opinion_app.flow.handover import hand_to
from opinion_app.flow.numbers import next_number
from opinion_app.flow.progress import open_progress
from opinion_app.flow.register import register
from opinion_app.records.case import Case
from opinion_app.records.submission import Progress, PublicAttempt, Submission
from opinion_app.records.vouched import CODE_HASH, vouch
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.progress import RECEIVED
from opinion_app.rules.query_code import code_for, code_hash, same
from opinion_app.rules.registration import NewCase, Writer, check, check_not_secret, tidy
from opinion_app.rules.telephone import as_digits
from opinion_app.rules.words import Channel, Kind, Role, Source

log = logging.getLogger(__name__)
WRITER_FIELDS = ("name", "phone", "email", "address")
PLAIN_FIELDS = ("title", "body", "area", "place", "nickname", "wish_public", "anonymous", "accused", "concerns_official")
ATTEMPTS_KEPT = timedelta(days=2)
AT_ONCE = 100  # messages taken in by one run
WAITS, LEFT = "有新的网民留言，请受理", "left"  # what the clerks are told of one, and the occasion


def submit(
    session: Session, fields: dict[str, Any], files: Sequence[Received], now: datetime, secret: str, key: str, address_key: str
) -> Submission:
    """Put a message into the inbox under a number of its own. Raises Invalid with every field that is wrong.

    `fields` are the values of the form; `key` is its one-time key, of which the query code is made."""
    new = tidy(new_case(fields, now))
    check_not_secret(new.title, new.body)
    check(new, now, from_writer=True)
    new = replace(new, writer=replace(new.writer, phone=as_digits(new.writer.phone)))
    number = next_number(session, Source.MESSAGE.value, now)
    hashed = code_hash(secret, number, code_for(secret, key))
    vouch(session, CODE_HASH, hashed)
    row = Submission(
        number=number,
        code_hash=hashed,
        fields=_stored(new) | _for_the_receipt(new, key),
        files=[_file(file) for file in files],
        submitted_at=now,
        address_key=address_key,
    )
    session.add(row)
    session.flush()
    return row


def new_case(fields: dict[str, Any], received_at: datetime) -> NewCase:
    """A message on the public form as a case to be registered."""
    writer = Writer(**{name: str(fields.get(name) or "") for name in WRITER_FIELDS})
    values = {name: fields[name] for name in PLAIN_FIELDS if name in fields}
    return NewCase(
        received_at=received_at,
        source=Source.MESSAGE,
        channel=Channel.WEB_FORM,
        kind=Kind.of(str(fields.get("kind") or Kind.OTHER.value)),
        writer=writer,
        **values,
    )


def _stored(new: NewCase) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(new, name) for name in PLAIN_FIELDS}
    return values | {name: getattr(new.writer, name) for name in WRITER_FIELDS} | {"kind": new.kind.value}


def _for_the_receipt(new: NewCase, key: str) -> dict[str, str]:
    """What the receipt's query code is made of, where one can be sent; it goes with the rest when the message is taken in."""
    return {"code_key": key} if new.writer.email else {}


def _file(file: Received) -> dict[str, Any]:
    held = file.stored
    return {
        "name": file.name,
        "stored_name": held.stored_name,
        "size": held.size,
        "sha256": held.sha256,
        "media_type": held.media_type,
    }


def take_in(session: Session, submission: Submission, now: datetime, secret: str) -> Case:
    """Make a case of a message that waits, under the number its writer knows; the inbox keeps nothing personal of it."""
    new = new_case(dict(submission.fields), min(submission.submitted_at, now))
    case = register(session, new, None, now, secret, number=submission.number)
    open_progress(session, case, submission.code_hash, now)
    stored = [(entry["name"], _as_stored(entry)) for entry in submission.files]
    attach_stored(session, case, stored, None, now)
    writer_mail.tell_received(session, case, now, str(submission.fields.get("code_key", "")))
    submission.taken_at, submission.case_id = now, case.id
    submission.fields, submission.files = {}, []
    hand_to(session, case, outbox.holders_of(session, Role.CLERK), WAITS, LEFT, now)
    return case


def _as_stored(entry: dict[str, Any]) -> StoredFile:
    return StoredFile(entry["stored_name"], entry["size"], entry["sha256"], entry["media_type"])


def take_in_waiting(session: Session, now: datetime, secret: str, most: int = AT_ONCE) -> int:
    """Take in what a public wing of its own has left; answers how many. One that cannot be taken in holds up no other."""
    waiting = select(Submission).where(Submission.taken_at.is_(None)).order_by(Submission.id).limit(most)
    taken = 0
    for submission in session.scalars(waiting.with_for_update(skip_locked=True)).all():
        try:
            take_in(session, submission, now, secret)
            taken += 1
        except OfficeError:  # raised before anything of it is written
            log.exception("the message %s could not be taken in", submission.number)
    session.execute(delete(PublicAttempt).where(PublicAttempt.at < now - ATTEMPTS_KEPT))
    return taken


def waiting_files(session: Session) -> set[str]:
    """The stored names of files that belong to messages not taken in yet; the sweep must leave them."""
    held = session.scalars(select(Submission.files).where(Submission.taken_at.is_(None)))
    return {entry["stored_name"] for files in held for entry in files}


@dataclass(frozen=True)
class Told:
    """What a citizen is told: the step, how it came there, the promised day and why, the answer or the reason."""

    number: str
    step: str
    history: list[dict[str, Any]]
    promised: DueDate | None = None
    promise: str = ""
    why: str = ""
    answer: str = ""
    answered_by: str = ""
    round: int = 0
    rate_until: date | None = None
    may_reopen: bool = False


def progress_of(session: Session, secret: str, number: str, code: str) -> Told | None:
    """The progress behind a number and its code; None alike for an unknown number and a wrong code, after the same work."""
    wanted = code_hash(secret, number, code)
    vouch(session, CODE_HASH, wanted)
    row = session.get(Progress, number)
    left = session.execute(
        select(Submission.code_hash, Submission.submitted_at).where(Submission.number == number, Submission.taken_at.is_(None))
    ).first()
    held = row.code_hash if row is not None else left.code_hash if left is not None else "-" * len(wanted)
    if not same(wanted, held):
        return None
    if row is not None:
        return Told(
            number,
            row.step,
            list(row.history),
            row.promised,
            row.promise,
            row.why,
            row.answer,
            row.answered_by,
            row.round,
            row.rate_until,
            row.may_reopen,
        )
    submitted_at = left.submitted_at.isoformat() if left is not None else ""
    return Told(number, RECEIVED.title, [{"step": RECEIVED.title, "text": RECEIVED.text, "at": submitted_at}])


def receipt(session: Session, secret: str, number: str, code: str) -> bool:
    """Whether `code` is the code of a message that was left under `number`."""
    wanted = code_hash(secret, number, code)
    vouch(session, CODE_HASH, wanted)
    held = session.scalar(select(Submission.code_hash).where(Submission.number == number))
    return held is not None and same(held, wanted)
