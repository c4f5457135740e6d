"""Publication at a set moment: out when the moment has come, once, and only as it was reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app.flow import waiting
from opinion_app.flow.cases import facts_of
from opinion_app.flow.move import move
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.publication import MaskingDecision, Publication, PublicationPlan
from opinion_app.records.transaction import transaction
from opinion_app.records.wording import WordListRow
from opinion_app.rules.errors import Conflict, Invalid, Refused, Unfinished
from opinion_app.rules.registration import Writer
from opinion_app.rules.words import ConsentBasis, Disclosure, Kind, PlanState, PublicationState, ReplyState, Stage
from opinion_app.steps.publish import last_look, operations, planning, queries
from tests.builders.office import NOW
from tests.faults.together import together
from tests.steps.publish.conftest import REVIEW, Office

AT = NOW + timedelta(days=1)


def plan(office: Office, case: Case, at: datetime = AT, **values: Any) -> PublicationPlan:
    return planning.plan(office.session, case, office.clerk, NOW, at, **office.said(case, **values))


def planned(office: Office, **values: Any) -> tuple[Case, PublicationPlan]:
    case = office.closed(**values)
    return case, plan(office, case)


def publications(session: Session) -> list[str]:
    return list(session.scalars(select(Publication.number).where(Publication.state == PublicationState.PUBLISHED)))


def test_it_goes_out_at_its_moment_and_not_before(office: Office) -> None:
    case, row = planned(office)
    number, reviewed = case.number, row.snapshot_hash
    office.session.commit()
    assert planning.publish_due(AT - timedelta(seconds=1)) == "没有到时间的"
    with transaction() as session:
        assert publications(session) == []
        assert session.scalars(select(MaskingDecision.snapshot_hash)).all() == [reviewed]
    assert planning.publish_due(AT) == "公开 1 件"
    assert planning.publish_due(AT + timedelta(minutes=1)) == "没有到时间的"
    with transaction() as session:
        out = session.scalars(select(Publication)).one()
        assert (out.number, out.published_at, out.snapshot_hash) == (number, AT, reviewed)
        assert "13800001234" not in out.question
        last = session.scalars(select(Move).where(Move.act == "publish")).one()
        assert (last.actor_name, last.detail["planned"]) == ("系统", True)
        assert session.get_one(Case, out.case_id).to_publish is False


def test_two_nodes_publish_it_once(core: Flask, office: Office) -> None:
    _case, row = planned(office)
    row_id = row.id
    office.session.commit()

    def node() -> str:
        with core.app_context():
            return planning.publish_due(AT)

    assert sorted(together([node, node])) != ["公开 1 件", "公开 1 件"]
    with core.app_context(), transaction() as session:
        assert len(publications(session)) == 1
        assert len(session.scalars(select(Move.id).where(Move.act == "publish")).all()) == 1
        assert session.get_one(PublicationPlan, row_id).state is PlanState.DONE
        assert planning.release(session, row_id, AT) is None


@pytest.mark.parametrize("act", ["reopen", "accuse", "restrict", "basis"])
def test_what_changes_the_matter_holds_the_plan_until_somebody_looked(office: Office, act: str) -> None:
    """Reopened, become an accusation, restricted, published on another basis: it does not go out, and no clerk misses it."""
    case, row = planned(office)
    session, clerk = office.session, office.clerk
    clerk_row = session.get_one(Person, clerk.id)
    clerk_row.handles_accusations = True
    if act == "reopen":
        move(session, case, "reopen", clerk, NOW, to=Stage.HANDLING)
    elif act == "basis":
        said = operations.decide_disclosure(
            session, case, clerk, NOW, disclosure=Disclosure.PUBLIC, grounds="重新决定", basis=ConsentBasis.MASKED
        )
        assert "已搁置" in said
    else:
        case.kind, case.restricted = (Kind.ACCUSATION, False) if act == "accuse" else (case.kind, True)
        move(session, case, "classify", clerk, NOW)
    case_id = case.id
    session.refresh(row)
    assert (row.state, bool(row.end_reason)) == (PlanState.HELD, True)
    assert session.scalars(select(Notice.subject)).all() == [f"{case.number} 定时公开已搁置，没有公开，请查看"]
    facts = facts_of(session, case)
    assert (facts.planned, facts.plan_held) == (False, True)
    assert session.scalars(select(Case.id).where(waiting.plan_held())).all() == [case.id]
    session.commit()
    assert planning.publish_due(AT) == "没有到时间的"
    with transaction() as session:
        case, who = session.get_one(Case, case_id), replace(clerk, handles_accusations=True)
        planning.cancel(session, case, who, AT, "已看过")
        assert facts_of(session, case).plan_held is False


@pytest.mark.parametrize("act", ["withhold", "publish", "replan"])
def test_what_its_clerk_does_instead_ends_the_plan(office: Office, act: str) -> None:
    case, row = planned(office)
    session, clerk = office.session, office.clerk
    if act == "withhold":
        said = operations.decide_disclosure(session, case, clerk, NOW, disclosure=Disclosure.WITHHELD, grounds="涉及隐私")
        assert "定时公开已取消" in said
    elif act == "publish":
        operations.publish(session, case, clerk, NOW, **office.said(case))
    else:
        plan(office, case, AT + timedelta(days=1))
    session.refresh(row)
    assert (row.state, bool(row.end_reason)) == (PlanState.CANCELLED, True)


def test_a_changed_answer_is_held_back_and_the_clerks_are_told(office: Office) -> None:
    case, row = planned(office)
    case_id, row_id = case.id, row.id
    reply = queries.signed_reply(office.session, case)
    assert reply is not None
    reply.text += "另行通知。"
    office.session.commit()
    assert planning.publish_due(AT) == "搁置 1 件"
    with transaction() as session:
        assert publications(session) == []
        assert session.get_one(PublicationPlan, row_id).end_reason == last_look.CHANGED
        assert session.get_one(Case, case_id).to_publish is True
        assert "定时公开已搁置" in session.scalars(select(Notice.subject)).one()


def test_without_a_signed_answer_or_in_a_wrong_stage_nothing_goes_out(office: Office) -> None:
    lost, _plan = planned(office)
    early, _other = planned(office, body="另一处路灯也坏了，请一并修理。")
    reply = queries.signed_reply(office.session, lost)
    assert reply is not None
    reply.state = ReplyState.DRAFT
    early.stage = Stage.ANSWERED
    office.session.commit()
    assert planning.publish_due(AT) == "搁置 2 件"
    with transaction() as session:
        assert publications(session) == []


def test_what_fails_is_tried_again_and_holds_nobody_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk while the snapshot is written: nothing half-written, the plan waits, the next tick publishes it."""
    first, _row = planned(office)
    second, _other = planned(office, body="另一处路灯也坏了，请一并修理。")
    first_id, second_number = first.id, second.number
    office.session.commit()
    put = planning.put

    def full(session: Session, case: Case, *rest: Any) -> Publication:
        if case.id == first_id:
            put(session, case, *rest)
            raise OperationalError("COMMIT", {}, Exception("database or disk is full"))
        return put(session, case, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(planning, "put", full)
        with pytest.raises(Unfinished, match="公开 1 件，出错 1 件，稍后再试"):
            planning.publish_due(AT)
    with transaction() as session:
        assert publications(session) == [second_number]
    assert planning.publish_due(AT + timedelta(minutes=1)) == "公开 1 件"


NEIGHBOUR = "罗布加"  # a name no rule can tell from a word, but one of the people of the case


def known_later(office: Office, change: str) -> Case:
    """A plan that was reviewed, and what became known only afterwards."""
    case = office.closed(body=f"村口的路灯坏了半个月，{NEIGHBOUR}家门口最暗，请打0875-7120001。")
    plan(office, case)
    session = office.session
    if change == "name":
        other = office.closed(body="路灯坏了。", writer=Writer(name=NEIGHBOUR, phone="13900001234"))
        other.merged_into_id = case.id
    elif change == "telephone":
        office.unit.phone = ""
    elif change == "term":
        for name, word in (("forbidden", "线路老化"), ("binding", "forbidden")):
            session.add(WordListRow(name=name, entries={word: ""}, changed_by_id=office.clerk.id, changed_at=NOW))
    session.commit()
    return case


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("name", "审查时没有列出的疑似个人信息（来信 1 处）"),
        ("telephone", "（来信 1 处、答复 1 处）"),
        ("term", "线路老化"),
    ],
)
def test_what_is_known_only_later_holds_it(office: Office, change: str, said: str) -> None:
    case_id = known_later(office, change).id
    assert planning.publish_due(AT) == "搁置 1 件"
    with transaction() as session:
        assert publications(session) == []
        row = session.scalars(select(PublicationPlan)).one()
        assert row.state is PlanState.HELD
        assert said in row.end_reason
        case = session.get_one(Case, case_id)
        assert case.to_publish is True
        assert (facts_of(session, case).plan_held, facts_of(session, case).planned) == (True, False)
        last = session.scalars(select(Move).order_by(Move.id.desc())).first()
        assert last is not None
        assert (last.act, last.actor_name, last.note) == ("hold_plan", "系统", row.end_reason)
        assert len(session.scalars(select(Notice.id)).all()) == 1
    assert planning.publish_due(AT + timedelta(minutes=1)) == "没有到时间的"


