"""A closed case that is graded owes what its level asks for: it stands on the lists of whoever is reminded of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.desks.risk import queries as risk
from opinion_app.desks.risk.reporting import REPORTS, Report, report
from opinion_app.desks.subscription.queries import due_dates
from opinion_app.desks.worklist import queries
from opinion_app.desks.worklist.queries import Wanted, moment, nav_counts
from opinion_app.desks.worklist.tabs import tabs_of
from opinion_app.flow.assess import assess
from opinion_app.flow.supervise import Asked, answer, issue
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.facts import Actor
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import Disclosure, RiskFactor, RiskLevel
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing.operations import close
from tests.builders.life import Office, answered, closed, handling_case, make_office
from tests.builders.office import NOW, seed
from tests.support.client import client_for
from tests.support.queries import MOST_QUERIES, counting

EIGHT_DAYS = timedelta(days=8)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        seed(session)
        yield make_office(session)


def graded(office: Office, case: Case, level: RiskLevel, at: datetime) -> None:
    said = Sheet({factor: Ground(1, "见截图") for factor in RiskFactor}, level, "综合判断", "可能被误读")
    assess(office.session, case, office.clerk, at, said)


def listed(session: Session, actor: Actor, now: datetime) -> dict[str, set[int]]:
    """What stands on each list of a person, as many as its figure says."""
    session.flush()
    session.info.clear()
    figures, at = nav_counts(session, actor, now), moment(session, now)
    shown = {tab.key: {case.id for case in queries.rows_of(session, actor, Wanted(tab), at)} for tab in tabs_of(actor)}
    assert {key: len(cases) for key, cases in shown.items()} == figures
    return shown


def on(session: Session, actor: Actor, case: Case, now: datetime) -> set[str]:
    return {key for key, cases in listed(session, actor, now).items() if case.id in cases}


def test_a_closed_case_is_on_the_lists_of_whoever_is_reminded_of_it_until_its_duties_are_done(office: Office) -> None:
    session, late = office.session, NOW + EIGHT_DAYS
    plain, case = closed(office), closed(office)
    graded(office, case, RiskLevel.III, NOW)
    concerned = (office.clerk, office.finance_head)
    assert [on(session, actor, case, NOW) for actor in concerned] == [{"to_publish", "open", "soon"}, {"open", "soon"}]
    assert [on(session, actor, case, late) for actor in concerned] == [{"to_publish", "open", "overdue"}, {"open", "overdue"}]
    assert on(session, office.leader, case, late) == {"assessments", "open", "overdue"}
    assert on(session, office.roads_head, case, late) == {"open", "overdue"}, "as every case it took part in"
    for actor in concerned:
        assert plain.id not in set().union(*(cases for key, cases in listed(session, actor, late).items() if key != "to_publish"))
    digests = {digest.person_id for digest in plan_digests(session, late).digests}
    assert {actor.id for actor in concerned} <= digests, "whoever is reminded of it finds it on a list"
    for actor in concerned:
        dated = Calendar.from_ical(due_dates(session, session.get_one(Person, actor.id), late, "https://office.test"))
        assert case.number in {str(event["summary"]).split()[0] for event in dated.walk("VEVENT")}
    for name, _label in REPORTS:
        report(session, case, office.clerk, late, Report(name, "县委网信办", "已报"))
    assert [on(session, actor, case, late) for actor in concerned] == [{"to_publish"}, set()]
    assert on(session, office.leader, case, late) == {"assessments"}, "a leader still has to confirm the level"


def test_a_proposed_fall_of_a_closed_case_waits_on_the_leader_s_list(office: Office) -> None:
    session, case = office.session, closed(office)
    graded(office, case, RiskLevel.III, NOW)
    graded(office, case, RiskLevel.NONE, NOW)
    assert "assessments" in on(session, office.leader, case, NOW)
    assert risk.counts(session, office.leader)[1] == 1


def test_graded_cases_that_owe_something_come_before_those_that_rest(office: Office) -> None:
    session = office.session
    running, owing, resting = handling_case(office), closed(office), closed(office)
    for case in (running, resting, owing):
        graded(office, case, RiskLevel.III, NOW)
    for name, _label in REPORTS:
        report(session, resting, office.clerk, NOW, Report(name, "县委网信办", "已报"))
    shown = [row.case.id for row in risk.graded(session, office.clerk, risk.Wanted())]
    assert set(shown[:2]) == {running.id, owing.id}
    assert shown[2:] == [resting.id]


def test_the_row_of_such_a_case_says_what_is_true_and_its_links_lead_somewhere(app: Flask) -> None:
    then = clock.now() - EIGHT_DAYS
    with app.app_context(), transaction() as session:
        made = make_office(session)
        for _ in range(3):
            graded(made, closed(made, then), RiskLevel.III, then)
        number = "LY2026-000001"
    for login, act in (("clerk", "report_risk"), ("finance_head", "report_risk"), ("leader", "approve_assessment")):
        browser = client_for(app, login)
        key = "assessments" if login == "leader" else "overdue"
        with counting(app) as asked:
            shown = browser.get(f"/office/todo/{key}").text
        assert len(asked) <= MOST_QUERIES
        assert shown.count("<tr data-href") == 3
        row = next(row for row in re.findall(r"<tr data-href.*?</tr>", shown, re.S) if number in row)
        assert "已办结" in row
        assert "逾期" in row
        assert "报告舆情：" in row
        assert browser.get(f"/office/cases/{number}").status_code == 200
        assert browser.get(f"/office/cases/{number}/{act}").status_code == 200
        assert (f"/office/cases/{number}/{act}" in row) is (login == "leader")


def test_a_closed_case_stands_on_the_lists_of_the_unit_that_has_to_answer_a_sheet(office: Office) -> None:
    """A supporting unit was asked: it answers on a case that another unit has led to its end."""
    session, case = office.session, answered(office)
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", office.roads.id, local_date(NOW) + timedelta(days=2))
    sheet = issue(session, case, asked, office.leader, NOW)
    assert sheet is not None
    case.disclosure = Disclosure.WITHHELD
    close(session, case, office.clerk, NOW)
    assert {"open", "overdue"} <= on(session, office.roads_head, case, NOW + EIGHT_DAYS)
    answer(session, case, sheet, office.roads_head, NOW + EIGHT_DAYS, "已办")
    assert on(session, office.roads_head, case, NOW + EIGHT_DAYS) == set()
