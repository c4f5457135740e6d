"""Passwords: what is refused, what is stored, and how logins are compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from opinion_app.rules import passwords
from opinion_app.rules.common_passwords import is_common
from opinion_app.rules.errors import Invalid
from tests.support import quick_passwords


@pytest.fixture(autouse=True)
def at_full_cost() -> Iterator[None]:
    """As an installation hashes."""
    quick_passwords.hash_for_real()
    yield
    quick_passwords.hash_quickly()


def test_a_hash_costs_what_guessing_shall_cost() -> None:
    made = extract_parameters(passwords.hash_password("Lu-Deng-2026"))

    assert (made.type, made.time_cost, made.memory_cost) == (Type.ID, 3, 32 * 1024)
    assert extract_parameters(passwords._DUMMY) == made


def test_a_hash_made_at_a_lower_cost_is_to_be_made_anew() -> None:
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("Lu-Deng-2026"))


@pytest.mark.parametrize("password", ["Lu-Deng-2026", "correct Horse 9", "村口的路灯Abc12345", "x" * 99 + "A1-", " aB3-lead "])
def test_a_good_password_passes(password: str) -> None:
    passwords.check_password(password, "wangfang")

    assert passwords.verify_password(passwords.hash_password(password), password)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "太短"),
        ("Ab3-56789", "太短"),
        ("Ab3-" * 33, "太长"),
        ("abcdefghij1", "过于简单"),
        ("Wangfang-2026", "登录名"),
        ("ＷＡＮＧＦＡＮＧ-26ab", "登录名"),
        ("Password123!", "常见"),
        ("P@ssw0rd2026", "常见"),
        ("Admin@123456", "常见"),
        ("Qwertyuiop1!", "常见"),
        ("Abc1Abc1Abc1", "常见"),
        ("1qaz2WSX3edc!", "常见"),
        ("x0123456789Y", "常见"),
        ("Ab3-\0hidden", "看不见"),
    ],
)
def test_a_bad_password_is_refused_with_the_reason(password: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        passwords.check_password(password, "WangFang")

    assert set(refusal.value.fields) == {"new"}


def test_a_hash_is_no_password_and_says_nothing() -> None:
    stored = passwords.hash_password("Lu-Deng-2026")

    assert "Lu-Deng" not in stored
    assert not passwords.verify_password(stored, stored)
    assert not passwords.needs_rehash(stored)


@pytest.mark.parametrize(("stored", "password"), [("", "Lu-Deng-2026"), ("broken", "x"), ("$argon2id$", "x")])
def test_nothing_fits_an_empty_or_broken_hash(stored: str, password: str) -> None:
    assert not passwords.verify_password(stored, password)


def test_the_dummy_fits_nothing_and_costs_the_same() -> None:
    assert not passwords.verify_password(passwords._DUMMY, "no")
    assert not passwords.needs_rehash(passwords._DUMMY)


def test_width_makes_no_difference_but_space_does() -> None:
    stored = passwords.hash_password("Lu-Deng-2026")

    assert passwords.verify_password(stored, "Ｌu-Deng-２026")
    assert not passwords.verify_password(stored, "Lu-Deng-2026 ")
    assert not passwords.verify_password(stored, "x" * 1_000_000)
    assert not passwords.verify_password(stored, "\ud800")


def test_one_time_passwords_pass_the_rule_and_differ() -> None:
    made = {passwords.one_time_password() for _ in range(200)}

    assert len(made) == 200
    for password in made:
        passwords.check_password(password, "zhang")


@pytest.mark.parametrize("typed", ["Wang.Fang", " wang.fang ", "ＷＡＮＧ.ＦＡＮＧ", "wang.fang\u200b", "\u3000WANG.fang"])
def test_a_login_is_one_however_it_is_spelled(typed: str) -> None:
    assert passwords.login_key(typed) == "wang.fang"


def test_long_random_words_are_not_common() -> None:
    assert not is_common("tree-Lamp-8-river")
    assert is_common("000000000000")
