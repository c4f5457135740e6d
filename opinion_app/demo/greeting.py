"""What is printed about the demonstration: its accounts, the same at every start of one installation."""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from opinion_app.demo.cast import Account
from opinion_app.demo.load import is_demo, load_demo
from opinion_app.records.current import settings_of
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction

KEPT = "demo-accounts.txt"


def prepare(now: datetime) -> str:
    """Load the demonstration into an empty database and answer its accounts as text; nothing for an office of somebody's own.

    The passwords are kept in the data folder for this user's eyes, so that a second start can print them again."""
    with transaction() as session:
        own, empty = is_demo(session), session.scalar(select(Person.id).limit(1)) is None
    if not own and not empty:
        return ""
    kept = settings_of().data_dir / KEPT
    if own and kept.is_file():
        return kept.read_text(encoding="utf-8")
    return renew(now)


def renew(now: datetime) -> str:
    """Load the demonstration, or give its people new passwords where it is there already; answers its accounts as text.

    Raises Refused for a database with an office of somebody's own."""
    said = words(load_demo(now))
    _keep(settings_of().data_dir / KEPT, said)
    return said


def _keep(path: Path, said: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(said)


def words(accounts: list[Account]) -> str:
    """The accounts as a table for a terminal."""
    rows = [("登录名", "密码", "姓名", "角色", "单位和职务"), *(_row(account) for account in accounts)]
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join([*(_pad(cell, width) for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows]
    head = "演示单位：云岭镇人民政府（虚构）。人员、来信和电话都是编造的，密码为本次安装随机生成。"
    return "\n".join([head, "", *(line.rstrip() for line in lines), ""])


def _row(account: Account) -> tuple[str, str, str, str, str]:
    place = " ".join(part for part in (account.unit, account.title) if part)
    return account.login, account.password, account.name, account.roles, f"{place}（{account.note}）" if account.note else place


def _width(text: str) -> int:
    """Columns a text takes in a terminal, where Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
