"""Whoever keeps out of a case looks and no more; it is recorded with its reason and can be lifted by somebody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from opinion_app.flow.cases import facts_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Forbidden, Invalid, NotFound
from opinion_app.rules.words import OFFICE_GATES
from opinion_app.steps.review import operations, recusing
from tests.builders.life import Office, make_office, under_review
from tests.builders.office import NOW
from tests.support.client import client_for

WHY = "与留言人是近亲属"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def test_a_recused_reviewer_passes_no_gate_until_it_is_lifted(office: Office) -> None:
    session, case = office.session, under_review(office)
    operations.check_unit_head(session, case, office.finance_head, NOW, passed=True)
    recusing.recuse(session, case, office.reviewer, NOW, office.reviewer.id, WHY)
    verdicts = dict.fromkeys(OFFICE_GATES, True)
    with pytest.raises(Forbidden, match="已登记回避"):
        operations.check_gates(session, case, office.reviewer, NOW, verdicts)
    assert facts_of(session, case).recused == {office.reviewer.id}
    row = recusing.in_force(session, case.id)[0]
    with pytest.raises(Forbidden):
        recusing.lift(session, case, office.reviewer, NOW, row.id)
    with pytest.raises(Invalid, match="已经登记过"):
        recusing.recuse(session, case, office.clerk, NOW, office.reviewer.id, WHY)
    recusing.lift(session, case, office.clerk, NOW, row.id)
    with pytest.raises(NotFound):
        recusing.lift(session, case, office.clerk, NOW, row.id)
    operations.check_gates(session, case, office.reviewer, NOW, verdicts)


def test_others_are_recused_by_the_clerk_or_a_leader_alone(office: Office) -> None:
    session, case = office.session, under_review(office)
    with pytest.raises(Forbidden, match="本人"):
        recusing.recuse(session, case, office.reviewer, NOW, office.leader.id, WHY)
    with pytest.raises(Invalid, match="选择"):
        recusing.recuse(session, case, office.clerk, NOW, 999, WHY)
    recusing.recuse(session, case, office.clerk, NOW, office.finance_head.id, WHY)
    with pytest.raises(Forbidden, match="已登记回避"):
        operations.check_unit_head(session, case, office.finance_head, NOW, passed=True)
    assert len(recusing.people(session, office.clerk)) > 1
    assert [name for _id, name in recusing.people(session, office.reviewer)] == ["沈审核"]


def test_over_http(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        case = under_review(office)
        number, head = case.number, office.finance_head.id
    path, clerk = f"/office/cases/{number}/recuse", client_for(app, "clerk")
    assert "请填写" in clerk.submit(path, "/recuse", person=str(head)).text
    assert clerk.submit(path, "/recuse", person=str(head), reason=WHY).status_code == 303
    assert "1 人回避" in clerk.get(f"/office/cases/{number}").text
    assert "已登记回避" in clerk.submit(path, "/recuse", person=str(head), reason=WHY).text
    assert client_for(app, "finance_head").get(f"/office/cases/{number}/check_unit_head").status_code == 403
    assert clerk.submit(path, "/lift").status_code == 303
    assert client_for(app, "finance_head").get(f"/office/cases/{number}/check_unit_head").status_code == 200