def test_without_anything_new_it_goes_out(office: Office) -> None:
    known_later(office, "nothing")
    assert planning.publish_due(AT) == "公开 1 件"


def test_published_after_all_it_is_settled(office: Office) -> None:
    case_id = known_later(office, "name").id
    planning.publish_due(AT)
    with transaction() as session:
        case = session.get_one(Case, case_id)
        again = Office(session, office.clerk, office.head, office.unit)
        assert sum(len(finds) for finds in queries.material(session, case).finds.values()) == 1
        operations.publish(session, case, office.clerk, AT, **again.said(case))
        assert facts_of(session, case).plan_held is False
        assert NEIGHBOUR not in session.scalars(select(Publication.question)).one()


@pytest.mark.parametrize("change", ["wish", "record"])
def test_a_wish_taken_back_or_a_record_lost_holds_it(office: Office, change: str) -> None:
    case = office.closed(wish_public=True)
    said = {"disclosure": Disclosure.PUBLIC, "grounds": "可供参考", "basis": ConsentBasis.WISH}
    operations.decide_disclosure(office.session, case, office.clerk, NOW, **said)  # type: ignore[arg-type]
    plan(office, case)
    if change == "wish":
        case.wish_public = False
    else:
        office.session.execute(delete(MaskingDecision))
    office.session.commit()
    assert planning.publish_due(AT) == "搁置 1 件"


