"""What is a telephone number, and what only looks like something typed into its field."""

from __future__ import annotations

import pytest

from opinion_app.rules.telephone import as_digits, is_telephone

RIGHT = [
    "13800001234",
    "138 0000 1234",
    "138-0000-1234",
    "+86 138-0000-1234",
    "008613800001234",
    "１３８００００１２３４",
    "①③⑧00001234",
    "一三八零零零零一二三四",
    "138\u200b00001234",
    "138OOOO1234",
    "0875-7120001",
    "（0875）7120001",
    "08757120001",
    "+86 875 7120001",
    "010-88888888",
    "0731-88888888转801",
    "0731-88888888-801",
    "7120001",
    "88888888",
    "400-123-4567",
    "8008101234",
    "+852 2345 6789",
    "+886 912345678",
    "13800001234、0875-7120001",
    "13800001234/13900001234",
    "13800001234 7120001",
]
WRONG = [
    "123",
    "110",
    "12345",
    "1234567",
    "12800001234",
    "1380000123",
    "138000012345",
    "138****1234",
    "0875-123",
    "0875-1120001",
    "无",
    "见来信",
    "name@mail.test",
    "533001199001011234",
    "0000000",
    "+1 202 555 0100",
    "13800001234、",
    "13800001234，123",
    "13800001234 123",
    " ",
]


@pytest.mark.parametrize("typed", RIGHT)
def test_a_number_is_a_number_however_it_is_written(typed: str) -> None:
    assert is_telephone(typed)


@pytest.mark.parametrize("typed", WRONG)
def test_what_nobody_can_ring_up_is_no_number(typed: str) -> None:
    assert not is_telephone(typed)


def test_disguised_digits_become_plain_and_the_rest_stays() -> None:
    assert as_digits("一三八 ００００-①②③④") == "138 0000-1234"
    assert as_digits("0731-88888888转801") == "0731-88888888转801"
    assert as_digits("") == ""
