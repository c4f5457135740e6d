"""催办 and 督办: issued by hand and by the ladder, numbered, told, answered within a date, printed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.reminders import operations as running
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.supervising import operations
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clocks import end_clock, open_clocks, reply_clock
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.supervise import Asked, answer, issue, sheets
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.spoken import day_words
from opinion_app.rules.words import ClockState, NoticeChannel, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.life import Office, give_addresses, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.support.client import client_for, pick
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture
def at_work(app: Flask) -> Flask:
    """A case in the finance unit's hands, as the pages see it now."""
    with app.app_context(), transaction() as session:
        office = make_office(session)
        session.add(LeaderInCharge(unit_id=office.finance.id, person_id=office.leader.id))
        give_addresses(session)
        handling_case(office, clock.now() - timedelta(hours=1))
    return app


CASE = "/office/cases/LY2026-000001"


def told(app: Flask, words: str) -> set[str]:
    with app.app_context(), transaction() as session:
        query = select(Person.login).join(Notice, Notice.person_id == Person.id)
        return set(session.scalars(query.where(Notice.subject.contains(words), Notice.channel == NoticeChannel.MAIL)))


def test_a_clerk_urges_and_each_time_has_its_number(at_work: Flask) -> None:
    clerk = client_for(at_work, "clerk")
    for _ in range(2):
        form = pick(clerk.forms(f"{CASE}/urge"), "/urge")
        assert clerk.send(form, text="请尽快答复，留言人来电追问").status_code == 303
    text = clerk.get(CASE).text
    assert "第 1 次催办" in text
    assert "第 2 次催办" in text
    assert told(at_work, "第 2 次催办") == {"finance_handler", "finance_head"}
    with at_work.app_context(), transaction() as session:
        assert not session.scalars(select(Notice).where(Notice.subject.contains("来电追问"))).all()
        assert not any("来电追问" in str(notice.lines) for notice in session.scalars(select(Notice)))


def test_a_leader_supervises_the_unit_answers_and_both_print(at_work: Flask) -> None:
    leader, handler = client_for(at_work, "leader"), client_for(at_work, "finance_handler")
    form = pick(leader.forms(f"{CASE}/supervise"), "/supervise")
    assert leader.send(form, text="三日内拿出处理意见").status_code == 303
    assert told(at_work, "督办单第 1 号") == {"finance_handler", "finance_head", "leader"}
    page = handler.get(CASE).text
    assert "督办反馈" in page
    form = pick(handler.forms(f"{CASE}/supervise_feedback"), "/supervise_feedback")
    refused = handler.send(form, text="。 ……已办，")
    assert (refused.status_code, "反馈不足 5 个字" in refused.text, "。 ……已办，" in refused.text) == (422, True, True)
    assert handler.send(form, text="已安排施工队，周五完工").status_code == 303
    with at_work.app_context(), transaction() as session:
        [sheet] = session.scalars(select(Supervision))
        clocks = session.scalars(select(Clock).where(Clock.stage == "feedback")).all()
        assert [(one.state, one.unit_id) for one in clocks] == [(ClockState.MET, sheet.unit_id)]
        sheet_id = sheet.id
    with counting(at_work) as asked:
        page = leader.get(CASE).text
    assert len(asked) <= MOST_QUERIES + 1
    assert "已反馈" in page
    paper = leader.get(f"{CASE}/papers/supervision/{sheet_id}").text
    assert "督　办　单" in paper
    assert "已安排施工队，周五完工" in paper
    assert "13800001234" not in paper
    assert leader.get(f"{CASE}/papers/supervision/999").status_code == 404
    assert handler.get(f"{CASE}/supervise_feedback").status_code == 409


