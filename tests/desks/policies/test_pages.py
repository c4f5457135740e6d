"""The register of policy documents over HTTP: registered, assessed, approved, released - and only in this order."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.policies import operations
from opinion_app.desks.policies.queries import Wanted, counts, page_of
from opinion_app.records.actors import actor_of
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.policies import PolicyStep, PolicyText
from opinion_app.rules.response_plan import outline
from opinion_app.rules.words import AssessmentState, RiskFactor
from tests.builders.life import make_office
from tests.support.client import Browser, client_for
from tests.support.queries import MOST_QUERIES, counting

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
SHEET: dict[str, Any] = {f"grade_{factor.value}": "1" for factor in RiskFactor} | {
    f"ground_{factor.value}": "征求意见时有人提出" for factor in RiskFactor
}
WHOLE: dict[str, Any] = SHEET | {"findings": "可能误解为涨价", "plan": "统一口径，张贴解读"}
HOME = "/office/policies"


@pytest.fixture
def office(app: Flask) -> Flask:
    """An office with everybody."""
    with app.app_context(), transaction() as session:
        make_office(session)
    return app


def registered(app: Flask, login: str = "finance_head", title: str = "村民用水收费办法") -> str:
    """The path of a new document."""
    answer = client_for(app, login).submit(f"{HOME}/new", title=title, summary="按表计量", planned_on="2026-12-20")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def assess(app: Flask, path: str, **changed: Any) -> Any:
    return client_for(app, "finance_handler").submit(f"{path}/assess", f"{path}/assess", **(WHOLE | changed))


def test_a_document_is_assessed_approved_and_only_then_released(office: Flask) -> None:
    path = registered(office)
    head, leader = client_for(office, "finance_head"), client_for(office, "leader")
    assert path == f"{HOME}/ZC2026-0001"
    refused = head.get(f"{path}/release")
    assert refused.status_code == 409
    assert "还没有做舆情风险评估研判" in refused.text
    assert assess(office, path).status_code == 303
    assert "还没有经领导审定" in head.get(f"{path}/release").text
    assert "可能误解为涨价" in leader.get(f"{path}/approve_assessment").text
    assert leader.submit(f"{path}/approve_assessment", passed="yes", opinion="可行").status_code == 303
    assert "可以发布" in head.get(path).text
    early = head.submit(f"{path}/release", released_on="2020-01-01", document_number="昌政规〔2026〕3号")
    assert (early.status_code, "发布日期不能早于这一天" in early.text) == (422, True)
    assert head.submit(f"{path}/release", document_number="昌政规〔2026〕3号").status_code == 303
    shown = head.get(path).text
    assert "昌政规〔2026〕3号" in shown
    assert "已发布" in shown
    assert head.get(f"{path}/edit").status_code == 409
    assert head.get(f"{path}/assess").status_code == 409
    assert "舆情风险评估研判表" in head.get(f"{path}/assessments/1").text
    assert "村民用水收费办法" in head.get(f"{path}/assessments").text
    assert head.get(f"{path}/assessments/2").status_code == 404


def test_a_refused_file_leaves_everything_typed_on_the_form(office: Flask) -> None:
    program = BytesIO(b"MZ\x90\x00" + bytes(2000))
    answer = client_for(office, "finance_head").submit(
        f"{HOME}/new", title="村民用水收费办法", summary="按表计量", planned_on="2026-12-20", files=(program, "全文.pdf")
    )
    assert answer.status_code == 422
    for words in ("不是 PDF", 'value="村民用水收费办法"', "按表计量</textarea>", "登记文件"):
        assert words in answer.text
    assert "ZC2026" not in client_for(office, "finance_head").get(HOME).text


def test_what_carries_risk_needs_a_plan_written_or_attached(office: Flask) -> None:
    path = registered(office)
    bare = assess(office, path, plan="")
    assert bare.status_code == 422
    assert "应对处置预案" in bare.text
    assert assess(office, path, plan=outline()).status_code == 422, "the outline alone is no plan"
    assert assess(office, path, plan="", files=(BytesIO(PDF), "预案.pdf")).status_code == 303
    opened = client_for(office, "clerk").get(f"{path}/assessments")
    assert "预案.pdf" in opened.text
    with client_for(office, "clerk").get(f"{path}/files/1") as file:
        assert file.data == PDF


def test_a_change_of_the_text_voids_what_was_assessed(office: Flask) -> None:
    path = registered(office)
    assert assess(office, path).status_code == 303
    head = client_for(office, "finance_head")
    assert "没有改动" in head.submit(f"{path}/edit").text
    assert head.submit(f"{path}/edit", planned_on="2026-12-31").status_code == 303
    assert "待审定" in head.get(path).text
    assert head.submit(f"{path}/edit", summary="改为按户收费", files=(BytesIO(PDF), "全文.pdf")).status_code == 303
    shown = head.get(path).text
    assert "待研判" in shown
    assert "文件内容有改动" in shown
    assert "全文.pdf" in shown
    with office.app_context(), transaction() as session:
        assert session.scalar(select(Assessment.state)) is AssessmentState.SUPERSEDED


def test_a_sent_back_assessment_is_done_again(office: Flask) -> None:
    path = registered(office)
    assert assess(office, path).status_code == 303
    leader = client_for(office, "leader")
    assert leader.submit(f"{path}/approve_assessment", passed="no").status_code == 422
    assert leader.submit(f"{path}/approve_assessment", passed="no", opinion="口径不清").status_code == 303
    assert "口径不清" in client_for(office, "finance_head").get(path).text
    assert "被领导退回" in client_for(office, "finance_head").get(f"{path}/release").text
    assert leader.get(f"{path}/approve_assessment").status_code == 409


def test_other_units_know_nothing_of_a_document(office: Flask) -> None:
    path = registered(office)
    stranger = client_for(office, "roads_head")
    for page in ("", "/edit", "/assess", "/release", "/assessments", "/assessments/1", "/files/1"):
        assert stranger.get(path + page).status_code == 404, page
    assert "村民用水" not in stranger.get(HOME).text
    assert "村民用水" in client_for(office, "finance_handler").get(HOME).text
    assert client_for(office, "finance_handler").get(f"{path}/edit").status_code == 403
    assert client_for(office, "reviewer").get(f"{path}/assess").status_code == 403
    assert client_for(office, "reviewer").get(f"{path}/files/9").status_code == 404
    assert Browser(office).get(HOME).status_code == 303


def test_an_unfinished_document_is_refused_with_what_was_typed(office: Flask) -> None:
    clerk = client_for(office, "clerk")
    answer = clerk.submit(f"{HOME}/new", title="", summary="按表计量", unit="1")
    assert answer.status_code == 422
    assert "请填写文件标题" in answer.text
    assert "按表计量" in answer.text
    secret = clerk.submit(f"{HOME}/new", title="机密★ 某办法", unit="1")
    assert secret.status_code == 422
    assert "密级" in secret.text
    assert clerk.submit(f"{HOME}/new", title="办法", unit="99").status_code == 422
    head = client_for(office, "finance_head")
    assert head.submit(f"{HOME}/new", title="办法", unit="2").status_code == 422


def test_the_list_is_filtered_and_grows_by_no_query(office: Flask) -> None:
    first = registered(office)
    registered(office, title="文明养犬办法")
    assert assess(office, first).status_code == 303
    clerk = client_for(office, "clerk")
    with counting(office) as few:
        text = clerk.get(HOME).text
    assert "村民用水" in text
    assert "文明养犬" in text
    assert "文明养犬" not in clerk.get(f"{HOME}?step=waits").text
    assert "村民用水" not in clerk.get(f"{HOME}?q=养犬").text
    assert "没有符合条件" in clerk.get(f"{HOME}?unit=2&q=%25").text
    assert clerk.get(f"{HOME}?step=strange&unit=x&page=0").status_code == 200
    assert "还没有登记过" in client_for(office, "roads_head").get(HOME).text
    for place in range(12):
        registered(office, title=f"办法之{place}")
    with counting(office) as many:
        clerk.get(HOME)
    assert len(few) == len(many) <= MOST_QUERIES, "\n".join(many)


def test_the_operations_ask_for_right_and_order(office: Flask) -> None:
    with office.app_context(), transaction() as session:
        people = make_people(session)
        now = clock.now()
        with pytest.raises(Forbidden):
            operations.register(session, people["leader"], now, PolicyText("办法", 1))
        policy = operations.register(session, people["clerk"], now, PolicyText("办法", 1))
        with pytest.raises(Refused):
            operations.release(session, policy, people["clerk"], now, now.date())
        with pytest.raises(Invalid):
            operations.edit(session, policy, people["clerk"], now, PolicyText("办法", 1))
        assert operations.edit(session, policy, people["clerk"], now, PolicyText("办法（试行）", 2)) is False
        assert (policy.title, policy.unit_id) == ("办法（试行）", 2)
        assert counts(session, people["clerk"], Wanted())[PolicyStep.TO_ASSESS] == 1
        assert [row.step for row in page_of(session, people["clerk"], Wanted(PolicyStep.TO_ASSESS))] == [PolicyStep.TO_ASSESS]
        assert page_of(session, people["clerk"], Wanted(PolicyStep.RELEASED)) == []
        assert session.scalar(select(Policy.number)) == "ZC2026-0001"


def make_people(session: Any) -> dict[str, Any]:
    """Two of the people that are there already."""
    people = session.scalars(select(Person).where(Person.login.in_(("clerk", "leader"))))
    return {person.login: actor_of(session, person) for person in people}
