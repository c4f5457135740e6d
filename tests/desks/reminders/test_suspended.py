"""A case that stands still for long is late for nobody; the clerks are asked to look again, every ten working days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.suspended import ask_about_suspended
from opinion_app.flow import clock_changes
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recheck import look_once_more
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import NoticeChannel, Procedure
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, Office, handling_case, make_office
from tests.builders.office import NOW, make_case

PETITION = replace(HELP, procedure=Procedure.PETITION)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def test_n07_a_case_that_stands_still_is_asked_about_every_ten_working_days(office: Office) -> None:
    session, case = office.session, handling_case(office)
    suspending.suspend(session, case, office.clerk, NOW, SuspensionGround.THIRD_PARTY, NOW, "已发征求意见函")
    asked = [ask_about_suspended(session, parse_moment(f"2026-12-0{day}T08:30")) for day in (4, 7, 8)]
    assert [bool(number) for number in asked] == [False, True, False]
    assert ask_about_suspended(session, parse_moment("2026-12-21T08:30")) > 0
    inside = select(Notice).where(Notice.channel == NoticeChannel.IN_APP, Notice.key.startswith("suspended:")).order_by(Notice.id)
    told = session.scalars(inside).all()
    assert {notice.person_id for notice in told} == {office.clerk.id}
    assert [notice.lines[0]["text"] for notice in told] == [
        "已中止计时 10 个工作日，请核对是否应恢复计时",
        "已中止计时 20 个工作日，请核对是否应恢复计时",
    ]
    lines, why = look_once_more(session, told[0], parse_moment("2026-12-07T08:31"))[:2]
    assert (len(lines), why) == (1, "")
    later = parse_moment("2026-12-22T09:00")
    clock_changes.resume(session, case, later, later)
    assert ask_about_suspended(session, parse_moment("2027-01-20T08:30")) == 0


def test_n01_a_case_that_answers_by_a_merged_date_is_asked_about_by_the_day_it_was_suspended(office: Office) -> None:
    """Merged with another case on the third day and found to be a petition on the eleventh: it stands still for itself."""
    session, hour = office.session, timedelta(hours=1)
    case = make_case(session, office.clerk)
    suspending.suspend(session, case, office.clerk, NOW + hour, SuspensionGround.HEARING, NOW + hour, "听证")
    old = make_case(session, office.clerk, now=NOW + hour)
    merging.merge(session, old, office.clerk, NOW + timedelta(days=3), case.number, "同一件事", know_late=True)
    asked = {}
    for day in range(1, 22):
        morning = parse_moment(f"{work_calendar(session).add_working_days(local_date(NOW), day)}T08:30")
        if ask_about_suspended(session, morning):
            asked[day] = session.scalars(select(Notice.lines).where(Notice.created_at == morning)).all()[0][0]["text"]
        if day == 11:
            operations.classify(session, case, office.clerk, morning + hour, PETITION, know_late=True)
            session.expire_all()
    assert [(day, f"已中止计时 {day} 个工作日" in said) for day, said in asked.items()] == [(10, True), (20, True)]
