"""The pages of the clock's half walked as the people concerned: outbox, notices, clock, calendar, rules, the sign of life."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from opinion_app import clock
from opinion_app.desks.outbox.delivery import Watch, deliver, post_of, sender_of
from opinion_app.desks.reminders.operations import message_of
from opinion_app.flow.outbox import Letter, queue
from opinion_app.flow.unjudged import note_unjudged
from opinion_app.records.calendar import CalendarYear
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import DigestLine, PersonDigest, Trouble
from opinion_app.rules.due_words import DueState
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import local_date
from tests.builders.office import make_case, make_person
from tests.support.client import client_for, forms_in, pick


@pytest.fixture
def people(app: Flask) -> None:
    """A clerk with a digest that was filed as mail, an administrator, an auditor, a handler."""
    now = clock.now()
    with app.app_context():
        with transaction() as session:
            clerk = make_person(session, "clerk", Role.CLERK, email="clerk@office.test", name="王受理")
            make_person(session, "admin", Role.ADMINISTRATOR)
            make_person(session, "auditor", Role.AUDITOR)
            make_person(session, "handler", Role.HANDLER)
            case = make_case(session, None, now=now - timedelta(hours=1), kind=Kind.COMPLAINT)
            line = DigestLine(
                1, case.id, 1, DueState.TODAY, case.number, "投诉", "", "受理分办：今天到期", f"/office/cases/{case.number}",
                "您是受理员", now,
            )  # fmt: skip
            queue(session, message_of(PersonDigest(clerk.id, local_date(now), (line,))), [clerk], now, mail=True)
            letter = Letter("case", "c1", f"{case.number} 请签收", [{"number": case.number, "text": "请签收"}],
                            f"/office/cases/{case.number}", case.id)  # fmt: skip
            queue(session, letter, [clerk], now, mail=True)
        settings = settings_of()
        deliver(post_of(settings), "r1", sender_of(settings), Watch(clock.now, clock.ticks))


def page(app: Flask, who: str, path: str) -> tuple[int, str]:
    answer = client_for(app, who).get(path)
    return answer.status_code, answer.text


def notice(app: Flask, category: str, channel: NoticeChannel) -> Notice:
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Notice).where(Notice.category == category, Notice.channel == channel)).one()
        session.expunge_all()
        return row


@pytest.mark.usefixtures("people")
def test_the_outbox_tells_clerk_and_auditor_all_and_the_administrator_only_that(app: Flask) -> None:
    mail = notice(app, "case", NoticeChannel.MAIL)
    for who in ("clerk", "auditor"):
        status, text = page(app, who, "/office/outbox")
        assert (status, "请签收" in text, "王受理" in text) == (200, True, True)
        assert page(app, who, f"/office/outbox/{mail.id}.eml")[0] == 200
    status, text = page(app, "admin", "/office/outbox")
    assert (status, "请签收" in text, "已存为邮件文件" in text) == (200, False, True)
    assert page(app, "admin", f"/office/outbox/{mail.id}.eml")[0] == 404
    assert page(app, "handler", "/office/outbox")[0] == 403
    assert page(app, "clerk", "/office/outbox?view=waiting")[1].count("这里没有邮件") == 1


@pytest.mark.usefixtures("people")
def test_a_failed_letter_is_sent_again_from_the_page(app: Flask) -> None:
    mail = notice(app, "case", NoticeChannel.MAIL)
    with app.app_context(), transaction() as session:
        session.get_one(Notice, mail.id).state = NoticeState.FAILED
    answer = client_for(app, "clerk").submit("/office/outbox", to=f"/office/outbox/{mail.id}/retry")
    assert answer.status_code == 303
    assert notice(app, "case", NoticeChannel.MAIL).state is NoticeState.PENDING


@pytest.mark.usefixtures("people")
def test_what_did_not_arrive_is_said_by_kind_with_what_to_do(app: Flask) -> None:
    assert "没有送到" not in page(app, "clerk", "/office/outbox")[1]
    now = clock.now()
    with app.app_context(), transaction() as session:
        clerk = session.scalars(select(Person.id).where(Person.login == "clerk")).one()

        def ended(key: str, channel: NoticeChannel, state: NoticeState, category: str = "rung", *, over: bool = True) -> None:
            at = now if over else None
            row = Notice(
                key=key, person_id=clerk, channel=channel, category=category, state=state, created_at=now, finished_at=at
            )
            session.add(row)

        ended("1", NoticeChannel.MAIL, NoticeState.FAILED)
        ended("2", NoticeChannel.MAIL, NoticeState.FAILED)
        ended("3", NoticeChannel.ROBOT, NoticeState.FAILED)
        ended("4", NoticeChannel.ROBOT, NoticeState.FAILED, "alarm")
        ended("5", NoticeChannel.MAIL, NoticeState.UNKNOWN, over=False)
        ended("6", NoticeChannel.ROBOT, NoticeState.UNKNOWN)
    text = page(app, "clerk", "/office/outbox")[1]
    assert "2 封邮件没有送到：请核对收件人的邮箱地址" in text
    assert "1 条群机器人通知没有送到：请核对单位或本人的群机器人地址" in text
    assert "1 条告警没有送到告警机器人：请维护人员核对设置 OPINION_ALARM_URL" in text
    assert "1 条结果不明，对方可能已经收到：稍后自动再发一次，不用处理" in text
    assert "1 条结果不明，已再发过一次：对方可能已经收到" in text
    assert "给来信人的邮件" not in text
    assert text.count("/retry") == 5, "what goes again by itself has no button"


@pytest.mark.usefixtures("people")
def test_n14_the_clerk_finds_what_would_go_out(app: Flask) -> None:
    for path in ("/office/outbox", "/office/clock"):
        assert 'href="/office/reminders/preview"' in page(app, "clerk", path)[1]
    assert page(app, "clerk", "/office/reminders/preview")[0] == 200


@pytest.mark.usefixtures("people")
def test_notices_are_read_by_opening_and_belong_to_one_person(app: Flask) -> None:
    status, text = page(app, "clerk", "/office/notices")
    assert (status, text.count('class="unread"')) == (200, 2)
    digest, case = (notice(app, category, NoticeChannel.IN_APP) for category in ("digest", "case"))
    person = client_for(app, "clerk")
    answer = person.submit("/office/notices", to=f"/office/notices/{digest.id}/open")
    assert answer.headers["Location"] == f"/office/notices/{digest.id}"
    assert "您是受理员" in person.get(f"/office/notices/{digest.id}").text
    assert notice(app, "digest", NoticeChannel.IN_APP).read_at is not None
    answer = person.submit("/office/notices", to=f"/office/notices/{case.id}/open")
    assert answer.headers["Location"].startswith("/office/cases/")
    assert "没有通知" in person.get("/office/notices?view=unread").text
    assert page(app, "handler", f"/office/notices/{case.id}")[0] == 404


@pytest.mark.usefixtures("people")
def test_all_are_read_at_once(app: Flask) -> None:
    client_for(app, "clerk").submit("/office/notices", to="/office/notices/read")
    assert 'class="unread"' not in page(app, "clerk", "/office/notices")[1]


@pytest.mark.usefixtures("people")
def test_the_clock_tells_that_it_stopped_and_that_it_runs(app: Flask) -> None:
    assert "定时作业已经停止" in page(app, "admin", "/office/clock")[1]
    assert app.test_client().get("/healthz").status_code == 503
    now = clock.now()
    with app.app_context(), transaction() as session:
        session.add(Lease(name="clock", holder="pc:1:a", beat=1, taken_at=now, beaten_at=now))
        session.add(JobRun(job="digest", slot=now, started_at=now, finished_at=now, succeeded=False, report="RuntimeError: x"))
    status, text = page(app, "admin", "/office/clock")
    assert (status, "运行中" in text, "RuntimeError: x" in text, "待办通报" in text) == (200, True, True, True)
    healthy = app.test_client().get("/healthz")
    assert (healthy.status_code, healthy.get_json()) == (200, {"status": "ok"})
    with app.app_context(), transaction() as session:
        began = now - timedelta(minutes=11)
        session.add(JobRun(job="outbox", slot=began, started_at=began, report="", runner="r"))
    assert app.test_client().get("/healthz").status_code == 503
    assert "久未结束" in page(app, "admin", "/office/clock")[1]
    with app.app_context(), transaction() as session:
        session.execute(delete(JobRun).where(JobRun.job == "outbox"))
        session.get_one(Lease, "clock").beaten_at = now - timedelta(minutes=3)
    assert app.test_client().get("/healthz").get_json() == {"status": "unhealthy"}
    assert page(app, "handler", "/office/clock")[0] == 403
    with app.app_context(), transaction() as session:
        session.get_one(Lease, "clock").beaten_at = now + timedelta(minutes=90)
        report = "服务器连接不上 3；对方服务器连续三次没有应答，本轮先停"
        session.add(JobRun(job="outbox", slot=now, started_at=now, finished_at=now, succeeded=True, report=report))
    text = page(app, "admin", "/office/clock")[1]
    assert "系统时间可能被调回" in text
    assert re.search(f">注意</span>\\s*{report}", text)


@pytest.mark.usefixtures("people")
def test_n15_every_page_tells_clerks_and_administrators_that_the_clock_stands_still(app: Flask) -> None:
    now, said = clock.now(), "定时进程已停 7 分钟"
    with app.app_context(), transaction() as session:
        number = session.scalars(select(Case.number)).one()
        session.add(Lease(name="clock", holder="pc:1:a", beat=1, taken_at=now, beaten_at=now - timedelta(minutes=7)))
    told = f"/office/cases/{number}/notices"
    for who in ("clerk", "admin"):
        text = page(app, who, "/office/calendar")[1]
        assert (said in text, "请管理员重新启动服务" in text, 'href="/office/clock"' in text) == (True, True, True)
    assert page(app, "clerk", "/office/clock")[1].count(said) == 1
    assert said not in page(app, "handler", "/office/calendar")[1], (
        "who cannot do anything about it is not troubled on every page"
    )
    assert f"{said}</strong><br>恢复运行以前，下面的都不会发出" in page(app, "clerk", told)[1]
    with app.app_context(), transaction() as session:
        session.get_one(Lease, "clock").beaten_at = now + timedelta(minutes=90)
    assert "系统时间可能被调回" in page(app, "clerk", "/office/calendar")[1]
    with app.app_context(), transaction() as session:
        session.get_one(Lease, "clock").beaten_at = now
        session.get_one(Lease, "clock").holder = ""
    assert "已停" not in page(app, "clerk", "/office/calendar")[1], "one that is being started again is given two minutes"
    assert "下面的都不会发出" not in page(app, "clerk", told)[1]


@pytest.mark.usefixtures("people")
def test_everybody_reads_the_calendar_and_a_year_not_loaded_says_so(app: Flask) -> None:
    status, text = page(app, "handler", "/office/calendar?year=2026")
    assert (status, "国庆节" in text, "调休上班" in text, "还没有载入" in text) == (200, True, True, False)
    assert "2027 年的放假安排还没有载入" in page(app, "handler", "/office/calendar?year=2027")[1]
    assert page(app, "handler", "/office/calendar?year=x")[0] == 200
    assert page(app, "handler", "/office/calendar/load")[0] == 403


@pytest.mark.usefixtures("people")
def test_a_year_is_loaded_after_its_preview(app: Flask) -> None:
    admin = client_for(app, "admin")
    days = "2027-01-01 至 2027-01-03,休,元旦\n2027-02-05 至 2027-02-15,休,春节\n2027-01-31,班,春节\n"
    seen = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice=days, source="国办通知")
    text = seen.text
    assert (seen.status_code, "载入 2027 年放假安排" in text) == (200, True)
    done = admin.send(pick(forms_in(seen.text), "/office/calendar/load"))
    assert done.status_code == 303
    with app.app_context(), transaction() as session:
        assert session.get(CalendarYear, 2027) is not None
    again = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice=days, source="更正")
    assert "会替换已载入的 2027 年安排" in again.text
    assert "第 1 版，依据：国办通知" in again.text
    assert "会替换" not in seen.text
    unseen = pick(admin.forms("/office/calendar/load"), "/preview")
    refused = admin.send(replace(unseen, action="/office/calendar/load"), notice=days)
    assert (refused.status_code, "请先预览核对" in refused.text) == (409, True), "replaced only by whoever was told so"
    assert admin.send(pick(forms_in(again.text), "/office/calendar/load")).status_code == 303
    with app.app_context(), transaction() as session:
        held = session.get_one(CalendarYear, 2027)
        assert (held.version_no, held.source) == (2, "更正")
    early = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice="1999-01-01,休,元旦")
    assert (early.status_code, "请核对年份" in early.text) == (422, True)
    bad = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice="2027-01-01,休,元旦\n2027-01-01,休,元旦")
    assert (bad.status_code, "重复" in bad.text) == (422, True)
    empty = admin.submit("/office/calendar/load", to="/office/calendar/preview", notice="")
    assert (empty.status_code, "请粘贴放假安排" in empty.text) == (422, True)


@pytest.mark.usefixtures("people")
def test_a_local_closure_is_added_once_and_taken_back(app: Flask) -> None:
    admin = client_for(app, "admin")
    added = admin.submit("/office/calendar/closures", day="2026-12-09", name="停电检修")
    assert added.status_code == 303
    again = admin.submit("/office/calendar/closures", day="2026-12-09", name="停电检修")
    assert (again.status_code, "已经列为本地休息" in again.text) == (422, True)
    assert "停电检修" in page(app, "admin", "/office/calendar?year=2026")[1]
    path = "/office/calendar/closures/2026-12-09/remove"
    gone = admin.submit(path, to=path)
    assert gone.status_code == 303


@pytest.mark.usefixtures("people")
def test_a_rule_changes_by_a_new_version_after_a_look_at_what_moves(app: Flask) -> None:
    admin = client_for(app, "admin")
    assert "赫章县政民互动制度" in page(app, "admin", "/office/rules")[1]
    path = "/office/rules/reply-complaint"
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    looked = admin.send(form, amount="3", source="本单位规定")
    assert (looked.status_code, "会变动的时限" in looked.text) == (200, True)
    assert "LY" in looked.text
    wrong = admin.submit(path, to=path, amount="0")
    assert (wrong.status_code, "时限须是大于 0 的整数" in wrong.text) == (422, True)
    same = admin.submit(path, to=path)
    assert (same.status_code, "没有变化" in same.text) == (422, True)
    typed = {"amount": "3", "source": "本单位规定", "apply_to_open": "y", "note": "提速"}
    unseen = admin.submit(path, to=path, headers=None, **typed)
    assert (unseen.status_code, "还没有保存：会变动" in unseen.text, "提速" in unseen.text) == (422, True, True)
    assert admin.send(pick(forms_in(unseen.text), path)).status_code == 303
    with app.app_context(), transaction() as session:
        query = select(DeadlineRuleRow).where(DeadlineRuleRow.code == "reply-complaint")
        rows = session.scalars(query.order_by(DeadlineRuleRow.version_no)).all()
        assert [(row.version_no, row.data["span"]["amount"]) for row in rows] == [(1, 7), (2, 3)]
    assert page(app, "admin", "/office/rules/unheard-of")[0] == 404
    assert page(app, "clerk", "/office/rules")[0] == 403


@pytest.mark.usefixtures("people")
def test_n05_the_clocks_page_names_the_case_whose_date_cannot_be_judged(app: Flask) -> None:
    assert "无法判断" not in page(app, "admin", "/office/clock")[1]
    with app.app_context(), transaction() as session:
        running = session.scalars(select(Clock).order_by(Clock.id)).first()
        assert running is not None
        number, case_id = running.case.number, running.case_id
        note_unjudged(session, "rungs", [], [Trouble(running.id, "ValueError: torn")], clock.now())
    status, text = page(app, "admin", "/office/clock")
    assert (status, f"{number}：ValueError: torn" in text) == (200, True)
    with app.app_context(), transaction() as session:
        session.get_one(Case, case_id).restricted = True
    hidden = page(app, "clerk", "/office/clock")[1]
    assert "您无权查看的一件：ValueError: torn" in hidden
    assert number not in hidden
