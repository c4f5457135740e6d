"""What a password must be, how it is stored, and how a login is compared.

Long passwords and paste are welcome and nothing is cut off (ASVS 5.0 6.2.1-6.2.4, 6.2.9); complexity and periodic change go
against ASVS 6.2.5 and 6.2.10, because GB/T 22239-2019 8.1.4.1.a, by which a Chinese office is assessed, demands them.
"""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opinion_app.rules.common_passwords import is_common
from opinion_app.rules.errors import Invalid
from opinion_app.rules.text import clean_line

SHORTEST = 10
LONGEST = 128
KINDS_NEEDED = 3
RULE_WORDS = f"至少 {SHORTEST} 个字符，含大写字母、小写字母、数字、符号中的三种；不能含登录名，也不能是常见密码。"

# About 40 ms and 32 MB each on an office PC (RFC 9106 with less memory: eight may run at once on a machine of 2 GB).
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_ONE_TIME = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=#"


def login_key(typed: str) -> str:
    """A login as it is stored, compared and counted: width, case and outer space make no difference (hardening B12)."""
    return unicodedata.normalize("NFKC", clean_line(unicodedata.normalize("NFKC", typed[:500]))).strip().lower()[:120]


def check_password(password: str, login: str, *, field: str = "new") -> None:
    """Refuse a password the rule does not allow. Raises Invalid naming `field`."""
    problem = _problem(unicodedata.normalize("NFKC", password), login_key(login))
    if problem:
        raise Invalid(problem, {field: problem})


def _problem(password: str, login: str) -> str | None:
    if len(password) < SHORTEST:
        return f"密码太短，至少需要 {SHORTEST} 个字符。"
    if len(password) > LONGEST:
        return f"密码太长，最多 {LONGEST} 个字符。"
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in password):
        return "密码里有看不见的字符，请重新输入。"
    if _kinds(password) < KINDS_NEEDED:
        return "密码过于简单：请在大写字母、小写字母、数字、符号中至少使用三种。"
    if login and len(login) > 2 and login in password.lower():
        return "密码不能包含登录名。"
    return "这是常见密码，容易被猜到，请换一个。" if is_common(password) else None


def _kinds(password: str) -> int:
    large, small = any("A" <= c <= "Z" for c in password), any("a" <= c <= "z" for c in password)
    figures, signs = any(c.isdigit() for c in password), any(not c.isalnum() or ord(c) > 127 for c in password)
    return sum((large, small, figures, signs))


def hash_password(password: str) -> str:
    """The Argon2id hash that is stored; takes some 40 ms, so never call it while a write lock is held."""
    return _hasher.hash(_bytes(password))


def verify_password(stored: str, password: str) -> bool:
    """Whether the password is the one stored.

    With nothing stored, or with one too long to be anybody's, a dummy is hashed, so that the answer takes as long as any other
    (hardening B11); a huge one never reaches the hash (B13)."""
    usable = bool(stored) and 0 < len(password) <= LONGEST
    try:
        return _hasher.verify(stored if usable else _DUMMY, _bytes(password) if usable else b"no") and usable
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether a stored hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def one_time_password() -> str:
    """A random first password of 16 characters that fulfils the rule and can be read out over the telephone."""
    rest = "".join(_ONE_TIME[:3])
    while True:
        drawn = [secrets.choice(kind) for kind in _ONE_TIME] + [secrets.choice(rest) for _ in range(12)]
        secrets.SystemRandom().shuffle(drawn)
        password = "".join(drawn)
        if password[0].isalnum() and password[-1].isalnum() and not is_common(password):
            return password


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")


# Nobody's password, in the shape of a real hash, so that comparing with it costs what comparing with a real one costs.
_DUMMY = f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${'A' * 22}${'A' * 43}"
