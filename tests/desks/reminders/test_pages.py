"""The ladder's pages and the rehearsal over HTTP, and what the case page says was sent and will be sent."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from werkzeug.test import TestResponse

from opinion_app import clock
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow.ladder import ladder, versions
from opinion_app.flow.outbox import tell
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.ladder import LadderVersion
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.reply import Reply
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.ladder import Anchor, Way, Who
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import ClockState, Kind, NoticeChannel, NoticeState, Role, Urgency
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date
from tests.builders.life import make_office
from tests.builders.office import make_actor, make_case
from tests.support.client import Browser, PageForm, client_for, forms_in, pick
from tests.support.databases import make_settings
from tests.support.queries import MOST_QUERIES, counting


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what these forms change is changed on both by test_ladder_versions.py and test_ladder_runs.py."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def office(app: Flask) -> Flask:
    now = clock.now()
    with app.app_context(), transaction() as session:
        make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
        make_actor(session, "auditor", Role.AUDITOR)
        make_case(session, None, now=now - timedelta(minutes=50), urgency=Urgency.URGENT)
    return app


def looked_and_sent(admin: Browser, form: PageForm, **typed: Any) -> TestResponse:
    """A change of the ladder as somebody makes it: not saved where it changes anything that runs, shown, and sent once more."""
    answer = admin.send(form, **typed)
    if answer.status_code == 422 and "还没有保存" in answer.text:
        answer = admin.send(pick(forms_in(answer.text), form.action))
    return answer


def test_the_ladder_is_shown_and_a_rung_is_changed_added_and_taken_out_of_use(office: Flask) -> None:
    admin = client_for(office, "admin")
    text = admin.get("/office/ladder").text
    assert "逾期后第 5 个工作日" in text
    assert "黄牌" in text
    form = pick(admin.forms("/office/ladder/days/urge"), "/days/urge")
    answer = looked_and_sent(
        admin, form, label="催办函", anchor="working_days", amount="2", to=["owner"], copy=["in_charge", "clerks"]
    )
    assert answer.status_code == 303
    assert "只对今后到达这一级的时限起作用。在办时限的提醒没有变动。" in admin.get("/office/ladder").text
    new = pick(admin.forms("/office/ladder/hours/new"), "/hours/new")
    assert looked_and_sent(admin, new, label="再催", anchor="hours", amount="6", to=["owner"], way="letter").status_code == 303
    assert "会变动的提醒：再催 今后新发 2 项。" in admin.get("/office/ladder").text, "as the look said"
    with office.app_context(), transaction() as session:
        held = ladder(session)
        urge = held.named("urge")
        assert urge is not None
        assert (urge.label, urge.amount, urge.copy) == ("催办函", 2, (Who.IN_CHARGE, Who.CLERKS))
        assert urge.since is not None
        [added, changed] = [row.changes for row in versions(session)]
        assert [[name, old, new] for name, old, new in changed if name != "催办函·抄送"] == [
            ["催办函·名称", "催办通知", "催办函"],
            ["催办函·何时", "逾期后第 1 个工作日", "逾期后第 2 个工作日"],
        ]
        assert [name for name, *_rest in added] == ["增加一级，按小时计的时限"]
        assert [(rung.label, rung.anchor, rung.amount, rung.way) for rung in held.hours][-1] == (
            "再催",
            Anchor.HOURS,
            6,
            Way.LETTER,
        )
        assert session.scalar(select(func.count(TrailEntry.act)).where(TrailEntry.act == "ladder.change")) == 2


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("/office/ladder/days/urge", {"amount": "0"}, "1 至 250"),
        ("/office/ladder/days/urge", {"amount": "许多"}, "请填写整数"),
        ("/office/ladder/days/urge", {"label": ""}, "请填写名称"),
        ("/office/ladder/days/urge", {"to": []}, "请至少选择一类收件人"),
        ("/office/ladder/days/yellow", {}, "没有变化"),
        ("/office/ladder/hours/hours_soon", {"way": "digest"}, "不能等到待办通报"),
        ("/office/ladder/days/today", {"sheet": "y"}, "不开督办单"),
        ("/office/ladder/general", {"late_days": "0"}, "1 至 30"),
        ("/office/ladder/general", {"quiet_until": "22:00"}, "不能相同"),
        ("/office/ladder/general", {"main_leader_id": "1"}, "请选择一位"),
        ("/office/ladder/general", {}, "没有变化"),
    ],
)
def test_what_cannot_stand_is_said_beside_its_field_and_nothing_typed_is_lost(
    office: Flask, path: str, typed: dict[str, Any], said: str
) -> None:
    admin = client_for(office, "admin")
    answer = admin.send(pick(admin.forms(path), path), **typed)
    assert answer.status_code == 422
    assert said in answer.text


def test_what_holds_for_all_rungs_is_saved(office: Flask) -> None:
    admin = client_for(office, "admin")
    with office.app_context(), transaction() as session:
        leader = session.scalars(select(Clock.id)).first()
        assert leader
        mayor = make_actor(session, "mayor", Role.LEADER, name="镇长")
    form = pick(admin.forms("/office/ladder/general"), "/general")
    sent = looked_and_sent(
        admin, form, main_leader_id=str(mayor.id), night=["I"], quiet_from="23:00", late_hours="12", sheet_days="3"
    )
    assert sent.status_code == 303
    assert "镇长" in admin.get("/office/ladder").text
    with office.app_context(), transaction() as session:
        held = ladder(session)
    assert (held.main_leader_id, held.night, held.quiet_from.hour, held.late_hours, held.sheet_days) == (
        mayor.id,
        frozenset({"I"}),
        23,
        12,
        3,
    )


def test_a_change_of_the_ladder_is_looked_at_first_and_kept_as_a_version(office: Flask) -> None:
    admin, path = client_for(office, "admin"), "/office/ladder/hours/hours_red"
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    seen = admin.send(form, active=[])
    assert [seen.status_code, "保存时不发任何提醒" in seen.text, "红牌督办" in seen.text] == [200, True, True]
    assert "1 至 1440" in admin.send(form, amount="0").text
    general = pick(admin.forms("/office/ladder/general"), "/general")
    general.action = "/office/ladder/general/preview"
    assert "没有变动" in admin.send(general, sheet_days="3").text
    assert "不能相同" in admin.send(general, quiet_until="22:00").text
    with office.app_context(), transaction() as session:
        assert session.scalars(select(LadderVersion.id)).all() == [], "a look writes nothing"
    today = local_date(clock.now())
    day = today + timedelta(days=30)
    form = pick(admin.forms(path), path)
    early = admin.send(form, amount="80", in_force_from=(today - timedelta(days=1)).isoformat())
    assert (early.status_code, "不能早于今天" in early.text) == (422, True)
    far = admin.send(form, amount="80", in_force_from="9999-12-31")
    assert (far.status_code, "请核对年份" in far.text) == (422, True), "no later version could ever take its place"
    blind = admin.send(form, active=[], note="按县里要求")
    told = ["还没有保存", "会变动的提醒", "按县里要求"]
    assert (blind.status_code, [words for words in told if words not in blind.text]) == (422, [])
    other = admin.send(pick(forms_in(blind.text), path), active=["y"], amount="80")
    assert (other.status_code, "还没有保存" in other.text) == (422, True), "what was looked at is that change and no other"
    assert admin.send(form, amount="80", in_force_from=day.isoformat(), note="按县里要求").status_code == 303
    overtaken = admin.send(pick(admin.forms(path), path), amount="81", version="1")
    assert (overtaken.status_code, "刚刚被别人改过" in overtaken.text) == (409, True)
    before = admin.submit(path, to=path, amount="90", in_force_from=today.isoformat())
    assert (before.status_code, "新的一版不能更早" in before.text) == (422, True)
    text = admin.get("/office/ladder").text
    shown = ["按县里要求", "尚未执行", "红牌督办·何时", f"第 2 版自 {day} 起执行", "逾期后 72 小时", "逾期后 80 小时"]
    assert [words for words in shown if words not in text] == []
    with office.app_context(), transaction() as session:
        assert ladder(session).named("hours_red").amount == 72  # type: ignore[union-attr]


def test_an_order_of_rungs_that_nobody_can_mean_is_pointed_out_before_it_is_saved(office: Flask) -> None:
    admin, path = client_for(office, "admin"), "/office/ladder/days/urge"
    blind = admin.send(pick(admin.forms(path), path), amount="6")
    assert (blind.status_code, "“催办通知”会排在“黄牌督办”（黄牌）之后" in blind.text) == (422, True)
    assert admin.send(pick(forms_in(blind.text), path)).status_code == 303, "the office decides"


@pytest.mark.parametrize("path", ["/office/ladder/weeks/urge", "/office/ladder/days/unheard-of"])
def test_no_such_rung(office: Flask, path: str) -> None:
    assert client_for(office, "admin").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/office/ladder", "/office/ladder/days/urge", "/office/ladder/general"])
def test_only_the_administrator_opens_the_ladder(office: Flask, path: str) -> None:
    assert client_for(office, "clerk").get(path).status_code == 403


def test_n14_the_rehearsal_shows_everything_and_writes_nothing(office: Flask) -> None:
    clerk = client_for(office, "clerk")
    text = clerk.get("/office/reminders/preview").text
    admin = client_for(office, "admin").get("/office/reminders/preview").text
    assert "时限到了催办阶梯上的一级，单独提醒，共 1 条，是您无权查看的件" in admin
    with office.app_context(), transaction() as session:
        for _ in range(3):
            make_case(session, None, now=clock.now() - timedelta(minutes=50), urgency=Urgency.URGENT)
    with counting(office) as asked:
        clerk.get("/office/reminders/preview")
    with office.app_context(), transaction() as session:
        for _ in range(3):
            make_case(session, None, now=clock.now() - timedelta(minutes=50), urgency=Urgency.URGENT)
    with counting(office) as more:
        clerk.get("/office/reminders/preview")
    assert len(more) == len(asked) <= MOST_QUERIES, "a rehearsal judges everything, and yet asks no more for more rows"
    assert "即将到期：LY" in text
    assert "您是受理员" in text
    later = clerk.get("/office/reminders/preview?at=2099-01-05T08:30").text
    assert "待办通报" in later or "没有要发出的提醒" in later
    unread = clerk.get("/office/reminders/preview?at=明天").text
    assert ("看不懂时间“明天”" in unread, "没有要发出的提醒" in unread) == (True, False), "nothing is said of another moment"
    for typed in ("2099/1/5 8:30", "2099年1月5日 8时30分", "2099-01-05 08:30"):
        assert "按 2099年1月5日 (周一) 08:30 的情形推算" in clerk.get(f"/office/reminders/preview?at={typed}").text
    assert "在那之前的一概不提醒、不补发" in clerk.get("/office/reminders/preview?at=2020-01-06T08:30").text
    with office.app_context(), transaction() as session:
        assert session.scalar(select(func.count(Notice.id))) == session.scalar(select(func.count(Reminder.id))) == 0


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "9999-12-31", "9999-12-20"])
def test_n14_a_moment_beyond_every_calendar_is_said_beside_the_field(office: Flask, at: str) -> None:
    answer = client_for(office, "clerk").get(f"/office/reminders/preview?at={at}")
    assert answer.status_code == 200
    assert "演练" in answer.text
    assert f'value="{at}"' in answer.text
    assert "不在可以推算的年代" in answer.text


def test_n14_what_waits_is_shown_as_it_would_leave_or_why_it_does_not(office: Flask) -> None:
    clerk, now = client_for(office, "clerk"), clock.now()
    with office.app_context(), transaction() as session:
        for number in range(6):
            case = make_case(session, None, now=now - timedelta(minutes=50), urgency=Urgency.URGENT)
            reader = make_actor(session, f"reader{number}", Role.CLERK, email=f"reader{number}@office.test")
            tell(session, case, [session.get_one(Person, reader.id)], f"第 {number} 封", "k", now, mail=True)
        queue_rungs(session, now)
    with counting(office) as asked:
        text = clerk.get("/office/reminders/preview").text
    assert ("待发箱里的 · 邮件" in text, "不再发送的" in text) == (True, False)
    with office.app_context(), transaction() as session:
        gone = session.scalars(select(Person).where(Person.login == "reader0")).one()
        gone.active = False
        waiting = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)).all()
        letters = len([one for one in waiting[:4] if one.person_id == gone.id])
        for one in waiting[4:]:
            one.next_attempt_at = now + timedelta(seconds=30)
    with counting(office) as fewer:
        text = clerk.get("/office/reminders/preview").text
    assert f"待发箱里不再发送的 {letters} 份" in text
    assert "收件人已停用" in text
    assert len(fewer) <= len(asked) <= MOST_QUERIES, "many letters ask no more than few"
    admin = client_for(office, "admin").get("/office/reminders/preview").text
    assert ("不再发送的" in admin, "第 0 封" in admin) == (True, False)


def test_the_rehearsal_names_a_restricted_case_only_to_whom_it_is_shown(app: Flask) -> None:
    started = clock.now() - timedelta(minutes=50)
    with app.app_context(), transaction() as session:
        make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
        make_actor(session, "auditor", Role.AUDITOR)
        make_actor(session, "trusted", Role.CLERK, handles_accusations=True)
        case = make_case(session, None, now=started, urgency=Urgency.URGENT)
        case.restricted = True
        number = case.number
    shown = client_for(app, "trusted").get("/office/reminders/preview").text
    assert number in shown
    for login in ("clerk", "auditor", "admin"):
        text = client_for(app, login).get("/office/reminders/preview").text
        assert "单独提醒，共 1 条，是您无权查看的件" in text, login
        assert "即时催办" in text, login
        assert number not in text, login


@pytest.mark.parametrize("amount", [10, 1000])
def test_a_rehearsal_with_everything_in_it_asks_no_more_for_many_than_for_few(office: Flask, amount: int) -> None:
    """A working morning with digests and rungs, replies and restricted cases among them."""
    now = clock.now()
    with office.app_context(), transaction() as session:
        case = make_case(session, None, now=now, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
        session.add(Reply(case_id=case.id, version_no=1, text="答复", text_hash="a", drafted_at=now))
        [held, *_] = session.scalars(select(Clock).order_by(Clock.id)).all()
        copied = {column.name: getattr(held, column.name) for column in Clock.__table__.c if column.name != "id"}
        session.execute(insert(Clock), [copied | {"rung_version": 0} for _ in range(amount)])
    clerk, morning = client_for(office, "clerk"), WorkCalendar().next_working_day(local_date(now))
    clerk.get("/office/reminders/preview")
    with counting(office) as asked:
        text = clerk.get(f"/office/reminders/preview?at={morning.isoformat()}T10:00").text

    told = [int(lines) for lines in re.findall(r"共 (\d+) 条", text)]
    assert max(told) >= amount, "the digest names every clock of the case the clerk may see"
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def test_the_case_page_says_what_was_sent_and_what_comes_next(office: Flask) -> None:
    clerk, now = client_for(office, "clerk"), clock.now()
    text = clerk.get("/office/cases/LY2026-000001").text
    assert 'hx-trigger="load"' in text
    with counting(office) as asked:
        text = clerk.get("/office/cases/LY2026-000001/notices", headers={"HX-Request": "true"}).text
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    assert "已逾期：受理分办" in text
    assert "列入待办通报" in text
    assert "还没有发过通知" in text
    with office.app_context(), transaction() as session:
        queue_rungs(session, now)
        told = session.scalars(select(Reminder)).first()
        assert told is not None
        again = {name: getattr(told, name) for name in ("case_id", "clock_id", "person_id", "notice_id", "created_at")}
        for rung in (told.rung, "gone"):
            session.add(Reminder(**again, rung=rung, deadline_version=9, state=ReminderState.CARRIED))
        other = session.scalar(select(Clock.id).where(Clock.case_id == told.case_id, Clock.id != told.clock_id).limit(1))
        assert other is not None
        carried = again | {"clock_id": other, "rung": told.rung}
        session.add(Reminder(**carried, deadline_version=9, state=ReminderState.CARRIED))
    text = clerk.get("/office/cases/LY2026-000001/notices").text
    assert "即将到期：受理分办" in text
    assert text.count("已随原时限提醒，不重复") == 1, "a rung that person was never told of that clock is no news"
    with office.app_context(), transaction() as session:
        for row in session.scalars(select(Clock)):
            row.state, row.due_at = ClockState.SUSPENDED, None
        for notice in session.scalars(select(Notice)):
            notice.state, notice.last_error = NoticeState.CANCELLED, "已中止计时"
        for case in session.scalars(select(Case)):
            case.next_due_at = None
        session.flush()
        assert str(queue_digests(session, now)) == "新增通知 0 条"
    text = clerk.get("/office/cases/LY2026-000001/notices").text
    assert "中止的是" in text
    assert "恢复前不提醒" in text
    assert "已中止计时" in text


def test_the_ladder_says_nothing_of_a_case_one_may_not_see(office: Flask) -> None:
    with office.app_context(), transaction() as session:
        make_case(session, None, kind=Kind.ACCUSATION, accused="某干部", concerns_official=True)
    assert client_for(office, "clerk").get("/office/cases/LY2026-000002/notices").status_code == 404
