"""A date is told with what must be known of it, wherever it shows: provisional, suspended, and how it came about (D02, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from opinion_app.desks.calendar.operations import add_closure, load_notice, remove_closure, save_hours
from opinion_app.desks.casefile.why import why_case
from opinion_app.flow import progress
from opinion_app.flow.calendar import office_hours, work_calendar
from opinion_app.flow.clocks import reply_clock
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_file import parse_notice
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.errors import NotFound
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling import suspending
from tests.builders.life import Office, answered, handling_case, make_office
from tests.builders.office import make_actor, make_person
from tests.support.client import client_for, forms_in, pick

NOW = parse_moment("2026-12-24T10:00")
NEXT_YEAR = "2027-01-01 至 2027-01-03,休,元旦\n2027-02-05 至 2027-02-15,休,春节\n2027-01-31,班,春节\n"


@pytest.fixture
def office(app: Flask) -> Iterator[Office]:
    """A case that is answered next year, when nobody knows the holidays yet; the wall clock stands still."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            made = make_office(session)
            make_person(session, "admin", Role.ADMINISTRATOR)
            case = handling_case(made, NOW)
            session.add(Progress(number=case.number, code_hash="x", step="", history=[], updated_at=NOW))
            session.flush()
            progress.promise(session, case)
        yield made


def number(app: Flask) -> str:
    with app.app_context(), transaction() as session:
        return str(session.query(Case.number).scalar())


def test_d02_a_provisional_date_says_so_everywhere_and_no_more_once_the_year_is_loaded(app: Flask, office: Office) -> None:
    clerk, path = client_for(app, "clerk"), f"/office/cases/{number(app)}"
    places = {
        "page": lambda: clerk.get(path).text,
        "paper": lambda: clerk.get(f"{path}/papers/handling").text,
        "order": lambda: clerk.get(f"{path}/papers/assignment/1").text,
        "calendar": lambda: clerk.get("/office/calendar?year=2027").text,
    }
    assert {name: "暂定" in read() for name, read in places.items()} == dict.fromkeys(places, True)
    with app.app_context(), transaction() as session:
        told = session.get_one(Progress, number(app))
        assert (told.promised_on, "暂定" in told.promise) == (date(2027, 1, 4), True)
    admin = client_for(app, "admin")
    seen = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice=NEXT_YEAR, source="国办通知")
    assert admin.send(pick(forms_in(seen.text), "/office/calendar/load")).status_code == 303
    assert {name: "暂定" in read() for name, read in places.items()} == dict.fromkeys(places, False)
    with app.app_context(), transaction() as session:
        told = session.get_one(Progress, number(app))
        assert (told.promised_on, "暂定" in told.promise) == (date(2027, 1, 5), False)
        reply = reply_clock(session, session.query(Case.id).scalar())
        assert reply is not None
        why = f"{path}/clocks/{reply.id}"
    named = "2027 年放假安排：国办通知（第 1 版）"
    assert named in clerk.get(why).text, "the paper it was loaded from is named where dates are explained"


