"""What a message that waits in the inbox will be told by: its receipt and the word to the clerks, before it is taken in (N14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.clocks import received_clocks
from opinion_app.flow.handover import letter_for, to_each
from opinion_app.flow.inbox import AT_ONCE, LEFT, WAITS, new_case
from opinion_app.flow.outbox import Letter, holders_of
from opinion_app.flow.register import row_of
from opinion_app.flow.writer_mail import MOST_A_DAY, receipts_had, told_by_mail
from opinion_app.records.person import Person
from opinion_app.records.submission import Submission
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.mailbox import same_mailbox
from opinion_app.rules.registration import NewCase, check, check_not_secret, tidy
from opinion_app.rules.waiting_step import waits_for_step
from opinion_app.rules.words import Role


@dataclass(frozen=True, slots=True)
class Arriving:
    """One message as it would be taken in: the letter as each hears it who is told, the clerks or whoever sees to it where none
    is there, by mail where `mail`, and whether its writer has a receipt.

    The facts carry the negative number of the submission as their id: there is no case yet."""

    facts: CaseFacts
    letters: tuple[tuple[Letter, Person], ...]
    mail: bool
    receipt: bool


def arriving(session: Session, now: datetime) -> Iterator[Arriving]:
    """The messages that a run at that moment would take in, in order; what cannot be taken in is left out. Reads only."""
    had: Counter[str] = Counter()
    waiting = select(Submission).where(Submission.taken_at.is_(None)).order_by(Submission.id).limit(AT_ONCE)
    for submission in session.scalars(waiting).all():
        new = _checked(submission, now)
        if new is not None:
            yield _of(session, submission, new, had, now)


def _checked(submission: Submission, now: datetime) -> NewCase | None:
    new = tidy(new_case(dict(submission.fields), min(submission.submitted_at, now)))
    try:
        check_not_secret(new.title, new.body)
        check(new, now)
    except OfficeError:  # the run leaves it and says so in its log
        return None
    return new


def _of(session: Session, submission: Submission, new: NewCase, had: Counter[str], now: datetime) -> Arriving:
    case = row_of(new, None, now)
    case.number, case.imported = submission.number, False
    owed = received_clocks(session, case, None)
    facts = CaseFacts(
        -submission.id,
        case.number,
        case.stage,
        case.source,
        case.kind,
        restricted=case.restricted,
        accused_unit_id=case.accused_unit_id,
    )
    waits = waits_for_step(facts, None)
    letter, pressing = letter_for(session, case, facts, owed, WAITS, LEFT, now, waits)
    letters = to_each(session, letter, holders_of(session, Role.CLERK), facts, owed, waits, now)
    return Arriving(facts, tuple(letters), bool(pressing), _has_receipt(session, new, had, now))


def _has_receipt(session: Session, new: NewCase, had: Counter[str], now: datetime) -> bool:
    """Whether the writer is told, counted with the messages before it: a mailbox has only so many receipts a day."""
    if not new.writer.email or not told_by_mail(new.source):
        return False
    mailbox = same_mailbox(new.writer.email)
    had[mailbox] += 1
    return receipts_had(session, new.writer.email, now) + had[mailbox] <= MOST_A_DAY
