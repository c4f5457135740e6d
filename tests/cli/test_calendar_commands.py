"""`opinion calendar load` and `opinion due`: a look before loading, a file with faults refused whole, a date with its reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import Run, run

__all__ = ["run"]
GOOD = "2027-01-01 至 2027-01-03,休,元旦\n2027-02-05 至 2027-02-15,休,春节\n2027-01-31,班,春节\n"


def test_a_year_is_looked_at_and_loaded_and_dates_are_explained(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(GOOD, encoding="utf-8")
    run("init")
    assert "暂定" in run("due", "2026-12-25", "--working-days", "5")[1]
    status, out, _err = run("calendar", "load", str(file), "--dry-run")
    assert (status, "未载入（仅预览）：2027 年放假安排" in out) == (0, True)
    assert "暂定" in run("due", "2026-12-25", "--working-days", "5")[1], "a look loads nothing"
    assert run("calendar", "load", str(file), "--source", "国办发明电〔2026〕7号")[0] == 0
    out = run("due", "2026-12-25", "--working-days", "5")[1]
    assert ("暂定" in out, "元旦放假，不计" in out, "2027-01-04" in out) == (False, True, True)
    assert (
        "  2026 年放假安排：国务院办公厅历年节假日安排通知（第 1 版）\n  2027 年放假安排：国办发明电〔2026〕7号（第 1 版）" in out
    )
    status, out, err = run("due", "LY2026-999999")
    assert (status, "没有这个编号" in out + err) == (1, True)


def test_d01_a_loaded_year_is_replaced_only_by_who_says_so(run: Run, tmp_path: Path) -> None:
    file, wrong = tmp_path / "2026.csv", tmp_path / "2027.json"
    file.write_text("2026-01-01 至 2026-01-03,休,元旦\n", encoding="utf-8")
    wrong.write_text('{"year": 2027, "days": [{"date": "2026-01-01", "name": "元旦", "isOffDay": true}]}', encoding="utf-8")
    run("init")
    before = run("due", "2026-09-24", "--working-days", "5")[1]
    assert "2026-10-09" in before
    assert "  9月20日 周日 第1个工作日（国庆节调休上班）\n" in run("due", "2026-09-18", "--working-days", "2")[1]
    status, _out, err = run("calendar", "load", str(wrong), "--replace")
    assert (status, "2026-01-01 不属于 2027 年" in err) == (1, True)
    status, out, err = run("calendar", "load", str(file), "--dry-run")
    assert (status, "未载入（仅预览）" in out, "须加 --replace" in err) == (0, True, True)
    status, _out, err = run("calendar", "load", str(file))
    assert (status, "已于" in err, "请加 --replace" in err) == (1, True, True)
    assert run("due", "2026-09-24", "--working-days", "5")[1] == before
    status, _out, err = run("calendar", "load", str(file), "--replace")
    assert (status, "少于法定的 13 天" in err, "请加 --anyway" in err) == (1, True, True)
    assert run("due", "2026-09-24", "--working-days", "5")[1] == before
    status, _out, err = run("calendar", "load", str(file), "--replace", "--anyway")
    assert (status, "已被替换" in err) == (0, True)
    assert "2026-10-01" in run("due", "2026-09-24", "--working-days", "5")[1], "the notice named no National Day"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("2027-01-01,休,元旦\n2026-05-01,休,劳动节\n", "2026-05-01 不属于 2027 年"),
        ("2027-01-01,休,元旦\n2027-01-01,休,元旦\n", "2027-01-01 重复"),
        ("2027-01-01,休,元旦\n2027-01-01,班,元旦\n", "既写了放假又写了调休上班"),
        ("2027-13-01,休,元旦\n", "没有 2027-13-01 这一天"),
    ],
)
def test_a_file_with_faults_is_refused_whole(run: Run, tmp_path: Path, lines: str, words: str) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(lines, encoding="utf-8")
    run("init")
    status, out, err = run("calendar", "load", str(file), "--year", "2027")
    assert (status, words in err, "Traceback" in out + err) == (1, True, False)
    assert "暂定" in run("due", "2026-12-25", "--working-days", "5")[1]


def test_what_is_neither_a_number_nor_a_date_is_said_to_be_neither(run: Run) -> None:
    run("init")
    for given in (["foo"], ["2026-13-01"], ["2026-02-30", "--working-days", "5"], ["明天"], [" "]):
        status, out, err = run("due", *given)
        assert (status, out) == (1, "")
        assert f"“{given[0].strip()}”既不是本系统中件的编号，也不是日期或时刻" in err
    assert "选填一项" in run("due", "2026-12-01")[2], "a date alone says what is missing"


def test_d01_a_year_of_nought_is_refused_and_not_taken_for_none_given(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(GOOD, encoding="utf-8")
    run("init")
    status, out, err = run("calendar", "load", str(file), "--year", "0")
    assert (status, "年份应是四位数" in err, "Traceback" in out + err) == (1, True, False)
    assert "暂定" in run("due", "2026-12-25", "--working-days", "5")[1], "nothing was loaded"
