"""The doctor names what stands still, waits too long, failed, was missed or rests on a guess (N15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.cli.doctor import BAD, CHECKS, GOOD, WARNING, Finding
from opinion_app.flow.calendar import load_days
from opinion_app.flow.unjudged import note_unjudged
from opinion_app.records.calendar import CalendarYear
from opinion_app.records.clock import Clock
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import Trouble
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person

NOW = parse_moment("2026-11-23T10:00")  # a Monday
Look = Callable[[str], Finding]


@pytest.fixture
def session(core: Flask) -> Iterator[Session]:
    """An office of one person, with its calendar."""
    with transaction() as session:
        make_person(session, "handler", Role.HANDLER, email="handler@office.test")
        yield session


@pytest.fixture
def look(session: Session) -> Look:
    """One line of the doctor, at NOW."""
    return lambda name: at(session, name, NOW)


def at(session: Session, name: str, now: datetime) -> Finding:
    """One line of the doctor at a moment."""
    session.flush()
    return dict(CHECKS)[name](session, now)


def test_n15_the_calendars_coverage(session: Session) -> None:
    assert at(session, "工作日历", parse_moment("2026-10-31T10:00")) == Finding(GOOD, "2026 年的放假安排已录入")
    late = at(session, "工作日历", parse_moment("2026-11-01T10:00"))
    assert (late.state, late.words) == (WARNING, "2027 年的放假安排尚未录入，相关期限为暂定")
    load_days(session, [], {2027}, NOW)
    assert at(session, "工作日历", NOW).state == GOOD
    session.execute(delete(CalendarYear).where(CalendarYear.year.in_((2026, 2027))))
    load_days(session, [], {2025}, NOW)
    assert at(session, "工作日历", NOW).words.startswith("2026、2027 年的放假安排尚未录入")


def test_n15_the_lease_and_who_holds_it(session: Session, look: Look) -> None:
    assert look("定时") == Finding(WARNING, "定时进程从未运行，不会发送提醒")
    held = Lease(name="clock", holder="server:4711:ab12", beat=3, taken_at=NOW, beaten_at=NOW - timedelta(seconds=119))
    session.add(held)
    assert look("定时") == Finding(GOOD, "正在运行，由 server:4711 值守")
    held.beaten_at = NOW - timedelta(minutes=7)
    assert look("定时").state == WARNING
    assert look("定时").words.startswith("定时进程已停 7 分钟。停止期间不会发出催办和通报，请管理员重新启动服务")
    held.beaten_at, held.holder = NOW - timedelta(seconds=30), ""
    assert look("定时").state == WARNING, "a clock that was stopped in order is not running either"


def letter(session: Session, key: str, state: NoticeState, minutes: int, channel: NoticeChannel = NoticeChannel.MAIL) -> None:
    """A notice of so many minutes ago."""
    made = NOW - timedelta(minutes=minutes)
    session.add(Notice(key=key, person_id=1, channel=channel, category="digest", state=state, created_at=made))


def test_n15_the_queues_age_and_what_did_not_arrive(session: Session, look: Look) -> None:
    assert look("发信") == Finding(GOOD, "待发 0 封，没有送到 0 封")
    letter(session, "a", NoticeState.PENDING, 30)
    letter(session, "b", NoticeState.SENT, 600)
    letter(session, "c", NoticeState.SHOWN, 600, NoticeChannel.IN_APP)
    assert look("发信") == Finding(GOOD, "待发 1 封，最早的等了 30 分钟，没有送到 0 封")
    letter(session, "d", NoticeState.CLAIMED, 31)
    assert look("发信") == Finding(WARNING, "待发 2 封，最早的等了 31 分钟，没有送到 0 封")
    for key in ("a2", "d2"):
        letter(session, key, NoticeState.UNKNOWN, 5)
    assert look("发信").words.endswith("没有送到 0 封，结果不明 2 封")
    letter(session, "e", NoticeState.FAILED, 5)
    assert look("发信").words.endswith("没有送到 1 封，结果不明 2 封")


def test_r11_a_sign_of_life_ahead_of_the_wall_clock_is_told_as_such(session: Session, look: Look) -> None:
    ahead = NOW + timedelta(minutes=90)
    session.add(Lease(name="clock", holder="server:4711:ab12", beat=3, taken_at=NOW, beaten_at=ahead))
    found = look("定时")
    assert (found.state, "系统时间可能被调回" in found.words, "请核对系统时间" in found.words) == (WARNING, True, True)
    assert "-" not in found.words


def test_n15_a_run_that_could_not_reach_the_server_is_not_called_well(session: Session) -> None:
    row = run("outbox", "2026-11-23T10:00")
    row.report = "服务器连接不上 3；对方服务器连续三次没有应答，本轮先停"
    session.add(row)
    found = at(session, "作业", NOW)
    assert "发送邮件 上次 2026年11月23日 周一 10:00注意（服务器连接不上 3；" in found.words
    row.report = "已发送 3，稍后再发 1"
    assert "发送邮件 上次 2026年11月23日 周一 10:00正常" in at(session, "作业", NOW).words


def run(job: str, slot: str, succeeded: bool | None = True) -> JobRun:
    """A slot that ran."""
    begun = parse_moment(slot)
    return JobRun(job=job, slot=begun, started_at=begun, finished_at=None if succeeded is None else begun, succeeded=succeeded)


def test_n15_missed_and_failed_runs(session: Session, look: Look) -> None:
    early = at(session, "作业", parse_moment("2026-11-23T08:35"))
    assert "待办通报 上次 未运行过，下次" in early.words, "ten minutes may pass before a slot counts as missed"
    missed = look("作业")
    assert (missed.state, "待办通报 上次 未运行过，应运行而未运行，下次 2026年11月24日" in missed.words) == (WARNING, True)
    daily = {"digest": "08:30", "calendar": "09:00", "figures": "04:00", "backup": "02:30", "sweep": "03:30", "purge": "03:45"}
    session.add_all(run(job, f"2026-11-23T{when}") for job, when in daily.items())
    fine = look("作业")
    assert (fine.state, "应运行而未运行" in fine.words) == (GOOD, False)
    session.add(run("rungs", "2026-11-23T09:58", None))
    assert "即时催办 上次 2026年11月23日 周一 09:58进行中" in look("作业").words
    session.add(run("rungs", "2026-11-23T09:59", succeeded=False))
    failed = look("作业")
    assert (failed.state, "09:59失败" in failed.words) == (WARNING, True)
    session.add(run("rungs", "2026-11-23T10:00"))
    assert look("作业").state == GOOD, "what ran well since is in order"


def test_n15_a_clock_that_cannot_be_judged_and_one_nobody_hears_of(session: Session, look: Look) -> None:
    case = make_case(session, None, now=NOW)
    assert look("提醒").state == GOOD
    clock_id = session.scalars(select(Clock.id).where(Clock.case_id == case.id)).first()
    note_unjudged(session, "rungs", [], [Trouble(clock_id or 0, "ValueError: torn")], NOW)
    found = look("提醒")
    assert (found.state, found.words) == (WARNING, f"有 1 项时限无法判断，不会催办（{case.number}）：ValueError: torn")
    for clock in session.scalars(select(Clock)):
        clock.next_rung_at = NOW - timedelta(hours=1)
    assert "还没有通知到人" in look("提醒").words


def test_n15_a_stored_date_that_is_not_the_derived_one(session: Session, look: Look) -> None:
    case = make_case(session, None, now=NOW)
    assert look("时限核对") == Finding(GOOD, "在办时限与重新推算一致")
    clock = session.scalars(select(Clock).where(Clock.case_id == case.id)).first()
    assert clock is not None
    assert clock.due_at is not None
    clock.due_at += timedelta(days=1)
    found = look("时限核对")
    assert found.state == WARNING
    assert case.number in found.words


def test_d15_a_case_whose_dates_cannot_be_derived_is_named(session: Session, look: Look) -> None:
    assert look("时限核对").state == GOOD
    case = make_case(session, None, now=NOW)
    reply = session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage == "reply")).one()
    pause = {"since": NOW.isoformat(), "until": (NOW + timedelta(hours=2)).isoformat()}
    reply.pauses = [pause, pause]
    why = "两次中止计时的时间重叠，请核对"
    assert look("时限核对") == Finding(BAD, f"1 件的时限记录有矛盾，推算不出（{case.number}：{why}）")
