"""Who reviewed a publication and how, and what stayed readable in it: on the trail, the timeline and the page of publication."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.publication import MaskingDecision
from opinion_app.records.trail import TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import ConsentBasis, Disclosure, Role
from opinion_app.steps.publish import bench, operations, planning, queries
from opinion_app.steps.publish.chosen import Chosen
from tests.builders.office import NOW, make_actor, make_person, make_unit
from tests.builders.published import make_closed
from tests.steps.publish.conftest import BODY, REVIEW, Office
from tests.steps.publish.test_planning import AT
from tests.support.client import Browser, client_for, forms_in, pick

CASE = "/office/cases/LY2026-000001"
NAME = "刘一帆"


def keeping_the_name(office: Office, case: Case) -> dict[str, Any]:
    """What a clerk says who keeps the name with the writer's consent, as that of somebody in office, and masks all else."""
    operations.decide_disclosure(
        office.session, case, office.clerk, NOW, disclosure=Disclosure.PUBLIC, grounds="已征得同意", basis=ConsentBasis.ASKED
    )
    held = queries.material(office.session, case)
    keep = {f"question-{find.identity}": "office" for find in held.finds["question"] if find.text == NAME}
    laid = bench.lay_out(held, keep, "", "网友", everything=True)
    assert laid.snapshot is not None
    return {"chosen": Chosen(laid.decisions, "网友", laid.snapshot.hash), "review": REVIEW}


def test_timeline_and_trail_say_what_stayed_and_who_reviewed_never_the_value(office: Office) -> None:
    case = office.closed()
    operations.publish(office.session, case, office.clerk, NOW, **keeping_the_name(office, case))
    office.session.commit()
    detail = office.session.scalars(select(Move.detail).where(Move.act == "publish")).one()
    assert (detail["secrecy"], detail["disclosure"], detail["reviewer"]) == ("不涉密", "可以公开", office.clerk.name)
    assert detail["kept"] == "1 处：来信的姓名（单位对外公开的信息）"
    values = {row.name: row.new for row in office.session.scalars(select(TrailValue))}
    assert values["保留可读"] == detail["kept"]
    assert not [value for value in values.values() if value and ("13800001234" in value or NAME in value)]
    assert {entry["kind"] for entry in office.session.scalars(select(MaskingDecision.decisions)).one()} >= {"name", "mobile"}


def test_what_goes_out_by_itself_names_the_review_of_its_plan(office: Office) -> None:
    case = office.closed()
    planning.plan(office.session, case, office.clerk, NOW, AT, **keeping_the_name(office, case))
    office.session.commit()
    assert planning.publish_due(AT) == "公开 1 件"
    with transaction() as session:
        planned, out = session.scalars(select(Move.detail).where(Move.act.in_(("plan_publication", "publish"))).order_by(Move.id))
    told = ("secrecy", "disclosure", "reviewer", "reviewed", "kept")
    assert [out[name] for name in told] == [planned[name] for name in told]
    assert "1 处" in out["kept"]


def test_the_pages_show_both_opinions_to_clerk_and_auditor(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK, name="陈受理")
        make_person(session, "auditor", Role.AUDITOR)
        make_closed(session, make_actor(session, "other", Role.CLERK), make_unit(session, "村镇建设办"), body=BODY)
    clerk = client_for(app, "clerk")
    form = pick(forms_in(clerk.submit(f"{CASE}/publish", "/publish", go="all").text, f"{CASE}/publish"), "/publish")
    said: dict[str, Any] = {"secrecy_opinion": "经审查不涉及国家秘密", "disclosure_opinion": "可以公开，已遮盖"}
    assert clerk.send(form, go="publish", **said).status_code == 303
    for reader in (clerk, client_for(app, "auditor")):
        shown = reader.get(CASE).text
        assert "保密审查：经审查不涉及国家秘密" in shown
        assert "公开审查：可以公开，已遮盖" in shown
        assert "审查人 陈受理，" in shown
    again = clerk.get(f"{CASE}/publish").text
    assert ("保密审查：经审查不涉及国家秘密" in again, "审查人 陈受理，" in again) == (True, True)
    assert "经审查不涉及国家秘密" not in Browser(app).get("/replies/LY2026-000001").text
