"""Whose an address is: a person's own or the mailbox a unit shares, never both, or its owner has every letter twice (N09)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.mailbox import same_mailbox


def why_not_a_units(session: Session, address: str) -> str:
    """Why an address cannot be the mailbox of a unit: it is somebody's own, who has an account or had one; empty where it can."""
    rows = session.execute(select(Person.name, Person.active, Person.email).where(Person.email != ""))
    for name, active, held in rows:
        if same_mailbox(held) == same_mailbox(address):
            whose = name if active else f"{name}（已停用）"
            return f"这是{whose}本人的邮箱，单位其他人的提醒不能发给本人；请填单位共用的邮箱，或先在人员资料里清空。"
    return ""


def why_not_a_persons(session: Session, address: str) -> str:
    """Why an address cannot be somebody's own: it is the mailbox of a unit; empty where it can."""
    for name, held in session.execute(select(Unit.name, Unit.email).where(Unit.email != "")):
        if same_mailbox(held) == same_mailbox(address):
            return f"这是{name}的单位邮箱；没有自己邮箱的请留空，提醒照样发到单位邮箱。"
    return ""


def who_shares(session: Session, address: str, person_id: int) -> list[str]:
    """The names of the others with an account whose own mailbox is the same: what is told to both of them arrives there twice."""
    query = select(Person.name, Person.email).where(Person.email != "", Person.active, Person.id != person_id)
    mailbox = same_mailbox(address)
    return [name for name, held in session.execute(query.order_by(Person.id)) if same_mailbox(held) == mailbox]
