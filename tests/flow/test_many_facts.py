"""The facts of many cases at once agree with the facts of each, as far as seeing and holding depend on them."""

from __future__ import annotations

from flask import Flask

from opinion_app.flow.cases import facts_of
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.records.assignment import Assignment
from opinion_app.records.recusal import Recusal
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.transaction import transaction
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import Gate, Kind, ReplyState, Role, Stage, UnitRole
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.review.recusing import recuse
from tests.builders.life import handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case, make_unit


def test_seeing_and_holding_are_the_same_either_way(core: Flask) -> None:
    with transaction() as session:
        clerk, leader = make_actor(session, "clerk", Role.CLERK), make_actor(session, "leader", Role.LEADER)
        handler = make_actor(session, "handler", Role.HANDLER, unit=make_unit(session))
        assert handler.unit_id is not None
        plain = make_case(session, clerk)
        hidden = make_case(session, clerk, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
        reviewed = make_case(session, clerk)
        session.add(Assignment(case_id=reviewed.id, unit_id=handler.unit_id, role=UnitRole.LEAD, assigned_at=NOW))
        for number in (1, 2):
            reply = Reply(case_id=reviewed.id, version_no=number, text="答复", text_hash=f"h{number}", drafted_at=NOW,
                          drafter_id=handler.id, author_ids=[handler.id], state=ReplyState.SUBMITTED)  # fmt: skip
            session.add(reply)
            session.flush()
            gate = Gate.UNIT_HEAD if number == 2 else Gate.SIGN_OFF
            session.add(ReplyCheck(reply_id=reply.id, gate=gate, passed=True, text_hash=f"h{number}", checked_by_id=leader.id,
                                   checked_at=NOW))  # fmt: skip
        for person, lifted in ((leader, None), (handler, NOW)):
            session.add(Recusal(case_id=reviewed.id, person_id=person.id, reason="亲属", recorded_by_id=clerk.id, recorded_at=NOW,
                                lifted_at=lifted))  # fmt: skip
        reviewed.stage = Stage.UNDER_REVIEW
        session.flush()
        cases = [plain, hidden, reviewed]
        many = facts_of_many(session, cases)
        for case in cases:
            one = facts_of(session, case)
            assert holder(many[case.id]) == holder(one)
            assert (many[case.id].authors, many[case.id].gates_passed) == (one.authors, one.gates_passed)
            assert many[case.id].recused == one.recused == ({leader.id} if case is reviewed else set())
            for person in (clerk, leader, handler):
                assert can_see(person, many[case.id]) is can_see(person, one)
        assert (many[plain.id].extension_waits, many[plain.id].extension_id, many[plain.id].recused) == (False, None, frozenset())
        assert can_see(clerk, many[hidden.id])
        assert not can_see(leader, many[hidden.id])
        assert facts_of_many(session, []) == {}


def test_requests_for_more_time_and_those_who_withdrew_are_the_same_either_way(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        asked, decided, plain = handling_case(office), handling_case(office), handling_case(office)
        for case in (asked, decided):
            extending.ask(session, case, office.finance_head, NOW, More(amount=5), "采购灯具")
        extending.withdraw(session, decided, office.finance_head, NOW, "")
        recuse(session, asked, office.leader, NOW, office.reviewer.id, "亲属关系")
        recuse(session, decided, office.leader, NOW, office.reviewer.id, "亲属关系")
        cases = [asked, decided, plain]
        many = facts_of_many(session, cases)
        for case in cases:
            one = facts_of(session, case)
            said = (one.extension_waits, one.extension_id, one.recused)
            assert (many[case.id].extension_waits, many[case.id].extension_id, many[case.id].recused) == said
        assert [many[case.id].extension_waits for case in cases] == [True, False, False]
        assert [many[case.id].recused for case in cases] == [{office.reviewer.id}, {office.reviewer.id}, frozenset()]
