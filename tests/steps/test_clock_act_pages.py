"""The pages that stop a clock, let it run on, begin it anew or lengthen it, over HTTP and at a fixed moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask

from opinion_app.desks.rules.operations import Saving, save
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.words import Role, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling import operations as handling
from tests.builders.life import HELP, assigned, forwarded, handling_case, make_office
from tests.builders.office import NOW, make_actor
from tests.builders.rules import typed
from tests.support.client import Browser, client_for


@pytest.fixture
def path(app: Flask) -> Iterator[str]:
    """A case its unit has signed for; the wall clock stands still meanwhile."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            number = handling_case(make_office(session)).number
        yield f"/office/cases/{number}"


def said(person: Browser, path: str, **fields: str) -> tuple[int, str]:
    values: dict[str, Any] = dict(fields)
    answer = person.submit(path, to=path, **values)
    return answer.status_code, answer.text


def test_d09_the_clock_is_stopped_and_runs_on_from_its_pages(app: Flask, path: str) -> None:
    clerk = client_for(app, "clerk")
    status, text = said(clerk, f"{path}/suspend", ground="hearing", since="2000-01-01T08:00", reason="听证", told="")
    assert (status, "早于起算时间" in text) == (422, True)
    status, text = said(clerk, f"{path}/suspend", ground="correction", reason="地点不明", told="")
    assert (status, "写明需要补充什么" in text) == (422, True)
    assert said(clerk, f"{path}/suspend", ground="correction", reason="地点不明", told="请补充地点")[0] == 303
    text = clerk.get(path).text
    rests = "中止的是答复、提交答复稿、报协办结果时限，恢复前不提醒、不算逾期；签收（2026-11-24）、首次联系（2026-11-26）照常计算"
    assert text.count(rests) == 2, "in the sentence and in the entry"
    ahead = clerk.get(f"{path}/notices").text
    assert rests in ahead
    assert "签收" in ahead.partition("将要发出")[2].partition("已经发出")[0].partition("照常提醒。")[2], "and comes"
    assert ["计时中止：告知补正" in text, f"{path}/resume" in text, f"{path}/restart" in text] == [True] * 3
    status, text = said(clerk, f"{path}/resume", at="2000-01-01T08:00", reason="收到")
    assert (status, "早于中止时间" in text) == (422, True)
    assert said(clerk, f"{path}/restart", reason="收到补正材料")[0] == 303
    assert "计时中止" not in clerk.get(path).text
    assert said(clerk, f"{path}/suspend", ground="hearing", reason="依申请听证", told="")[0] == 303
    assert "计时中止" in clerk.get("/office/?due=suspended&view=open").text
    assert said(clerk, f"{path}/resume", reason="听证结束")[0] == 303
    assert client_for(app, "finance_head").get(f"{path}/suspend").status_code == 403


def test_d10_more_time_is_asked_by_an_amount_or_until_a_day_and_not_by_both(app: Flask, path: str) -> None:
    head = client_for(app, "finance_head")
    for fields in ({}, {"amount": "3", "until": "2026-12-09"}):
        status, text = said(head, f"{path}/ask_extension", reason="需采购", **fields)
        assert (status, "只填一项" in text) == (422, True)
    status, text = said(head, f"{path}/ask_extension", reason="需采购", until="2026-11-20")
    assert (status, "晚于现在的到期日" in text) == (422, True)
    status, text = said(head, f"{path}/ask_extension", reason="需采购", amount="0")
    assert (status, "大于 0" in text) == (422, True)
    opened = head.get(f"{path}/ask_extension").text
    assert ["文号" in opened, "按工作日计算" in opened, "单位：工作日" in opened] == [False, True, True]
    status, text = said(head, f"{path}/ask_extension", reason="需采购", until="2026-12-12")
    assert (status, "12月12日 周六不上班（周末），下一个工作日是 12月14日 周一" in text) == (422, True)
    assert said(head, f"{path}/ask_extension", reason="需采购", until="2026-12-09")[0] == 303
    leader = client_for(app, "leader")
    assert "至 2026-12-09" in leader.get(f"{path}/decide_extension").text
    assert "撤回" in head.get(f"{path}/withdraw_extension").text
    assert said(head, f"{path}/withdraw_extension", reason="灯具已到货")[0] == 303
    assert leader.get(f"{path}/decide_extension").status_code == 409
    typed = {"until": "2026-12-12", "know_day_off": "2026-12-12"}
    assert said(head, f"{path}/ask_extension", reason="等安装", **typed)[0] == 303
    assert "注意：12月12日 周六不上班（周末）" in leader.get(f"{path}/decide_extension").text
    assert said(leader, f"{path}/decide_extension", agree="yes")[0] == 303
    trail = leader.get(path).text.partition('id="trail"')[2]
    assert ["同意延期，延至 2026年12月12日 周六。" in trail, trail.count("需采购")] == [True, 1]
    status, text = said(head, f"{path}/ask_extension", reason="再要", amount="1")
    assert (status, "最多延期 1 次" in text) == (422, True)
    opened = head.get(f"{path}/ask_extension").text
    assert ["最多延期 1 次，本件已延期 1 次" in opened, 'name="amount"' in opened] == [True, False], "said before it is filled in"


