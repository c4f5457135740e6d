"""The `opinion` command: each part explains itself, fails with one sentence, and does what it says."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from opinion_app.cli import build, main, start
from opinion_app.records import schema
from opinion_app.rules.staffing import NEEDED

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command on an installation of its own; answers status, output and complaints."""
    monkeypatch.setenv("OPINION_SECRET_KEY", secrets.token_hex(32))
    monkeypatch.setenv("OPINION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPINION_DATABASE_URL", "")
    monkeypatch.setenv("OPINION_BASE_URL", "")

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return int(str(left.value.code)), out, err

    return call


def database(tmp_path: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'opinion.db'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("name", sorted(build().commands))
def test_every_command_explains_itself(run: Run, name: str) -> None:
    status, out, _err = run(name, "--help")

    assert status == 0
    assert "Usage: opinion" in out
    assert " / " in out


def test_the_first_day_of_an_office(run: Run, tmp_path: Path) -> None:
    assert run("init")[0] == 0
    status, out, _err = run("init")
    assert (status, "还没有任何账号" in out) == (0, True)

    added = run("person", "add", "--login", "Admin", "--name", "王管理", "--role", "administrator", "--unit", "党政办")
    assert "初始密码：" in added[1]
    again = run("person", "add", "--login", "admin", "--name", "另一人", "--role", "clerk")
    assert again == (1, "", "登录名“admin”已被使用。\n")
    assert run("person", "unlock", "admin")[0] == 0
    assert "一次性密码" in run("person", "reset-password", "admin")[1]
    assert run("person", "unlock", "nobody")[0] == 1

    status, out, _err = run("doctor")
    assert status == 0
    assert NEEDED[next(iter(NEEDED))].rstrip("。") in out
    assert run("verify-trail")[1] == "留痕完整，共 4 条。\n"


def test_a_changed_trail_is_told(run: Run, tmp_path: Path) -> None:
    run("init")
    run("person", "add", "--login", "admin", "--name", "王管理", "--role", "administrator")
    database(tmp_path, "UPDATE trail SET actor = '别人'")

    status, _out, err = run("verify-trail")

    assert (status, "留痕不完整" in err) == (1, True)
    assert run("doctor")[0] == 1


def test_backup_and_restore(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    run("person", "add", "--login", "admin", "--name", "王管理", "--role", "administrator")
    file = str(tmp_path / "b.zip")
    assert run("backup", file)[0] == 0
    assert run("backup", file) == (1, "", f"文件已存在：{file}。请换一个文件名。\n")
    assert run("backup")[0] == 0
    assert "已有数据" in run("restore", file)[2]
    assert "覆盖前的数据已备份" in run("restore", file, "--force")[1]

    monkeypatch.setenv("OPINION_DATA_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("OPINION_SECRET_KEY", secrets.token_hex(32))
    status, out, err = run("restore", file)
    assert status == 0
    assert "已恢复" in out
    assert "OPINION_SECRET_KEY" in err
    assert run("restore", str(tmp_path / "none.zip"))[0] == 1


def test_without_a_key_nothing_starts(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPINION_SECRET_KEY")

    for command in ("init", "serve", "doctor", "backup"):
        status, out, err = run(command)
        assert (status, out) == (1, "")
        assert "OPINION_SECRET_KEY" in err
        assert len(err.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_an_unprepared_or_newer_database_stops_the_start(run: Run, tmp_path: Path) -> None:
    assert "opinion init" in run("serve", "--no-clock")[2]
    run("init")
    database(tmp_path, "UPDATE alembic_version SET version_num = '9999'")

    for command in ("serve", "init", "backup", "doctor"):
        status, out, err = run(command)
        assert status == 1
        assert "新" in err + out


def test_an_older_database_is_saved_and_brought_up_to_date(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    held = schema.newest()
    monkeypatch.setattr(schema, "newest", lambda: "9999")

    assert "旧" in run("serve")[2]
    status, out, _err = run("init")
    assert status == 0
    assert "升级前已备份" in out
    assert list((tmp_path / "data" / "backups").glob(f"before-upgrade-{held}-*.zip"))


def test_a_database_that_is_away_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPINION_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    status, _out, err = run("doctor")

    assert status == 1
    assert "数据库没有应答" in err
    assert len(err.splitlines()) == 1


def test_the_demonstration_stays_at_home(run: Run) -> None:
    for host in ("0.0.0.0", "192.168.1.5", "office.example", "::"):
        status, _out, err = run("start", "--host", host)
        assert status == 1
        assert "只在本机" in err


def test_the_demonstration_keeps_its_key(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPINION_SECRET_KEY", "")
    served: list[str] = []
    monkeypatch.setattr(start, "run", lambda app, host, port, clock: served.append(app.config["SECRET_KEY"]))
    monkeypatch.setattr(start, "_demonstration", str)  # test_serving starts with the whole of it

    for _ in range(2):
        monkeypatch.setenv("OPINION_SECRET_KEY", "")
        assert run("start")[0] == 0

    key = tmp_path / "data" / "secret.key"
    assert served == [key.read_text()] * 2
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("fly", "没有命令 fly。\n用法：opinion [OPTIONS] COMMAND [ARGS]...\n说明：opinion --help\n"),
        ("docter", "没有命令 docter，是不是 doctor？"),
        ("init --fly", "没有选项 --fly。"),
        ("init --hlep", "没有选项 --hlep，是不是 --help？"),
        ("due", "缺少参数 START。\n用法：opinion due [OPTIONS] START\n说明：opinion due --help\n"),
        ("person add --login a --name b", "缺少选项 --role。"),
        ("person add --login a --name b --role king", "选项 --role：“king”不能用，只能写 'clerk', 'handler', "),
        ("due 2026-11-23 --days x", "选项 --days：“x”不是整数。"),
        ("serve --port 0", "选项 --port：0 不在 1 至 65535 之间。"),
        ("due 2026-11-23 --days", "选项 --days 后面要写值。"),
        ("init --help=1", "选项 --help 后面不写值。"),
        ("doctor more", "多出了参数 more。"),
        ("calendar load nowhere.csv", "参数 FILE：没有找到 nowhere.csv。"),
        ("calendar load .", "参数 FILE：. 是文件夹，这里要写文件。"),
        ("clock --at 2026-11-23", "--at 只能与 --once 一起使用。"),
    ],
)
def test_a_wrong_call_is_answered_in_chinese(run: Run, words: str, said: str) -> None:
    status, out, err = run(*words.split())

    assert (status, out) == (2, "")
    assert err.startswith(said), err


def test_a_wrong_data_folder_is_no_installation_and_becomes_none(run: Run, tmp_path: Path) -> None:
    for command in (["doctor"], ["remind", "--dry-run"], ["verify-trail"]):
        status, out, err = run(*command)
        assert (status, out) == (1, "")
        assert err.startswith("还没有初始化：没有找到数据库 ")
        assert "请核对 OPINION_DATA_DIR" in err
    assert not (tmp_path / "data").exists()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "opinion.db").touch()
    status, out, _err = run("doctor")
    assert (status, out) == (1, "有误  数据库：数据库还没有建立。请先运行 opinion init。\n")