def test_a_date_on_which_the_office_rests_is_said_and_stands_for_whoever_knows(at_work: Flask) -> None:
    clerk = client_for(at_work, "clerk")
    with at_work.app_context(), transaction() as session:
        calendar = work_calendar(session)
    days = (local_date(clock.now()) + timedelta(days=ahead) for ahead in range(1, 30))
    sunday = next(day for day in days if not calendar.is_working(day))
    form = pick(clerk.forms(f"{CASE}/supervise"), "/supervise")
    typed: dict[str, Any] = {"text": "请办", "due_on": sunday.isoformat()}
    answer = clerk.send(form, **typed)
    assert (answer.status_code, "know_day_off" in clerk.get(f"{CASE}/supervise").text) == (422, False)
    assert f"下一个工作日是 {day_words(calendar.next_working_day(sunday), sunday.year)}" in answer.text
    assert "请改正标出的内容" not in answer.text, "it says no more than the heading"
    assert f'name="know_day_off" type="checkbox" value="{sunday}"' in answer.text
    for ticked in ("y", (sunday + timedelta(days=7)).isoformat()):
        again = clerk.send(form, **typed, know_day_off=ticked)
        assert again.status_code == 422, "who knows of another date does not know of this one"
        assert f'name="know_day_off" type="checkbox" value="{sunday}"' in again.text
        assert f"我知道{day_words(sunday, sunday.year)}不上班" in again.text
    assert clerk.send(form, **typed, know_day_off=sunday.isoformat()).status_code == 303
    assert f"注意：{day_words(sunday, sunday.year)}不上班" in clerk.get(CASE).text
    with at_work.app_context(), transaction() as session:
        assert session.scalars(select(Supervision.feedback_due_on)).all() == [sunday]


@pytest.mark.parametrize(
    ("act", "typed", "said"),
    [
        ("urge", {"text": ""}, "请填写催办内容"),
        ("urge", {"text": "请办", "due_on": "2026-12-30"}, "请选择由哪个单位反馈"),
        ("supervise", {"text": "请办", "unit_id": "999"}, "不在承办单位之列"),
        ("supervise", {"text": "请办", "due_on": "2020-01-01"}, "一年以内"),
        ("supervise", {"text": "请办", "due_on": "2099-01-01"}, "一年以内"),
        ("supervise", {"text": "请办", "due_on": ""}, "请填写反馈日期"),
    ],
)
def test_what_cannot_be_asked_is_said(at_work: Flask, act: str, typed: dict[str, Any], said: str) -> None:
    clerk = client_for(at_work, "clerk")
    answer = clerk.send(pick(clerk.forms(f"{CASE}/{act}"), f"/{act}"), **typed)
    assert answer.status_code == 422
    assert said in answer.text


def test_only_clerk_and_leader_ask_and_only_the_unit_answers(at_work: Flask) -> None:
    assert client_for(at_work, "finance_handler").get(f"{CASE}/urge").status_code == 403
    assert client_for(at_work, "clerk").get(f"{CASE}/supervise_feedback").status_code == 403


@pytest.fixture
def office(core: Flask) -> Any:
    with transaction() as session:
        made = make_office(session)
        yield made


def supervised(office: Office, case: Case, actor: Actor | None = None, unit_id: int | None = None) -> Supervision:
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", unit_id or office.finance.id, local_date(NOW) + timedelta(days=2))
    made = issue(office.session, case, asked, actor, NOW)
    assert made is not None
    return made


def test_one_answer_meets_one_sheet_and_another_units_sheet_is_not_ones_own(office: Office) -> None:
    case = handling_case(office)
    first, second = supervised(office, case, office.clerk), supervised(office, case)
    other = supervised(office, case, office.clerk, office.roads.id)
    answer(office.session, case, first, office.finance_head, NOW, "已办")
    states = {row.id: row.state for row in office.session.scalars(select(Clock).where(Clock.stage == "feedback"))}
    assert [states[sheet.clock_id or 0] for sheet in (first, second, other)] == [
        ClockState.MET,
        ClockState.RUNNING,
        ClockState.RUNNING,
    ]
    with pytest.raises(Refused, match="已经反馈过"):
        answer(office.session, case, first, office.finance_head, NOW, "再报")
    with pytest.raises(Refused, match="由村镇建设办反馈"):
        answer(office.session, case, other, office.finance_head, NOW, "代报")
    assert [one.id for one in sheets(office.session, case.id, waiting=True)] == [second.id, other.id]
    answer(office.session, case, second, office.finance_head, NOW, "也已办")
    with pytest.raises(Invalid, match="请选择"):
        operations.reply(office.session, case, None, "空", office.roads_head, NOW, None)
    with pytest.raises(NotFound):
        operations.reply(office.session, case, 999, "空", office.roads_head, NOW, None)
    operations.reply(office.session, case, other.id, "已经清理完毕", office.roads_head, NOW, None)
    assert not sheets(office.session, case.id, waiting=True)


