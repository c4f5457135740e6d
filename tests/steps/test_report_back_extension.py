"""Once the writer is answered, the report owed to whoever sent the letter can still be given more time, by the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import open_clocks, reply_clock
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow, ExtensionRequest
from opinion_app.records.notice import Notice
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.life import permitted
from opinion_app.rules.words import OFFICE_GATES, AnswerMethod
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from tests.builders.life import REPLY, Office, answered, forwarded, make_office
from tests.builders.office import NOW
from tests.support.client import client_for, pick

DAY = timedelta(days=1)
DUE, LATER = date(2026, 12, 4), date(2026, 12, 18)
AGREED = Consent("信转〔2026〕9号", date(2026, 11, 24))
MORE = More(until=LATER, consent=AGREED)


def answer(office: Office, case: Case, now: datetime = NOW) -> None:
    """From the draft to the answer."""
    session = office.session
    reply.save_draft(session, case, office.finance_handler, now, REPLY)
    reply.submit(session, case, office.finance_handler, now)
    review.check_unit_head(session, case, office.finance_head, now, passed=True)
    review.check_gates(session, case, office.reviewer, now, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(session, case, office.leader, now, passed=True)
    closing.answer(session, case, office.clerk, now, AnswerMethod.ONLINE)


def answered_letter(office: Office) -> Case:
    """A forwarded letter whose writer is answered while its issuer still waits for the report until the 4th of December."""
    case = forwarded(office, DUE)
    answer(office, case)
    return case


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def report_of(office: Office, case: Case) -> Clock:
    """The one clock that is left."""
    [clock] = open_clocks(office.session, case.id)
    assert clock.stage == "report_back"
    return clock


def ask(office: Office, case: Case, actor: Actor, more: More = MORE, days: int = 1) -> None:
    extending.ask(office.session, case, actor, NOW + days * DAY, more, "来文单位要求补充现场照片")


@pytest.mark.parametrize("who", ["clerk", "finance_head"])
def test_d10_the_report_alone_is_asked_granted_and_explained(office: Office, who: str) -> None:
    case = answered_letter(office)
    report, answered_at = report_of(office, case), reply_clock(office.session, case.id)
    assert answered_at is not None
    before = (answered_at.due_at, answered_at.state, answered_at.extensions)
    ask(office, case, getattr(office, who))
    assert facts_of(office.session, case).extension_waits
    extending.decide(office.session, case, office.leader, NOW + DAY, agree=True, opinion="同意")
    assert (local_date(report.due_at or NOW), local_date(report.original_due_at)) == (LATER, DUE)
    assert report.deadline_version == 2
    assert [entry["by"] for entry in report.extensions] == ["来文单位县信访局同意，信转〔2026〕9号，2026-11-24"]
    assert local_date(case.next_due_at or NOW) == LATER
    assert (answered_at.due_at, answered_at.state, answered_at.extensions) == before, "what is met is not touched"
    assert recompute_open(office.session, NOW + DAY) == []
    assert not office.session.scalars(select(Progress.why).where(Progress.why.contains("延期"))).all(), (
        "the writer has the answer"
    )
    told = select(Notice.person_id).where(Notice.subject.contains("延期申请已批准"))
    assert set(office.session.scalars(told)) == {office.finance_handler.id} | ({office.clerk.id} if who == "clerk" else set())


def test_d10_the_same_rules_hold_for_it(office: Office) -> None:
    case = answered_letter(office)
    for more, words in (
        (More(until=LATER), "请先商请来文单位"),
        (More(until=LATER, consent=Consent("信转〔2026〕9号", date(2026, 11, 22))), "收到来文之后"),
        (More(until=DUE, consent=AGREED), "须晚于现在的到期日"),
    ):
        with pytest.raises(Invalid, match=words):
            ask(office, case, office.clerk, more)
    with pytest.raises(Invalid, match="来文单位须在到期前同意"):
        ask(office, case, office.clerk, More(until=LATER, consent=Consent("信转〔2026〕9号", date(2026, 12, 5))), days=13)
    with pytest.raises(Forbidden):
        ask(office, case, office.roads_head)
    ask(office, case, office.clerk)
    with pytest.raises(Refused, match="等待审批"):
        ask(office, case, office.clerk)
    extending.decide(office.session, case, office.leader, NOW + DAY, agree=False, opinion="按期反馈")
    assert local_date(report_of(office, case).due_at or NOW) == DUE


def test_d10_a_rule_that_allows_none_gives_none(office: Office) -> None:
    case = answered_letter(office)
    report = report_of(office, case)
    report.fixed_on = None  # a date of the rule, not of the issuer
    row = office.session.get_one(DeadlineRuleRow, report.rule_id)
    assert row.code == "report-back"
    report.rule_id = office.session.scalars(select(DeadlineRuleRow.id).where(DeadlineRuleRow.code == "draft")).one()
    with pytest.raises(Invalid, match="这项时限不能延期"):
        ask(office, case, office.clerk, More(5))


def test_d10_with_nothing_owed_any_more_there_is_nothing_to_extend(office: Office) -> None:
    plain = answered(office)
    with pytest.raises(Refused, match="没有还在计时的时限"):
        ask(office, plain, office.clerk)
    assert "ask_extension" not in {move.name for move in permitted(office.clerk, facts_of(office.session, plain))}


def test_d10_a_request_whose_clock_ended_waits_for_nobody(office: Office) -> None:
    case = forwarded(office, DUE)
    extending.ask(office.session, case, office.finance_head, NOW + DAY, MORE, "需要采购灯具")
    reply_running = reply_clock(office.session, case.id)
    assert reply_running is not None
    request = office.session.scalars(select(ExtensionRequest)).one()
    assert (request.clock_id, facts_of(office.session, case).extension_waits) == (reply_running.id, True)
    answer(office, case, NOW + DAY)
    assert not facts_of(office.session, case).extension_waits, "the writer is answered; the report can be asked for anew"
    ask(office, case, office.clerk)
    waiting = extending.waiting(office.session, case)
    assert waiting is not None
    assert waiting.id != request.id


@time_machine.travel(NOW + DAY, tick=False)
def test_d10_the_clerk_asks_and_the_leader_decides_on_the_pages(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        path = f"/office/cases/{answered_letter(make_office(session)).number}"
    clerk, leader = client_for(app, "clerk"), client_for(app, "leader")
    assert f"{path}/ask_extension" in clerk.get(path).text
    form = clerk.get(f"{path}/ask_extension").text
    assert "现在的反馈来文单位时限：" in form
    assert "一并顺延" not in form
    asking = pick(clerk.forms(f"{path}/ask_extension"), "/ask_extension")
    typed: dict[str, Any] = {
        "until": LATER.isoformat(),
        "reason": "补充照片",
        "consent_number": AGREED.number,
        "consent_on": AGREED.on.isoformat(),
    }
    assert clerk.send(asking, **typed).status_code == 303
    assert path in leader.get("/office/?tab=extensions").text
    assert "现在的反馈来文单位时限" in leader.get(f"{path}/decide_extension").text
    assert leader.send(pick(leader.forms(f"{path}/decide_extension"), "/decide_extension"), agree="yes").status_code == 303
    with app.app_context(), transaction() as session:
        due = session.scalar(select(Clock.due_at).where(Clock.stage == "report_back"))
        assert due is not None
        assert local_date(due) == LATER
        assert session.scalar(select(func.count(ExtensionRequest.id)).where(ExtensionRequest.granted.is_(True))) == 1
