"""Passwords hashed at almost no cost: a test that signs people in is not mostly hashing; the rule's own tests pay in full."""

from __future__ import annotations

from argon2 import PasswordHasher

from opinion_app.rules import passwords

REAL = (passwords._hasher, passwords._DUMMY)
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_quickly() -> None:
    """From now on hashing costs microseconds; the dummy nobody's password is compared with costs the same."""
    passwords._hasher, passwords._DUMMY = _QUICK, _QUICK.hash("nobody's")


def hash_for_real() -> None:
    """What an installation does."""
    passwords._hasher, passwords._DUMMY = REAL
