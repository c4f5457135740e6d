"""Masking and 保密审查 by two people: laid down by one, found as it is and published by the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.office import put_setting
from opinion_app.records.person import Person
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Conflict, Refused
from opinion_app.rules.two_people import SETTING
from opinion_app.rules.words import Disclosure, Role
from opinion_app.steps.publish import operations, planning
from opinion_app.steps.publish.chosen import Chosen
from tests.builders.office import NOW, make_actor, make_person, make_unit
from tests.builders.published import make_closed
from tests.steps.publish.conftest import REVIEW, Office
from tests.steps.publish.test_planning import AT
from tests.support.client import Browser, client_for, forms_in, pick

CASE = "/office/cases/LY2026-000001"
BODY = "我叫刘一帆，电话13800001234，村口的路灯坏了半个月。"
REVIEWED: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开"}


def laid_down(office: Office, **values: Any) -> dict[str, Any]:
    """What a clerk says who asks another one to review."""
    case = office.closed(**values)
    operations.ask_review(office.session, case, office.clerk, NOW, office.said(case)["chosen"])
    return office.said(case) | {"case": case}


def test_by_default_one_person_may_do_both_and_stands_there_for_both(office: Office) -> None:
    case = office.closed()
    operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    row = office.session.scalars(select(MaskingDecision)).one()
    assert (row.masked_by_id, row.decided_by_id) == (office.clerk.id, office.clerk.id)


def test_where_the_office_says_so_another_one_reviews(office: Office) -> None:
    put_setting(office.session, SETTING, True)
    other = make_actor(office.session, "second", Role.CLERK)
    said = laid_down(office)
    case = said.pop("case")
    for act in (operations.publish, planning.plan):
        at = (AT,) if act is planning.plan else ()
        with pytest.raises(Refused, match="遮盖以外的人"):
            act(office.session, case, office.clerk, NOW, *at, **said)
    assert office.session.scalars(select(Publication.id)).all() == []
    operations.publish(office.session, case, other, NOW, **said)
    row = office.session.scalars(select(MaskingDecision).order_by(MaskingDecision.id.desc())).first()
    assert row is not None
    assert (row.masked_by_id, row.decided_by_id, row.secrecy_opinion) == (office.clerk.id, other.id, "不涉密")
    last = office.session.scalars(select(Move).order_by(Move.id.desc())).first()
    assert last is not None
    assert (last.act, last.detail["masked_by"]) == ("publish", office.clerk.name)


def test_who_changes_the_masking_has_masked(office: Office) -> None:
    put_setting(office.session, SETTING, True)
    other = make_actor(office.session, "second", Role.CLERK)
    case = laid_down(office).pop("case")
    more = office.laid(case, more="村口")
    assert more.snapshot is not None
    chosen = Chosen(more.decisions, "网友", more.snapshot.hash)
    with pytest.raises(Refused, match="遮盖以外的人"):
        operations.publish(office.session, case, other, NOW, chosen, REVIEW)


def test_the_other_clerks_are_told_and_what_was_said_is_kept(office: Office) -> None:
    other = make_actor(office.session, "second", Role.CLERK)
    case = laid_down(office, disclosure_is=Disclosure.PARTIAL).pop("case")
    row = office.session.scalars(select(MaskingDecision)).one()
    assert (row.secrecy_opinion, row.disclosure_opinion) == ("", "")
    assert row.said["writer"] == "网友"
    assert "隐私" in row.said["left_out"]
    told = office.session.scalars(select(Notice.person_id).where(Notice.case_id == case.id)).all()
    assert told == [other.id]


def test_what_changed_since_the_preview_is_not_laid_down(office: Office) -> None:
    case = office.closed()
    other = replace(office.said(case)["chosen"], reviewed_hash="0" * 64)
    with pytest.raises(Conflict):
        operations.ask_review(office.session, case, office.clerk, NOW, other)
    assert office.session.scalars(select(MaskingDecision.id)).all() == []


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK, name="陈受理")
        make_closed(session, make_actor(session, "other", Role.CLERK), make_unit(session, "村镇建设办"), body=BODY)
        put_setting(session, SETTING, True)
    return client_for(app, "clerk")


def test_the_page_says_it_before_and_the_other_clerk_goes_on(app: Flask, clerk: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "second", Role.CLERK)
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", more="路灯")
    assert "须由另一人作保密审查" in preview.text
    assert 'name="secrecy_opinion"' not in preview.text
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert clerk.send(form, **REVIEWED).status_code == 409, "by a form made by hand, too"
    again = pick(forms_in(clerk.submit(f"{CASE}/publish", "/publish", go="all", more="路灯").text, "/publish"), "/publish")
    assert clerk.send(again, go="review").status_code == 303
    assert "已通知 2 名受理员" in clerk.get(CASE).text
    assert "提请保密审查" in clerk.get(CASE).text
    second = client_for(app, "second")
    opened = second.get(f"{CASE}/publish").text
    assert "陈受理 于" in opened
    assert "请您审查" in opened
    assert Browser(app).get("/replies/LY2026-000001").status_code == 404
    form = pick(forms_in(opened, f"{CASE}/publish"), "/publish")
    assert second.send(form, **REVIEWED).status_code == 303
    assert "陈受理遮盖，" in second.get(CASE).text
    shown = Browser(app).get("/replies/LY2026-000001").text
    assert "138****1234" in shown
    assert "刘一帆" not in shown


def test_with_nobody_else_the_page_says_so(app: Flask, clerk: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Person).where(Person.login == "other")).one().active = False
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    answer = clerk.send(form, go="review")
    assert "没有别的受理员可以审查" in clerk.get(str(answer.location)).text
