"""The hash chain of the trail: digests of values, digests of entries, and the check of a whole chain (decisions 41)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64


@dataclass(frozen=True)
class Link:
    """One entry as it enters the chain; `digest` covers its values, so that the values can be erased without a break."""

    seq: int
    at: datetime
    actor_id: int | None
    actor: str
    act: str
    subject: str
    succeeded: bool
    address: str
    digest: str


def value_digest(name: str, old: str | None, new: str | None, salt: str) -> str:
    """The digest of one value before and after; salted, so that an erased telephone number cannot be guessed from it."""
    return _sha([name, old, new, salt])


def entry_digest(values: Sequence[str]) -> str:
    """The digest over the digests of an entry's values, in their order."""
    return _sha(list(values))


def chain_on(previous: str, link: Link) -> str:
    """The chain value after `link`, given the one before it."""
    moment = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    return _sha(
        [
            previous,
            link.seq,
            moment,
            link.actor_id,
            link.actor,
            link.act,
            link.subject,
            link.succeeded,
            link.address,
            link.digest,
        ]
    )


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    reason: str


def verify(entries: Iterable[tuple[Link, str]], head: tuple[int, str]) -> Break | None:
    """Walk the entries in order and compare with what is stored; None when the chain holds up to `head`."""
    previous, expected = GENESIS, 1
    for link, stored in entries:
        if link.seq != expected:
            return Break(expected, f"第 {expected} 条留痕缺失")
        previous = chain_on(previous, link)
        if previous != stored:
            return Break(link.seq, f"第 {link.seq} 条留痕被改动")
        expected += 1
    if (expected - 1, previous) != head:
        return Break(expected, "留痕末尾与链首记录不符，可能被截断")
    return None


def _sha(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
