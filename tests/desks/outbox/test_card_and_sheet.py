"""The letter of a card says that its unit is asked by a 督办单, when it is queued and as it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string
from email.policy import default

import pytest
from flask import Flask

from opinion_app.desks.supervising.withdrawing import withdraw
from opinion_app.flow import supervise
from opinion_app.records.actors import actor_of
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.sheet import SAID
from opinion_app.rules.zone import parse_moment
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


def test_n03_a_card_that_waited_names_no_sheet_that_was_withdrawn_meanwhile(office: Office) -> None:
    morning(office, "2026-11-12")
    post(office, "2026-11-12T08:35")
    morning(office, YELLOW)
    post(office, f"{YELLOW}T08:35", Outcome.UNREACHABLE)
    [sheet] = supervise.sheets(office.session, office.case.id)
    vice = actor_of(office.session, office.people["vice"])
    withdraw(office.session, office.case, sheet.id, "已当面说明", vice, parse_moment(f"{YELLOW}T09:00"))
    assert [line for line in post(office, f"{YELLOW}T09:05") if "黄牌督办" in line]
    waited = [notice for notice in letters_to(office, "handler") if notice.subject.startswith("黄牌督办")]
    assert [notice.lines[0]["text"] for notice in waited] == ["答复：已逾期 5 个工作日"]
