"""Letters to writers (回执、已答复): queued once, by mail, for who left an address; nothing else is ever sent (decisions 31)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.records.case import Case, Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.once import insert_once
from opinion_app.rules.masking import mask_email
from opinion_app.rules.notices import message_id
from opinion_app.rules.words import NoticeChannel, NoticeState, Source

RECEIPT, ANSWERED = "receipt", "answered"
SUBJECTS = {RECEIPT: "留言已收到", ANSWERED: "已答复"}
A_DAY = timedelta(days=1)
MOST_A_DAY = 5  # receipts to one mailbox, so that nobody can have this service flood a stranger


def tell_received(session: Session, case: Case, now: datetime, code_key: str = "") -> None:
    """Queue the receipt; `code_key` is what `rules.query_code.code_for` makes the writer's query code of, where there is one."""
    writer = _to_be_told(session, case)
    if writer is not None and _receipts_of_today(session, writer, now) < MOST_A_DAY:
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
    if not settings_of().smtp_url or case.imported or case.source is Source.SENTIMENT_ITEM:
        return None
    writer = session.scalar(select(Correspondent).where(Correspondent.case_id == case.id))
    return writer if writer is not None and writer.email else None


def _receipts_of_today(session: Session, writer: Correspondent, now: datetime) -> int:
    query = (
        select(func.count(Notice.id))
        .join(Correspondent, Correspondent.id == Notice.writer_id)
        .where(Correspondent.email_key == writer.email_key, Notice.category == RECEIPT, Notice.created_at > now - A_DAY)
    )
    return session.scalar(query) or 0


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
        "message_id": message_id(key),
        "state": NoticeState.PENDING,
        "created_at": now,
        "next_attempt_at": now,
    }
    session.execute(insert_once(session, Notice).values(**row))
