"""A step of what is late, handed to somebody on leave or whom no letter reaches: somebody at work hears of it (N09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.actors import actor_of
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.review import operations as review
from tests.desks.outbox.posted import LATE, leave, mailing, morning, post, round_
from tests.desks.outbox.test_handed_to_nobody import above, hand_in
from tests.desks.reminders.laddered import Office

URGED = "催办通知：LY2026-000001 答复"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in mailing(core):
        morning(made, LATE)
        post(made, f"{LATE}T08:35")
        yield made


def test_n09_a_late_draft_sent_back_to_who_is_on_leave_is_told_to_the_stand_in(office: Office) -> None:
    hand_in(office, f"{LATE}T08:40")
    round_(office, f"{LATE}T08:41")
    leave(office, "handler", f"{LATE}T08:50")
    head = actor_of(office.session, office.people["head"])
    review.check_unit_head(office.session, office.case, head, parse_moment(f"{LATE}T09:00"), passed=False, opinion="请补充")
    back = "handler LY2026-000001 答复稿退回修改（已逾期 1 个工作日）"
    assert round_(office, f"{LATE}T09:01") == [f"deputy {URGED}", back]
    assert [round_(office, f"{LATE}T{time}") for time in ("09:02", "17:00")] == [[], []]


@pytest.mark.parametrize("reached", [True, False])
def test_n09_a_late_draft_to_a_head_without_address_is_passed_on(office: Office, *, reached: bool) -> None:
    above(office)
    head = office.people["head"]
    head.email = "" if not reached else head.email
    office.session.flush()
    look_at_pressing_again(office.session, parse_moment(f"{LATE}T08:50"))
    assert round_(office, f"{LATE}T08:51") == []
    hand_in(office, f"{LATE}T09:00")
    asked = "head LY2026-000001 答复稿送审，请审核（已逾期 1 个工作日）"
    assert round_(office, f"{LATE}T09:01") == ([asked] if reached else ["above 催办通知：LY2026-000001"])
    assert [round_(office, f"{LATE}T{time}") for time in ("09:02", "17:00")] == [[], []]
