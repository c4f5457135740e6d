"""The pages of wording over HTTP, and what they change on the pages of drafting and review."""

from __future__ import annotations

import pytest
from flask import Flask

from opinion_app.records.transaction import transaction
from opinion_app.rules.hints.parts import SHORT
from tests.builders.life import handling_case, make_office, under_review
from tests.support.client import Browser, client_for, pick
from tests.support.queries import MOST_QUERIES, counting

DRAFT = "我办高度重视，已按装新灯。"


@pytest.fixture
def clerk(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        handling_case(office)
        under_review(office)
    return client_for(app, "clerk")


def test_lists_and_templates_are_kept_and_used(app: Flask, clerk: Browser) -> None:
    page = "/office/wording"
    assert "高度重视" in clerk.get(page).text
    opened = pick(clerk.forms(page), page)
    assert "错词 → 正词" in clerk.send(opened, typo="按装").text
    assert clerk.send(opened, typo="按装 → 安装", binding=["typo"]).status_code == 303
    assert clerk.send(opened, typo="布署 → 部署").status_code == 409
    assert "没有改动" in clerk.get(clerk.submit(page, page).location).text

    templates = "/office/reply-templates"
    assert "还没有答复模板" in clerk.get(templates).text
    assert clerk.submit(f"{templates}/new", "/new", title="路灯类", text="您好，您反映的××问题").status_code == 303
    wrong = clerk.submit(f"{templates}/1", "/1", title="路灯类答复", text="{不存在的字段}您好，××的问题")
    assert (wrong.status_code, "“{不存在的字段}”会原样发给留言人" in wrong.text, "只认“××”" in wrong.text) == (422, True, True)
    doubtful = clerk.submit(f"{templates}/1", "/1", title="路灯类", text="【姓名】您好，您反映的××问题")
    assert doubtful.status_code == 303
    assert "“【姓名】”不会自动填写" in clerk.get(templates).text
    assert clerk.submit(f"{templates}/1", "/1", title="路灯类答复", text="您好，您反映的××问题").status_code == 303
    assert "路灯类答复" in clerk.get(templates).text

    handler, draft = client_for(app, "finance_handler"), "/office/cases/LY2026-000001/draft"
    inserted = handler.submit(draft, "/draft", go="insert", template="1", text=DRAFT)
    assert f"{DRAFT}\n\n您好，您反映的××问题" in inserted.text
    checked = handler.submit(draft, "/draft", go="check", text=DRAFT)
    assert checked.status_code == 422
    assert "“按装”可能写错了，可改为“安装”。" in checked.text
    assert SHORT in checked.text
    assert "第 1 稿" not in handler.get("/office/cases/LY2026-000001").text, "looking saves nothing"
    refused = handler.submit(draft, "/draft", go="submit", text=DRAFT)
    assert "改正后才能送审" in refused.text
    assert handler.submit(draft, "/draft", go="submit", text=DRAFT.replace("按", "安")).status_code == 303
    assert "没有找到相似的答复" not in handler.get("/office/cases/LY2026-000001/draft").text


def test_hints_and_earlier_versions_stand_beside_the_reply_at_review(app: Flask, clerk: Browser) -> None:
    number, head, handler = "LY2026-000002", client_for(app, "finance_head"), client_for(app, "finance_handler")
    check = f"/office/cases/{number}/check_unit_head"
    assert "用语提示" in head.get(check).text
    assert head.submit(check, "/check_unit_head", verdict="back", opinion="请写明日期").status_code == 303
    draft = f"/office/cases/{number}/draft"
    assert handler.submit(draft, "/draft", go="submit", text="新灯已于十一月二十日安装完毕，经查线路正常。").status_code == 303
    shown = head.get(check).text
    assert "第 1 稿到第 2 稿改了什么" in shown
    assert "退回：请写明日期" in shown
    assert "<del>" in shown


def test_like_replies_open_beside_the_draft(app: Flask, clerk: Browser) -> None:
    answer = client_for(app, "finance_handler").get("/office/cases/LY2026-000001/similar_replies", headers={"HX-Request": "true"})
    assert "没有找到相似的答复" in answer.text
    assert "<html" not in answer.text
    for login, path in (("finance_handler", "LY2026-000001/draft"), ("finance_head", "LY2026-000002/check_unit_head")):
        browser = client_for(app, login)
        with counting(app) as asked:
            assert browser.get(f"/office/cases/{path}").status_code == 200
        assert len(asked) <= MOST_QUERIES, f"{path}\n" + "\n".join(asked)


def test_only_whoever_keeps_the_wording_may(app: Flask, clerk: Browser) -> None:
    assert client_for(app, "finance_handler").get("/office/wording").status_code == 403
