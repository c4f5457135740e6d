"""Contact data of writers: kept beside the case, found by exact look-up only, through keyed hashes (decisions 17)."""

from __future__ import annotations

import re

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from opinion_app.records.case import Correspondent
from opinion_app.rules.query_code import keyed_hash
from opinion_app.rules.registration import Writer
from opinion_app.rules.text import fold

_NOT_DIGIT = re.compile(r"\D")


def phone_key(secret: str, phone: str) -> str:
    """The look-up key of a telephone number; +86 and separators make no difference. Empty for no number."""
    digits = _NOT_DIGIT.sub("", fold(phone))
    digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
    return keyed_hash(secret, "phone", digits) if len(digits) >= 7 else ""


def text_key(secret: str, purpose: str, value: str) -> str:
    """The look-up key of a name or an address; empty for nothing."""
    folded = fold(value)
    return keyed_hash(secret, purpose, folded) if folded else ""


def store_writer(session: Session, case_id: int, writer: Writer, secret: str) -> Correspondent:
    """Keep a writer's contact data for one case."""
    row = Correspondent(
        case_id=case_id,
        name=writer.name,
        phone=writer.phone,
        email=writer.email,
        address=writer.address,
        identity_number=writer.identity_number,
        name_key=text_key(secret, "name", writer.name),
        phone_key=phone_key(secret, writer.phone),
        email_key=text_key(secret, "email", writer.email),
    )
    session.add(row)
    return row


def look_up(session: Session, typed: str, secret: str) -> list[int]:
    """The ids of cases whose writer has exactly this name, number or address; the caller asked for the right to do so."""
    keys = {
        Correspondent.name_key: text_key(secret, "name", typed),
        Correspondent.phone_key: phone_key(secret, typed),
        Correspondent.email_key: text_key(secret, "email", typed),
    }
    conditions = [column == key for column, key in keys.items() if key]
    if not conditions:
        return []
    query = select(Correspondent.case_id).where(or_(*conditions)).order_by(Correspondent.case_id.desc()).limit(200)
    return list(session.scalars(query))
