"""The pages of publication over HTTP: decided, masked, previewed, reviewed, out; taken down again. No script needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role, Stage
from opinion_app.rules.zone import local
from opinion_app.steps.publish import planning
from tests.builders.office import make_actor, make_person, make_unit
from tests.builders.published import make_closed, make_signed
from tests.faults.together import together
from tests.support.client import Browser, client_for, forms_in, pick

CASE = "/office/cases/LY2026-000001"
BODY = "我叫刘一帆，电话13800001234，村口的路灯坏了半个月。"


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        actor = make_actor(session, "other", Role.CLERK)
        make_closed(session, actor, make_unit(session, "村镇建设办"), body=BODY)
        make_signed(session, actor, stage=Stage.ANSWERED)
    return client_for(app, "clerk")


def test_from_the_bench_to_the_public_and_back(app: Flask, clerk: Browser) -> None:
    reader = Browser(app)
    opened = clerk.get(f"{CASE}/publish").text
    assert "还有" in opened
    assert "公众将看到的内容" not in opened
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", more="村口")
    assert preview.status_code == 422
    assert "公众将看到的内容" in preview.text
    assert "遮盖和保密审查会记在您一人名下" in preview.text
    assert "在意见里写明审查人和日期" in preview.text
    assert "提请别人审查" in preview.text
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    refused = clerk.send(form, go="publish")
    assert "保密审查和公开审查都要有意见" in refused.text
    assert reader.get("/replies/LY2026-000001").status_code == 404
    done = clerk.send(form, go="publish", secrecy_opinion="不涉密", disclosure_opinion="可以公开")
    assert done.status_code == 303
    shown = reader.get("/replies/LY2026-000001").text
    assert "138****1234" in shown
    assert "刘一帆" not in shown
    assert "村口" not in shown.split("来信内容")[1]
    first, others = clerk.get(CASE).text.split('class="case-acts"')[1].split("其他操作", 1)
    assert "归档" in first
    assert "公开答复" not in first
    assert "公开答复" in others.split("</header>")[0]
    assert "OPINION_SITE_COPY_DIR" in clerk.get(f"{CASE}/withdraw").text  # no copy is kept here: those made by hand stay behind
    assert clerk.submit(f"{CASE}/withdraw", "/withdraw", reason="留言人要求").status_code == 303
    assert reader.get("/replies/LY2026-000001").status_code == 404


def test_a_changed_choice_must_be_seen_before_it_goes_out(app: Flask, clerk: Browser) -> None:
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    answer = clerk.send(form, go="publish", more="路灯", secrecy_opinion="不涉密", disclosure_opinion="可以公开")
    assert answer.status_code == 422
    assert "审查意见已失效" in answer.text
    assert Browser(app).get("/replies/LY2026-000001").status_code == 404


@pytest.mark.parametrize(
    ("more", "said"), [("查无此人", "照原文填写"), ("我叫刘一帆，电话13800001234，村口的路灯坏了半个月。", "没有剩下内容")]
)
def test_what_cannot_be_masked_is_said(clerk: Browser, more: str, said: str) -> None:
    answer = clerk.submit(f"{CASE}/publish", "/publish", go="all", more=more)
    assert said in answer.text


def test_the_decision_is_recorded_with_its_basis(clerk: Browser) -> None:
    page = "/office/cases/LY2026-000002/decide_disclosure"
    assert "没有表示愿意公开" in clerk.get(page).text
    assert "请选择公开决定" in clerk.submit(page, disclosure=None, grounds="有参考价值").text
    assert clerk.submit(page, disclosure="public", grounds="有参考价值").status_code == 422
    assert clerk.submit(page, disclosure="public", basis="masked", grounds="有参考价值").status_code == 303
    assert "公开（遮盖后不含个人信息）：有参考价值" in clerk.get("/office/cases/LY2026-000002").text


def test_set_for_later_and_cancelled(app: Flask, clerk: Browser) -> None:
    said: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开", "when": "later"}
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert "请填写什么时候公开" in clerk.send(form, **said).text
    assert "现在之后" in clerk.send(form, **said, publish_at="2020-01-01T09:00").text
    at = f"{local(clock.now() + timedelta(days=2)):%Y-%m-%dT%H:%M}"
    assert clerk.send(form, **said, publish_at=at).status_code == 303
    assert Browser(app).get("/replies/LY2026-000001").status_code == 404
    shown = clerk.get(CASE).text
    assert "已定时公开" in shown
    assert "取消定时公开" in shown
    assert clerk.submit(f"{CASE}/cancel_plan", "/cancel_plan", reason="还要核实").status_code == 303
    assert "已定时公开" not in clerk.get(CASE).text


def test_a_plan_that_was_held_is_seen_where_people_look(app: Flask, clerk: Browser) -> None:
    said: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开", "when": "later"}
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    at = clock.now() + timedelta(days=2)
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert clerk.send(form, **said, publish_at=f"{local(at):%Y-%m-%dT%H:%M}").status_code == 303
    with app.app_context():
        with transaction() as session:
            session.scalars(select(Case).where(Case.number == "LY2026-000001")).one().nickname = "建设办"
        assert planning.publish_due(at) == "搁置 1 件"
    shown = clerk.get(CASE).text
    assert "定时公开已搁置，没有公开" in shown
    assert "已定时公开" not in shown
    assert "答复 1 处" in shown
    assert "LY2026-000001" in clerk.get("/office/todo/plan_held").text
    assert "有 1 件定时公开已搁置" in clerk.get("/office/clock").text
    bench = clerk.get(f"{CASE}/publish").text
    assert "定时公开已搁置，没有公开" in bench
    assert "还有 1 处没有决定" in bench
    assert Browser(app).get("/replies/LY2026-000001").status_code == 404
    assert clerk.submit(f"{CASE}/cancel_plan", "/cancel_plan", reason="重新审查").status_code == 303
    assert "已搁置，没有公开" not in clerk.get(CASE).text
    assert "LY2026-000001" not in clerk.get("/office/todo/plan_held").text


def test_of_two_clerks_who_publish_at_once_one_is_told(app: Flask, clerk: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk2", Role.CLERK)
    people = [clerk, client_for(app, "clerk2")]
    previews = [browser.submit(f"{CASE}/publish", "/publish", go="all").text for browser in people]
    forms = [pick(forms_in(text, f"{CASE}/publish"), "/publish") for text in previews]
    said: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开"}
    answers = together([lambda i=i: people[i].send(forms[i], **said) for i in range(2)])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    told = next(answer for answer in answers if answer.status_code == 422)
    assert "已被别人处理过" in told.text
    assert "不涉密" in told.text
    with app.app_context(), transaction() as session:
        assert len(session.scalars(select(Move.id).where(Move.act == "publish")).all()) == 1


def test_a_correction_is_previewed_and_reviewed_with_the_rest(app: Flask, clerk: Browser) -> None:
    opinions: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开"}
    assert 'name="correction"' not in clerk.get(f"{CASE}/publish").text
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    clerk.send(pick(forms_in(preview.text, f"{CASE}/publish"), "/publish"), **opinions)
    told = "刘一帆反映的日期写错，现改正。"
    waiting = clerk.submit(f"{CASE}/publish", "/publish", go="preview", correction=told).text
    assert "还有 1 处没有决定" in waiting
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", correction=told)
    assert "刘**反映的日期写错" in preview.text
    form = pick(forms_in(preview.text, f"{CASE}/publish"), "/publish")
    assert "审查意见已失效" in clerk.send(form, **opinions, correction="日期写错。").text
    assert clerk.send(form, **opinions).status_code == 303
    shown = Browser(app).get("/replies/LY2026-000001").text
    assert "更正：刘**反映的日期写错，现改正。" in shown
    assert "刘一帆" not in shown


def test_a_part_is_told_from_the_whole(app: Flask, clerk: Browser) -> None:
    opinions: dict[str, Any] = {"go": "publish", "secrecy_opinion": "不涉密", "disclosure_opinion": "可以公开"}
    assert 'name="left_out"' not in clerk.get(f"{CASE}/publish").text
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all")
    clerk.send(pick(forms_in(preview.text, f"{CASE}/publish"), "/publish"), **opinions)
    assert "部分公开" not in Browser(app).get("/replies/LY2026-000001").text
    page = f"{CASE}/decide_disclosure"
    decided = clerk.submit(page, disclosure="partial", basis="masked", grounds="涉及他人隐私")
    assert decided.status_code == 303
    assert "请按这次的决定重新审查、公开" in clerk.get(decided.headers["Location"]).text
    preview = clerk.submit(f"{CASE}/publish", "/publish", go="all", left_out="他人的情况没有公开，涉及个人隐私。")
    assert clerk.send(pick(forms_in(preview.text, f"{CASE}/publish"), "/publish"), **opinions).status_code == 303
    shown = Browser(app).get("/replies/LY2026-000001").text
    assert "<strong>部分公开</strong>　他人的情况没有公开，涉及个人隐私。" in shown
    assert "涉及他人隐私" not in shown  # the office's own reasons stay inside
    assert "部分公开：他人的情况没有公开" in Browser(app).get("/replies.csv").text
    assert "部分公开：他人的情况没有公开" in Browser(app).get("/replies/feed.atom").text
    withheld = clerk.submit(page, disclosure="withheld", grounds="留言人要求")
    assert "已公开的内容已同时撤回" in clerk.get(withheld.headers["Location"]).text
    assert Browser(app).get("/replies/LY2026-000001").status_code == 404
