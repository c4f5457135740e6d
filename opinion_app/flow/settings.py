"""The settings the office edits itself: its name, its areas, its patterns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from opinion_app.records.office import held_settings, put_setting
from opinion_app.rules.words import DEFAULT_AREAS

__all__ = ["OFFICE_DEFAULTS", "areas", "office", "put_office", "put_setting", "setting"]
T = TypeVar("T")
OFFICE_DEFAULTS: dict[str, str] = {
    "name": "示例镇人民政府",
    "site_name": "示例镇人民政府留言办理平台",
    "site_domain": "localhost",
    "site_id_code": "",
    "credit_code": "",
    "phone": "",
    "address": "",
    "icp": "",
    "police_record": "",
    "leader_phone": "",
}

# Kept in a row of its own: the public wing's role reads what the office says of itself, and not this.
INSIDE = ("leader_phone",)


def setting(session: Session, name: str, default: T) -> T:
    """The office's value of a setting, or `default` where the office has set none."""
    held = held_settings(session)
    return cast(T, held[name]) if name in held else default


def office(session: Session) -> dict[str, str]:
    """What the pages say about the office, and the numbers only the office itself uses."""
    return OFFICE_DEFAULTS | setting(session, "office", {}) | setting(session, "office_inside", {})


def put_office(session: Session, words: Mapping[str, str]) -> None:
    """Set what the office says of itself; the caller puts it on the trail."""
    put_setting(session, "office", {name: said for name, said in words.items() if name not in INSIDE})
    put_setting(session, "office_inside", {name: said for name, said in words.items() if name in INSIDE})


def restored_at(session: Session) -> datetime | None:
    """When this database was last restored from a backup; what fell due before is not told again (hardening R9)."""
    held = setting(session, "restored_at", "")
    return datetime.fromisoformat(held) if held else None


def areas(session: Session) -> list[str]:
    """The 领域 the office sorts by, always ending in 其他."""
    listed = [str(area) for area in setting(session, "areas", list(DEFAULT_AREAS))]
    return [area for area in listed if area != "其他"] + ["其他"]
