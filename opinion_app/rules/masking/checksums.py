"""Check characters of identity card (GB 11643-1999), credit code (GB 32100-2015) and bank card (ISO/IEC 7812-1)."""

import datetime as dt
import re

_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _is_date(year: int, month: str, day: str) -> bool:
    try:
        dt.date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def id_shape(number: str) -> bool:
    """Whether 15 or 18 characters carry a province code and a birthday that exists (1900 to 2099)."""
    if not _PROVINCES.match(number):
        return False
    if len(number) == 15:
        return _is_date(1900 + int(number[6:8]), number[8:10], number[10:12])
    return number[6:8] in ("19", "20") and _is_date(int(number[6:10]), number[10:12], number[12:14])


def id_check(number: str) -> bool:
    """Whether the last of 18 characters is the check character of GB 11643-1999."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def credit_check(code: str) -> bool:
    """Whether the last of 18 upper-case characters is the check character of GB 32100-2015."""
    total = sum(pow(3, place, 31) * _CREDIT_ALPHABET.index(char) for place, char in enumerate(code[:17]))
    return _CREDIT_ALPHABET[-total % 31] == code[17]


def luhn(number: str) -> bool:
    """Whether the digits satisfy the Luhn sum (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
