"""Who keeps out of a case publishes nothing of it, not by a plan made before either."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opinion_app.flow.publications import RECUSED
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.publication import Publication
from opinion_app.records.recusal import Recusal
from opinion_app.rules.words import PlanState, Role, Stage
from opinion_app.steps.publish import operations, planning
from opinion_app.steps.review.recusing import recuse
from tests.builders.office import NOW, make_actor
from tests.steps.publish.conftest import Office
from tests.steps.publish.test_planning import AT


@pytest.mark.parametrize("who", ["planner", "masker"])
@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.ARCHIVED])
def test_a_recusal_of_who_planned_or_masked_holds_the_plan_and_tells_the_clerks(office: Office, who: str, stage: Stage) -> None:
    case = office.closed()
    planner = make_actor(office.session, "second", Role.CLERK)
    said = office.said(case)
    operations.ask_review(office.session, case, office.clerk, NOW, said["chosen"])
    plan = planning.plan(office.session, case, planner, NOW, AT, **said)
    case.stage = stage
    person = planner if who == "planner" else office.clerk
    recuse(office.session, case, person, NOW, person.id, "与留言人是近亲属")
    office.session.refresh(plan)
    assert (plan.state, plan.end_reason, case.to_publish) == (PlanState.HELD, RECUSED, True)
    told = select(Notice.person_id).where(Notice.subject.contains("定时公开已搁置"))
    assert set(office.session.scalars(told)) == {office.clerk.id, planner.id}
    assert office.session.scalars(select(Move.note).order_by(Move.id.desc())).first() == RECUSED
    office.session.commit()
    assert planning.publish_due(AT) == "没有到时间的"


def test_the_recusal_of_somebody_else_holds_nothing(office: Office) -> None:
    case = office.closed()
    other = make_actor(office.session, "second", Role.CLERK)
    plan = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case))
    recuse(office.session, case, other, NOW, other.id, "与留言人是近亲属")
    assert plan.state is PlanState.WAITING
    bare = office.closed(body="另一处路灯也坏了，请一并修理。")
    recuse(office.session, bare, office.clerk, NOW, office.clerk.id, "与留言人是近亲属")


def test_at_its_moment_it_is_looked_at_once_more(office: Office) -> None:
    case = office.closed()
    plan = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case))
    row = Recusal(case_id=case.id, person_id=office.clerk.id, reason="近亲属", recorded_by_id=office.clerk.id, recorded_at=NOW)
    office.session.add(row)
    office.session.flush()
    assert planning.release(office.session, plan.id, AT) is False
    assert plan.end_reason == RECUSED
    assert office.session.scalars(select(Publication.id)).all() == []
