"""The papers of a case: filled in as far as it has come, contact data only after asking, nothing for strangers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from opinion_app import clock
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.registration import LetterFacts, Writer
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import AnswerMethod, FindingKind, Procedure, Role, Source
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.triage import merging
from opinion_app.steps.triage import operations as triage
from tests.builders.life import approved, make_office
from tests.builders.office import make_actor, make_case
from tests.support.client import client_for
from tests.support.databases import make_settings
from tests.support.queries import MOST_QUERIES, counting

WRITER = Writer("刘一帆", "13800001234", "yifan@example.cn", "昌宁县卡斯镇新街村三组18号")


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what these pages read is read on PostgreSQL by tests/security/test_hostile_text.py."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def office(app: Flask) -> dict[str, Any]:
    """A forwarded letter that was answered, a fresh message, and the ids of the parts."""
    now = clock.now()
    today = local_date(now)
    with app.app_context(), transaction() as session:
        people = make_office(session)
        make_actor(session, "auditor", Role.AUDITOR)
        letter = LetterFacts("昌宁县信访局", "昌信转〔2026〕118号", today, today, today + timedelta(days=20))
        values: dict[str, Any] = {
            "source": Source.FORWARDED_LETTER,
            "letter": letter,
            "procedure": Procedure.NOTICE,
            "writer": WRITER,
        }
        case = approved(people, now, **values)
        triage.instruct(session, case, people.leader, now, "请村镇建设办一周内办结")
        handling.note(session, case, people.clerk, now, FindingKind.VISIT, "现场查看属实")
        closing.answer(session, case, people.clerk, now, AnswerMethod.PAPER)
        fresh = make_case(session, people.clerk, now, writer=WRITER)
        again = make_case(session, people.clerk, now)
        merging.merge(session, again, people.clerk, now, fresh.number, "同一事项")
        parts = session.scalars(select(Assignment.id).where(Assignment.case_id == case.id).order_by(Assignment.id)).all()
        return {"case": case.number, "fresh": fresh.number, "again": again.number, "parts": parts}


def paper(number: str, name: str) -> str:
    return f"/office/cases/{number}/papers/{name}"


def test_the_slip_tells_the_whole_life_and_counts_few_queries(app: Flask, office: dict[str, Any]) -> None:
    clerk = client_for(app, "clerk")
    with counting(app) as asked:
        text = clerk.get(paper(office["case"], "handling")).text
    said = (
        "信件处理笺",
        "昌信转〔2026〕118号",
        "请村镇建设办一周内办结",
        "财政所",
        "村镇建设办",
        "现场查看属实",
        "政治关：沈审核",
        "书面答复",
        "领导签发：凌镇长",
    )
    for words in said:
        assert words in text, words
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_a_fresh_case_leaves_room_for_the_pen(app: Flask, office: dict[str, Any]) -> None:
    text = client_for(app, "clerk").get(paper(office["fresh"], "handling")).text
    assert "网民留言处理笺" in text
    assert "拟办人：" in text
    assert "未研判" in text
    assert office["again"] in text, "the case that was merged into it"
    assert office["fresh"] in client_for(app, "clerk").get(paper(office["again"], "handling")).text


def test_each_unit_has_its_own_order(app: Flask, office: dict[str, Any]) -> None:
    clerk = client_for(app, "clerk")
    lead, support = (clerk.get(paper(office["case"], f"assignment/{part}")).text for part in office["parts"])
    assert "提交答复稿" in lead
    assert "承办人：方承办" in lead
    assert "报主办单位" in support
    assert "签收人：" in support
    assert clerk.get(paper(office["case"], "assignment/999")).status_code == 404
    assert clerk.get(paper(office["fresh"], f"assignment/{office['parts'][0]}")).status_code == 404


def test_a_date_that_an_hour_clock_binds_is_written_with_its_hour(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        case, parts = session.scalars(select(Case).where(Case.number == office["fresh"])).one(), office["parts"]
        part = session.scalars(select(Assignment).where(Assignment.id == parts[0])).one()
        part.case_id = case.id
        reply = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage == "reply")).one()
        reply.due_at, reply_id = parse_moment("2030-01-02T10:20"), reply.id
    clerk = client_for(app, "clerk")
    assert "<strong>2030年1月2日 10:20" in clerk.get(paper(office["fresh"], f"assignment/{parts[0]}")).text
    assert "2030年1月2日 10:20" in clerk.get(paper(office["fresh"], "handling")).text
    with app.app_context(), transaction() as session:
        session.get_one(Clock, reply_id).due_at = parse_moment("2030-01-02T23:59:59")
    assert "<strong>2030年1月2日前" in clerk.get(paper(office["fresh"], f"assignment/{parts[0]}")).text.replace("</strong>", "")


def test_the_report_says_the_hour_as_well(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == office["case"])).one()
        reply = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage == "reply")).one()
        reply.due_at = parse_moment("2030-01-02T10:20")
    assert "办理时限为2030年1月2日 10:20。" in client_for(app, "clerk").get(paper(office["case"], "report")).text


def test_the_report_waits_for_the_answer(app: Flask, office: dict[str, Any]) -> None:
    clerk = client_for(app, "clerk")
    text = clerk.get(paper(office["case"], "report")).text
    for words in ("办结报告", "昌宁县信访局：", "请村镇建设办一周内办结", "线路老化", "凌镇长"):
        assert words in text, words
    refused = clerk.get(paper(office["fresh"], "report"))
    assert refused.status_code == 409
    assert "还没有答复" in refused.text


@pytest.mark.parametrize("name", ["handling", "report"])
def test_contact_data_stands_on_paper_only_for_ten_minutes_after_asking(app: Flask, office: dict[str, Any], name: str) -> None:
    clerk = client_for(app, "clerk")
    path = paper(office["case"], name)
    hidden = clerk.get(path).text
    assert "13800001234" not in hidden
    assert "刘一帆" not in hidden
    assert "姓名和联系方式已隐去" in hidden
    assert clerk.submit(f"/office/cases/{office['case']}/reveal_contact", reason="归档").status_code == 303
    shown = clerk.get(path).text
    assert "刘一帆" in shown
    assert "已隐去" not in shown
    assert "刘一帆" not in client_for(app, "auditor").get(path).text, "what one asked for is not shown to another"
    with app.app_context(), transaction() as session:
        session.execute(update(Move).where(Move.act == "reveal_contact").values(at=clock.now() - timedelta(minutes=11)))
    assert "刘一帆" not in clerk.get(path).text


def test_who_may_not_see_the_case_prints_nothing_of_it(app: Flask, office: dict[str, Any]) -> None:
    stranger = client_for(app, "finance_head")
    assert stranger.get(paper(office["fresh"], "handling")).status_code == 404
    with app.app_context(), transaction() as session:
        session.execute(update(Case).where(Case.number == office["case"]).values(restricted=True))
    for login in ("clerk", "finance_head", "auditor"):
        for name in ("handling", "report", f"assignment/{office['parts'][0]}"):
            assert client_for(app, login).get(paper(office["case"], name)).status_code == 404


def test_the_case_page_offers_the_papers_there_are(app: Flask, office: dict[str, Any]) -> None:
    text = client_for(app, "auditor").get(f"/office/cases/{office['case']}").text
    assert "打印处理笺" in text
    assert "打印交办单（财政所）" in text
    assert "打印办结报告" in text
    fresh = client_for(app, "clerk").get(f"/office/cases/{office['fresh']}").text
    assert "打印处理笺" in fresh
    assert "打印办结报告" not in fresh
