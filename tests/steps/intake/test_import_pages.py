"""The import pages over HTTP: preview, mapping, progress, result; and every bad file gets a sentence, never an error page."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from opinion_app import clock
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.records.transaction import transaction
from opinion_app.rules.import_modes import ImportMode, ImportState
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from opinion_app.steps.intake import import_job, launch, refused_rows
from tests.builders.office import make_person
from tests.files.made_sheets import with_part, xls, xlsx
from tests.steps.intake.sheets import HEADERS, carried_out, made, row
from tests.support.client import Browser, client_for
from tests.support.queries import MOST_QUERIES, counting

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RUN = "/office/import/1"


@pytest.fixture
def clerk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A clerk at work in an office whose import processes are only noted."""
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK, name="陈受理")
        make_person(session, "leader", Role.LEADER)
    monkeypatch.setattr(launch, "start", lambda run_id, settings: None)
    return client_for(app, "clerk")


def sent(clerk: Browser, content: bytes | Path, name: str = "留言.xlsx") -> Any:
    held = content if isinstance(content, bytes) else content.read_bytes()
    answer = clerk.submit("/office/import", to="/office/import", file=(io.BytesIO(held), name))
    answer.request.input_stream.close()  # the client leaves a large body in a temporary file
    return answer


def found(app: Flask, query: Any) -> Any:
    with app.app_context():
        value = db.session.scalar(query)
        db.session.expunge_all()
        return value


def carry_out(app: Flask, run_id: int = 1) -> None:
    with app.app_context():
        carried_out(app, run_id, clock.now())


