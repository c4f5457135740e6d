"""Publishing: nothing undecided, nothing unreviewed and nothing but masks ever goes out; withdrawal takes everything back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.move import move
from opinion_app.flow.settings import put_setting
from opinion_app.records.case import Case
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.masking import Action, Decision
from opinion_app.rules.publication import PARTS
from opinion_app.rules.words import ConsentBasis, Disclosure, Kind, PublicationState, ReplyState, Role, Stage
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import publication_index
from opinion_app.steps.publish import bench, operations, queries
from opinion_app.steps.publish.chosen import Chosen, Review
from tests.builders.office import NOW, make_actor, make_unit
from tests.builders.published import make_closed, make_signed

REVIEW = Review("不涉密", "可以公开")
BODY = "村口的路灯坏了半个月，我叫刘一帆，电话13800001234，请修一下。"


@dataclass
class Office:
    session: Session
    clerk: Actor
    head: Actor
    unit: Unit


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        unit = make_unit(session, "村镇建设办", phone="0875-7120001")
        clerk = make_actor(session, "clerk", Role.CLERK)
        yield Office(session, clerk, make_actor(session, "head", Role.UNIT_HEAD, unit=unit), unit)


def closed(office: Office, **values: object) -> Case:
    return make_closed(office.session, office.clerk, office.unit, **({"body": BODY} | values))


def all_masked(office: Office, case: Case, more: str = "") -> bench.Bench:
    held = queries.material(office.session, case)
    return bench.lay_out(held, {}, more, "网友", everything=True)


def publish(office: Office, case: Case, laid: bench.Bench | None = None, actor: Actor | None = None) -> Publication:
    laid = laid or all_masked(office, case)
    assert laid.snapshot is not None
    return operations.publish(
        office.session,
        case,
        actor or office.clerk,
        NOW,
        Chosen(laid.decisions, "网友", laid.snapshot.hash),
        REVIEW,
    )


def found(office: Office, words: str) -> list[int]:
    return publication_index.newest(office.session.connection(), parse_query(words), 10)


def test_a_publication_is_masked_numbered_and_found(office: Office) -> None:
    case = closed(office)
    row = publish(office, case)
    assert "13800001234" not in row.question
    assert "刘一帆" not in row.question
    assert row.question.startswith("村口的路灯坏了半个月")
    assert "0875-7120001" in row.answer  # the unit's own number stays
    assert row.index_number == "-/2026-1123001"
    assert (row.writer, row.unit_name) == ("网友", "村镇建设办")
    assert found(office, "路灯") == [row.id]
    assert found(office, "刘一帆") == []
    kept = office.session.scalar(select(MaskingDecision))
    assert kept is not None
    assert kept.snapshot_hash == row.snapshot_hash
    assert "13800001234" not in str(kept.decisions)


def test_nothing_goes_out_while_a_find_is_undecided(office: Office) -> None:
    case = closed(office)
    laid = all_masked(office, case)
    assert laid.snapshot is not None
    decisions = laid.decisions | {"question": laid.decisions["question"][1:]}
    with pytest.raises(Invalid, match="1 处没有决定"):
        operations.publish(
            office.session,
            case,
            office.clerk,
            NOW,
            Chosen(decisions, "网友", laid.snapshot.hash),
            REVIEW,
        )


@pytest.mark.parametrize("review", [Review("", "可以公开"), Review("不涉密", "")])
def test_both_reviews_are_needed(office: Office, review: Review) -> None:
    case = closed(office)
    laid = all_masked(office, case)
    assert laid.snapshot is not None
    with pytest.raises(Invalid):
        operations.publish(
            office.session,
            case,
            office.clerk,
            NOW,
            Chosen(laid.decisions, "网友", laid.snapshot.hash),
            review,
        )


def test_a_review_of_another_text_does_not_count(office: Office) -> None:
    case = closed(office)
    laid = all_masked(office, case)
    other = all_masked(office, case, more="半个月")
    assert laid.snapshot is not None
    with pytest.raises(Conflict):
        operations.publish(
            office.session,
            case,
            office.clerk,
            NOW,
            Chosen(other.decisions, "网友", laid.snapshot.hash),
            REVIEW,
        )


def test_a_text_that_is_typed_is_masked_everywhere(office: Office) -> None:
    case = closed(office, answer="路灯已修好，刘婶家门口的也换了。")
    laid = all_masked(office, case, more="刘婶\n路灯")
    assert laid.snapshot is not None
    assert "刘婶" not in laid.snapshot.answer
    assert "路灯" not in laid.snapshot.question + laid.snapshot.answer + laid.snapshot.title
    lost = all_masked(office, case, more="查无此人")
    assert lost.snapshot is None
    assert "查无此人" in lost.problems["more"]


def test_without_consent_personal_data_is_not_kept(office: Office) -> None:
    case = closed(office)
    held = queries.material(office.session, case)
    assert held.basis is ConsentBasis.MASKED
    kept = {part: tuple(Decision(find, Action.KEEP, "留言人同意公开") for find in held.finds[part]) for part in PARTS}
    with pytest.raises(Invalid, match="没有单独同意"):
        operations.publish(office.session, case, office.clerk, NOW, Chosen(kept, "网友", ""), REVIEW)


def test_a_reply_of_nothing_but_masks_is_refused(office: Office) -> None:
    laid = all_masked(office, closed(office, answer="13800001234"))
    assert laid.snapshot is None
    assert "几乎没有剩下" in laid.trouble


def test_an_accusation_is_never_published(office: Office) -> None:
    case = closed(office, kind=Kind.ACCUSATION, accused="某干部")
    with pytest.raises(Refused, match="举报"):
        operations.publish(office.session, case, office.clerk, NOW, Chosen({}, "网友", ""), REVIEW)
    case.stage = Stage.ANSWERED
    with pytest.raises(Invalid, match="举报"):
        operations.decide_disclosure(
            office.session,
            case,
            office.clerk,
            NOW,
            disclosure=Disclosure.PUBLIC,
            grounds="无",
            basis=ConsentBasis.ASKED,
        )


def test_a_case_without_a_signed_reply_is_not_published(office: Office) -> None:
    case = closed(office)
    reply = queries.signed_reply(office.session, case)
    assert reply is not None
    reply.state = ReplyState.DRAFT
    office.session.flush()
    with pytest.raises(Invalid, match="签发"):
        queries.material(office.session, case)


@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.HANDLING, Stage.APPROVED, Stage.ANSWERED])
def test_a_case_that_is_not_closed_is_not_published(office: Office, stage: Stage) -> None:
    case = closed(office)
    laid = all_masked(office, case)
    case.stage = stage
    with pytest.raises(Refused):
        publish(office, case, laid)


def test_only_a_clerk_publishes(office: Office) -> None:
    case = closed(office)
    with pytest.raises((Forbidden, NotFound)):
        publish(office, case, actor=office.head)
    reviewer = make_actor(office.session, "reviewer", Role.REVIEWER)
    with pytest.raises(Forbidden):
        publish(office, case, actor=reviewer)


def test_withdrawn_is_gone_at_once_and_can_come_back(office: Office) -> None:
    case = closed(office)
    row = publish(office, case)
    operations.withdraw(office.session, case, office.clerk, NOW, reason="留言人要求")
    assert row.state is PublicationState.WITHDRAWN
    assert found(office, "路灯") == []
    with pytest.raises(Refused):
        operations.withdraw(office.session, case, office.clerk, NOW, reason="再撤一次")
    again = publish(office, case)
    assert again.id == row.id
    assert again.index_number == "-/2026-1123001"
    assert found(office, "路灯") == [row.id]


def test_reopening_leaves_a_note_until_the_new_answer_replaces_it(office: Office) -> None:
    case = closed(office)
    row = publish(office, case)
    move(office.session, case, "reopen", office.clerk, NOW, to=Stage.HANDLING)
    assert "重新办理" in row.note
    assert row.state is PublicationState.PUBLISHED
    case.stage = Stage.CLOSED
    reply = queries.signed_reply(office.session, case)
    assert reply is not None
    reply.text = "路灯已全部换新。"
    publish(office, case)
    assert row.answer == "路灯已全部换新。"
    assert "2026年11月23日更新" in row.note
    assert found(office, "换新") == [row.id]
    assert found(office, "老化") == []


def test_what_turns_out_to_be_an_accusation_comes_down(office: Office) -> None:
    case = closed(office)
    row = publish(office, case)
    case.stage, case.kind = Stage.HANDLING, Kind.ACCUSATION
    move(office.session, case, "classify", office.clerk, NOW + timedelta(days=1))
    assert row.state is PublicationState.WITHDRAWN
    assert found(office, "路灯") == []


def test_the_decision_needs_the_writers_word_or_nothing_personal(office: Office) -> None:
    case = make_signed(office.session, office.clerk)
    decide = lambda **said: operations.decide_disclosure(office.session, case, office.clerk, NOW, **said)  # noqa: E731
    with pytest.raises(Invalid, match="依据"):
        decide(disclosure=Disclosure.PUBLIC, grounds="有参考价值")
    with pytest.raises(Invalid, match="依据"):
        decide(disclosure=Disclosure.PUBLIC, grounds="有参考价值", basis=ConsentBasis.WISH)
    with pytest.raises(Invalid):
        decide(disclosure=Disclosure.WITHHELD, grounds="")
    decide(disclosure=Disclosure.PARTIAL, grounds="有参考价值", basis=ConsentBasis.ASKED)
    assert case.disclosure is Disclosure.PARTIAL
    assert queries.material(office.session, case).basis is ConsentBasis.ASKED


def test_deciding_against_publication_takes_it_down(office: Office) -> None:
    case = closed(office)
    row = publish(office, case)
    operations.decide_disclosure(office.session, case, office.clerk, NOW, disclosure=Disclosure.WITHHELD, grounds="涉及他人隐私")
    assert row.state is PublicationState.WITHDRAWN


def test_earlier_decisions_are_remembered_where_they_still_fit(office: Office) -> None:
    case = closed(office)
    publish(office, case, all_masked(office, case, more="半个月"))
    held = queries.material(office.session, case)
    sent, lines = bench.remembered(held)
    assert lines == "半个月"
    assert set(sent.values()) == {bench.MASK}
    moved = replace(held, original=replace(held.original, question="全新的来信"), finds=dict.fromkeys(PARTS, ()))
    assert bench.remembered(moved) == ({}, "")


def test_an_accusation_that_was_never_out_stays_as_it_is(office: Office) -> None:
    case = closed(office, kind=Kind.ACCUSATION, accused="某干部")
    case.stage = Stage.HANDLING
    move(office.session, case, "classify", office.clerk, NOW)
    assert office.session.scalar(select(Publication)) is None


def test_the_leaders_line_is_no_number_of_the_office_to_be_kept(office: Office) -> None:
    put_setting(office.session, "office", {"phone": "0875-5550100", "leader_phone": "0875-5550101"})
    put_setting(office.session, "kept_numbers", ["0875-5550102"])
    case = closed(office, body="请打0875-5550100、0875-5550101、0875-5550102，还有0875-7120001。")
    assert [find.text for find in queries.material(office.session, case).finds["question"]] == ["0875-5550101"]
