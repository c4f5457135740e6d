"""Letters to writers (回执、已答复): queued once, by mail, for who left an address; nothing else is ever sent (decisions 31)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.attempts import Limit, note_attempt, waiting_time
from opinion_app.flow.installation import message_ids
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.once import insert_once
from opinion_app.records.submission import PublicAttempt
from opinion_app.rules.mailbox import same_mailbox
from opinion_app.rules.masking import mask_email
from opinion_app.rules.query_code import keyed_hash
from opinion_app.rules.words import NoticeChannel, NoticeState, Source

RECEIPT, ANSWERED = "receipt", "answered"
SUBJECTS = {RECEIPT: "留言已收到", ANSWERED: "已答复"}
A_DAY = timedelta(days=1)
MOST_A_DAY = 5  # receipts to one mailbox, so that nobody can have this service flood a stranger


def tell_received(session: Session, case: Case, now: datetime, code_key: str = "") -> None:
    """Queue the receipt; `code_key` is what `rules.query_code.code_for` makes the writer's query code of, where there is one."""
    writer = _to_be_told(session, case)
    if writer is not None and _may_be_told_once_more(session, writer, now):
        _queue(session, case, writer, RECEIPT, RECEIPT, now, code_key)


def tell_answered(session: Session, case: Case, now: datetime) -> None:
    """Queue “已答复” for the writer of an answered case and for those whose cases were merged into it; once for each answer."""
    for one in (case, *session.scalars(select(Case).where(Case.merged_into_id == case.id)).all()):
        tell_one_answered(session, one, case, now)


def tell_one_answered(session: Session, case: Case, answered: Case, now: datetime) -> None:
    """Queue “已答复” for the writer of `case`, which is `answered` itself or was merged into it."""
    writer = _to_be_told(session, case)
    if writer is not None:
        _queue(session, case, writer, ANSWERED, f"{ANSWERED}:{answered.id}:{answered.reply_round}", now)


def _to_be_told(session: Session, case: Case) -> Correspondent | None:
    """The writer who left an address, where letters can leave at all: one that lies in a folder here reaches nobody."""
    if case.imported or not told_by_mail(case.source):
        return None
    writer = session.scalar(select(Correspondent).where(Correspondent.case_id == case.id))
    return writer if writer is not None and writer.email else None


def told_by_mail(source: Source) -> bool:
    """Whether the writer of what came that way is told anything at all."""
    return bool(settings_of().smtp_url) and source is not Source.SENTIMENT_ITEM


def receipts_had(session: Session, email: str, now: datetime) -> int:
    """How many receipts a mailbox had within a day."""
    own = PublicAttempt.purpose == RECEIPT, PublicAttempt.address_key == _mailbox(email), PublicAttempt.at > now - A_DAY
    return int(session.scalar(select(func.count()).select_from(PublicAttempt).where(*own)) or 0)


def _mailbox(email: str) -> str:
    return keyed_hash(settings_of().secret_key, "mailbox", same_mailbox(email))


def _may_be_told_once_more(session: Session, writer: Correspondent, now: datetime) -> bool:
    """Whether the mailbox has had fewer receipts than it may get; counted by the mailbox, not by how its address is written."""
    mailbox = _mailbox(writer.email)
    if waiting_time(session, RECEIPT, mailbox, [Limit(MOST_A_DAY, A_DAY)], now) is not None:
        return False
    note_attempt(session, RECEIPT, mailbox, now)
    return True


def _queue(
    session: Session, case: Case, writer: Correspondent, category: str, occasion: str, now: datetime, code_key: str = ""
) -> None:
    key = f"writer:{case.id}:{occasion}"
    row = {
        "key": key,
        "writer_id": writer.id,
        "channel": NoticeChannel.MAIL,
        "category": category,
        "case_id": case.id,
        "address": mask_email(writer.email),
        "subject": f"{case.number} {SUBJECTS[category]}",
        "lines": [],
        "code_key": code_key,
        "message_id": message_ids(session)(key),
        "state": NoticeState.PENDING,
        "created_at": now,
        "next_attempt_at": now,
    }
    session.execute(insert_once(session, Notice).values(**row))
