"""A publication that stands while its case goes on: what readers are told, and that it can be taken back in every stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from opinion_app.flow.cases import facts_of
from opinion_app.flow.reopening import open_again
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.publication import Publication
from opinion_app.rules.errors import Invalid
from opinion_app.rules.masking import Action, Decision, Find, Kind
from opinion_app.rules.publication import LEFT_OUT, PARTS, make
from opinion_app.rules.words import ConsentBasis, Disclosure, PlanState, PublicationState, Stage
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import publication_index
from opinion_app.steps.publish import bench, last_look, operations, planning, queries
from opinion_app.steps.publish.chosen import Chosen
from opinion_app.steps.triage import merging
from opinion_app.steps.triage import operations as triage
from tests.builders.office import NOW, make_case
from tests.builders.published import make_publication
from tests.steps.publish.conftest import REVIEW, Office

KEPT = "留言人同意公开"
AT = NOW + timedelta(days=1)
PROMISE = "新的答复公开后将替换"


def reopened(office: Office) -> tuple[Case, Publication]:
    """A published case that its writer had taken up again."""
    case = office.closed()
    row = make_publication(office.session, case)
    open_again(office.session, case, facts_of(office.session, case), None, NOW, "没有修好", by="留言人")
    return case, row


def merge(office: Office, case: Case) -> None:
    merging.merge(office.session, case, office.clerk, NOW, make_case(office.session, office.clerk).number, "同一件事")


def decline(office: Office, case: Case) -> None:
    triage.decline(office.session, case, office.clerk, NOW, "已有结论", "没有新情况", "信访", None)


def refer(office: Office, case: Case) -> None:
    triage.refer(office.session, case, office.clerk, NOW, "县供电公司", "路灯归它管", None)


@pytest.mark.parametrize(
    ("act", "stage", "note"),
    [(merge, Stage.MERGED, "合并办理"), (decline, Stage.DECLINED, "不属于受理范围"), (refer, Stage.REFERRED, "有权处理的机关")],
)
def test_what_is_out_says_what_became_of_its_case_and_can_be_taken_back(
    office: Office, act: Callable[[Office, Case], None], stage: Stage, note: str
) -> None:
    case, row = reopened(office)
    assert PROMISE in row.note
    act(office, case)
    assert (case.stage, row.state) == (stage, PublicationState.PUBLISHED)
    assert note in row.note
    assert PROMISE not in row.note
    operations.withdraw(office.session, case, office.clerk, NOW, reason="留言人要求")
    assert (row.state, row.note) == (PublicationState.WITHDRAWN, "")
    assert publication_index.newest(office.session.connection(), parse_query("路灯"), 10) == []


def test_a_case_taken_out_of_another_goes_on_itself(office: Office) -> None:
    case, row = reopened(office)
    merge(office, case)
    merging.unmerge(office.session, case, office.clerk, NOW, "不是一件事")
    assert PROMISE in row.note


def test_a_case_whose_publication_was_taken_back_gets_no_note(office: Office) -> None:
    case, row = reopened(office)
    operations.withdraw(office.session, case, office.clerk, NOW, reason="留言人要求")
    merge(office, case)
    assert row.note == ""


def out_with_consent(office: Office, reason: str = KEPT) -> tuple[Case, Publication]:
    """A publication in which the writer's telephone stays readable, because the writer was asked and agreed."""
    case = office.closed(wish_public=True)
    decide(office, case, basis=ConsentBasis.ASKED)
    held = queries.material(office.session, case)
    decisions = {part: tuple(_kept_phone(find, reason) for find in held.finds[part]) for part in PARTS}
    snapshot = make(held.original, held.finds, decisions)
    return case, operations.publish(office.session, case, office.clerk, NOW, Chosen(decisions, "网友", snapshot.hash), REVIEW)


def _kept_phone(find: Find, reason: str) -> Decision:
    return Decision(find, Action.KEEP, reason) if find.kind is Kind.MOBILE else Decision(find, Action.MASK)


def decide(office: Office, case: Case, disclosure: Disclosure = Disclosure.PUBLIC, **said: Any) -> str:
    return operations.decide_disclosure(office.session, case, office.clerk, NOW, disclosure=disclosure, grounds="理由", **said)


