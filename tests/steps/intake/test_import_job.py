"""Imports on both databases: history and live messages, nothing twice, nothing good lost, cut short and gone on with."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.flow.trail import verify_trail
from opinion_app.records.base import db
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.records.notice import Notice
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.import_modes import ImportMode, ImportState
from opinion_app.rules.words import ReplyState, Stage
from opinion_app.rules.zone import SHANGHAI
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import case_index
from opinion_app.steps.intake import import_job
from tests.builders.office import NOW, make_unit
from tests.steps.intake.sheets import begun, carried_out, imported, made, row

REAL = Path(os.environ.get("OPINION_REAL_DATA") or Path(__file__).parents[4] / "shared" / "data")
REPLY = {"答复意见": "您好，已清淤疏通。", "答复时间": "2019/5/1 10:00", "答复单位": "城管队", "电话": "13800001234"}
RECENT = "2026/11/20 8:00"


def found(query: Any) -> Any:
    with transaction() as session:
        value = session.scalar(query)
        session.expunge_all()
        return value


def count(table: Any) -> int:
    return int(found(select(func.count()).select_from(table)))


def files_left(app: Flask) -> list[Path]:
    return [path for path in (settings_of(app).data_dir / "imports").rglob("*") if path.is_file()]


def test_an_answered_message_comes_in_as_closed_history(core: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        unit = make_unit(session, "城管队").id
    tally = imported(core, made(tmp_path, [row(1, **REPLY)]))
    assert (tally.state, tally.added, tally.refused) == (ImportState.DONE, 1, 0)
    case, reply = found(select(Case)), found(select(Reply))
    assert (case.number, case.stage, case.imported, case.lead_unit_id) == ("LY2019-000001", Stage.CLOSED, True, unit)
    assert case.received_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=SHANGHAI)
    assert case.answered_at == case.closed_at == datetime(2019, 5, 1, 10, tzinfo=SHANGHAI)
    assert (reply.state, reply.text, reply.drafter_id) == (ReplyState.APPROVED, "您好，已清淤疏通。", None)
    assert case.disclosure is None
    assert count(ReplyCheck) == count(Clock) == count(Notice) == 0
    assert case.next_due_at is None
    assert found(select(Correspondent.phone)) == "13800001234"
    with transaction() as session:
        query = parse_query("清淤")
        assert case_index.newest(session.connection(), query, 5) == [case.id]
        assert verify_trail(session)[1] is None


def test_an_old_unanswered_message_is_filed_and_never_called_closed(core: Flask, tmp_path: Path) -> None:
    imported(core, made(tmp_path, [row(1)]))
    case = found(select(Case))
    assert (case.stage, case.closed_at, case.answered_at) == (Stage.ARCHIVED, None, None)
    assert count(Clock) == 0


@pytest.mark.parametrize(
    ("sent", "mode", "stage"),
    [
        (RECENT, ImportMode.AUTO, Stage.RECEIVED),
        (RECENT, ImportMode.HISTORY, Stage.ARCHIVED),
        ("2019/4/25", ImportMode.OPEN, Stage.RECEIVED),
        ("2026/8/20 10:00", ImportMode.AUTO, Stage.ARCHIVED),
    ],
)
def test_a_person_or_the_age_decides_what_is_history(
    core: Flask, tmp_path: Path, sent: str, mode: ImportMode, stage: Stage
) -> None:
    imported(core, made(tmp_path, [row(1, 留言时间=sent)]), mode)
    case = found(select(Case))
    assert case.stage is stage
    assert (count(Clock) > 0) == (stage is Stage.RECEIVED)
    if stage is Stage.RECEIVED:
        assert case.number == "LY2026-000001"
        assert found(select(func.min(Clock.start_at))) == case.received_at


def test_a_second_import_adds_nothing(core: Flask, tmp_path: Path) -> None:
    path = made(tmp_path, [row(number, 留言时间=RECENT if number % 2 else "2019/4/25") for number in range(30)])
    assert imported(core, path).added == 30
    again = imported(core, path)
    assert (again.added, again.repeated, again.done) == (0, 30, 30)
    assert count(Case) == 30


def test_a_message_that_stands_twice_in_a_sheet_comes_in_once(core: Flask, tmp_path: Path) -> None:
    tally = imported(core, made(tmp_path, [row(1), row(2), row(1)]))
    assert (tally.added, tally.repeated) == (2, 1)


def test_bad_rows_are_named_and_good_ones_come_in(core: Flask, tmp_path: Path) -> None:
    rows = [
        row(1),
        row(2, 留言时间="2026/2/30"),
        row(3, 留言时间="2096/1/1"),
        row(4, 留言主题=None, 留言详情=None),
        row(5, 留言详情="长" * 20_001),
        row(6, 答复意见="好", 答复时间="2018/1/1"),
        row(7),
    ]
    tally = imported(core, made(tmp_path, rows))
    assert (tally.added, tally.refused, tally.done) == (2, 5, 7)
    with transaction() as session:
        problems = session.scalars(select(ImportProblem).order_by(ImportProblem.id)).all()
        told = {(problem.row_no, problem.column) for problem in problems}
        cells = next(problem.content["cells"] for problem in problems if problem.row_no == 6)
    assert {(3, "留言时间"), (4, "留言时间"), (6, "留言详情"), (7, "答复时间")} <= told
    assert cells[4] == "长" * 20_001


def test_a_warning_does_not_keep_a_row_out(core: Flask, tmp_path: Path) -> None:
    tally = imported(core, made(tmp_path, [row(1, 答复意见="已办。")]))
    assert (tally.added, tally.warned, tally.refused) == (1, 1, 0)
    assert found(select(ImportProblem.taken)) is True
    assert found(select(Case.answered_at)) is None


def test_of_a_secret_row_nothing_is_kept(core: Flask, tmp_path: Path) -> None:
    tally = imported(core, made(tmp_path, [row(1), row(2, 留言详情="机密★ 某处部署"), row(3)]))
    assert (tally.added, tally.refused) == (2, 1)
    assert found(select(ImportProblem.content)) == {}
    assert found(select(func.count()).where(TrailEntry.act == "register.secret")) == 1
    assert files_left(core) == []


def test_a_trial_writes_nothing_and_says_what_would_come(core: Flask, tmp_path: Path) -> None:
    path = made(tmp_path, [row(1), row(1), row(2), row(3, 留言时间="昨天")])
    run_id = begun(core, path, dry=True)
    tally = carried_out(core, run_id)
    assert (tally.state, tally.added, tally.repeated, tally.refused) == (ImportState.DRY, 2, 1, 1)
    assert count(Case) == 0
    assert len(files_left(core)) == 1


def test_a_trial_that_meets_a_secret_removes_the_file(core: Flask, tmp_path: Path) -> None:
    tally = imported(core, made(tmp_path, [row(1), row(2, 留言详情="绝密★ 某处部署")]), dry=True)
    assert tally.state is ImportState.FAILED
    assert files_left(core) == []


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it is carried out."""


