"""When wrong passwords lock an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opinion_app.rules.lock_out import locked_until

T = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def at(*minutes: int) -> list[datetime]:
    return [T + timedelta(minutes=minute) for minute in sorted(minutes, reverse=True)]


def test_five_within_ten_minutes_lock_for_ten_from_the_last() -> None:
    assert locked_until(at(0, 1, 2, 3, 9), 5, 10) == T + timedelta(minutes=19)


def test_fewer_or_slower_do_not_lock() -> None:
    assert locked_until(at(0, 1, 2, 3), 5, 10) is None
    assert locked_until(at(0, 1, 2, 3, 10), 5, 10) is None


def test_none_switches_the_lock_off() -> None:
    assert locked_until(at(0, 0, 0, 0, 0), 0, 10) is None
