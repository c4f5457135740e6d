"""The case page shows everything at hand in few queries, contact data masked, and explains its dates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.flow.clocks import open_assignment
from opinion_app.records.assessment import Assessment
from opinion_app.records.assignment import Assignment
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import CaseGrant
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.transaction import transaction
from opinion_app.rules.registration import LetterFacts, Writer
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import (
    AssessmentState,
    AssignmentState,
    FindingKind,
    Gate,
    Kind,
    NoticeChannel,
    NoticeState,
    ReplyState,
    RiskLevel,
    Role,
    Source,
    Stage,
    UnitRole,
)
from opinion_app.rules.zone import local_date
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.databases import make_settings
from tests.support.queries import MOST_QUERIES, counting
from tests.support.signed_in import signed_in

WRITER = Writer("刘一帆", "13800001234", "liuyifan@example.cn", "青石镇李家村三组12号", "430102199001011234")


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what these pages read is read on PostgreSQL by tests/security/test_hostile_text.py."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def office(app: Flask) -> dict[str, Any]:
    """A forwarded letter under review, with a part of every kind and `1` of each."""
    with app.app_context(), transaction() as session:
        seed(session)
        now = clock.now()
        top = make_unit(session, "镇政府")
        unit = make_unit(session, "财政所", parent_id=top.id)
        other = make_unit(session, "农业办", parent_id=top.id)
        people = {
            "clerk": make_person(session, "clerk", Role.CLERK, unit=unit),
            "handler": make_person(session, "handler", Role.HANDLER, unit=unit, name="李承办"),
            "leader": make_person(session, "leader", Role.LEADER, unit=unit),
            "auditor": make_person(session, "auditor", Role.AUDITOR),
            "stranger": make_person(session, "stranger", Role.HANDLER, unit=other),
        }
        session.add(LeaderInCharge(unit_id=unit.id, person_id=people["leader"].id))
        today = local_date(now)
        letter = LetterFacts("县委网信办", "网信转〔2026〕7号", today, today, today + timedelta(days=20))
        case = make_case(
            session, now=now, source=Source.FORWARDED_LETTER, letter=letter, writer=WRITER, body="<b>第一段</b>\n第二段"
        )
        case.stage, case.lead_unit_id, case.risk_level = Stage.UNDER_REVIEW, unit.id, RiskLevel.III
        part = Assignment(case_id=case.id, unit_id=unit.id, role=UnitRole.LEAD, state=AssignmentState.SIGNED, assigned_at=now)
        part.handler_id = people["handler"].id
        session.add(part)
        session.flush()
        open_assignment(session, case, part, now)
        child = make_case(session, now=now, title="被并入的件")
        child.stage, child.merged_into_id = Stage.MERGED, case.id
        return {name: person.id for name, person in people.items()} | {"case": case.id, "number": case.number, "unit": unit.id}


def parts(app: Flask, office: dict[str, Any], amount: int) -> None:
    """So many moves, findings, files and notices, and as many versions of reply and assessment as make sense."""
    with app.app_context(), transaction() as session:
        now, case_id, handler = clock.now(), office["case"], office["handler"]
        for number in range(1, amount + 1):
            session.add_all(
                (
                    Move(
                        case_id=case_id,
                        act="note",
                        from_stage=Stage.HANDLING,
                        to_stage=Stage.HANDLING,
                        at=now,
                        note=f"记录{number}",
                    ),
                    Finding(case_id=case_id, kind=FindingKind.NOTE, text=f"情况{number}", author_id=handler, written_at=now),
                    Attachment(
                        case_id=case_id,
                        name=f"{number}.pdf",
                        stored_name=f"s{number}",
                        size=9,
                        sha256="",
                        media_type="application/pdf",
                        added_by_id=handler,
                        added_at=now,
                    ),
                    Notice(
                        key=f"k{number}",
                        person_id=handler,
                        channel=NoticeChannel.IN_APP,
                        category="case",
                        case_id=case_id,
                        subject=f"通知{number}",
                        state=NoticeState.SHOWN,
                        created_at=now,
                    ),
                )
            )
        for version in range(1, min(amount, 30) + 1):
            reply = Reply(case_id=case_id, version_no=version, text=f"第{version}稿正文", text_hash=str(version), drafted_at=now)
            reply.drafter_id, reply.state = handler, ReplyState.SUBMITTED if version == amount else ReplyState.SENT_BACK
            session.add(reply)
            session.flush()
            checked = {"checked_by_id": office["leader"], "checked_at": now}
            session.add(
                ReplyCheck(reply_id=reply.id, gate=Gate.UNIT_HEAD, passed=True, opinion="同意", text_hash=str(version), **checked)
            )
            session.add(
                Assessment(
                    case_id=case_id,
                    version_no=version,
                    factors={},
                    proposed_level=RiskLevel.III,
                    level=RiskLevel.III,
                    state=AssessmentState.DECIDED,
                    decided_at=now,
                    decided_by_id=handler,
                )
            )


@pytest.mark.parametrize("amount", [10, 1000])
def test_the_page_asks_no_more_for_a_long_life_than_for_a_short_one(app: Flask, office: dict[str, Any], amount: int) -> None:
    parts(app, office, amount)
    for name in ("clerk", "handler", "leader", "auditor"):
        client = signed_in(app, office[name])
        for path in ("", "?trail=all", "/notices"):
            client.get("/office/")
            with counting(app) as asked:
                answer = client.get(f"/office/cases/{office['number']}{path}")
            assert answer.status_code == 200
            assert len(asked) <= MOST_QUERIES, f"{name} {path}\n" + "\n".join(asked)


def test_everything_is_at_hand(app: Flask, office: dict[str, Any]) -> None:
    parts(app, office, 2)
    text = signed_in(app, office["clerk"]).get(f"/office/cases/{office['number']}").get_data(as_text=True)

    for words in (
        "&lt;b&gt;第一段&lt;/b&gt;\n第二段",
        "县委网信办",
        "网信转〔2026〕7号",
        "情况2",
        "第2稿正文",
        "第1稿正文",
        "单位负责人审核",
        "2.pdf",
        "财政所",
        "李承办",
        "较大",
        "被并入的件",
        "记录1",
        "须反馈来文单位",
    ):
        assert words in text, words
    assert text.index("记录2") < text.index("记录1")


@pytest.mark.parametrize("name", ["clerk", "handler", "leader", "auditor"])
def test_nobody_reads_contact_data_on_the_page(app: Flask, office: dict[str, Any], name: str) -> None:
    text = signed_in(app, office[name]).get(f"/office/cases/{office['number']}").get_data(as_text=True)

    for secret in ("刘一帆", "13800001234", "liuyifan", "三组12号", "430102199001011234"):
        assert secret not in text
    assert "138****1234" in text
    assert ("查看联系方式" in text) is (name in ("clerk", "handler"))


def test_a_long_timeline_is_folded(app: Flask, office: dict[str, Any]) -> None:
    parts(app, office, 100)
    client = signed_in(app, office["clerk"])

    assert "查看更早的办理过程" in client.get(f"/office/cases/{office['number']}").get_data(as_text=True)
    whole = client.get(f"/office/cases/{office['number']}?trail=all").get_data(as_text=True)
    assert "记录1<" in whole
    assert "查看更早的办理过程" not in whole


def test_the_date_is_explained_day_by_day(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        reply = session.scalar(select(Clock.id).where(Clock.case_id == office["case"], Clock.stage == "reply"))
    client = signed_in(app, office["clerk"])
    part = client.get(f"/office/cases/{office['number']}/clocks/{reply}", headers={"HX-Request": "true"})
    text = part.get_data(as_text=True)

    assert "<html" not in text
    assert "为什么是这一天：答复" in text
    assert "来文要求的日期" in text
    assert client.get(f"/office/cases/{office['number']}/clocks/999999").status_code == 404
    stranger = signed_in(app, office["stranger"])
    assert stranger.get(f"/office/cases/{office['number']}/clocks/{reply}").status_code == 404
    assert stranger.get(f"/office/cases/{office['number']}/notices").status_code == 404


def test_a_restricted_case_is_there_for_the_named_only(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        case = make_case(session, kind=Kind.ACCUSATION, accused="某某", concerns_official=True, now=clock.now())
        session.add(CaseGrant(case_id=case.id, person_id=office["leader"], granted_at=clock.now()))
        number = case.number

    assert signed_in(app, office["clerk"]).get(f"/office/cases/{number}").status_code == 404
    text = signed_in(app, office["leader"]).get(f"/office/cases/{number}").get_data(as_text=True)
    assert "仅限知情人" in text
    assert "知情人 1 人" in text


def test_a_number_that_is_none_is_not_found(app: Flask, office: dict[str, Any]) -> None:
    client = signed_in(app, office["clerk"])

    for number in ("LY2026-999999", "x" * 500, "不是编号"):
        assert client.get(f"/office/cases/{number}").status_code == 404
    assert client.get(f"/office/cases/{office['number'].lower()}").status_code == 200