def test_an_import_cut_short_goes_on_where_it_was(core: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_job, "BATCH", 10)
    run_id = begun(core, made(tmp_path, [row(number) for number in range(35)]))

    def die(tally: import_job.Tally) -> None:
        if tally.done == 20:
            raise Killed

    with pytest.raises(Killed):
        carried_out(core, run_id, told=die)
    assert count(Case) == found(select(ImportRun.done)) == 20
    with pytest.raises(Refused, match="另一个进程"):
        carried_out(core, run_id)
    tally = carried_out(core, run_id, NOW + timedelta(minutes=3))
    assert (tally.state, tally.added, tally.repeated, tally.done) == (ImportState.DONE, 35, 0, 35)
    assert count(Case) == 35


@pytest.mark.parametrize(("seconds", "size"), [(0.0, 100), (0.25, 100), (0.5, 50), (5.0, 5), (500.0, 1)])
def test_slow_batches_become_small_so_that_nobody_waits_long(seconds: float, size: int) -> None:
    assert import_job._next_size(50, seconds) == size


def test_a_message_brought_by_another_import_meanwhile_counts_as_repeated(
    core: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, [row(1), row(2)])
    assert imported(core, path).added == 2
    looked: list[int] = []
    true_look = import_job._Job._unknown

    def blind_once(job: Any, session: Any, outcomes: Any) -> Any:
        looked.append(1)
        return list(outcomes) if len(looked) == 1 else true_look(job, session, outcomes)

    monkeypatch.setattr(import_job._Job, "_unknown", blind_once)
    tally = imported(core, path)
    assert (tally.added, tally.repeated, tally.refused) == (0, 2, 0)
    assert count(Case) == 2


def test_the_trail_names_the_run_and_every_case(core: Flask, tmp_path: Path) -> None:
    imported(core, made(tmp_path, [row(1), row(2)]))
    acts = [found(select(func.count()).where(TrailEntry.act == act)) for act in ("import.start", "case.register", "import.end")]
    assert acts == [1, 2, 1]


def test_the_label_tells_equal_numbers_of_two_platforms_apart(core: Flask, tmp_path: Path) -> None:
    path = made(tmp_path, [row(1)])
    assert imported(core, path, source_label="领导留言板").added == 1
    other = made(tmp_path, [row(1, 留言详情="另一个平台的另一件事，编号碰巧相同。")], "b.xlsx")
    assert imported(core, other, source_label="县长信箱").added == 1
    assert imported(core, path, source_label="领导留言板").added == 0


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real messages are not here (OPINION_REAL_DATA)")
@pytest.mark.parametrize(
    ("name", "mode", "rows", "again", "replies"),
    [
        ("messages.xlsx", ImportMode.AUTO, 3432, 0, 0),
        ("messages-with-replies.xlsx", ImportMode.AUTO, 2288, 0, 2288),
        # One message stands there twice with other spaces and letters' widths; it has no numbers to tell them apart.
        ("messages-labelled.csv", ImportMode.HISTORY, 6402, 1, 0),
    ],
)
def test_the_real_files_come_in_whole_and_once(
    core: Flask, name: str, mode: ImportMode, rows: int, again: int, replies: int
) -> None:
    started, worked = time.monotonic(), time.process_time()
    tally = imported(core, REAL / name, mode)
    seconds, worked = time.monotonic() - started, time.process_time() - worked
    assert (tally.added, tally.repeated, tally.refused) == (rows, again, 0)
    assert imported(core, REAL / name, mode).added == 0
    assert (count(Case), count(Reply), count(Clock)) == (rows, replies, 0)
    with transaction() as session:
        assert verify_trail(session)[1] is None
    print(f"{name} on {db.engine.dialect.name}: {seconds:.1f} s, {worked:.1f} s of them at work")  # noqa: T201
    assert worked < 60  # of the processor's time: the machine may be shared
