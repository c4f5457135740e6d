"""重办 of a forwarded letter: the date its notice wants the answer by binds the second answer too, unless it had passed (D11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import AnswerMethod, Procedure, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, OFFICE_GATES, REPLY, Office, dues, forwarded, handling_case, make_office
from tests.builders.office import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICE = replace(HELP, procedure=Procedure.NOTICE)
AGAIN = NOW + 4 * DAY  # 2026-11-27


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def reopened(office: Office, return_on: date) -> Case:
    """A letter that was answered the day after it came, and is taken up again on 27 November."""
    case = forwarded(office, return_on)
    answer(office, case, NOW + DAY)
    closing.reopen(office.session, case, office.clerk, AGAIN, "不满意")
    return case


def answer(office: Office, case: Case, at: datetime) -> None:
    """From the draft to the answer, all at one moment."""
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    review.check_gates(office.session, case, office.reviewer, at, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(office.session, case, office.leader, at, passed=True)
    closing.answer(office.session, case, office.clerk, at, AnswerMethod.ONLINE)


@pytest.mark.parametrize(
    ("return_on", "due"),
    [
        pytest.param(date(2026, 12, 1), date(2026, 12, 1), id="ahead"),
        pytest.param(date(2026, 11, 27), date(2026, 11, 27), id="today"),
        pytest.param(date(2026, 11, 26), date(2026, 12, 8), id="passed"),
    ],
)
@pytest.mark.parametrize("away", [replace(NOTICE, urgency=Urgency.COMPLEX), replace(HELP, procedure=Procedure.PETITION)])
def test_d11_the_date_on_a_notice_binds_the_second_answer_as_long_as_it_is_ahead(
    office: Office, return_on: date, due: date, away: operations.Classification
) -> None:
    case = reopened(office, return_on)
    first = dues(office, case)
    assert first["reply"] == due
    assert first["draft"] is not None
    assert first["draft"] <= due
    for kind in (away, NOTICE):
        operations.classify(office.session, case, office.clerk, AGAIN + HOUR, kind)
    assert dues(office, case)["reply"] == due, "a slip of the classification changes nothing"
    assert preview(office.session, AGAIN + 2 * HOUR, work_calendar(office.session)) == []


@pytest.mark.parametrize(
    ("return_on", "agreed", "due"),
    [
        pytest.param(date(2026, 12, 1), None, date(2026, 12, 1), id="ahead"),
        pytest.param(date(2026, 11, 26), date(2026, 12, 2), date(2026, 12, 2), id="put-off"),
        pytest.param(date(2026, 11, 26), None, date(2026, 12, 8), id="passed"),
    ],
)
def test_d11_so_does_the_date_on_a_notice_that_is_merged_into_the_case(
    office: Office, return_on: date, agreed: date | None, due: date
) -> None:
    session, letter, case = office.session, forwarded(office, return_on), handling_case(office)
    merging.merge(session, letter, office.clerk, NOW + HOUR, case.number, "同一件事")
    if agreed is not None:
        more = More(until=agreed, consent=Consent("信转〔2026〕9号", local_date(NOW)))
        extending.ask(session, case, office.finance_head, NOW + 2 * HOUR, more, "需现场核实")
        extending.decide(session, case, office.leader, NOW + 2 * HOUR, agree=True, opinion="同意")
    answer(office, case, NOW + DAY)
    closing.reopen(session, case, office.clerk, AGAIN, "不满意")
    first = dues(office, case)
    assert first["reply"] == due
    for kind in (replace(HELP, procedure=Procedure.PETITION), HELP):
        operations.classify(session, case, office.clerk, AGAIN + HOUR, kind)
    assert dues(office, case) == first, "a slip of the classification changes nothing"
    assert preview(session, AGAIN + 2 * HOUR, work_calendar(session)) == []
    merging.unmerge(session, letter, office.clerk, AGAIN + DAY, "分别答复", know_late=True)
    assert dues(office, case)["reply"] == date(2026, 12, 8), "what no longer lies in the case binds it no longer"