def test_d05_of_a_late_case_the_pages_say_beforehand_what_can_be_asked_no_more(app: Flask, path: str) -> None:
    def offered(login: str, act: str, field: str) -> bool:
        text = client_for(app, login).get(f"{path}/{act}").text
        assert ("已于 2026年12月2日 周三 23:59 到期" in text) is (f'name="{field}"' not in text)
        return f'name="{field}"' in text

    asked = (("finance_head", "ask_extension", "amount"), ("clerk", "suspend", "since"))
    with time_machine.travel(parse_moment("2026-12-02T23:59:59"), tick=False):
        assert [offered(*act) for act in asked] == [True, True], "equality is in time"
        assert "到期以后不能补记中止" in client_for(app, "clerk").get(f"{path}/suspend").text
    with time_machine.travel(parse_moment("2026-12-03T00:00"), tick=False):
        assert [offered(*act) for act in asked] == [False, False]
        clerk = client_for(app, "clerk")
        status, text = said(clerk, f"{path}/suspend", ground="hearing", since="2026-11-30T08:00", reason="听证", told="")
        assert (status, "到期，不能再中止计时" in text) == (422, True)


def test_d10_more_time_that_is_the_issuers_to_grant_is_asked_with_its_paper(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            path = f"/office/cases/{forwarded(make_office(session), date(2026, 12, 4)).number}"
        head, leader = client_for(app, "finance_head"), client_for(app, "leader")
        assert "请先取得来文单位同意" in head.get(f"{path}/ask_extension").text
        typed = {"reason": "需采购", "until": "2026-12-18"}
        for fields in ({}, {"consent_number": "信转〔2026〕9号"}, {"consent_on": "2026-11-23"}):
            status, text = said(head, f"{path}/ask_extension", **typed, **fields)
            assert (status, "来文单位" in text, "需采购" in text) == (422, True, True)
        both = {"consent_number": "信转〔2026〕9号", "consent_on": "2026-11-23"}
        assert said(head, f"{path}/ask_extension", **typed, **both)[0] == 303
        assert "来文单位县信访局同意，信转〔2026〕9号，2026-11-23" in leader.get(f"{path}/decide_extension").text
        assert said(leader, f"{path}/decide_extension", agree="yes")[0] == 303
        text = leader.get(path).text
        assert text.count("来文单位县信访局同意，信转〔2026〕9号，2026-11-23") >= 2


def test_d06_pages_about_a_date_at_a_moment_say_its_hour(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            office = make_office(session)
            allowed = replace(typed(session, "reply-urgent", Span(24, Unit.HOURS), NOW), extension_times=1, extension_amount=24)
            save(session, "reply-urgent", allowed, Saving(make_actor(session, "admin", Role.ADMINISTRATOR), NOW), None)
            case = assigned(office, classification=replace(HELP, urgency=Urgency.URGENT), urgency=Urgency.URGENT)
            handling.sign_for(session, case, office.finance_head, NOW, office.finance_handler.id)
            path, case_id = f"/office/cases/{case.number}", case.id
        head, leader, clerk = (client_for(app, login) for login in ("finance_head", "leader", "clerk"))
        due, later = "2026年11月24日 (周二) 10:00", "2026年11月25日 (周三) 10:00"
        assert due in head.get(f"{path}/ask_extension").text
        status, text = said(head, f"{path}/ask_extension", reason="需采购", amount="25")
        assert (status, "即不晚于 2026年11月25日 周三 10:00" in text) == (422, True)
        assert said(head, f"{path}/ask_extension", reason="需采购", amount="24")[0] == 303
        opened = leader.get(f"{path}/decide_extension").text
        assert (due in opened, f"同意后时限为 {later}" in opened) == (True, True), "an amount is a date, too"
        status, text = said(leader, f"{path}/decide_extension", agree="no", opinion="")
        assert (status, "请写明不同意的理由" in text) == (422, True)
        assert said(leader, f"{path}/decide_extension", agree="yes")[0] == 303
        assert "已同意延期，答复时限为 2026年11月25日 周三 10:00。" in leader.get(path).text
        assert "同意延期，延至 2026年11月25日 周三 10:00。" in leader.get(path).text
        assert later in clerk.get(f"{path}/suspend").text
        assert said(clerk, f"{path}/suspend", ground="hearing", reason="听证", told="")[0] == 303
        assert f"如现在恢复，答复时限为 {later}" in clerk.get(f"{path}/resume").text
        assert said(clerk, f"{path}/resume", reason="听证结束")[0] == 303
        with app.app_context(), transaction() as session:
            shown = session.get_one(Case, case_id)
            shown.next_due_stage, shown.next_due_at = "reply", parse_moment("2026-11-25T10:00")
        assert f"<th>答复期限</th><td>{later}</td>" in clerk.get(f"{path}/receipt").text
