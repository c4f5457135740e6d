"""Somebody asked for a step who changes place while the letter waits reads what they may read by then (N03, decisions 15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.rules import links
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import Role
from tests.desks.outbox.posted import DUE, letters_to, mailing, morning, post, round_
from tests.desks.outbox.test_given_away import under_review
from tests.desks.outbox.test_handed_on import ASKED, roles
from tests.desks.outbox.test_handed_to_nobody import BLIND, above
from tests.desks.reminders.laddered import Office


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in mailing(core):
        above(made)
        morning(made, DUE)
        post(made, f"{DUE}T08:35")
        yield made


def asked(office: Office) -> None:
    """The draft waits at the head's desk and the letter about it for a server that does not answer."""
    under_review(office)
    office.run(f"{DUE}T09:00")
    post(office, f"{DUE}T09:00", Outcome.UNREACHABLE)


def quiet(office: Office) -> None:
    assert [round_(office, f"{DUE}T{time}") for time in ("09:04", "17:00")] == [[], []]


@pytest.mark.parametrize("who", ["above", "clerk"])
def test_n03_who_was_asked_to_see_to_it_and_is_head_by_now_reads_every_word(office: Office, who: str) -> None:
    """The unit above read number and date, the clerk why just they: neither is so any more."""
    office.people["head"].unit.parent_id = None if who == "clerk" else office.people["above"].unit_id  # type: ignore[union-attr]
    roles(office, "head", Role.HANDLER)
    asked(office)
    roles(office, who, Role.UNIT_HEAD)
    office.people[who].unit_id = office.people["head"].unit_id
    office.session.flush()
    assert round_(office, f"{DUE}T09:02") == [f"{who} {ASKED}"]
    letter = letters_to(office, who)[-1]
    [line] = letter.lines
    assert (line["kind"], line["unit"], line.get("blind"), line.get("reason")) == ("求助", "财政所", None, None)
    assert letter.link == links.case("LY2026-000001")
    quiet(office)


def test_n03_a_head_who_went_up_and_may_not_see_the_case_reads_number_and_date(office: Office) -> None:
    office.people["above"].active = False
    asked(office)
    office.people["head"].unit_id = office.people["above"].unit_id
    office.session.flush()
    assert round_(office, f"{DUE}T09:02") == [f"head {BLIND.removeprefix('above ')}"]
    letter = letters_to(office, "head")[-1]
    [line] = letter.lines
    assert (line["kind"], line["unit"], line["blind"], line["reason"]) == ("", "", True, "下属单位没有在岗的负责人")
    assert letter.link == links.NOTICES
    quiet(office)
