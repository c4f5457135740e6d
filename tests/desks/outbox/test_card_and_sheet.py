"""The letter of a card says that its unit is asked by a 督办单, when it is queued and as it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string
from email.policy import default

import pytest
from flask import Flask

from opinion_app.flow import supervise
from opinion_app.rules.sheet import SAID
from tests.desks.outbox.posted import letters_to, mailing, morning, post
from tests.desks.reminders.laddered import Office

YELLOW = "2026-11-18"  # five working days over the date


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    yield from mailing(core)


def test_the_yellow_card_names_the_sheet_that_comes_with_it_and_the_urging_before_none(office: Office) -> None:
    for day in ("2026-11-12", YELLOW):
        morning(office, day)
        post(office, f"{day}T08:35")
    rungs = {notice.subject.partition("：")[0]: notice for notice in letters_to(office, "handler") if notice.category == "rung"}
    assert rungs["催办通知"].lines[0]["text"] == "答复：已逾期 1 个工作日"
    assert rungs["黄牌督办"].lines[0]["text"] == f"答复：已逾期 5 个工作日{SAID}"
    left = message_from_string(rungs["黄牌督办"].body, policy=default).get_body(("plain",))
    assert left is not None
    assert f"已逾期 5 个工作日{SAID}" in left.get_content()
    assert [sheet.card for sheet in supervise.sheets(office.session, office.case.id)] == ["yellow"]
