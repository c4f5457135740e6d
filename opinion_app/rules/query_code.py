"""The query code a citizen follows a message with: 12 unambiguous characters, stored only as a keyed hash (decisions 31)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from opinion_app.rules.text import fold

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
_LONGEST_TYPED = 100  # nobody types more; folding a whole page would only cost time


def new_code() -> str:
    """Twelve characters out of 31 without 0/O, 1/I/L: about 59 bits, guarded by the limit on tries."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def tidy_code(typed: str) -> str:
    """What a person typed, without spaces and hyphens and in capitals; the full-width letters of an input method are letters."""
    return "".join(c for c in fold(typed[:_LONGEST_TYPED]).upper() if c in ALPHABET)[: LENGTH + 1]


def show_code(code: str) -> str:
    """The code in three groups of four, as it is printed."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def keyed_hash(secret: str, purpose: str, value: str) -> str:
    """A hash nobody can compute without the installation's secret; `purpose` keeps different uses apart."""
    return hmac.new(secret.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def code_hash(secret: str, number: str, code: str) -> str:
    """What is stored of the query code of the case numbered `number`; the code as typed or as made."""
    return keyed_hash(secret, "query_code", f"{number}:{tidy_code(code)}")


def code_for(secret: str, key: str) -> str:
    """The query code that belongs to the one-time key of a form, so that a repeated sending meets the same code.

    Whoever has the key and not the secret learns nothing of the code; so the key, and no code, may wait for a letter."""
    number = int(keyed_hash(secret, "code_of_form", key), 16)
    digits = []
    for _place in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


def same(first: str, second: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(first, second)
