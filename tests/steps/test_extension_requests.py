"""A request for more time is granted as it was asked, or not at all: withdrawn by its unit, void with its clock (D04, D10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow import clock_changes
from opinion_app.records.case import Case
from opinion_app.records.clock import ExtensionRequest
from opinion_app.records.notice import Notice
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.errors import Forbidden, Refused
from opinion_app.rules.words import OFFICE_GATES, AnswerMethod, Kind, Procedure, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import REPLY, Office, handling_case, make_office
from tests.builders.office import NOW
from tests.builders.rules import rule_changed

PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
DAY = timedelta(days=1)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def asked(office: Office, more: More | None = None) -> Case:
    """A case whose unit asks for five working days more, or for `more`."""
    case = handling_case(office)
    extending.ask(office.session, case, office.finance_head, NOW, more or More(5), "需要采购灯具")
    return case


def end_of(office: Office, case: Case) -> tuple[bool | None, str]:
    """What became of the one request of a case: granted or not, and what was said."""
    request = office.session.scalars(select(ExtensionRequest).where(ExtensionRequest.case_id == case.id)).one()
    assert (request.decided_at is None) is (request.opinion == "")
    return request.granted, request.opinion


def told(office: Office) -> list[str]:
    """What whoever asked was told of a request that is void."""
    notices = office.session.scalars(select(Notice).where(Notice.person_id == office.finance_head.id))
    return [notice.subject.partition(" ")[2] for notice in notices if "作废" in notice.subject]


def test_d10_a_request_may_be_withdrawn_and_made_again(office: Office) -> None:
    case = asked(office)
    due = clock_changes.running_reply(office.session, case).due_at
    with pytest.raises(Forbidden):
        extending.withdraw(office.session, case, office.roads_head, NOW, "")
    extending.withdraw(office.session, case, office.finance_head, NOW, "灯具已到货")
    assert end_of(office, case) == (None, "撤回：灯具已到货")
    assert clock_changes.running_reply(office.session, case).due_at == due
    with pytest.raises(Refused, match="没有等待审批"):
        extending.withdraw(office.session, case, office.finance_head, NOW, "")
    with pytest.raises(Refused, match="没有等待审批"):
        extending.decide(office.session, case, office.leader, NOW, agree=True, opinion="")
    extending.ask(office.session, case, office.finance_head, NOW, More(3), "又要采购")
    extending.decide(office.session, case, office.leader, NOW, agree=True, opinion="")
    assert local_date(clock_changes.running_reply(office.session, case).due_at or NOW) == date(2026, 12, 7)


def test_d04_working_days_asked_for_are_not_granted_as_natural_ones(office: Office) -> None:
    case = asked(office)
    operations.classify(office.session, case, office.clerk, NOW, PETITION)
    assert end_of(office, case) == (None, "时限改按日计算")
    assert told(office) == ["延期申请（5 个工作日）作废：时限改按日计算，仍需延期的请重新申请"]
    office.session.commit()  # which seals the trail
    entry = office.session.scalars(select(TrailEntry).where(TrailEntry.act == "case.void_extension")).one()
    assert entry.subject == case.number
    with pytest.raises(Refused, match="没有等待审批"):
        extending.decide(office.session, case, office.leader, NOW, agree=True, opinion="")


def test_d04_a_day_asked_for_is_the_same_day_under_any_unit(office: Office) -> None:
    case = asked(office, More(until=date(2026, 12, 9)))
    operations.classify(office.session, case, office.clerk, NOW, replace(PETITION, procedure=Procedure.HOTLINE))
    assert end_of(office, case) == (None, "")
    assert told(office) == []


def test_d04_a_changed_rule_of_another_unit_voids_it_as_well(office: Office) -> None:
    case = asked(office)
    rule_changed(office.session, "reply-help", Span(10, Unit.NATURAL_DAYS), "改为自然日")
    assert end_of(office, case) == (None, "时限改按日计算")


def test_d04_a_request_does_not_outlive_the_answer_it_was_for(office: Office) -> None:
    case = asked(office)
    reply.save_draft(office.session, case, office.finance_handler, NOW, REPLY)
    reply.submit(office.session, case, office.finance_handler, NOW)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    review.check_gates(office.session, case, office.reviewer, NOW, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(office.session, case, office.leader, NOW, passed=True)
    closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)
    assert end_of(office, case) == (None, "所申请的时限已经结束")
    closing.reopen(office.session, case, office.clerk, NOW + 2 * DAY, "留言人不满意")
    assert extending.waiting(office.session, case) is None
    assert len(told(office)) == 1
