"""Letters to writers in the outbox: what is said, and the little the ledger keeps of it (decisions 31)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow.settings import office
from opinion_app.flow.writer_mail import RECEIPT
from opinion_app.notify.message import Outgoing, compose
from opinion_app.notify.writer_letter import answered, receipt, words
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.submission import Progress
from opinion_app.rules.links import absolute, track
from opinion_app.rules.masking import mask_email
from opinion_app.rules.query_code import code_for, code_hash, same, show_code


def bytes_of(session: Session, notice: Notice, sender: str, base_url: str) -> bytes:
    """The letter, the same each time: what it is made of is kept at the first attempt, but for address and query code.

    Raises AddressRefused."""
    if not notice.lines:
        notice.address = mask_email(notice.writer.email if notice.writer is not None else "")
        notice.lines = [_frozen(session, notice, sender, base_url)]
        session.flush()
    said = notice.lines[0]
    if notice.category == RECEIPT:
        paragraphs = receipt(said["number"], _code(session, notice, said["number"]), said["track"])
    else:
        paragraphs = answered(said["number"], said["track"], followed=said["followed"])
    to = notice.writer.email if notice.writer is not None else ""
    mail = Outgoing(notice.message_id, said["from"], said["office"], to, notice.subject, words(paragraphs), notice.created_at, "")
    return compose(mail)


def _code(session: Session, notice: Notice, number: str) -> str:
    """The query code for the letter; none where the office has given another meanwhile or keeps codes with another secret."""
    held = session.get(Progress, number)
    if not notice.code_key or held is None:
        return ""
    secret = settings_of().secret_key
    code = code_for(secret, notice.code_key)
    return show_code(code) if same(held.code_hash, code_hash(secret, number, code)) else ""


def _frozen(session: Session, notice: Notice, sender: str, base_url: str) -> dict[str, Any]:
    case = session.get_one(Case, notice.case_id)
    return {
        "number": case.number,
        "track": absolute(base_url, track(case.number)),
        "followed": session.get(Progress, case.number) is not None,
        "from": sender,
        "office": office(session)["name"],
    }
