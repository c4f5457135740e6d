"""The commands of the clock's half: what would go out is shown and not written, dates are explained, a year is loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app import clock
from opinion_app.cli import main
from opinion_app.flow import inbox
from opinion_app.flow.ladder import SINCE, told_from
from opinion_app.flow.settings import put_setting
from opinion_app.records.base import Base
from opinion_app.records.calendar import CalendarYear
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import NOW, SECRET, make_case, make_person

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(core: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on the installation of the test, in which a clerk owes something."""
    settings = settings_of(core)
    monkeypatch.setenv("OPINION_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("OPINION_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("OPINION_DATABASE_URL", settings.database_url)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK, name="王受理", email="clerk@office.test")
        make_case(session, None, now=NOW)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return int(str(left.value.code)), out, err

    return call


def notices(core: Flask) -> int:
    with core.app_context(), transaction() as session:
        return session.scalar(select(func.count(Notice.id))) or 0


def everything(core: Flask) -> dict[str, list[str]]:
    """Every row of every table."""
    with core.app_context(), transaction() as session:
        return {
            table.name: sorted(str(tuple(row)) for row in session.execute(table.select()))
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("moment", ["2026-11-24T08:30", "2026-11-25T00:30", "2026-12-18T09:00", "2031-01-06T09:00"])
def test_n14_a_dry_run_at_any_moment_leaves_every_row_as_it_was(core: Flask, run: Run, moment: str) -> None:
    before = everything(core)
    assert len(before) > 40
    assert run("remind", "--at", moment, "--dry-run")[0] == 0
    assert everything(core) == before


def test_n14_a_dry_run_shows_everything_and_writes_nothing(core: Flask, run: Run) -> None:
    status, out, _ = run("remind", "--at", "2026-11-24T08:30", "--dry-run")
    assert status == 0
    assert "王受理" in out
    assert "受理分办：今天到期" in out
    assert notices(core) == 0
    assert "新增通知 2 条" in run("remind", "--at", "2026-11-24T08:30")[1]
    assert notices(core) == 2
    assert "新增通知 0 条" in run("remind", "--at", "2026-11-24T08:30")[1]
    assert "待发箱里的：王受理（邮件）" in run("remind", "--at", "2026-11-28", "--dry-run")[1]
    run("send")
    assert "没有要发出的提醒" in run("remind", "--at", "2026-11-28")[1]


def test_n14_a_dry_run_names_receipts_and_alarms_too_and_writes_nothing(
    core: Flask, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPINION_SMTP_URL", "smtp://mail.office.test")
    told = {"kind": "help", "title": "路灯不亮", "body": "坏了半个月", "name": "刘一帆", "email": "liu@example.cn"}
    with core.app_context(), transaction() as session:
        inbox.submit(session, told, [], NOW, SECRET, "k" * 32, "key")
        for minute in range(3):
            at = NOW - timedelta(minutes=minute)
            session.add(JobRun(job="robots", slot=at, started_at=at, finished_at=at, succeeded=False, report="boom", runner="r"))
    before = everything(core)
    status, out, _ = run("remind", "--at", NOW.isoformat(), "--dry-run")
    assert (status, everything(core) == before) == (0, True)
    assert "→ 王受理（站内）　LY2026-000002 有新的网民留言，请受理" in out
    assert "→ 来信人（邮件）　LY2026-000002 留言已收到" in out
    assert "→ 王受理（站内）　告警：定时作业“发送群机器人通知”半小时内失败 3 次\n" in out


@pytest.mark.parametrize("begun", ["", "2026-11-23T02:00:00+00:00"], ids=["very first run", "set up this morning"])
def test_n07_a_past_moment_on_the_first_run_tells_nothing_of_before_and_says_so(core: Flask, run: Run, begun: str) -> None:
    with core.app_context(), transaction() as session:
        make_case(session, None, now=parse_moment("2026-11-02T09:00"))  # late since long
        put_setting(session, SINCE, begun)
    before = everything(core)
    status, out, _ = run("remind", "--at", "2026-11-20T08:30", "--dry-run")
    assert status == 0
    assert "早于开始提醒的时刻（2026年11月23日 周一 10:00）" in out
    assert "正式运行也不会发出任何内容" in out
    assert ("首次运行" in out) == (not begun)
    assert everything(core) == before

    status, out, _ = run("remind", "--at", "2026-11-20T08:30")
    assert status == 0
    assert "没有生成任何通知。按现在的情形提醒，请不带 --at 运行" in out
    assert ("首次运行：自 2026年11月23日 周一 10:00 起提醒" in out) == (not begun)
    assert notices(core) == 0
    with core.app_context(), transaction() as session:
        assert told_from(session, NOW) == NOW, "the moment asked for must not become the one from which all is told"

    assert "待办通报" in run("remind")[1]
    with core.app_context(), transaction() as session:
        assert set(session.scalars(select(Notice.category))) == {"digest"}, (
            "no rung of before is told, the digest names what is open"
        )


@pytest.mark.parametrize("begun", ["", "2026-11-23T02:00:00+00:00"], ids=["very first run", "set up this morning"])
def test_n07_the_clock_asked_for_a_past_moment_runs_nothing_and_the_day_is_told_all_the_same(
    core: Flask, run: Run, begun: str
) -> None:
    with core.app_context(), transaction() as session:
        make_case(session, None, now=parse_moment("2026-11-02T09:00"))  # late since long
        put_setting(session, SINCE, begun)
    for moment in ("2026-11-20T08:31", "2026-11-23T08:31"):
        status, out, _ = run("clock", "--once", "--at", moment)
        assert (status, "早于开始提醒的时刻（2026年11月23日 周一 10:00）" in out) == (0, True)
        assert "没有运行任何作业" in out
        assert notices(core) == 0
    with core.app_context(), transaction() as session:
        assert told_from(session, NOW) == NOW, "the moment asked for must not become the one from which all is told"
        assert session.scalar(select(func.count(JobRun.id))) == 0, "no slot is used up for nothing"

    assert "digest" in run("clock", "--once")[1]
    with core.app_context(), transaction() as session:
        assert set(session.scalars(select(Notice.category))) == {"digest"}


def test_n07_a_later_moment_on_the_first_run_silences_nothing_until_then(core: Flask, run: Run) -> None:
    with core.app_context(), transaction() as session:
        put_setting(session, SINCE, "")
    assert "digest" in run("clock", "--once", "--at", "2026-11-27T08:31")[1]
    with core.app_context(), transaction() as session:
        assert told_from(session, NOW) == NOW


def test_what_waits_is_filed_where_there_is_no_server(core: Flask, run: Run) -> None:
    run("remind", "--at", "2026-11-23T10:00")
    assert "已存为邮件文件 1" in run("send")[1]
    assert len(list((settings_of(core).data_dir / "mail").glob("*.eml"))) == 1
    assert run("send")[1] == "群机器人：没有待发的通知。\n邮件：没有待发的通知。\n"


def test_a_due_moment_is_derived_day_by_day(run: Run) -> None:
    status, out, _ = run("due", "2026-09-24", "--working-days", "5")
    assert (status, "2026-10-09" in out, "国庆节放假" in out) == (0, True, True)
    assert "2026-10-08" in run("due", "2026-09-16", "--days", "15")[1]
    assert "2026-11-24 10:00" in run("due", "2026-11-23T10:00", "--hours", "24")[1]
    assert "暂定" in run("due", "2026-12-21", "--working-days", "20")[1]


@pytest.mark.parametrize(
    "arguments",
    [("2026-09-24",), ("2026-09-24", "--days", "1", "--hours", "1"), ("yesterday", "--days", "1"), ("2026-02-30", "--days", "1")],
)
def test_a_question_that_makes_no_sense_gets_one_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    status, _, err = run("due", *arguments)
    assert status == 1
    assert err.count("\n") == 1


def test_a_year_is_loaded_from_a_file(core: Flask, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("2027-01-01 至 2027-01-03,休,元旦\n2027-02-05 至 2027-02-15,休,春节\n", encoding="gb18030")
    status, out, _ = run("calendar", "load", str(file), "--source", "国办通知")
    assert (status, "已载入 2027 年放假安排" in out) == (0, True)
    with core.app_context(), transaction() as session:
        assert session.get(CalendarYear, 2027) is not None
    file.write_text("2027-01-01,休,元旦\n2027-01-01,班,元旦\n", encoding="utf-8")
    status, _, err = run("calendar", "load", str(file))
    assert (status, "没有载入" in err) == (1, True)


def test_the_clock_once_runs_what_is_due(run: Run) -> None:
    assert "digest" in run("clock", "--once", "--at", "2026-11-24T08:31")[1]
    assert "没有到期的作业" in run("clock", "--once", "--at", "2026-11-24T08:31")[1]
    assert run("clock", "--at", "2026-11-24")[0] == 2


@pytest.mark.parametrize("command", [("remind",), ("clock", "--once")])
def test_n07_a_mistyped_year_silences_nothing(core: Flask, run: Run, command: tuple[str, ...]) -> None:
    status, _out, err = run(*command, "--at", "2062-11-24T08:30")
    assert (status, "请核对年份" in err) == (1, True)
    assert notices(core) == 0
    assert run("remind", "--at", "2062-11-24T08:30", "--dry-run")[0] == 0
    assert "新增通知 2 条" in run("remind", "--at", "2026-11-24T08:30")[1]
