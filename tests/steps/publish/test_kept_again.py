"""What stays readable is asked about again: by a basis that changed after a replacement, and at the moment of a plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from opinion_app.records.case import Case, Correspondent
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.rules.masking import Action, Decision, Kind
from opinion_app.rules.publication import PARTS, make
from opinion_app.rules.words import ConsentBasis, Disclosure, PlanState, PublicationState
from opinion_app.steps.publish import operations, planning, queries
from opinion_app.steps.publish.chosen import Chosen
from tests.builders.office import NOW
from tests.steps.publish.conftest import REVIEW, Office
from tests.steps.publish.test_planning import AT

HOUR = timedelta(hours=1)
LANDLINE = "0875-7123456"


def decide(office: Office, case: Case, basis: ConsentBasis, now: datetime) -> str:
    said: dict[str, Any] = {"disclosure": Disclosure.PUBLIC, "grounds": "理由", "basis": basis}
    return operations.decide_disclosure(office.session, case, office.clerk, now, **said)


def said(office: Office, case: Case, kept: Kind | None) -> dict[str, Any]:
    """A masking in which what is of one kind stays as “不是个人信息”."""
    held = queries.material(office.session, case)
    decisions = {
        part: tuple(
            Decision(find, Action.KEEP, "不是个人信息") if find.kind is kept else Decision(find, Action.MASK)
            for find in held.finds[part]
        )
        for part in PARTS
    }
    snapshot = make(held.original, held.finds, decisions)
    return {"chosen": Chosen(decisions, "网友", snapshot.hash), "review": REVIEW}


def test_consent_taken_back_takes_down_a_replacement_too(office: Office) -> None:
    case = office.closed(wish_public=True)
    decide(office, case, ConsentBasis.MASKED, NOW)
    operations.publish(office.session, case, office.clerk, NOW + HOUR, **said(office, case, None))
    decide(office, case, ConsentBasis.ASKED, NOW + 2 * HOUR)
    row: Publication = operations.publish(office.session, case, office.clerk, NOW + 3 * HOUR, **said(office, case, Kind.MOBILE))
    assert "13800001234" in row.question
    assert "已同时撤回" in decide(office, case, ConsentBasis.MASKED, NOW + 4 * HOUR)
    assert row.state is PublicationState.WITHDRAWN


def test_a_plan_is_held_where_what_was_kept_turns_out_to_be_the_writers(office: Office) -> None:
    case = office.closed(body=f"村口路灯坏了半个月，请打 {LANDLINE}。")
    decide(office, case, ConsentBasis.MASKED, NOW)
    row: PublicationPlan = planning.plan(office.session, case, office.clerk, NOW, AT, **said(office, case, Kind.LANDLINE))
    writer = office.session.scalars(select(Correspondent).where(Correspondent.case_id == case.id)).one()
    writer.phone = LANDLINE
    row_id = row.id
    office.session.commit()
    assert planning.publish_due(AT) != "公开 1 件"
    held = office.session.get_one(PublicationPlan, row_id)
    office.session.refresh(held)
    assert held.state is PlanState.HELD
    assert "留言人登记的" in held.end_reason
