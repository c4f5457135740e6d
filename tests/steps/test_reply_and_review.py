"""Drafting and reviewing on real databases: versions, gates bound to the wording, and who may not check whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.cases import facts_of, latest_reply
from opinion_app.flow.clocks import open_clocks
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.reply import Reply
from opinion_app.records.transaction import transaction
from opinion_app.rules.differences import differences
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, Refused
from opinion_app.rules.reply import text_hash
from opinion_app.rules.words import OFFICE_GATES, Gate, ReplyState, Role, Stage
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from tests.builders.life import REPLY, Office, approved, handling_case, make_office, under_review
from tests.builders.office import NOW, make_actor

ALL = dict.fromkeys(OFFICE_GATES, True)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def test_a_draft_is_edited_in_place_until_it_is_submitted(office: Office) -> None:
    case = handling_case(office)
    first = reply.save_draft(office.session, case, office.finance_handler, NOW, "初稿内容，正在核实。")
    again = reply.save_draft(office.session, case, office.finance_head, NOW, REPLY, read=first.text_hash)
    assert (again.id, again.version_no, again.text) == (first.id, 1, REPLY)


def test_two_people_on_one_draft_never_overwrite_each_other(office: Office) -> None:
    case = handling_case(office)
    reply.save_draft(office.session, case, office.finance_handler, NOW, "甲的文字，已经保存。", read="")
    with pytest.raises(Conflict) as conflict:
        reply.save_draft(office.session, case, office.finance_head, NOW, "乙的文字，还没保存。", read="")
    difference = conflict.value.differences[0]
    assert (difference.mine, difference.theirs) == ("乙的文字，还没保存。", "甲的文字，已经保存。")


def test_a_reply_of_three_characters_is_no_reply(office: Office) -> None:
    case = handling_case(office)
    reply.save_draft(office.session, case, office.finance_handler, NOW, "已收悉")
    with pytest.raises(Invalid, match="过于简单"):
        reply.submit(office.session, case, office.finance_handler, NOW)


@pytest.mark.parametrize("text", ["", "字" * 20_001, "【机密】不得外传的内容"])
def test_what_cannot_be_a_draft_is_refused(office: Office, text: str) -> None:
    case = handling_case(office)
    with pytest.raises(Invalid):
        reply.save_draft(office.session, case, office.finance_handler, NOW, text)


def test_submitting_meets_the_units_own_clock_and_freezes_the_wording(office: Office) -> None:
    case = under_review(office)
    assert case.stage is Stage.UNDER_REVIEW
    assert [c.unit_id for c in open_clocks(office.session, case.id) if c.stage == "draft"] == [office.roads.id]
    with pytest.raises(Refused):
        reply.save_draft(office.session, case, office.finance_handler, NOW, "偷偷改一改已经送审的内容。")


def test_n03_a_draft_of_a_unit_without_a_head_is_told_to_the_clerks_at_once(office: Office) -> None:
    case = handling_case(office)
    office.session.get_one(Person, office.finance_head.id).active = False
    reply.save_draft(office.session, case, office.finance_handler, NOW, REPLY)
    reply.submit(office.session, case, office.finance_handler, NOW)
    told = select(Notice.person_id, Notice.lines).where(Notice.key.contains("submit_reply:"))
    [(person_id, said)] = office.session.execute(told).all()
    assert (person_id, said[0]["reason"]) == (office.clerk.id, "承办单位没有在岗的负责人，请您安排")


def test_only_the_lead_unit_drafts(office: Office) -> None:
    case = handling_case(office)
    for stranger in (office.roads_head, office.clerk, office.leader):
        with pytest.raises(Forbidden):
            reply.save_draft(office.session, case, stranger, NOW, REPLY)


def test_the_gates_come_in_their_order(office: Office) -> None:
    case = under_review(office)
    with pytest.raises(Refused, match="单位负责人"):
        review.check_gates(office.session, case, office.reviewer, NOW, ALL)
    with pytest.raises(Refused, match="单位负责人"):
        review.sign_off(office.session, case, office.leader, NOW, passed=True)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    with pytest.raises(Refused, match="政治关"):
        review.sign_off(office.session, case, office.leader, NOW, passed=True)
    with pytest.raises(Refused, match="已经审核"):
        review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    review.check_gates(office.session, case, office.reviewer, NOW, ALL)
    review.sign_off(office.session, case, office.leader, NOW, passed=True)
    assert case.stage is Stage.APPROVED
    signed = latest_reply(office.session, case.id)
    assert signed is not None
    assert (signed.state, signed.signed_at) == (ReplyState.APPROVED, NOW)


def test_gates_may_be_passed_one_by_one(office: Office) -> None:
    case = under_review(office)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    review.check_gates(office.session, case, office.reviewer, NOW, {Gate.POLITICAL: True})
    with pytest.raises(Refused):
        review.sign_off(office.session, case, office.leader, NOW, passed=True)
    review.check_gates(office.session, case, office.reviewer, NOW, {Gate.POLICY: True, Gate.WORDING: True})
    review.sign_off(office.session, case, office.leader, NOW, passed=True)
    with pytest.raises(Refused):
        review.check_gates(office.session, case, office.reviewer, NOW, ALL)


def test_a_refusal_needs_words_and_sends_the_reply_back(office: Office) -> None:
    case = under_review(office)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    mixed = ALL | {Gate.WORDING: False}
    with pytest.raises(Invalid):
        review.check_gates(office.session, case, office.reviewer, NOW, mixed)
    review.check_gates(office.session, case, office.reviewer, NOW, mixed, "有错别字")
    assert case.stage is Stage.HANDLING
    sent_back = latest_reply(office.session, case.id)
    assert sent_back is not None
    assert sent_back.state is ReplyState.SENT_BACK


def test_a_new_version_passes_every_gate_again(office: Office) -> None:
    case = under_review(office)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=False, opinion="写明日期")
    fresh = reply.save_draft(office.session, case, office.finance_handler, NOW, REPLY + "二〇二六年十一月。")
    assert fresh.version_no == 2
    reply.submit(office.session, case, office.finance_handler, NOW)
    assert facts_of(office.session, case).gates_passed == frozenset()
    states = office.session.scalars(select(Reply.state).order_by(Reply.version_no)).all()
    assert states == [ReplyState.SUPERSEDED, ReplyState.SUBMITTED]


def test_a_check_of_another_wording_is_refused(office: Office) -> None:
    case = under_review(office)
    with pytest.raises(Conflict):
        review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True, read=text_hash("旧稿"))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEADER])
def test_the_drafter_neither_reviews_nor_signs(office: Office, role: Role) -> None:
    drafter = make_actor(office.session, "both", role, Role.HANDLER, unit=office.finance)
    case = handling_case(office)
    reply.save_draft(office.session, case, drafter, NOW, REPLY)
    reply.submit(office.session, case, drafter, NOW)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    if role is Role.REVIEWER:
        with pytest.raises(Forbidden):
            review.check_gates(office.session, case, drafter, NOW, ALL)
    else:
        review.check_gates(office.session, case, office.reviewer, NOW, ALL)
        with pytest.raises(Forbidden):
            review.sign_off(office.session, case, drafter, NOW, passed=True)


@pytest.mark.parametrize("grown", [False, True])
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEADER])
def test_whoever_wrote_stays_an_author_when_another_saves(office: Office, role: Role, grown: bool) -> None:
    """The colleague's save, of the same version or of a new one that grew from it, takes nobody's authorship away."""
    author = make_actor(office.session, "both", role, Role.HANDLER, unit=office.finance)
    case = handling_case(office)
    reply.save_draft(office.session, case, author, NOW, REPLY)
    if grown:
        reply.submit(office.session, case, author, NOW)
        review.check_unit_head(office.session, case, office.finance_head, NOW, passed=False, opinion="写明日期")
    held = reply.save_draft(office.session, case, office.finance_handler, NOW, REPLY + "如有疑问，请来电。")
    assert (held.drafter_id, held.author_ids) == (office.finance_handler.id, sorted([author.id, office.finance_handler.id]))
    reply.submit(office.session, case, office.finance_handler, NOW)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    if role is Role.REVIEWER:
        with pytest.raises(Forbidden):
            review.check_gates(office.session, case, author, NOW, ALL)
        return
    review.check_gates(office.session, case, office.reviewer, NOW, ALL)
    with pytest.raises(Forbidden):
        review.sign_off(office.session, case, author, NOW, passed=True)


def test_saving_what_stands_there_already_changes_nothing(office: Office) -> None:
    case = handling_case(office)
    first = reply.save_draft(office.session, case, office.finance_handler, NOW, REPLY)
    before = (first.version, first.drafter_id, first.author_ids, first.drafted_at, case.version)
    later = NOW + timedelta(hours=1)
    again = reply.save_draft(office.session, case, office.finance_head, later, REPLY, read=first.text_hash)
    assert (again.version, again.drafter_id, again.author_ids, again.drafted_at, case.version) == before
    reply.save_draft(office.session, case, office.finance_head, later, REPLY, "请尽快送审")
    assert again.author_ids == [office.finance_handler.id]
    assert office.session.scalars(select(Move.note).order_by(Move.id.desc())).first() == "请尽快送审"


def test_the_leader_may_send_back(office: Office) -> None:
    case = under_review(office)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    review.check_gates(office.session, case, office.reviewer, NOW, ALL)
    with pytest.raises(Invalid):
        review.sign_off(office.session, case, office.leader, NOW, passed=False)
    review.sign_off(office.session, case, office.leader, NOW, passed=False, opinion="再核实")
    assert case.stage is Stage.HANDLING


@pytest.mark.parametrize("verdicts", [{}, {Gate.SIGN_OFF: True}])
def test_the_three_gates_are_the_three_gates(office: Office, verdicts: dict[Gate, bool]) -> None:
    case = under_review(office)
    review.check_unit_head(office.session, case, office.finance_head, NOW, passed=True)
    with pytest.raises(Invalid):
        review.check_gates(office.session, case, office.reviewer, NOW, verdicts)


def test_an_approved_wording_waits_for_the_answer(office: Office) -> None:
    case = approved(office)
    with pytest.raises(Refused):
        reply.submit(office.session, case, office.finance_handler, NOW)


def test_differences_name_what_came_and_what_went() -> None:
    assert [(piece.text, piece.change) for piece in differences("三日内修好", "五日内修好")] == [
        ("三", "removed"),
        ("五", "added"),
        ("日内修好", "same"),
    ]
    long = "一行\n" * 6000
    assert [piece.change for piece in differences(long, long + "又一行\n")] == ["same", "added"]
