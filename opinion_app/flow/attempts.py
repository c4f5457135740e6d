"""Uses of the public forms and receipts sent, counted across processes: an address is a keyed hash, never kept as such."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from opinion_app.records.submission import PublicAttempt
from opinion_app.rules.query_code import keyed_hash


@dataclass(frozen=True)
class Limit:
    """At most `most` uses within `span`; by one address, or by everybody together."""

    most: int
    span: timedelta
    everybody: bool = False


def address_key(secret: str, address: str) -> str:
    """The key an address is counted under; of IPv6 the network of one connection (/64), which changes its addresses at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return keyed_hash(secret, "address", address)
    network = ipaddress.ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False)
    return keyed_hash(secret, "address", str(network.network_address))


def waiting_time(session: Session, purpose: str, key: str, limits: list[Limit], now: datetime) -> timedelta | None:
    """How long this address must wait before its next use, None when it may go on.

    Whoever asks holds the turn until the end of the transaction, so that twenty at once are counted one after another."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"{purpose}:{key}"})
    waits = [wait for limit in limits if (wait := _wait(session, purpose, key, limit, now)) is not None]
    return max(waits, default=None)


def _wait(session: Session, purpose: str, key: str, limit: Limit, now: datetime) -> timedelta | None:
    used = [PublicAttempt.purpose == purpose, PublicAttempt.at > now - limit.span]
    if not limit.everybody:
        used.append(PublicAttempt.address_key == key)
    count, oldest = session.execute(select(func.count(), func.min(PublicAttempt.at)).where(*used)).one()
    if count < limit.most or oldest is None:
        return None
    return max(timedelta(minutes=1), oldest + limit.span - now)


def note_attempt(session: Session, purpose: str, key: str, now: datetime) -> None:
    """Write down one use."""
    session.add(PublicAttempt(purpose=purpose, address_key=key, at=now))


def wait_words(wait: timedelta) -> str:
    """How long to wait, rounded up: 3 分钟, 2 小时."""
    minutes = -(-int(wait.total_seconds()) // 60)
    return f"{minutes} 分钟" if minutes <= 60 else f"{-(-minutes // 60)} 小时"
