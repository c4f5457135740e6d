"""The hash chain: it holds, and every kind of tampering is found where it happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from opinion_app.rules.chain import GENESIS, Break, Link, chain_on, entry_digest, value_digest, verify

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def chain(length: int) -> list[tuple[Link, str]]:
    """A chain of that many entries."""
    entries, previous = [], GENESIS
    for seq in range(1, length + 1):
        link = Link(seq, AT + timedelta(minutes=seq), 7, "陈受理", "case.note", "LY2026-000001", True, "127.0.0.1", f"d{seq}")
        previous = chain_on(previous, link)
        entries.append((link, previous))
    return entries


def test_an_empty_and_a_whole_chain_hold() -> None:
    assert verify([], (0, GENESIS)) is None
    entries = chain(5)
    assert verify(entries, (5, entries[-1][1])) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"actor": "别人"}, "被改动"),
        ({"subject": "LY2026-000002"}, "被改动"),
        ({"digest": "forged"}, "被改动"),
        ({"succeeded": False}, "被改动"),
        ({"at": AT}, "被改动"),
    ],
)
def test_a_changed_entry_is_found(change: dict[str, object], reason: str) -> None:
    entries = chain(5)
    head = (5, entries[-1][1])
    entries[2] = (replace(entries[2][0], **change), entries[2][1])  # type: ignore[arg-type]
    assert verify(entries, head) == Break(3, f"第 3 条留痕{reason}")


def test_a_missing_entry_is_found() -> None:
    entries = chain(5)
    assert verify(entries[:2] + entries[3:], (5, entries[-1][1])) == Break(3, "第 3 条留痕缺失")


def test_a_cut_end_is_found() -> None:
    entries = chain(5)
    found = verify(entries[:4], (5, entries[-1][1]))
    assert found is not None
    assert "截断" in found.reason


def test_the_zone_a_moment_is_written_in_makes_no_difference() -> None:
    link = chain(1)[0][0]
    elsewhere = replace(link, at=link.at.astimezone(timezone(timedelta(hours=8))))
    assert chain_on(GENESIS, link) == chain_on(GENESIS, elsewhere)


def test_a_value_digest_depends_on_every_part() -> None:
    digests = {
        value_digest("电话", "1", "2", "salt"),
        value_digest("邮箱", "1", "2", "salt"),
        value_digest("电话", None, "2", "salt"),
        value_digest("电话", "1", None, "salt"),
        value_digest("电话", "1", "2", "other"),
    }
    assert len(digests) == 5
    assert entry_digest(["a", "b"]) != entry_digest(["b", "a"])