def test_a_plan_can_be_cancelled_once(office: Office) -> None:
    case, row = planned(office)
    assert case.to_publish is False
    planning.cancel(office.session, case, office.clerk, NOW, "还要再核实")
    office.session.refresh(row)
    assert (row.state, row.end_reason, case.to_publish) == (PlanState.CANCELLED, "还要再核实", True)
    with pytest.raises(Refused):
        planning.cancel(office.session, case, office.clerk, NOW, "再取消一次")


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(minutes=1), NOW + timedelta(days=91)])
def test_the_moment_lies_ahead_and_within_reach(office: Office, at: datetime) -> None:
    with pytest.raises(Invalid):
        plan(office, office.closed(), at)


def test_a_replacement_goes_out_with_its_note(office: Office) -> None:
    case = office.closed()
    row = operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    number = row.index_number
    plan(office, case, correction="维修日期写错，现改正。")
    office.session.commit()
    planning.publish_due(AT)
    with transaction() as session:
        out = session.scalars(select(Publication)).one()
        assert (out.index_number, out.published_at) == (number, NOW)
        assert out.note == "2026年11月24日更正：维修日期写错，现改正。"


def test_the_note_is_masked_reviewed_and_bound_like_the_texts(office: Office) -> None:
    case = office.closed(nickname="阳光里")
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    told = "刘一帆反映的日期写错，请拨打0875-7120001。"
    with pytest.raises(Invalid, match="没有决定"):
        operations.publish(office.session, case, office.clerk, NOW, replace(office.said(case)["chosen"], correction=told), REVIEW)
    with pytest.raises(Conflict):
        operations.publish(
            office.session, case, office.clerk, NOW, replace(office.said(case)["chosen"], correction="日期写错。"), REVIEW
        )
    said = office.said(case, correction="阳光里、刘一帆反映的日期写错，请拨打0875-7120001。")
    row = operations.publish(office.session, case, office.clerk, NOW, **said)
    assert row.note == "2026年11月23日更正：阳**、刘**反映的日期写错，请拨打0875-7120001。"
    kept = office.session.scalars(select(MaskingDecision).order_by(MaskingDecision.id.desc())).first()
    assert kept is not None
    assert (kept.snapshot_hash, row.snapshot_hash) == (said["chosen"].reviewed_hash,) * 2
    assert "刘一帆" not in str(kept.decisions)


def test_a_first_publication_has_nothing_to_correct(office: Office) -> None:
    case = office.closed()
    corrected = replace(office.said(case)["chosen"], correction="更正")
    assert operations.publish(office.session, case, office.clerk, NOW, corrected, REVIEW).note == ""


def test_a_note_that_was_set_before_it_was_reviewed_does_not_go_out(office: Office) -> None:
    """What an older version set for later, when a note was no part of the snapshot."""
    case = office.closed()
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    row = plan(office, case)
    row.correction = "请刘一帆放心。"
    office.session.commit()
    assert planning.publish_due(AT) == "搁置 1 件"
