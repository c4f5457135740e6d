"""A 催办 asked by hand: everybody it names keeps its letter, and who joined while it waits is asked as well (N09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.desks.casefile.reminding import sent
from opinion_app.desks.supervising.operations import ask
from opinion_app.flow.dated_letters import SEE_TO_IT
from opinion_app.flow.supervise import Asked
from opinion_app.records.actors import actor_of
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import Role
from opinion_app.rules.zone import parse_moment
from tests.desks.outbox.posted import leave, letters_to, mailing, round_
from tests.desks.outbox.posted import post as run_of_the_outbox
from tests.desks.outbox.test_handed_on import roles
from tests.desks.outbox.test_handed_to_nobody import above
from tests.desks.reminders.laddered import Office

DAY = "2026-11-06"  # three working days before the reply is due
URGED = "LY2026-000001 第 1 次催办，请及时办理"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    yield from mailing(core)


def urge(office: Office, moment: str = f"{DAY}T09:00") -> None:
    clerk = actor_of(office.session, office.people["clerk"])
    ask(office.session, office.case, Asked(SupervisionKind.URGE, "请速办", office.case.lead_unit_id), clerk, parse_moment(moment))


@pytest.mark.parametrize(
    ("absent", "told"), [("", ["handler", "head"]), ("handler", ["deputy", "head"]), ("head", ["deputy", "handler"])]
)
def test_n09_whom_a_hand_urging_names_keeps_its_letter(office: Office, absent: str, told: list[str]) -> None:
    if absent:
        leave(office, absent, f"{DAY}T08:40")
    urge(office)
    assert round_(office, f"{DAY}T09:01") == [f"{login} {URGED}" for login in told]
    assert round_(office, f"{DAY}T09:02") == []


def test_n09_a_head_named_while_a_hand_urging_waits_is_asked_too_and_who_left_is_not(office: Office) -> None:
    urge(office)
    run_of_the_outbox(office, f"{DAY}T09:00", Outcome.UNREACHABLE)
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    assert round_(office, f"{DAY}T09:02") == [f"{login} {URGED}" for login in ("deputy", "handler")]
    assert [one.last_error for one in letters_to(office, "head")] == ["这一步已不由收件人办理"]
    assert round_(office, f"{DAY}T09:04") == []


def test_n09_a_hand_urging_goes_to_the_stand_in_of_who_falls_ill_meanwhile(office: Office) -> None:
    urge(office)
    run_of_the_outbox(office, f"{DAY}T09:00", Outcome.UNREACHABLE)
    leave(office, "head", f"{DAY}T09:01")
    assert round_(office, f"{DAY}T09:02") == [f"{login} {URGED}" for login in ("deputy", "handler")]
    assert [one.last_error for one in letters_to(office, "head")] == ["收件人请假，改由代办人或单位其他人接收"]


def of_the_unit(office: Office, *, active: bool) -> None:
    for login in ("head", "handler", "deputy"):
        office.people[login].active = active
    office.session.flush()


@pytest.mark.parametrize("gone", ["before", "meanwhile"])
def test_n09_a_hand_urging_told_blind_holds_no_link_and_comes_back_with_every_word(office: Office, gone: str) -> None:
    """To who may not see the case neither words nor link; to the head who is there again what the others would have read."""
    above(office)
    of_the_unit(office, active=gone == "meanwhile")
    urge(office)
    of_the_unit(office, active=False)
    office.run(f"{DAY}T09:01")
    run_of_the_outbox(office, f"{DAY}T09:01", Outcome.UNREACHABLE)
    [blind] = letters_to(office, "above")[-1].lines
    assert (blind["kind"], blind["link"], blind["blind"]) == ("", "", True)
    assert blind["text"] == f"{'催办' if gone == 'before' else SEE_TO_IT}，2026年11月11日 周三 到期"
    assert blind["reason"] == "下属单位无人在岗"
    of_the_unit(office, active=True)
    assert round_(office, f"{DAY}T09:04") == [f"{login} {URGED}" for login in ("handler", "head")]
    [whole] = letters_to(office, "head")[-1].lines
    assert whole["text"].startswith("第 1 次催办，请及时办理。答复：还剩 ")
    assert (whole["kind"], whole["unit"], whole["link"], whole.get("blind"), whole["reason"]) == (
        "求助",
        "财政所",
        "/office/cases/LY2026-000001",
        None,
        "您是承办单位负责人",
    )
    assert letters_to(office, "head")[-1].link == whole["link"]


def test_the_case_page_names_the_letter_that_left_and_no_card_that_did_not(office: Office) -> None:
    """A 催办 of what has been late for weeks says so, and counts as the highest rung; of a card nobody heard."""
    urge(office, "2026-12-02T09:00")
    told = {(one.what, one.whom) for one in sent(office.session, office.case.id)}
    assert {what for what, _whom in told} == {
        "第 1 次催办，请及时办理（已逾期 15 个工作日）",
        "第 1 次催办，请及时办理（已逾期 15 个工作日）：答复",
    }