def test_d15_every_version_of_a_date_is_told_with_its_reason(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        case = session.query(Case).one()
        held, later = SuspensionGround.HEARING, NOW + timedelta(days=1)
        suspending.suspend(session, case, office.clerk, NOW, held, NOW, "依申请听证")
        assert "答复：中止计时，恢复后还有 7 个工作日" in why_case(session, case.number, work_calendar(session))
        suspending.resume(session, case, office.clerk, later, later, "听证结束")
        text = why_case(session, case.number.lower(), work_calendar(session))
        with pytest.raises(NotFound):
            why_case(session, "LY1999-000001", work_calendar(session))
    for words in (
        "答复：2027年1月5日",
        "第 1 版，2020-01-01 起执行",
        "中止计时（听证），不计",
        "日期的历次变动",
        "第 2 版（2026年12月24日 周四 10:00）：计时中止，中止计时（听证）",
        "第 3 版",
        "注意：其中有的年份尚未发布放假安排",
    ):
        assert words in text, words


def test_d15_a_version_says_what_of_the_calendar_changed(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        admin, closed = make_actor(session, "mistress", Role.ADMINISTRATOR), date(2026, 12, 28)
        add_closure(session, closed, "停电检修", admin, NOW)
        remove_closure(session, closed, admin, NOW)
        load_notice(session, parse_notice(NEXT_YEAR.encode()), "国办发明电〔2026〕7号", admin, NOW)
        later = parse_notice(f"{NEXT_YEAR}2027-01-04 至 2027-01-05,休,元旦".encode())
        load_notice(session, later, "更正通知", admin, NOW, replace=True)
        save_hours(session, replace(office_hours(session), weekdays=frozenset(range(4))), Receipt.NEXT_WORKING_DAY, admin, NOW)
        reply = reply_clock(session, session.query(Case.id).scalar())
        assert reply is not None
        assert [version["why"] for version in reply.dates] == [
            "2026年12月28日 周一列为本地休息（停电检修）",
            "撤销 2026年12月28日 周一的本地休息（停电检修）",
            "载入 2027 年放假安排（国办发明电〔2026〕7号）",
            "替换 2027 年放假安排（更正通知）",
            "上下班时间有变（每周哪几天上班、下班后收到的怎样起算）",
        ]


def ended_case(session: Session, office: Office) -> tuple[str, Clock]:
    """A case answered at once; its reply was due on 3 December."""
    session.add_all([office.finance, office.roads])
    case = answered(replace(office, session=session), parse_moment("2026-11-24T10:00"))
    reply = reply_clock(session, case.id)
    assert reply is not None
    assert (reply.due_at, reply.state) == (parse_moment("2026-12-03T23:59:59"), ClockState.MET)
    return case.number, reply


def reply_told(session: Session, case_number: str) -> str:
    text = why_case(session, case_number, work_calendar(session))
    return next(part for part in text.split("\n\n") if part.startswith("答复："))


def test_d15_an_ended_clock_is_told_as_it_was_settled_whatever_the_calendar_says_later(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        case_number, reply = ended_case(session, office)
        admin = make_actor(session, "mistress", Role.ADMINISTRATOR)
        assert "后来日历有变" not in reply_told(session, case_number)
        for day in (date(2026, 12, 1), date(2026, 12, 30)):
            add_closure(session, day, "停电检修", admin, NOW)
        path = f"/office/cases/{case_number}/clocks/{reply.id}"
    with app.app_context(), transaction() as session:
        told = reply_told(session, case_number)
        assert "答复：2026年12月3日 周四 23:59" in told
        assert "结束：2026年11月24日 周二 10:00 已完成" in told
        assert "停电检修" not in told, "each day is told as it was counted"
        assert "12月3日 周四 到期" in told
        assert "列为本地休息日 2026年12月1日 周二）" in told
        assert "12月30日" not in told
        assert "按现在的日历推算会是 2026年12月4日 周五 23:59" in told
        held = reply_clock(session, session.query(Case.id).filter_by(number=case_number).scalar())
        assert held is not None
        assert (held.due_at, held.deadline_version) == (parse_moment("2026-12-03T23:59:59"), 1)
    page = client_for(app, "clerk").get(path).text
    assert "按现在的日历推算会是 2026年12月4日" in page
    assert "12月3日 周四 到期" in page
    assert "12月4日 周五 到期" not in page


def test_d15_where_the_calendar_of_then_is_gone_the_date_stands_and_that_is_said(app: Flask, office: Office) -> None:
    with app.app_context(), transaction() as session:
        case_number, _reply = ended_case(session, office)
        admin = make_actor(session, "mistress", Role.ADMINISTRATOR)
        notice = parse_notice("2026-12-01,休,临时放假".encode())
        load_notice(session, notice, "更正", admin, NOW, replace=True, anyway=True)
        save_hours(session, replace(office_hours(session), weekdays=frozenset(range(4))), Receipt.SAME_DAY, admin, NOW)
    with app.app_context(), transaction() as session:
        told = reply_told(session, case_number)
    assert "答复：2026年12月3日 周四 23:59" in told
    assert "载入放假安排（2026 年）" in told
    assert "修改上下班时间" in told
    assert "按现在的日历推算会是 2026年12月8日" in told
    assert "不能逐日重列" in told
    assert "到期，当日" not in told


def test_a_list_on_paper_says_what_is_provisional_and_what_stands_still(app: Flask, office: Office) -> None:
    def cells() -> list[str]:
        answer = client_for(app, "clerk").submit("/office/cases", to="/office/cases/export")
        with answer:
            table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
        return [str(cell) for row in table for cell in row]

    with app.app_context(), transaction() as session:
        case = session.query(Case).one()
        case.next_due_at, case.next_due_provisional = parse_moment("2027-01-04T23:59"), True
    assert "2027-01-04 23:59（暂定）" in cells()
    with app.app_context(), transaction() as session:
        case = session.query(Case).one()
        case.next_due_at, case.suspended_for = None, "hearing"
    assert "计时中止" in cells()
