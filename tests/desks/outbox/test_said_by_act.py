"""A rung that waits for somebody who is asked for the step meanwhile: one letter says the date, not two (N01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from opinion_app.flow.ladder import LADDER, ladder
from opinion_app.flow.settings import put_setting
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.ladder_data import to_data
from opinion_app.rules.words import Role
from tests.desks.outbox.posted import DUE, LATE, leave, letters_to, mailing, morning, post, round_
from tests.desks.outbox.test_handed_on import roles
from tests.desks.outbox.test_handed_to_nobody import hand_in
from tests.desks.reminders.laddered import Office


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    yield from mailing(core)


@pytest.mark.parametrize(("day", "due"), [(DUE, "今天到期"), (LATE, "已逾期 1 个工作日")])
@pytest.mark.parametrize("queued", [True, False])
def test_n01_a_stand_in_who_becomes_head_is_asked_by_one_letter(office: Office, day: str, due: str, *, queued: bool) -> None:
    """The rung for the stand-in waits for a server; whether or not a run has asked the new head before that server answers."""
    morning(office, day)
    post(office, f"{day}T08:35")
    leave(office, "head", f"{day}T08:40")
    hand_in(office, f"{day}T09:00")
    office.run(f"{day}T09:01")
    post(office, f"{day}T09:01", Outcome.UNREACHABLE)
    [rung] = [one for one in letters_to(office, "deputy") if one.category == "rung"]
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    if queued:
        office.run(f"{day}T09:02")
    assert round_(office, f"{day}T09:03") == [f"deputy LY2026-000001 答复稿送审，请审核（{due}）"]
    assert rung.last_error == "随这件一并告知"
    assert [round_(office, f"{day}T{time}") for time in ("09:04", "17:03")] == [[], []]


@pytest.mark.parametrize("sheet", [True, False])
def test_n01_a_card_with_a_sheet_goes_beside_the_letter_that_says_its_date(office: Office, *, sheet: bool) -> None:
    """It asks for an answer, which the letter about the draft does not."""
    held = ladder(office.session)
    days = tuple(replace(rung, sheet=sheet) if rung.code == "urge" else rung for rung in held.days)
    put_setting(office.session, LADDER, to_data(replace(held, days=days)))
    morning(office, LATE)
    post(office, f"{LATE}T08:35", Outcome.UNREACHABLE)
    hand_in(office, f"{LATE}T08:36")
    asked, card = "head LY2026-000001 答复稿送审，请审核（已逾期 1 个工作日）", "head 催办通知：LY2026-000001 答复"
    told = [line for line in round_(office, f"{LATE}T08:40") if line.startswith("head ") and "通报" not in line]
    assert told == ([asked, card] if sheet else [asked])
