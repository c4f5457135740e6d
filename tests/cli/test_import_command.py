"""`opinion import`: a sheet from the command line, with a trial, a mapping, and a status that says whether it could be read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from opinion_app.cli import main
from tests.files.made_sheets import xlsx
from tests.steps.intake.sheets import made, row

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command on a prepared installation; answers status, output and complaints."""
    monkeypatch.setenv("OPINION_SECRET_KEY", secrets.token_hex(32))
    monkeypatch.setenv("OPINION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPINION_DATABASE_URL", "")

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return int(str(left.value.code)), out, err

    assert call("init")[0] == 0
    return call


def test_a_sheet_is_tried_then_imported_then_adds_nothing(run: Run, tmp_path: Path) -> None:
    path = str(made(tmp_path, [row(1), row(2), row(3, 留言时间="昨天")]))
    status, out, _err = run("import", path, "--dry-run")
    assert (status, "将新增 2，重复 0，未导入 1" in out) == (0, True)
    assert "第 4 行“留言时间”" in out
    assert "新增 2，重复 0，未导入 1" in run("import", path)[1]
    assert "新增 0，重复 2，未导入 1" in run("import", path)[1]


def test_a_sheet_without_times_asks_which_it_is(run: Run, tmp_path: Path) -> None:
    path = str(xlsx(tmp_path / "a.xlsx", [["甲", "乙"], ["路灯不亮", "村口路灯坏了很久"]]))
    status, _out, err = run("import", path, "--map", "标题=甲", "--map", "内容=B")
    assert (status, "全部作为历史件" in err) == (1, True)
    status, out, _err = run("import", path, "--map", "标题=甲", "--map", "内容=B", "--mode", "history", "--label", "县长信箱")
    assert (status, "新增 1" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "没有=甲"), "没有“没有”这个项目"),
        (("--map", "标题=没有"), "没有“没有”这一列"),
        (("--sheet", "没有"), "没有名为“没有”的工作表"),
    ],
)
def test_what_cannot_be_meant_is_said(run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    status, _out, err = run("import", str(made(tmp_path, [row(1)])), *arguments)
    assert status == 1
    assert words in err


def test_a_file_that_cannot_be_read_fails_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(b"MZ\x90\0" + b"\0" * 400)
    status, _out, err = run("import", str(broken))
    assert (status, "而是一个程序" in err) == (1, True)
    assert not [path for path in (tmp_path / "data" / "imports").rglob("*") if path.is_file()]


def test_a_run_that_is_over_is_not_carried_out_again(run: Run, tmp_path: Path) -> None:
    run("import", str(made(tmp_path, [row(1)])))
    status, _out, err = run("import", "--run", "1", "--quiet")
    assert (status, "已经结束" in err) == (1, True)
    assert run("import")[0] == 2
