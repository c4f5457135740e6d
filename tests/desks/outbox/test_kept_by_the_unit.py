"""Who of a unit keeps a letter about its step, and who of it is asked where only some may know of the case (N09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.records.actors import actor_of
from opinion_app.records.case import CaseGrant
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.review import operations as review
from opinion_app.steps.review import recusing
from opinion_app.steps.triage import assigning
from tests.desks.outbox.posted import DUE, LATE, mailing, morning, post, round_
from tests.desks.outbox.test_given_away import under_review
from tests.desks.reminders.laddered import Office


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in mailing(core):
        morning(made, DUE)
        post(made, f"{DUE}T08:35")
        yield made


def test_n09_the_heads_of_a_unit_keep_what_it_was_told_though_a_handler_is_named(office: Office) -> None:
    head, clerk = (actor_of(office.session, office.people[login]) for login in ("head", "clerk"))
    handling.ask_return(office.session, office.case, head, parse_moment(f"{DUE}T09:00"), "不属我单位职责范围，请另派")
    round_(office, f"{DUE}T09:01")
    refused = parse_moment(f"{DUE}T10:00")
    assigning.decide_return(office.session, office.case, clerk, refused, agree=False, opinion="不同意")
    told = "LY2026-000001 退回申请未获同意，请继续办理（今天到期）"
    assert round_(office, f"{DUE}T10:01") == [f"{login} {told}" for login in ("deputy", "handler", "head")]


def test_n09_a_draft_sent_back_goes_to_the_head_where_the_handler_may_not_know(office: Office) -> None:
    under_review(office)
    round_(office, f"{DUE}T09:01")
    office.case.restricted, head = True, office.people["head"]
    office.session.add(CaseGrant(case_id=office.case.id, person_id=head.id, granted_at=office.case.registered_at))
    office.session.flush()
    back = parse_moment(f"{DUE}T10:00")
    review.check_unit_head(office.session, office.case, actor_of(office.session, head), back, passed=False, opinion="请补充")
    assert round_(office, f"{DUE}T10:01") == ["head LY2026-000001 答复稿退回修改（今天到期）"]


def test_n09_a_step_is_asked_past_who_withdrew_from_the_case(office: Office) -> None:
    """The head withdrew: the draft is the clerks' to arrange for, and the head hears of no date of it."""
    at, head = parse_moment(f"{DUE}T08:50"), actor_of(office.session, office.people["head"])
    recusing.recuse(office.session, office.case, head, at, head.id, "亲属关系")
    under_review(office)
    assert round_(office, f"{DUE}T09:01") == ["clerk LY2026-000001 答复稿送审，请审核（今天到期）"]
    assert [round_(office, f"{DUE}T{time}") for time in ("09:02", "17:00")] == [[], []]
    morning(office, LATE)
    assert [line.split()[0] for line in post(office, f"{LATE}T08:35") if "催办通知" in line and "head" in line] == []


def test_n09_what_is_due_today_is_told_to_whoever_has_it_once_the_others_withdrew(office: Office) -> None:
    head = office.people["head"]
    office.people["deputy"].active = False
    assert round_(office, f"{DUE}T08:50") == []
    for login in ("handler", "head"):
        clerk = actor_of(office.session, office.people["clerk"])
        recusing.recuse(office.session, office.case, clerk, parse_moment(f"{DUE}T09:00"), office.people[login].id, "亲属关系")
    assert round_(office, f"{DUE}T09:01") == ["clerk 今天到期：LY2026-000001 答复"]
    [*_rest, held] = recusing.in_force(office.session, office.case.id)
    recusing.lift(
        office.session, office.case, actor_of(office.session, office.people["vice"]), parse_moment(f"{DUE}T10:00"), held.id
    )
    assert (held.person_id, round_(office, f"{DUE}T10:01")) == (head.id, []), "the head was told this morning"
