"""The office's own settings, its number series and the one-time keys of forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from opinion_app.records.base import Base


class Setting(Base):
    """One setting the office edits itself, such as its name or its list of areas."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


_HELD = "opinion_settings_held"


def held_settings(session: Session) -> dict[str, Any]:
    """Every setting the office has made; one query, the first time in a transaction."""
    known = session.info.get(_HELD)
    if known is None or known[0] is not session.get_transaction():
        rows = session.execute(select(Setting.name, Setting.value))
        known = session.info[_HELD] = (session.get_transaction(), {row.name: row.value for row in rows})
    held: dict[str, Any] = known[1]
    return held


def forget_held(session: Session) -> None:
    """Read the settings anew at the next question."""
    session.info.pop(_HELD, None)


def put_setting(session: Session, name: str, value: Any) -> None:
    """Set a setting; the caller puts it on the trail."""
    row = session.get(Setting, name)
    if row is None:
        session.add(Setting(name=name, value=value))
    else:
        row.value = value
    held_settings(session)[name] = value


class Counter(Base):
    """The last number given in one series of one year (decisions 12)."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(String(20), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int]


class FormKey(Base):
    """A form that was carried out, with the page its sender was led to; a repeat is led there too (hardening R12)."""

    __tablename__ = "form_keys"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None]
    payload_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