def test_a_sheet_is_looked_at_tried_and_imported(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    rows = [row(1, 答复意见="已办结。", 答复时间="2019/5/1"), row(2), row(3, 留言时间="2026/2/30")]
    assert sent(clerk, made(tmp_path, rows)).headers["Location"] == RUN
    opened = clerk.get(RUN).text
    assert "→ 答复内容" in opened
    assert "第1号路段积水" in opened
    assert "共 3 行" in opened
    assert clerk.submit(RUN, to="/start", go="dry").status_code == 303
    assert "试导入中" in clerk.get(RUN).text
    carry_out(app)
    tried = clerk.get(RUN).text
    assert "将新增 2 件" in tried
    assert "没有“2026/2/30”这个时间" in tried
    assert found(app, select(func.count(Case.id))) == 0
    assert clerk.submit(RUN, to="/start", go="real").status_code == 303
    progress = clerk.get(f"{RUN}/progress", headers={"HX-Request": "true"})
    assert "0 / 3 行" in progress.text
    carry_out(app)
    assert clerk.get(f"{RUN}/progress", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    report = clerk.get(RUN).text
    assert "有 1 行没有导入" in report
    assert found(app, select(func.count(Case.id))) == 2
    assert found(app, select(Case.registered_by_id).limit(1)) is not None
    case = found(app, select(Case).where(Case.original_number == "T1"))
    assert "历史导入" in clerk.get(f"/office/cases/{case.number}").text
    assert "留言.xlsx" in clerk.get("/office/import").text


def test_refused_rows_come_back_with_reasons_and_can_be_put_right(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, made(tmp_path, [row(1), row(2, 留言时间="昨天", 留言详情="+86 路灯坏了"), row(3, 留言主题="长" * 200)]))
    clerk.submit(RUN, to="/start", go="real")
    carry_out(app)
    answer = clerk.get(f"{RUN}/refused.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == (*HEADERS, "未导入的原因", "原行号")
    assert [line[-1] for line in lines[1:]] == [3, 4]
    assert "看不懂时间" in str(lines[1][-2])
    assert lines[1][4] == "+86 路灯坏了"
    assert sheet.cell(2, 5).data_type == "s"
    sheet.cell(2, 4).value = "2019/4/26"
    mended = io.BytesIO()
    book.save(mended)
    assert sent(clerk, mended.getvalue(), "改正.xlsx").headers["Location"] == "/office/import/2"
    clerk.submit("/office/import/2", to="/start", go="real")
    carry_out(app, 2)
    assert found(app, select(Case.body).where(Case.original_number == "T2")) == "+86 路灯坏了"


def test_nothing_in_the_returned_sheet_is_a_formula_or_a_link() -> None:
    book = io.BytesIO()
    refused_rows.write(book, ["内容"], [(2, "原因", ["=1+1"]), (3, "原因", ["https://example.cn"])])
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert [(sheet.cell(line, 1).data_type, sheet.cell(line, 1).hyperlink) for line in (2, 3)] == [("s", None), ("s", None)]


@ON_ONE
def test_a_person_corrects_the_mapping(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["甲", "乙", "丙"], ["路灯不亮", "村口路灯坏了很久", "2019/4/25"]])
    sent(clerk, path)
    refused = clerk.submit(RUN, to="/start", go="real")
    assert refused.status_code == 422
    mapped: dict[str, Any] = {"column_title": "0", "column_body": "1"}
    refused = clerk.submit(RUN, to="/start", go="real", **mapped)
    assert "请选择按历史件还是按待办导入" in refused.text
    refused = clerk.submit(RUN, to="/start", go="real", **mapped, mode="auto")
    assert refused.status_code == 422
    assert "没有留言时间" in refused.text
    twice = clerk.submit(RUN, to="/start", go="real", column_title="0", column_body="0", mode="history")
    assert "只能选给一项" in twice.text
    assert clerk.submit(RUN, to="/start", go="real", **mapped, column_sent_at="2", mode="auto").status_code == 303
    carry_out(app)
    assert found(app, select(Case.title)) == "路灯不亮"


@ON_ONE
def test_a_wrong_mapping_loses_nothing(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, made(tmp_path, [row(1), row(2)]))
    clerk.submit(RUN, to="/start", go="real", column_sent_at="4", column_body="3")
    carry_out(app)
    assert found(app, select(func.count(Case.id))) == 0
    assert found(app, select(func.count(ImportProblem.id))) >= 2
    sent(clerk, made(tmp_path, [row(1), row(2)]))
    clerk.submit("/office/import/2", to="/start", go="real")
    carry_out(app, 2)
    assert found(app, select(func.count(Case.id))) == 2


@ON_ONE
def test_another_part_of_the_workbook_is_chosen(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, xlsx(tmp_path / "a.xlsx", [["说明"], ["由平台导出"]], [HEADERS, row(1), row(2)]))
    assert clerk.submit(RUN, to="/sheet", sheet="Sheet1").status_code == 303
    assert "共 2 行" in clerk.get(RUN).text
    assert "没有名为" in clerk.submit(RUN, to="/sheet", sheet="没有").text


@ON_ONE
def test_an_import_can_be_given_up_and_its_file_is_gone(clerk: Browser, tmp_path: Path, settings: Settings) -> None:
    sent(clerk, made(tmp_path, [row(1)]))
    assert clerk.submit(RUN, to="/drop").headers["Location"] == "/office/import"
    assert clerk.get(RUN).status_code == 404
    assert not [path for path in (settings.data_dir / "imports").rglob("*") if path.is_file()]


@ON_ONE
def test_sheets_left_behind_are_removed_by_the_next_upload(
    app: Flask, clerk: Browser, tmp_path: Path, settings: Settings
) -> None:
    sent(clerk, made(tmp_path, [row(1)]))
    with app.app_context(), transaction() as session:
        session.execute(update(ImportRun).values(created_at=clock.now().replace(year=2020)))
    sent(clerk, made(tmp_path, [row(1)]))
    assert found(app, select(func.count(ImportRun.id))) == 1
    assert len([path for path in (settings.data_dir / "imports").rglob("*") if path.is_file()]) == 1


@ON_ONE
def test_an_import_whose_process_is_gone_can_go_on(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, made(tmp_path, [row(1)]))
    clerk.submit(RUN, to="/start", go="real")
    assert "继续导入" not in clerk.get(RUN).text
    assert clerk.post(f"{RUN}/resume", dict(clerk.forms("/office/import")[-1].fields)).status_code == 409
    with app.app_context(), transaction() as session:
        session.execute(update(ImportRun).values(beaten_at=clock.now() - import_job.STILL_AFTER * 2))
    assert clerk.submit(RUN, to="/resume").status_code == 303
    carry_out(app)
    assert "导入完成" in clerk.get(RUN).text
    assert clerk.post(f"{RUN}/start", dict(clerk.forms("/office/import")[-1].fields) | {"mode": "auto"}).status_code in (409, 422)


def bomb(tmp_path: Path) -> bytes:
    path = with_part(xlsx(tmp_path / "bomb.xlsx", [["a"]]), "xl/media/filler.xml", b"<a>" + b" " * (200 * 1024 * 1024))
    return path.read_bytes()


def csv_of(*rows: Any) -> bytes:
    return "\r\n".join(",".join(cells) for cells in rows).encode("gb18030")


@ON_ONE
@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "留言.xlsx", "0 字节"),
        (b"PK\x03\x04 broken", "留言.xlsx", "不是"),
        (b"MZ\x90\0" + b"\0" * 400, "留言.xlsx", "而是一个程序"),
        (b"%PDF-1.7\n", "留言.pdf", "不能上传"),
        ("留言主题,留言详情\n".encode(), "只有表头.csv", "只有表头"),
        ('留言主题,留言详情\n"没有配对的引号,路灯坏了\n'.encode(), "引号.csv", "引号"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    app: Flask, clerk: Browser, settings: Settings, content: bytes, name: str, words: str
) -> None:
    answer = sent(clerk, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert found(app, select(func.count(ImportRun.id))) == 0
    assert not [path for path in (settings.data_dir / "imports").rglob("*") if path.is_file()]


@ON_ONE
def test_a_form_without_a_file_says_so(clerk: Browser) -> None:
    answer = clerk.submit("/office/import", to="/office/import")
    assert answer.status_code == 422
    assert "请选择要导入的表格文件" in answer.text


@ON_ONE
def test_a_bomb_is_refused(clerk: Browser, tmp_path: Path) -> None:
    answer = sent(clerk, bomb(tmp_path))
    assert answer.status_code == 422
    assert "展开后" in answer.text


@ON_ONE
def test_a_sheet_of_one_row_too_many_is_refused_whole(app: Flask, clerk: Browser) -> None:
    text = "留言主题,留言详情\n" + "".join(f"路灯{number},坏了{number}\n" for number in range(65_021))
    answer = sent(clerk, text.encode(), "大表.csv")
    assert answer.status_code == 422
    assert "65,000" in answer.text
    assert found(app, select(func.count(ImportRun.id))) == 0


@ON_ONE
@pytest.mark.parametrize("form", ["gb18030", "xls"])
def test_old_formats_come_in(app: Flask, clerk: Browser, tmp_path: Path, form: str) -> None:
    rows = [["留言主题", "留言时间", "留言详情"], ["路灯不亮", "2019/4/25 9:32", "村口的路灯坏了，𠮷家门前。"]]
    if form == "xls":
        sent(clerk, xls(tmp_path / "a.xls", rows), "留言.xls")
    else:
        sent(clerk, csv_of(*rows), "留言.csv")
    clerk.submit(RUN, to="/start", go="real")
    carry_out(app)
    assert found(app, select(Case.body)) == "村口的路灯坏了，𠮷家门前。"


@ON_ONE
def test_a_secret_mark_is_not_even_shown_in_the_preview(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, made(tmp_path, [row(1, 留言详情="机密★ 某处部署"), row(2)]))
    opened = clerk.get(RUN).text
    assert "某处部署" not in opened
    assert "某处部署" not in str(found(app, select(ImportRun.mapping)))


@ON_ONE
def test_only_clerks_import(app: Flask, clerk: Browser) -> None:
    assert clerk.get("/office/import").status_code == 200
    assert client_for(app, "leader").get("/office/import").status_code == 403


@ON_ONE
def test_pages_of_imports_ask_few_questions(app: Flask, clerk: Browser, tmp_path: Path) -> None:
    sent(clerk, made(tmp_path, [row(number, 留言时间="昨天") for number in range(150)]))
    clerk.submit(RUN, to="/start", go="real")
    carry_out(app)
    with app.app_context(), transaction() as session:
        for number in range(60):
            session.add(_older(number))
    for path in ("/office/import", RUN, f"{RUN}?page=2"):
        with counting(app) as asked:
            assert clerk.get(path).status_code == 200
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)


def _older(number: int) -> ImportRun:
    return ImportRun(
        file_name=f"{number}.xlsx",
        stored_name="0" * 32,
        sha256="",
        state=ImportState.DONE,
        mode=ImportMode.AUTO,
        created_at=clock.now(),
    )


def test_the_process_of_its_own_does_the_work(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
    clerk = client_for(app, "clerk")
    sent(clerk, made(tmp_path, [row(1), row(2)]))
    assert clerk.submit(RUN, to="/start", go="real").status_code == 303
    ends = time.monotonic() + 60
    while found(app, select(ImportRun.state)) is ImportState.RUNNING and time.monotonic() < ends:
        time.sleep(0.3)
    assert found(app, select(ImportRun.state)) is ImportState.DONE
    assert found(app, select(func.count(Case.id))) == 2
