"""The calendar of one's due dates: behind a secret link, revocable, without a word of the writer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.subscription import queries
from opinion_app.records.clock import Clock
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role, Urgency
from opinion_app.rules.zone import local_date
from tests.builders.life import handling_case, make_office
from tests.builders.office import make_actor, make_case
from tests.support.client import Browser, client_for, pick
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture
def office(app: Flask) -> Flask:
    now = clock.now()
    with app.app_context(), transaction() as session:
        made = make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
        handling_case(made, now - timedelta(hours=2))
        make_case(session, None, now=now, urgency=Urgency.URGENT)
    return app


def link_of(browser: Browser) -> str:
    answer = browser.send(pick(browser.forms("/office/calendar-link"), "/calendar-link"))
    assert answer.status_code == 200
    return str(answer.text.split('<code class="one-time">')[1].split("</code>")[0]).partition(":8000")[2]


def parsed(app: Flask, path: str) -> list[Any]:
    answer = Browser(app).get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return Calendar.from_ical(answer.data).walk("VEVENT")


def events(app: Flask, path: str) -> list[tuple[str, str]]:
    return [(str(event["summary"]), str(event.decoded("dtstart"))) for event in parsed(app, path)]


def test_a_handler_sees_the_dates_of_their_unit_and_nothing_of_the_writer(office: Flask) -> None:
    path = link_of(client_for(office, "finance_handler"))
    found = events(office, path)
    assert {summary.split()[1] for summary, _ in found} >= {"首次联系（求助）", "提交答复稿（求助）"}
    assert all(summary.startswith("LY2026-000001") for summary, _ in found)
    text = Browser(office).get(path).text
    assert "路灯" not in text
    assert "刘一帆" not in text
    with counting(office) as asked:
        Browser(office).get(path)
    assert len(asked) <= MOST_QUERIES


def test_a_clerk_sees_hour_clocks_at_their_moment_and_what_is_done_vanishes(office: Flask) -> None:
    path = link_of(client_for(office, "clerk"))
    assert any("受理分办" in summary and "T" not in day and ":" in day for summary, day in events(office, path))
    assert all("dtend" not in event or event.decoded("dtend") > event.decoded("dtstart") for event in parsed(office, path))
    with office.app_context(), transaction() as session:
        for row in session.scalars(select(Clock)):
            row.provisional = True
    assert all(summary.endswith("（暂定）") for summary, _ in events(office, path))
    with office.app_context(), transaction() as session:
        for row in session.scalars(select(Clock)):
            row.due_at = None
    assert events(office, path) == []


def test_what_an_hour_clock_binds_to_a_moment_is_no_whole_day(office: Flask) -> None:
    path = link_of(client_for(office, "finance_handler"))
    due = clock.now().replace(hour=2, minute=20, second=0, microsecond=0) + timedelta(days=1)
    with office.app_context(), transaction() as session:
        for draft in session.scalars(select(Clock).where(Clock.stage == "draft", Clock.met_by_act == "submit_reply")):
            draft.due_at = draft.latest_at = due
    [draft_event] = [event for event in parsed(office, path) if "提交答复稿" in str(event["summary"])]
    assert (draft_event.decoded("dtstart"), "dtend" in draft_event) == (due, False)


def test_however_much_the_office_owes_nobody_loses_a_date_of_their_own(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    handler, clerk = (link_of(client_for(office, login)) for login in ("finance_handler", "clerk"))
    with office.app_context(), transaction() as session:
        for number in range(7):  # all of them due before anything of the handler's
            make_case(session, None, now=clock.now() - timedelta(days=5), title=f"件{number}")
    before = events(office, handler)
    assert len(before) >= 2
    monkeypatch.setattr(queries, "AT_ONCE", 3)
    assert events(office, handler) == before
    everything = events(office, clerk)
    assert len(everything) >= 7
    assert len(set(everything)) == len(everything)


def test_who_may_not_see_a_case_gets_its_number_and_date_alone(office: Flask) -> None:
    path = link_of(client_for(office, "admin"))
    assert events(office, path) == []
    with office.app_context(), transaction() as session:
        for person in session.scalars(select(Person).where(Person.login != "admin")):
            person.active = False
        make_case(session, None, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    assert {summary for summary, _ in events(office, path) if "000003" in summary} == {"LY2026-000003"}


def test_a_new_link_ends_the_old_one_and_one_taken_back_is_gone(office: Flask) -> None:
    handler = client_for(office, "finance_handler")
    first = link_of(handler)
    second = link_of(handler)
    assert Browser(office).get(first).status_code == 404
    assert Browser(office).get(second).status_code == 200
    with office.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "finance_handler")).one()
        assert second.rpartition("/")[2].removesuffix(".ics") != person.calendar_token_hash
        person.active = False
    assert Browser(office).get(second).status_code == 404
    with office.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.login == "finance_handler")).one().active = True
    assert handler.send(pick(handler.forms("/office/calendar-link"), "/revoke")).status_code == 303
    assert Browser(office).get(second).status_code == 404
    assert Browser(office).get("/calendars/nobody.ics").status_code == 404


def test_on_leave_ones_own_dates_stay_in_ones_own_calendar(office: Flask) -> None:
    path = link_of(client_for(office, "finance_handler"))
    before = events(office, path)
    with office.app_context(), transaction() as session:
        handler, head = (
            session.scalars(select(Person).where(Person.login == f"finance_{who}")).one() for who in ("handler", "head")
        )
        handler.leave_from, handler.deputy_id = local_date(clock.now()), head.id
    assert before
    assert events(office, path) == before
