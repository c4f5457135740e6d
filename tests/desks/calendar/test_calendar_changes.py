"""What moves is shown before calendar, hours or rules change; the week of work is the office's own (D01, D03, D08, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow.calendar import work_calendar
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_case, make_person
from tests.support.client import Browser, client_for, forms_in, pick

NOW = parse_moment("2026-11-23T10:00")
HOURS = "/office/calendar/hours"


@pytest.fixture
def admin(app: Flask) -> Iterator[Browser]:
    """An administrator of an office with one open complaint, due on 2 December; the wall clock stands still."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            make_person(session, "admin", Role.ADMINISTRATOR)
            make_case(session, None, now=NOW, kind=Kind.COMPLAINT)
        yield client_for(app, "admin")


def due(app: Flask) -> date:
    """The date of the newest reply."""
    with app.app_context(), transaction() as session:
        found = session.scalars(select(Clock.due_at).where(Clock.stage == "reply").order_by(Clock.id)).all()[-1]
        assert found is not None
        return local_date(found)


def test_d15_a_local_closure_is_looked_at_before_it_is_made_and_before_it_is_taken_back(app: Flask, admin: Browser) -> None:
    path = "/office/calendar/closures"
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    seen = admin.send(form, day="2026-11-25", name="停电检修")
    assert (seen.status_code, "1 项，其中 0 项会变为逾期" in seen.text) == (200, True)
    assert due(app) == date(2026, 12, 2), "a look moves nothing"
    unseen = admin.submit(path, to=path, day="2026-11-25", name="停电检修")
    assert (unseen.status_code, "还没有保存：会变动 1 项在办时限" in unseen.text) == (422, True)
    assert due(app) == date(2026, 12, 2), "nothing is saved that nobody has looked at"
    stale = admin.send(pick(forms_in(unseen.text), path), day="2026-11-26")
    assert stale.status_code == 303, "the same clocks move from and to the same days"
    assert admin.submit(f"{path}/2026-11-26/remove", to=f"{path}/2026-11-26/remove").status_code == 303
    assert admin.send(pick(forms_in(seen.text), path)).status_code == 303, "what was shown is saved at once"
    assert due(app) == date(2026, 12, 3)
    again = admin.send(form, day="2026-11-25", name="停电检修")
    assert (again.status_code, "已经列为本地休息" in again.text) == (422, True)
    back = admin.get(f"{path}/2026-11-25/remove")
    assert (back.status_code, "会变动的在办时限" in back.text) == (200, True)
    assert admin.send(pick(forms_in(back.text), f"{path}/2026-11-25/remove")).status_code == 303
    assert due(app) == date(2026, 12, 2)
    assert admin.get(f"{path}/2026-11-25/remove").status_code == 404
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Notice.id)).all() == [], "no mail goes out because a date moved"


def test_n02_a_look_says_which_dates_are_told_at_once_and_that_no_other_is(app: Flask, admin: Browser) -> None:
    path = "/office/calendar/closures"
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    seen = admin.send(form, day="2026-11-25", name="停电检修")
    assert "1 项，其中 0 项会变为逾期；不为此发出提醒" in seen.text
    assert "随即提醒" not in seen.text
    assert admin.send(pick(forms_in(seen.text), path)).status_code == 303
    with app.app_context(), transaction() as session:
        queue_digests(session, parse_moment("2026-12-02T08:30"))
    with time_machine.travel(parse_moment("2026-12-02T10:00"), tick=False):
        then = client_for(app, "admin")
        back = then.get(f"{path}/2026-11-25/remove").text
        page = then.send(pick(forms_in(back), f"{path}/2026-11-25/remove"))
        done = then.get(page.headers["Location"]).text
    assert "1 项，其中 0 项会变为逾期；随即提醒 1 项（今天到期 1 项）" in back
    assert "随即提醒：今天到期" in back, "the date comes back to today, and this morning's digest is out"
    assert "已恢复上班，1 项时限随之变动，随即提醒 1 项（今天到期 1 项）。" in done


