"""重办 of a forwarded letter: the date its notice wants the answer by binds the second answer too, unless it had passed (D11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import AnswerMethod, Procedure, Urgency
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import operations
from tests.builders.life import HELP, OFFICE_GATES, REPLY, Office, dues, forwarded, make_office
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
    case, at = forwarded(office, return_on), NOW + DAY
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    review.check_gates(office.session, case, office.reviewer, at, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(office.session, case, office.leader, at, passed=True)
    closing.answer(office.session, case, office.clerk, at, AnswerMethod.ONLINE)
    closing.reopen(office.session, case, office.clerk, AGAIN, "不满意")
    return case


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
