"""The facts of many cases at once agree with the facts of each, as far as seeing and holding depend on them."""

from __future__ import annotations

from flask import Flask

from opinion_app.flow.cases import facts_of
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.records.assignment import Assignment
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.transaction import transaction
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import Gate, Kind, ReplyState, Role, Stage, UnitRole
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
        reviewed.stage = Stage.UNDER_REVIEW
        session.flush()
        cases = [plain, hidden, reviewed]
        many = facts_of_many(session, cases)
        for case in cases:
            one = facts_of(session, case)
            assert holder(many[case.id]) == holder(one)
            assert (many[case.id].authors, many[case.id].gates_passed) == (one.authors, one.gates_passed)
            for person in (clerk, leader, handler):
                assert can_see(person, many[case.id]) is can_see(person, one)
        assert can_see(clerk, many[hidden.id])
        assert not can_see(leader, many[hidden.id])
        assert facts_of_many(session, []) == {}
