"""A reply that came with an import goes out after the three gates and a signature only (decisions 45), whatever leads to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.cases import facts_of
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.records.reply import Reply
from opinion_app.records.transaction import transaction
from opinion_app.rules import life
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, Refused
from opinion_app.rules.facts import TO_GO_OUT, Actor
from opinion_app.rules.words import OFFICE_GATES, ConsentBasis, Disclosure, Gate, ReplyState, ReviewStep, Role, Stage
from opinion_app.steps.publish import operations, planning, queries
from opinion_app.steps.publish.chosen import Chosen, Review
from opinion_app.steps.review.history import check_history, sign_history
from tests.builders.office import NOW, make_actor, make_person, make_unit
from tests.steps.intake.sheets import imported, made, row
from tests.steps.publish.conftest import Office
from tests.support.client import Browser, client_for, forms_in, pick

PASSED = dict.fromkeys(OFFICE_GATES, True)
CASE = "/office/cases/LY2019-000001"


@pytest.fixture
def reviewer(office: Office) -> Actor:
    return make_actor(office.session, "reviewer", Role.REVIEWER)


@pytest.fixture
def leader(office: Office) -> Actor:
    return make_actor(office.session, "leader", Role.LEADER)


@pytest.fixture
def case(office: Office, reviewer: Actor, leader: Actor) -> Case:
    """What an import took in with its reply: closed, approved by nobody here, and decided to be public."""
    case = office.closed(reviewed=False)
    operations.decide_disclosure(
        office.session, case, office.clerk, NOW, disclosure=Disclosure.PUBLIC, grounds="有参考价值", basis=ConsentBasis.MASKED
    )
    return case


def told(office: Office, person: Actor) -> list[str]:
    return [note.split(" ")[1] for note in office.session.scalars(select(Notice.subject).where(Notice.person_id == person.id))]


def test_it_is_refused_by_every_way_with_what_is_missing(office: Office, case: Case) -> None:
    chosen, review = Chosen({}, "网友", ""), Review("不涉密", "可以公开")
    missing = "还缺政治关、政策关、文字关、领导签发。.*历史答复补审"
    with pytest.raises(Refused, match=missing):
        operations.publish(office.session, case, office.clerk, NOW, chosen, review)
    with pytest.raises(Refused, match=missing):
        planning.plan(office.session, case, office.clerk, NOW, NOW + timedelta(days=1), chosen, review)
    with pytest.raises(Refused, match=missing):
        operations.ask_review(office.session, case, office.clerk, NOW, chosen)
    with pytest.raises(Invalid, match=missing):
        queries.material(office.session, case)
    assert office.session.scalars(select(Publication.id)).all() == []


def test_who_decides_is_told_and_so_are_the_reviewers(office: Office, reviewer: Actor) -> None:
    case = office.closed(reviewed=False)
    followed = operations.decide_disclosure(
        office.session, case, office.clerk, NOW, disclosure=Disclosure.PUBLIC, grounds="有参考价值", basis=ConsentBasis.MASKED
    )
    assert "没有经过审核签发" in followed
    assert told(office, reviewer) == ["历史答复请补审（三关）"]
    assert case.review_step is ReviewStep.HISTORY


def test_after_gates_and_signature_of_two_people_it_goes_out_and_the_case_stayed_closed(
    office: Office, case: Case, reviewer: Actor, leader: Actor
) -> None:
    check_history(office.session, case, reviewer, NOW, PASSED)
    assert (case.stage, case.review_step) == (Stage.CLOSED, ReviewStep.HISTORY_SIGN)
    assert told(office, leader) == ["历史答复已补审，请签发"]
    with pytest.raises(Invalid, match="还缺领导签发"):
        queries.material(office.session, case)
    sign_history(office.session, case, leader, NOW, passed=True)
    assert (case.stage, case.review_step) == (Stage.CLOSED, None)
    assert "历史答复已签发，可以公开" in told(office, office.clerk)
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    held = office.session.scalars(select(Reply).where(Reply.case_id == case.id)).one()
    assert {(check.gate, check.text_hash) for check in held.checks} == {(gate, held.text_hash) for gate in TO_GO_OUT}


def test_who_passed_the_gates_does_not_sign(office: Office, case: Case) -> None:
    both = make_actor(office.session, "both", Role.REVIEWER, Role.LEADER)
    with pytest.raises(Refused, match="历史答复补审"):
        sign_history(office.session, case, both, NOW, passed=True)
    check_history(office.session, case, both, NOW, PASSED)
    with pytest.raises(Refused, match="另一位领导"):
        sign_history(office.session, case, both, NOW, passed=True)
    with pytest.raises(Forbidden):
        sign_history(office.session, case, office.clerk, NOW, passed=True)


def test_a_refusal_needs_its_reason_keeps_it_in_and_tells_the_clerks(
    office: Office, case: Case, reviewer: Actor, leader: Actor
) -> None:
    back = PASSED | {Gate.POLICY: False}
    with pytest.raises(Invalid, match="意见"):
        check_history(office.session, case, reviewer, NOW, back)
    with pytest.raises(Invalid, match="三关"):
        check_history(office.session, case, reviewer, NOW, {Gate.POLICY: True})
    check_history(office.session, case, reviewer, NOW, back, "依据已经废止")
    assert (case.stage, case.review_step) == (Stage.CLOSED, None)
    assert "历史答复补审未通过，请改为不公开，或者重办" in told(office, office.clerk)
    with pytest.raises(Invalid, match="还缺政策关、领导签发"):
        queries.material(office.session, case)
    check_history(office.session, case, reviewer, NOW, PASSED)
    with pytest.raises(Invalid, match="意见"):
        sign_history(office.session, case, leader, NOW, passed=False)
    sign_history(office.session, case, leader, NOW, passed=False, opinion="不宜公开")
    assert life.refusal(facts_of(office.session, case), "publish")


def test_a_check_counts_for_the_wording_that_was_read(office: Office, case: Case, reviewer: Actor) -> None:
    with pytest.raises(Conflict, match="不是现在的答复"):
        check_history(office.session, case, reviewer, NOW, PASSED, read="0" * 64)
    check_history(office.session, case, reviewer, NOW, PASSED)
    reply = queries.signed_reply(office.session, case)
    assert reply is not None
    reply.text_hash = "1" * 64
    with pytest.raises(Invalid, match="还缺政治关"):
        queries.material(office.session, case)


def test_an_older_imported_reply_does_not_go_out_from_under_a_newer_draft(office: Office, case: Case, reviewer: Actor) -> None:
    draft = Reply(case_id=case.id, version_no=2, text="新稿", text_hash="2" * 64, state=ReplyState.DRAFT, drafted_at=NOW)
    office.session.add(draft)
    office.session.flush()
    with pytest.raises(Invalid, match="还缺政治关"):
        queries.material(office.session, case)
    with pytest.raises(Refused, match="不需要补审"):
        check_history(office.session, case, reviewer, NOW, PASSED)


def test_what_is_reviewed_or_withheld_asks_for_none(office: Office, reviewer: Actor, leader: Actor) -> None:
    with pytest.raises(Refused, match="不需要补审"):
        check_history(office.session, office.closed(), reviewer, NOW, PASSED)
    with pytest.raises(Refused, match="已经签发"):
        sign_history(office.session, office.closed(), leader, NOW, passed=True)
    withheld = office.closed(reviewed=False, disclosure_is=Disclosure.WITHHELD)
    for act in ("check_history", "sign_history", "publish"):
        assert "不公开" in (life.refusal(facts_of(office.session, withheld), act) or "")


def test_a_plan_from_before_is_held_at_its_moment(office: Office, case: Case) -> None:
    at = NOW + timedelta(days=1)
    plan = PublicationPlan(
        case_id=case.id,
        publish_at=at,
        source_hash="0" * 64,
        snapshot_hash="0" * 64,
        texts={"copies": []},
        planned_by_id=office.clerk.id,
        planned_at=NOW,
    )
    office.session.add(plan)
    office.session.flush()
    assert planning.release(office.session, plan.id, at) is False
    assert "还缺政治关" in plan.end_reason


@pytest.fixture
def desks(app: Flask, tmp_path: Path) -> dict[str, Browser]:
    """A clerk, a reviewer and a leader in front of a message of 2019 that was imported with its reply."""
    with app.app_context():
        with transaction() as session:
            make_unit(session, "村镇建设办")
            for role in (Role.CLERK, Role.REVIEWER, Role.LEADER):
                make_person(session, role.value, role)
        imported(app, made(tmp_path, [row(1, 答复意见="您好！第1号路段已经疏通，感谢您的关心。", 答复时间="2019/5/9 9:00:00")]))
    return {login: client_for(app, login) for login in ("clerk", "reviewer", "leader")}


def test_the_pages_lead_from_the_decision_over_both_reviews_to_the_public(desks: dict[str, Browser]) -> None:
    clerk, reviewer, leader = desks["clerk"], desks["reviewer"], desks["leader"]
    clerk.submit(f"{CASE}/decide_disclosure", disclosure="public", basis="masked", grounds="有参考价值")
    shown = clerk.get(CASE).text
    assert "已通知审核人补审" in shown
    assert "历史答复还没有补审签发，不能公开" in shown
    assert "历史答复，未签发" in shown
    refused = clerk.get(f"{CASE}/publish")
    assert (refused.status_code, "还缺政治关、政策关、文字关、领导签发" in refused.text) == (409, True)
    assert f'href="{CASE}"' in refused.text
    assert f"{CASE}/check_history" in reviewer.get("/office/todo/history").text
    back = reviewer.submit(f"{CASE}/check_history", political="pass", policy="back", wording="pass")
    assert (back.status_code, "请写明" in back.text) == (422, True)
    assert reviewer.submit(f"{CASE}/check_history", political="pass", policy="pass", wording="pass").status_code == 303
    assert f"{CASE}/sign_history" in leader.get("/office/todo/sign_history").text
    assert leader.submit(f"{CASE}/sign_history", verdict="pass").status_code == 303
    shown = clerk.get(CASE).text
    assert ("政治关、政策关、文字关通过" in shown, "历史答复还没有补审签发" in shown) == (True, False)
    assert "历史答复，未签发" not in shown
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert clerk.send(form, go="publish", secrecy_opinion="不涉密", disclosure_opinion="可以公开").status_code == 303
