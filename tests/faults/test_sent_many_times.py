"""One form sent twenty times at once to a real server: one thing happens, and every sender is led to it (hardening R12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.app import create_app
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.reply import Reply
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from tests.builders.life import REPLY, handling_case, make_office
from tests.faults.caller import Caller
from tests.faults.real_server import running
from tests.faults.together import together
from tests.support.databases import release

TIMES = 20


@dataclass
class House:
    """A running server, the application that looks into its database, and a person at work."""

    app: Flask
    caller: Caller
    number: str

    def count(self, of: Any, *conditions: Any) -> int:
        with self.app.app_context(), transaction() as session:
            return int(session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """A server in a process of its own and a case in the hands of its unit."""
    app = create_app(settings)
    with app.app_context(), transaction() as session:
        number = handling_case(make_office(session)).number
    try:
        with running(settings) as server:
            yield House(app, Caller.signed_in(app, "finance_handler", server.port), number)
    finally:
        release(app)


def test_twenty_at_once_do_one_thing_and_all_are_led_to_it(house: House) -> None:
    page = f"/office/cases/{house.number}"
    note, draft = house.caller.form(f"{page}/note", "/note"), house.caller.form(f"{page}/draft", "/draft")
    sent = [("files", "记录.pdf", b"%PDF-1.4\n%%EOF\n")]
    acts = [lambda: house.caller.send(note, sent, text="电话联系了留言人。") for _ in range(TIMES)]
    answers = together(acts)

    assert {(answer.status, answer.location) for answer in answers} == {(303, page)}
    assert house.count(Finding) == 1
    assert house.count(Move, Move.act == "note") == 1

    answers = together([lambda: house.caller.send(draft, text=REPLY) for _ in range(TIMES)])
    assert {(answer.status, answer.location) for answer in answers} == {(303, page)}
    assert house.count(Reply) == 1

    for values, files in (({"text": "换了内容"}, sent), ({"text": "电话联系了留言人。"}, [*sent, *sent])):
        other = house.caller.send(note, files, **values)
        assert other.status == 409
        assert "没有保存" in other.text
    assert house.count(Finding) == 1