def test_a_sheet_that_was_stopped_waits_for_no_answer(office: Office) -> None:
    case = handling_case(office)
    sheet = supervised(office, case)
    assert facts_of(office.session, case).sheets_waiting == 1
    end_clock(office.session.get_one(Clock, sheet.clock_id), NOW, "并案", ClockState.STOPPED)
    office.session.flush()
    with pytest.raises(Refused, match=r"督办单第 1 号已停止（并案）"):
        answer(office.session, case, sheet, office.finance_head, NOW, "已办")
    assert (facts_of(office.session, case).sheets_waiting, sheets(office.session, case.id, waiting=True)) == (0, [])


def test_n11_the_yellow_rung_issues_one_sheet_that_must_be_answered(office: Office) -> None:
    case = handling_case(office)
    reply = reply_clock(office.session, case.id)
    assert reply is not None
    for moment in ("2026-12-09T08:30", "2026-12-09T08:31", "2026-12-10T09:00"):
        assert not queue_rungs(office.session, parse_moment(moment)).troubles
    made = [one for one in sheets(office.session, case.id) if one.key == f"{reply.id}:yellow:1"]
    assert [(one.card, one.unit_id, one.issued_by_id, str(one.feedback_due_on)) for one in made] == [
        ("yellow", office.finance.id, None, "2026-12-11")
    ]
    later = queue_rungs(office.session, parse_moment("2026-12-18T08:30"))
    assert later.notices > 0
    assert not [one for one in sheets(office.session, case.id) if "督办反馈时限" in one.text], "no sheet about a sheet"


def test_n05_a_sheet_that_cannot_be_issued_is_tried_again_and_the_letters_stay(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = handling_case(office)

    def broken(*_args: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patched:
        patched.setattr(running, "issue", broken)
        done = queue_rungs(office.session, parse_moment("2026-12-09T08:30"))
        assert done.notices > 0
        assert {trouble.error for trouble in done.troubles} == {"RuntimeError: boom"}
    assert queue_rungs(office.session, parse_moment("2026-12-09T08:31")).notices == 0
    assert sheets(office.session, case.id)


def test_a_case_nobody_was_given_is_not_supervised(office: Office) -> None:
    admin = make_actor(office.session, "second", Role.CLERK)
    case = make_case(office.session, office.clerk)
    with pytest.raises(Refused, match="还没有交办"):
        operations.ask(office.session, case, Asked(SupervisionKind.SUPERVISE, "请办"), admin, NOW)
    queue_rungs(office.session, parse_moment("2026-12-01T08:30"))
    assert not sheets(office.session, case.id)


def test_n01_a_rung_asks_once_for_a_sheet(office: Office) -> None:
    case = handling_case(office)
    asked = Asked(SupervisionKind.SUPERVISE, "请说明", office.finance.id, None, "yellow", "1:yellow:1")
    assert issue(office.session, case, asked, None, NOW) is not None
    assert issue(office.session, case, asked, None, NOW) is None
    assert len(sheets(office.session, case.id)) == 1


def test_a_clock_without_a_due_moment_is_no_matter_for_reminders(office: Office) -> None:
    reply = reply_clock(office.session, handling_case(office).id)
    assert reply is not None
    reply.due_at = None
    with pytest.raises(ValueError, match="no due moment"):
        open_clock(reply)


def test_an_urging_of_whoever_has_the_case_names_what_the_unit_is_late_with(core: Flask) -> None:
    """Its draft, due before the reply, is the first thing it owes."""
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        drafts = [clock for clock in open_clocks(session, case.id) if clock.stage == "draft"]
        late = max(clock.due_at for clock in drafts if clock.due_at) + timedelta(days=1)
        operations.ask(session, case, Asked(SupervisionKind.URGE, "请速办", None), office.clerk, late)
        told = session.scalars(
            select(Notice).where(Notice.subject.contains("催办"), Notice.channel == NoticeChannel.IN_APP)
        ).all()
        assert told
        assert all("提交答复稿：已逾期" in notice.lines[0]["text"] for notice in told)