def test_d08_the_week_and_the_hours_are_the_offices_own(app: Flask, admin: Browser) -> None:
    form = pick(admin.forms(HOURS), HOURS)
    form.action = f"{HOURS}/preview"
    seen = admin.send(form, weekdays=["0", "1", "2", "3", "4", "5"])
    assert (seen.status_code, "会变动的在办时限" in seen.text) == (200, True)
    refused = admin.send(form, weekdays=["0"], frames="12:00-09:00")
    assert (refused.status_code, "早于结束" in refused.text) == (422, True)
    none = admin.submit(HOURS, to=HOURS, weekdays=[])
    assert (none.status_code, "至少要有一个工作日" in none.text) == (422, True)
    same = admin.submit(HOURS, to=HOURS)
    assert (same.status_code, "与现在的安排相同" in same.text) == (422, True)
    typed = {"frames": "09:00-12:00\n13:00-17:00", "half_days": "2026-12-31,09:00-12:00"}
    unseen = admin.submit(HOURS, to=HOURS, headers=None, weekdays=["0", "1", "2", "3", "4", "5"], **typed)
    assert (unseen.status_code, "还没有保存" in unseen.text) == (422, True)
    assert due(app) == date(2026, 12, 2)
    assert admin.send(pick(forms_in(unseen.text), HOURS)).status_code == 303
    assert due(app) == date(2026, 12, 1), "Saturdays count now"
    with app.app_context(), transaction() as session:
        calendar = work_calendar(session)
        assert [str(frame) for frame in calendar.frames_on(date(2026, 11, 28))] == ["09:00-12:00", "13:00-17:00"]
        assert [str(frame) for frame in calendar.frames_on(date(2026, 12, 31))] == ["09:00-12:00"]
    assert "2026-12-31,09:00-12:00" in admin.get(HOURS).text


def test_d03_a_receipt_after_hours_counts_as_the_office_says_from_then_on(app: Flask, admin: Browser) -> None:
    assert admin.submit(HOURS, to=HOURS, receipt="next_working_day").status_code == 303
    assert due(app) == date(2026, 12, 2), "what runs already is not touched"
    with app.app_context(), transaction() as session:
        make_case(session, None, now=NOW + timedelta(hours=9), kind=Kind.COMPLAINT)
    assert due(app) == date(2026, 12, 3)


def test_d15_a_rule_in_another_unit_with_a_window_of_return_is_saved_as_a_version(app: Flask, admin: Browser) -> None:
    path = "/office/rules/sign-for"
    zero = admin.submit(path, to=path, return_amount="0")
    assert (zero.status_code, "大于 0" in zero.text) == (422, True)
    future = admin.submit(path, to=path, amount="4", unit="working_hours", in_force_from="2027-01-01", apply_to_open="y")
    assert (future.status_code, "现在还不能用于在办的件" in future.text) == (422, True)
    hours = {"amount": "4", "unit": "working_hours", "return_amount": "2", "return_unit": "working_days"}
    assert admin.submit(path, to=path, headers=None, **hours).status_code == 303
    text = admin.get("/office/rules").text
    assert ["4 个工作小时" in text, "2 个工作日内可退回" in text] == [True, True]
    back = "/office/rules/draft"
    wrong = admin.submit(back, to=back, unit="hours")
    assert (wrong.status_code, "按工作日计算" in wrong.text) == (422, True)


def test_d15_days_granted_are_put_aside_when_the_rule_turns_to_hours_and_the_page_says_so(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        reply = session.scalars(select(Clock).where(Clock.stage == "reply")).one()
        reply.extensions = [{"at": NOW.isoformat(), "amount": 5, "unit": "working_days", "reason": "采购"}]
        reply.due_at = parse_moment("2026-12-09T23:59:59")
    path = "/office/rules/reply-complaint"
    changed = {"amount": "48", "unit": "hours", "extension_times": "0", "extension_amount": "", "apply_to_open": "y"}
    blind = admin.submit(path, to=path, headers=None, **changed)
    assert (blind.status_code, "已批准的延期暂不计入" in blind.text) == (422, True)
    assert due(app) == date(2026, 12, 9)
    assert admin.send(pick(forms_in(blind.text), path)).status_code == 303
    assert due(app) == date(2026, 11, 25)
    with app.app_context(), transaction() as session:
        reply = session.scalars(select(Clock).where(Clock.stage == "reply")).one()
        assert [(entry["amount"], entry["in_days"]) for entry in reply.extensions] == [(5, True)]
