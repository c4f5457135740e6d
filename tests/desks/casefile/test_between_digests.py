"""The page of a case says beforehand whom a letter between two digests will tell, and when: nobody else is told (N09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from opinion_app.desks.accounts.operations import set_leave
from opinion_app.desks.casefile.reminding import coming
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.cases import facts_of
from opinion_app.flow.reminding import open_of
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Way
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, give_addresses, make_office
from tests.builders.office import make_person
from tests.support.queries import counting

CAME = parse_moment("2026-11-23T09:00")
SATURDAY, LETTER = date(2026, 11, 28), Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.NOTICE)
ASKED = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), SATURDAY, report_owed=False)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The unit that holds the case has somebody who may stand in, and everybody an address."""
    assert core
    with transaction() as session:
        made = make_office(session)
        make_person(session, "deputy", Role.HANDLER, unit=made.finance)
        give_addresses(session)
        yield made


@pytest.fixture
def case(office: Office) -> Case:
    """Due on a Saturday, and nothing but its reply is owed."""
    held = assigned(office, CAME, LETTER, source=Source.FORWARDED_LETTER, letter=ASKED, procedure=Procedure.NOTICE)
    sign_for(office.session, held, office.finance_head, CAME, office.finance_handler.id)
    kept = clocks.reply_clock(office.session, held.id)
    for clock in clocks.open_clocks(office.session, held.id):
        if clock is not kept:
            clocks.end_clock(clock, CAME, "", clock.state.MET)
    office.session.flush()
    return held


def away(office: Office, who: Actor, begins: date, told_at: datetime = CAME, until: date = date(2026, 12, 20)) -> None:
    deputy = office.session.scalars(select(Person).where(Person.login == "deputy")).one()
    set_leave(office.session, who, deputy.id, begins, until, told_at)


def week(office: Office) -> None:
    for day in (24, 25, 26, 27):
        queue_digests(office.session, parse_moment(f"2026-11-{day}T08:30"))
        queue_rungs(office.session, parse_moment(f"2026-11-{day}T08:31"))


def foretold(office: Office, case: Case, moment: str) -> list[tuple[str, str]]:
    """Whom the page says a letter will tell before Monday, and when."""
    ahead = coming(office.session, open_of(office.session, case.id), facts_of(office.session, case), parse_moment(moment))
    letters = (one for one in ahead if one.way == Way.LETTER.label and one.at < parse_moment("2026-11-30T08:30"))
    return [(one.at.astimezone(CAME.tzinfo).strftime("%d %H:%M"), one.whom) for one in letters]


def sent(office: Office, since: str) -> list[str]:
    """Who is mailed over the days off."""
    for moment in ("27T09:01", "28T00:01", "28T07:00", "28T12:00", "29T00:01", "29T07:00"):
        queue_rungs(office.session, parse_moment(f"2026-11-{moment}"))
    mails = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.created_at >= parse_moment(since))
    return [row.person.name for row in office.session.scalars(mails.order_by(Notice.id)) if row.person is not None]


def test_n09_who_stands_in_from_a_day_off_on_is_named_with_the_moment(core: Flask, office: Office, case: Case) -> None:
    away(office, office.finance_handler, SATURDAY)
    away(office, office.finance_head, SATURDAY)
    week(office)
    with counting(core) as asked:
        [(at, whom)] = foretold(office, case, "2026-11-27T09:00")
    assert at == "28 07:00"
    assert sum("FROM reminders" in one for one in asked) == 1, "however many dates the case has"
    assert sent(office, "2026-11-27T09:00") == [whom]
    assert foretold(office, case, "2026-11-28T07:01") == [], "told by now"


def test_n09_within_the_quiet_hours_the_page_says_who_hears_when_they_end(office: Office, case: Case) -> None:
    week(office)
    away(office, office.finance_handler, SATURDAY, parse_moment("2026-11-28T06:00"))
    [(at, whom)] = foretold(office, case, "2026-11-28T06:01")
    assert at == "28 07:00"
    assert sent(office, "2026-11-28T06:00") == [whom]


def test_n09_nobody_is_named_who_hears_of_it_by_a_digest_before(office: Office, case: Case) -> None:
    away(office, office.finance_handler, date(2026, 11, 27))
    away(office, office.finance_head, SATURDAY)
    for day in (24, 25):
        queue_digests(office.session, parse_moment(f"2026-11-{day}T08:30"))
        queue_rungs(office.session, parse_moment(f"2026-11-{day}T08:31"))
    assert foretold(office, case, "2026-11-25T09:00") == []
    week(office)
    assert sent(office, "2026-11-27T09:00") == []


def test_n09_whose_letter_was_cancelled_on_its_way_is_named_for_when_the_leave_ends(office: Office, case: Case) -> None:
    week(office)
    away(office, office.finance_handler, date(2026, 11, 27), parse_moment("2026-11-27T09:00"), date(2026, 11, 27))
    queue_rungs(office.session, parse_moment("2026-11-27T09:01"))
    assert foretold(office, case, "2026-11-27T09:02") == [], "the letter still waits"
    mine = update(Notice).where(Notice.person_id == office.finance_handler.id, Notice.state == NoticeState.PENDING)
    lately = parse_moment("2026-11-27T09:03")
    office.session.execute(
        mine.values(state=NoticeState.CANCELLED, finished_at=lately, next_attempt_at=lately + timedelta(days=1))
    )
    [(at, whom)] = foretold(office, case, "2026-11-27T09:04")
    assert at == "28 07:00"
    queue_rungs(office.session, parse_moment("2026-11-28T00:01"))
    queue_rungs(office.session, parse_moment("2026-11-28T07:00"))
    mails = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.created_at >= parse_moment("2026-11-28T00:00"))
    assert [row.person.name for row in office.session.scalars(mails) if row.person is not None] == [whom]
