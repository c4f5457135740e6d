"""The exact look-up by contact data: whoever asks leaves a line on the trail (decisions 17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.desks.search.queries import by_contact
from opinion_app.flow import trail
from opinion_app.records.case import Case
from opinion_app.rules.errors import Forbidden, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.masking import mask_email, mask_name, mask_phone
from opinion_app.rules.permissions import may
from opinion_app.rules.text import clean_line

LONGEST = 200


def find_by_contact(session: Session, typed: str, actor: Actor, now: datetime, secret: str, address: str) -> Sequence[Case]:
    """The cases of one writer; the trail keeps what was asked for in a masked form only. Raises Forbidden, Invalid."""
    if not may(actor, "contact.lookup"):
        raise Forbidden("您没有按联系方式查找的权限。")
    asked = clean_line(typed)
    if not asked or len(asked) > LONGEST:
        raise Invalid("请输入完整的姓名、电话或邮箱。")
    found = by_contact(session, asked, actor, secret)
    values = {"查找": (None, _masked(asked)), "结果": (None, f"{len(found)} 件")}
    trail.record(session, "contact.lookup", "search", actor, now, values, address=address)
    return found


def _masked(asked: str) -> str:
    if "@" in asked:
        return mask_email(asked)
    return mask_phone(asked) if any(character.isdigit() for character in asked) else mask_name(asked)
