"""A guessed query code costs what an unknown number costs: the same queries and the same comparison; counted, not timed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from opinion_app import clock
from opinion_app.flow import inbox
from opinion_app.records.submission import Progress, Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.query_code import same
from tests.support.client import Browser
from tests.support.queries import counting

KNOWN, WAITING, UNKNOWN = "LY2026-000001", "LY2026-000002", "LY2026-000003"
GUESS = "ABCD EFGH JKMN"
Ask = Callable[[str], Any]


@pytest.fixture
def held(app: Flask) -> Flask:
    """One message that is being handled and one that waits in the inbox."""
    with app.app_context(), transaction() as session:
        now = clock.now()
        session.add(Progress(number=KNOWN, code_hash="a" * 64, step="办理中", updated_at=now))
        session.add(Submission(number=WAITING, code_hash="b" * 64, fields={}, submitted_at=now))
    return app


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The lengths of the two hashes of each comparison."""
    lengths: list[tuple[int, int]] = []

    def noted(first: str, second: str) -> bool:
        lengths.append((len(first), len(second)))
        return same(first, second)

    monkeypatch.setattr(inbox, "same", noted)
    return lengths


def track(app: Flask, number: str) -> Any:
    return Browser(app).submit("/messages/track", "/track", number=number, code=GUESS)


def rate(app: Flask, number: str) -> Any:
    return Browser(app).press("/messages/rate", "/messages/track", number=number, code=GUESS)


@pytest.mark.parametrize("ask", [track, rate], ids=["track", "rate"])
def test_every_miss_does_the_same_work(held: Flask, compared: list[tuple[int, int]], ask: Callable[[Flask, str], Any]) -> None:
    seen = {}
    for number in (UNKNOWN, KNOWN, WAITING):
        compared.clear()
        with counting(held) as asked:
            answer = ask(held, number)
        text = re.sub(r'name="(csrf_token|_key)" value="[^"]*"', "", answer.text.replace(number, "编号"))
        seen[number] = (answer.status_code, text, list(asked), list(compared))
    assert "没有查到" in seen[UNKNOWN][1]
    assert seen[UNKNOWN][3] == [(64, 64)]
    assert seen[KNOWN] == seen[UNKNOWN]
    assert seen[WAITING] == seen[UNKNOWN]