@pytest.mark.parametrize("reason", [KEPT, "不是个人信息"])
@pytest.mark.parametrize("basis", [ConsentBasis.WISH, ConsentBasis.MASKED])
def test_a_stricter_basis_takes_down_what_could_not_go_out_on_it(office: Office, basis: ConsentBasis, reason: str) -> None:
    case, row = out_with_consent(office, reason)
    assert "13800001234" in row.question
    assert "已同时撤回" in decide(office, case, Disclosure.PARTIAL, basis=basis)
    assert row.state is PublicationState.WITHDRAWN
    assert case.to_publish is True
    sent, _lines = bench.remembered(queries.material(office.session, case))
    laid = bench.lay_out(queries.material(office.session, case), sent, "", "网友")
    assert (laid.waiting, laid.snapshot) == (int(reason == KEPT), None)  # what was kept is to be decided anew, or is refused


@pytest.mark.parametrize("reason", [KEPT, "不是个人信息"])
def test_what_may_stand_on_the_new_basis_stands_and_is_to_be_published_anew(office: Office, reason: str) -> None:
    case, row = out_with_consent(office, reason)
    assert "重新审查" in decide(office, case, basis=ConsentBasis.ASKED)
    assert (row.state, case.to_publish) == (PublicationState.PUBLISHED, True)


def test_without_anything_out_nothing_follows(office: Office) -> None:
    assert decide(office, office.closed(), basis=ConsentBasis.MASKED) == ""


def test_the_wish_on_the_form_keeps_no_telephone(office: Office) -> None:
    case = office.closed(wish_public=True)
    decide(office, case, basis=ConsentBasis.WISH)
    held = queries.material(office.session, case)
    sent = {f"question-{find.identity}": "consent" for find in held.finds["question"]}
    assert bench.lay_out(held, sent, "", "网友").waiting == len(sent)
    kept = {part: tuple(Decision(find, Action.KEEP, KEPT) for find in held.finds[part]) for part in PARTS}
    with pytest.raises(Invalid, match="单独同意"):
        operations.publish(office.session, case, office.clerk, NOW, Chosen(kept, "网友", ""), REVIEW)


def test_a_part_says_what_it_leaves_out_and_the_whole_says_nothing(office: Office) -> None:
    case = office.closed(disclosure_is=Disclosure.PARTIAL)
    row = operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    assert row.left_out == LEFT_OUT
    told: dict[str, Any] = {"left_out": "刘一帆家的情况没有公开（个人隐私）。"}
    with pytest.raises(Invalid, match="没有决定"):
        operations.publish(office.session, case, office.clerk, NOW, replace(office.said(case)["chosen"], **told), REVIEW)
    with pytest.raises(Invalid, match="部分公开说明"):
        operations.publish(office.session, case, office.clerk, NOW, replace(office.said(case)["chosen"], left_out=""), REVIEW)
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case, **told))
    assert row.left_out == "刘**家的情况没有公开（个人隐私）。"
    decide(office, case, basis=ConsentBasis.MASKED)
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    assert row.left_out == ""


def test_a_part_set_for_later_goes_out_with_what_it_says(office: Office) -> None:
    case = office.closed(disclosure_is=Disclosure.PARTIAL)
    told: dict[str, Any] = {"left_out": "刘一帆家的情况没有公开（个人隐私）。"}
    row = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case, **told))
    assert planning.release(office.session, row.id, AT) is True
    assert office.session.scalars(select(Publication.left_out)).all() == ["刘**家的情况没有公开（个人隐私）。"]


def test_a_part_set_for_later_before_it_had_to_say_so_does_not_go_out(office: Office) -> None:
    case = office.closed()
    row = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case))
    case.disclosure = Disclosure.PARTIAL
    row.texts = {name: value for name, value in row.texts.items() if name not in ("left_out", planning.WRITTEN)}
    office.session.flush()
    assert planning.release(office.session, row.id, AT) is False


def test_what_was_kept_on_consent_is_held_once_the_consent_is_gone(office: Office) -> None:
    case = office.closed(wish_public=True)
    decide(office, case, basis=ConsentBasis.ASKED)
    held = queries.material(office.session, case)
    decisions = {part: tuple(_kept_phone(find, KEPT) for find in held.finds[part]) for part in PARTS}
    chosen = Chosen(decisions, "网友", make(held.original, held.finds, decisions).hash)
    row = planning.plan(office.session, case, office.clerk, NOW, AT, chosen, REVIEW)
    decided = office.session.scalars(select(Move).where(Move.act == "decide_disclosure")).one()
    decided.detail = decided.detail | {"basis": ConsentBasis.MASKED.value}
    office.session.flush()
    assert planning.release(office.session, row.id, AT) is False
    assert (row.state, row.end_reason) == (PlanState.HELD, last_look.KEPT)
