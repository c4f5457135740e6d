"""The date of a 督办单 that follows from working days moves when a year's calendar is loaded, after a look at it (D02, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.calendar.operations import load_notice
from opinion_app.desks.calendar.queries import what_if
from opinion_app.desks.casefile.why import told, why
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.desks.supervising.operations import ask, usual_date
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.supervise import Asked, answer, sheets
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_file import YearNotice
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.workdays import CalendarDay, DayKind
from opinion_app.rules.zone import parse_moment
from tests.builders.life import Office, handling_case, make_office
from tests.support.client import client_for

NOW = parse_moment("2026-12-30T09:00")  # Wednesday; of 2027 nothing is loaded
GUESSED, RIGHT = date(2027, 1, 1), date(2027, 1, 4)  # two working days: Friday, or Monday for New Year's Day is one off
NEW_YEAR = YearNotice(2027, tuple(CalendarDay(date(2027, 1, day), DayKind.HOLIDAY, "元旦") for day in (1, 2, 3)))


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def late(office: Office) -> Case:
    """A case whose yellow rung comes on the 30th of December."""
    return handling_case(office, parse_moment("2026-12-14T10:00"))


def asked(office: Office, case: Case, due_on: date) -> Supervision:
    wanted = Asked(SupervisionKind.SUPERVISE, "请办", office.finance.id, due_on)
    return ask(office.session, case, wanted, office.clerk, NOW, know_day_off=due_on).sheet


def of(office: Office, sheet: Supervision) -> Clock:
    """The clock of a sheet."""
    return office.session.get_one(Clock, sheet.clock_id)


def test_d02_the_date_of_a_sheet_of_the_ladder_is_provisional_and_moves_with_the_year_after_a_look(office: Office) -> None:
    case = late(office)
    assert not queue_rungs(office.session, NOW).troubles
    [sheet] = [one for one in sheets(office.session, case.id) if "答复时限" in one.text]
    assert (sheet.answer_by, sheet.answer_words) == (GUESSED, "2027-01-01（暂定）")

    seen = {(moved.stage, moved.before, moved.after) for moved in what_if(office.session, NEW_YEAR, NOW)}
    assert ("feedback", parse_moment("2027-01-01T23:59:59"), parse_moment("2027-01-04T23:59:59")) in seen
    assert (sheet.answer_by, of(office, sheet).deadline_version) == (GUESSED, 1), "a look moves nothing"

    notices = len(office.session.scalars(select(Notice.id)).all())
    done = {(moved.stage, moved.before, moved.after) for moved in load_notice(office.session, NEW_YEAR, "国办通知", None, NOW)}
    assert done == seen, "what was shown is what came"
    assert (sheet.answer_by, sheet.answer_words) == (RIGHT, "2027-01-04")
    assert of(office, sheet).deadline_version == 2
    assert sheet.feedback_due_on == GUESSED, "what it was issued with stays"
    assert len(office.session.scalars(select(Notice.id)).all()) == notices, "no mail goes out because a date moved"


def test_d15_a_sheet_by_hand_moves_where_its_date_was_worked_out_and_stands_where_it_was_chosen(office: Office) -> None:
    case = late(office)
    usual = asked(office, case, usual_date(office.session, NOW))
    chosen = asked(office, case, date(2027, 1, 2))
    urged = ask(office.session, case, Asked(SupervisionKind.URGE, "请办", office.finance.id, GUESSED), office.clerk, NOW).sheet
    load_notice(office.session, NEW_YEAR, "国办通知", None, NOW)
    assert [sheet.answer_by for sheet in (usual, chosen, urged)] == [RIGHT, date(2027, 1, 2), GUESSED]
    assert [sheet.id for sheet in sheets(office.session, case.id, waiting=True)] == [urged.id, chosen.id, usual.id]


def test_d15_what_was_answered_keeps_its_date(office: Office) -> None:
    case = late(office)
    sheet = asked(office, case, usual_date(office.session, NOW))
    answer(office.session, case, sheet, office.finance_head, NOW, "已办")
    load_notice(office.session, NEW_YEAR, "国办通知", None, NOW)
    assert (sheet.answer_by, of(office, sheet).deadline_version) == (GUESSED, 1)


def test_d15_the_reminders_and_the_derivation_follow_the_new_date(office: Office) -> None:
    case = late(office)
    sheet = asked(office, case, usual_date(office.session, NOW))
    load_notice(office.session, NEW_YEAR, "国办通知", None, NOW)
    said = told(why(office.session, of(office, sheet), work_calendar(office.session)))
    assert [words for words in ("2 个工作日内反馈", "元旦", "2027年1月4日", "载入 2027 年放假安排") if words not in said] == []
    monday = parse_moment("2027-01-04T08:30")
    own = [digest for digest in plan_digests(office.session, monday).digests if digest.person_id == office.finance_head.id]
    assert "督办反馈：今天到期" in {line.text for digest in own for line in digest.lines}


def test_d15_case_page_and_paper_show_the_new_date_and_the_paper_the_old_one_too(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        case = late(office)
        number, sheet_id = case.number, asked(office, case, usual_date(session, NOW)).id
    clerk, path = client_for(app, "clerk"), f"/office/cases/{number}"
    assert "2027-01-01（暂定） 前反馈" in clerk.get(path).text
    assert "2027年1月1日</strong>（暂定）" in clerk.get(f"{path}/papers/supervision/{sheet_id}").text
    with app.app_context(), transaction() as session:
        load_notice(session, NEW_YEAR, "国办通知", None, NOW)
    assert "2027-01-04 前反馈" in clerk.get(path).text
    paper = clerk.get(f"{path}/papers/supervision/{sheet_id}").text
    assert "2027年1月4日</strong>（原定 2027年1月1日，按放假安排重算）" in paper
    assert "2027-01-04 前" in client_for(app, "finance_head").get(f"{path}/supervise_feedback").text
