"""The trail (留痕): every act leaves an entry, chained at the end of the transaction that did it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, event, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opinion_app.records.trail import TrailEntry, TrailHead, TrailValue
from opinion_app.rules.chain import GENESIS, Break, Link, chain_on, entry_digest, value_digest, verify
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.facts import Actor

Values = Mapping[str, tuple[object, object]]
_PENDING = "opinion_trail"
BLOCK = 1000


@dataclass
class _Pending:
    at: datetime
    actor_id: int | None
    actor: str
    act: str
    subject: str
    succeeded: bool
    address: str
    values: list[tuple[str, str | None, str | None]] = field(default_factory=list)


def record(
    session: Session,
    act: str,
    subject: str,
    actor: Actor | None,
    now: datetime,
    values: Values | None = None,
    *,
    succeeded: bool = True,
    address: str = "",
    actor_name: str = "",
) -> None:
    """Put an entry on the trail; it is chained when the transaction commits, so that the chain's end is locked briefly.

    `subject` names the thing (a case number, `person:login`, …); `values` maps a field to its old and new value. With no
    `actor` the entry is signed by `actor_name`, or by 系统."""
    entry = _Pending(
        now,
        actor.id if actor else None,
        actor.name if actor else (actor_name or "系统"),
        act,
        subject[:80],
        succeeded,
        address,
        [(name, _text(old), _text(new)) for name, (old, new) in (values or {}).items()],
    )
    session.info.setdefault(_PENDING, []).append(entry)


def _text(value: object) -> str | None:
    if value is None:
        return None
    label = getattr(value, "label", None)
    if isinstance(label, str):
        return label
    if isinstance(value, DueDate):
        return value.at.isoformat() + value.mark
    return value.isoformat() if isinstance(value, datetime) else str(value)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Chain the pending entries; the head row is locked last in the transaction, so that no deadlock can form."""
    if session.in_nested_transaction() or not session.info.get(_PENDING):
        return
    session.flush()
    pending: list[_Pending] = session.info.pop(_PENDING)
    seq, chain = _locked_head(session)
    entries: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for entry in pending:
        seq += 1
        own = [_value(seq, *value) for value in entry.values]
        entries.append(_chained(seq, chain, entry, [value["digest"] for value in own]))
        chain = entries[-1]["chain"]
        values += own
    session.execute(insert(TrailEntry), entries)  # the entries before their values, all of a transaction at once
    if values:
        session.execute(insert(TrailValue), values)
    session.execute(update(TrailHead).where(TrailHead.id == 1).values(seq=seq, chain=chain))


def _locked_head(session: Session) -> tuple[int, str]:
    """The end of the chain, locked; the first entry ever makes the row, and of two first ones only one."""
    query = select(TrailHead.seq, TrailHead.chain).where(TrailHead.id == 1).with_for_update()
    head = session.execute(query).first()
    if head is None:
        with suppress(IntegrityError), session.begin_nested():
            session.execute(insert(TrailHead).values(id=1, seq=0, chain=GENESIS))
        head = session.execute(query).one()
    return head.seq, head.chain


def _chained(seq: int, chain: str, entry: _Pending, digests: list[str]) -> dict[str, Any]:
    """One entry as its row, chained to the one before."""
    digest = entry_digest(digests)
    link = Link(seq, entry.at, entry.actor_id, entry.actor, entry.act, entry.subject, entry.succeeded, entry.address, digest)
    return {
        "seq": seq,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "succeeded": entry.succeeded,
        "address": entry.address,
        "digest": digest,
        "chain": chain_on(chain, link),
    }


def _value(seq: int, name: str, old: str | None, new: str | None) -> dict[str, Any]:
    salt = secrets.token_hex(8)
    digest = value_digest(name, old, new, salt)
    return {"seq": seq, "name": name, "old": old, "new": new, "salt": salt, "digest": digest}


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    """What was rolled back never happened: its entries are dropped with it."""
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def verify_trail(session: Session) -> tuple[int, Break | None]:
    """Check the whole chain and every stored value's digest; answers the number of entries and the first break, if any."""
    head = session.get(TrailHead, 1)
    end = (head.seq, head.chain) if head else (0, GENESIS)
    broken = verify(_links(session), end)
    return end[0], broken or _broken_value(session)


def _links(session: Session) -> Iterator[tuple[Link, str]]:
    for block in _blocks(session, 0):
        for row in session.scalars(select(TrailEntry).where(block).order_by(TrailEntry.seq)):
            link = Link(row.seq, row.at, row.actor_id, row.actor, row.act, row.subject, row.succeeded, row.address, row.digest)
            yield link, row.chain


def _blocks(session: Session, start: int) -> Iterator[ColumnElement[bool]]:
    """The trail in pieces of a thousand entries: no cursor stays open when the check ends at a break."""
    last = session.scalar(select(func.max(TrailEntry.seq))) or 0
    for first in range(start, last + 1, BLOCK):
        yield TrailEntry.seq.between(first, first + BLOCK - 1)


def _broken_value(session: Session) -> Break | None:
    """Each value still stored must carry its digest, and the digests of an entry must add up to the entry's."""
    for block in _blocks(session, 0):
        digests: dict[int, list[str]] = {}
        values = select(TrailValue).join(TrailEntry, TrailEntry.seq == TrailValue.seq).where(block).order_by(TrailValue.id)
        for row in session.scalars(values):
            digests.setdefault(row.seq, []).append(row.digest)
            erased = row.old is None and row.new is None
            if not erased and value_digest(row.name, row.old, row.new, row.salt) != row.digest:
                return Break(row.seq, f"第 {row.seq} 条留痕的内容被改动")
        entries = session.execute(select(TrailEntry.seq, TrailEntry.digest).where(block).order_by(TrailEntry.seq)).all()
        for seq, digest in entries:
            if entry_digest(digests.get(seq, [])) != digest:
                return Break(seq, f"第 {seq} 条留痕的内容缺失")
    return None
