"""The reason a writer is told goes with what it was the reason of: a refusal taken back, a date that runs no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.flow.progress import open_progress
from opinion_app.records.case import Case
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import AnswerMethod
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import merging, operations
from tests.builders.life import Office, approved, handling_case, make_office
from tests.builders.office import NOW, make_case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUT_OFF = "经批准延期至 2026年12月9日。原因：采购"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def told(office: Office, case: Case) -> Progress:
    office.session.flush()
    return office.session.get_one(Progress, case.number)


def followed(office: Office, case: Case) -> Case:
    open_progress(office.session, case, "code", NOW)
    return case


def grant(office: Office, case: Case) -> None:
    extending.ask(office.session, case, office.finance_head, NOW + HOUR, More(amount=5), "采购")
    extending.decide(office.session, case, office.leader, NOW + HOUR, agree=True, opinion="")


def test_d11_a_case_taken_up_again_no_longer_says_why_it_was_declined(office: Office) -> None:
    case = followed(office, make_case(office.session, office.clerk))
    operations.decline(office.session, case, office.clerk, NOW + HOUR, "不属本机关", "请向县局反映。", "县局窗口", None)
    assert told(office, case).why == "不属本机关。请向县局反映。 办理渠道：县局窗口"
    closing.reopen(office.session, case, office.clerk, NOW + 2 * HOUR, "留言人补充了材料")
    page = told(office, case)
    assert (page.step, page.why, page.promised_on) == ("已收到", "", date(2026, 12, 2))


def test_d11_an_answer_keeps_why_it_came_later_until_it_is_asked_for_again(office: Office) -> None:
    case = followed(office, approved(office))
    told(office, case).why = PUT_OFF
    closing.answer(office.session, case, office.clerk, NOW + DAY, AnswerMethod.ONLINE)
    assert told(office, case).why == PUT_OFF
    closing.reopen(office.session, case, office.clerk, NOW + 2 * DAY, "留言人不满意")
    assert told(office, case).why == ""


def test_d13_a_merged_case_no_longer_says_until_when_its_own_date_was_put_off(office: Office) -> None:
    case = followed(office, handling_case(office))
    grant(office, case)
    assert told(office, case).why == PUT_OFF
    into = make_case(office.session, office.clerk, now=NOW - 3 * DAY)
    merging.merge(office.session, case, office.clerk, NOW + 2 * HOUR, into.number, "同一事项", know_late=True)
    assert (told(office, case).why, told(office, case).promised_on) == ("", None)
    merging.unmerge(office.session, case, office.clerk, NOW + 3 * HOUR, "不是同一事项", know_late=True)
    assert (told(office, case).why, told(office, case).promised_on) == (PUT_OFF, date(2026, 12, 9))
