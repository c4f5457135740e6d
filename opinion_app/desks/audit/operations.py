"""What reading the trail itself leaves on the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.rules.facts import Actor


def note_export(session: Session, count: int, filters: str, actor: Actor, now: datetime) -> None:
    """An export leaves the house, so it is on the trail with what was asked for (个人信息保护法 57)."""
    trail.record(session, "trail.export", "trail", actor, now, {"条数": (None, count), "条件": (None, filters or "全部")})
