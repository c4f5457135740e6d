"""Who is named for a restricted case (指定知情人) hears of it at once, of the dates too where the step is theirs (N02, N09)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.records.actors import actor_of
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.triage import operations as triage
from tests.desks.outbox.posted import DUE, mailing, morning, post, round_
from tests.desks.reminders.laddered import Office

NAMED = "LY2026-000001 您被指定为知情人"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A case that nobody of its unit may know of yet."""
    for made in mailing(core):
        made.people["clerk"].handles_accusations = True
        made.case.restricted = True
        made.session.flush()
        yield made


def name(office: Office, *logins: str, at: str) -> None:
    clerk = actor_of(office.session, office.people["clerk"])
    for login in logins:
        triage.grant(office.session, office.case, clerk, parse_moment(at), login, "由其承办")


def test_n02_who_has_the_step_from_now_on_hears_that_it_is_due_today_by_that_letter_alone(office: Office) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    name(office, "handler", "head", at=f"{DUE}T09:00")
    assert round_(office, f"{DUE}T09:01") == [f"{login} {NAMED}（今天到期）" for login in ("handler", "head")]
    assert [round_(office, f"{DUE}T{time}") for time in ("09:02", "12:00", "17:00")] == [[], [], []]


def test_n09_who_has_the_step_hears_of_later_dates_too_and_who_has_none_that_they_may_look(office: Office) -> None:
    """The letters about the step had left before: to the clerk, for nobody else was there."""
    morning(office, "2026-11-10")
    post(office, "2026-11-10T08:35")
    name(office, "handler", "vice", at="2026-11-10T09:00")
    assert round_(office, "2026-11-10T09:01") == [f"handler {NAMED}", f"vice {NAMED}"]
    assert round_(office, "2026-11-10T09:02") == []
