"""Sheets as offices send them, and sheets made to break the reader."""

import io
import os
import struct
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from opinion_app.files.confined import ConfinedError, Fault, Limits
from opinion_app.files.sheets import OpenSheet, SheetRow, open_sheet
from opinion_app.rules.file_kinds import MEGABYTE, FileRefusedError
from tests.files.made_sheets import SHEET_XML, text_cell, with_cells, with_part, xls, xlsx

HEAD = ["留言编号", "留言主题", "留言时间"]


def rows_of(path: Path, sheet: str | None = None) -> list[SheetRow]:
    with open_sheet(path, path.name, sheet) as opened:
        rows = list(opened.rows)
        assert len(rows) == opened.row_count
        return rows


def refusal(path: Path, name: str | None = None) -> str:
    with pytest.raises(FileRefusedError) as caught, open_sheet(path, name or path.name):
        pytest.fail("opened")
    return caught.value.message


def test_cells_keep_their_types(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2019-04-25T09:32:09")
    midnight = datetime.fromisoformat("2019-04-25T00:00:00")
    row = ["<A市>补偿", 188, 1.5, True, moment, date(2019, 4, 25), None, "00188", "=不是公式", "两\n行"]
    path = xlsx(tmp_path / "表.xlsx", [HEAD, row])
    path = with_part(path, "xl/media/image1.png", b"picture")
    read = rows_of(path)[1]
    assert read == SheetRow(2, ("<A市>补偿", 188, 1.5, True, moment, midnight, None, "00188", None, "两\n行"))
    assert type(read.cells[1]) is int


def test_formula_like_text_stays_text_and_formulas_give_their_value(tmp_path: Path) -> None:
    path = with_cells(
        tmp_path / "表.xlsx",
        f'<row r="1">{text_cell("A1", "=HYPERLINK(&quot;x&quot;)")}{text_cell("B1", "@SUM")}'
        '<c r="C1"><f>1+1</f><v>2</v></c></row>',
    )
    assert rows_of(path) == [SheetRow(1, ('=HYPERLINK("x")', "@SUM", 2))]


def test_rows_and_columns_keep_their_places(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["C3"], sheet["D3"], sheet["C7"], sheet["D8"] = "编号", "主题", "  ", "内容"
    sheet["XFD1048576"].font = Font(bold=True)
    book.save(path)
    assert rows_of(path) == [SheetRow(3, (None, None, "编号", "主题")), SheetRow(8, (None, None, None, "内容"))]


def test_old_workbooks_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    path = xls(tmp_path / "旧.xls", [HEAD, [188, "路灯不亮", "2019/4/25 9:32:09"]])
    told = [SheetRow(1, tuple(HEAD)), SheetRow(2, (188, "路灯不亮", "2019/4/25 9:32:09"))]
    assert rows_of(path) == told
    assert rows_of(path.rename(tmp_path / "旧.xlsx")) == told
    assert rows_of(path.with_suffix(".xlsx").rename(tmp_path / "旧.et")) == told


def test_the_first_sheet_with_content_or_the_named_one(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "表.xlsx", [], [["甲"]], [["乙"]])
    with open_sheet(path, path.name) as opened:
        assert opened.names == ("Sheet", "Sheet1", "Sheet2")
        assert opened.name == "Sheet1"
    assert rows_of(path, "Sheet2") == [SheetRow(1, ("乙",))]
    with pytest.raises(FileRefusedError, match="没有名为“台账”的工作表"):
        rows_of(path, "台账")


def test_a_hidden_sheet_is_taken_last(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "表.xlsx", [["隐藏"]], [["可见"]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].sheet_state = "hidden"
    book.save(path)
    assert rows_of(path) == [SheetRow(1, ("可见",))]


def test_large_sheets_come_in_steps(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "表.xlsx", [[n, "内容" * 300] for n in range(950)])
    with open_sheet(path, path.name) as opened:
        assert opened.row_count == 950
        assert next(opened.rows) == SheetRow(1, (0, "内容" * 300))
        assert sum(1 for _ in opened.rows) == 949


def test_rows_not_taken_end_the_reading(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "表.xlsx", [[n, "内容" * 300] for n in range(950)])
    with open_sheet(path, path.name) as opened:
        kept: OpenSheet = opened
        next(opened.rows)
    assert len(list(kept.rows)) < 600


@pytest.mark.parametrize("rows", [[], [[None], ["  "]]])
def test_an_empty_workbook(tmp_path: Path, rows: list[list[object]]) -> None:
    path = xlsx(tmp_path / "空.xlsx", rows)
    if rows:
        assert rows_of(path) == []
    else:
        assert "没有内容" in refusal(path)


def _zip_of(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _ole(*names: str) -> bytes:
    entries = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + struct.pack("<HB", 2 * len(name) + 2, 2) + b"\0" * 61
        for name in ("Root Entry", *names, *("" for _ in range(3 - len(names))))
    )
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(76, b"\0") + b"\xff" * 436)
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<I", header, 68, 0xFFFFFFFE)
    struct.pack_into("<I", header, 76, 0)
    return bytes(header) + struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126) + entries


MINIMAL = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet/>'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("空.xlsx", b"", "空的"),
        ("假.xlsx", b"MZ\x90\0" * 100, "不是 Excel 表格，而是一个程序"),
        ("假.xls", b"<html><table><tr><td>x</td></tr></table></html>", "不是 Excel 表格，而是一个网页"),
        ("假.xlsx", "只是文字".encode(), "不是 Excel 表格"),
        ("来信.docx", _zip_of({"[Content_Types].xml": b"", "word/document.xml": b""}), "可以上传：Excel 表格、CSV 表格。"),
        ("来信.exe", b"MZ", "不能上传 .exe"),
        ("锁.xlsx", _ole("EncryptionInfo", "EncryptedPackage"), "打开密码"),
        ("坏.xls", _ole("Workbook"), "已损坏"),
        ("宏.xlsx", _zip_of({**MINIMAL, "xl/vbaProject.bin": b""}), "带有宏"),
        ("缺.xlsx", _zip_of({"xl/workbook.xml": b""}), "不是 Excel 表格"),
        ("缺.xlsx", _zip_of(MINIMAL), "已损坏"),
        ("多.xlsx", _zip_of({**MINIMAL, **{f"a/{n}": b"" for n in range(2001)}}), "内部结构异常"),
        ("炸.xlsx", _zip_of({**MINIMAL, "xl/sharedStrings.xml": BOMB}), "不安全的内容"),
        ("炸.xlsx", _zip_of({**MINIMAL, "xl/x.xml": BOMB.decode().encode("utf-16")}), "不安全的内容"),
    ],
)
def test_what_is_no_sheet_is_refused_by_name(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / "上传"
    path.write_bytes(data)
    assert reason in refusal(path, name)


def test_a_part_that_is_not_what_the_table_says_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "坏.xlsx", [["x" * 2000]])
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data[start + 60 : start + 200] = os.urandom(140)
    path.write_bytes(bytes(data))
    assert "已损坏" in refusal(path)


def test_a_sheet_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = with_part(xlsx(tmp_path / "坏.xlsx", [["x"]]), SHEET_XML, b'<worksheet><sheetData><row><c t="s"><v>x</b>')
    assert "已损坏" in refusal(path)


def test_an_old_workbook_with_a_password_is_refused_for_it(tmp_path: Path) -> None:
    path = xls(tmp_path / "锁.xls", [["x"]])
    data = bytearray(path.read_bytes())
    first_record = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    data[first_record : first_record + 2] = b"\x2f\x00"  # FILEPASS ([MS-XLS] §2.4.117)
    path.write_bytes(bytes(data))
    assert "打开密码" in refusal(path)


def test_a_cell_at_the_far_end_is_refused_at_once(tmp_path: Path) -> None:
    far_row = with_cells(tmp_path / "行.xlsx", f'<row r="1048576">{text_cell("A1048576", "x")}</row>')
    far_column = with_cells(tmp_path / "列.xlsx", f'<row r="2">{text_cell("XFD2", "x")}</row>')
    started = time.monotonic()
    assert "超过 65,000 行" in refusal(far_row)
    assert "XFD2 处还有内容，一张表最多 256 列" in refusal(far_column)
    assert time.monotonic() - started < 10


def test_a_far_cell_the_guard_cannot_see_costs_one_child(tmp_path: Path) -> None:
    hidden = '<c t="inlineStr" r="XFD1048576"  ' + " " * 600 + "><is><t>x</t></is></c>"
    path = with_cells(tmp_path / "远.xlsx", f'<row r="1">{text_cell("A1", "x")}</row><row r="1048576">{hidden}</row>')
    with (
        pytest.raises(ConfinedError) as caught,
        open_sheet(path, path.name, limits=Limits(seconds=5, memory=300 * MEGABYTE)),
    ):
        pytest.fail("opened")
    assert caught.value.fault in {Fault.MEMORY, Fault.TIME}


def test_a_false_dimension_hides_no_row(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{n}">{text_cell(f"A{n}", "x")}</row>' for n in range(1, 31))
    path = with_cells(tmp_path / "表.xlsx", cells, before='<dimension ref="A1:B4"/>')
    assert len(rows_of(path)) == 30
    path = with_cells(tmp_path / "表.xlsx", cells, before='<dimension ref="A1:XFD1048576"/>')
    assert len(rows_of(path)) == 30


def test_a_cell_of_two_hundred_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    data = bytearray(_zip_of({"xl/sharedStrings.xml": b"<sst/>", **MINIMAL}))
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 200 * MEGABYTE)  # what its table of contents says of it
    path.write_bytes(bytes(data))
    assert "展开后超过 160 MB" in refusal(path)


def test_a_cell_beyond_all_measure_is_cut_and_the_others_come_in(tmp_path: Path) -> None:
    cells = f'<row r="1">{text_cell("A1", "x" * 9_000_000)}</row><row r="2">{text_cell("A2", "短")}</row>'
    rows = rows_of(with_cells(tmp_path / "长.xlsx", cells))
    assert (len(str(rows[0].cells[0])), rows[1].cells) == (40_000, ("短",))


def test_rows_up_to_the_limit_come_in_and_above_none(tmp_path: Path) -> None:
    path = tmp_path / "多.csv"
    path.write_text("编号,主题\n" + "1,路灯不亮\n" * 65_000, "utf-8")
    with open_sheet(path, path.name) as opened:
        assert opened.row_count == 65_001
        assert sum(1 for _ in opened.rows) == 65_001
    path.write_text("编号,主题\n" + "1,路灯不亮\n" * 65_030, "utf-8")
    assert "超过 65,000 行" in refusal(path)
    assert "超过 65,000 行" in refusal(with_cells(tmp_path / "多.xlsx", '<row r="65030"><c r="A65030"><v>1</v></c></row>'))


TEXT = "留言主题,留言详情\n路灯,东边的路灯不亮\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.strip().encode(),
        ('"留言主题";"留言详情"\n"路灯";"东边的路灯不亮"').encode(),
    ],
)
def test_text_sheets_in_every_dress(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(data)
    assert rows_of(path) == [SheetRow(1, ("留言主题", "留言详情")), SheetRow(2, ("路灯", "东边的路灯不亮"))]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("一列\n\n甲\n , \n乙", [(1, ("一列",)), (3, ("甲",)), (5, ("乙",))]),
        ('题,文\n甲,"两\n行, 有""引号"""\n', [(1, ("题", "文")), (2, ("甲", '两\n行, 有"引号"'))]),
        ('甲,他说"好"的\n', [(1, ("甲", '他说"好"的'))]),
        ("甲,乙\x00丙\n", [(1, ("甲", "乙\x00丙"))]),
        ("=1+1,@x\n", [(1, ("=1+1", "@x"))]),
        ("<A市>,乙\n", [(1, ("<A市>", "乙"))]),
        ("甲,\U0001f600𠮷\n", [(1, ("甲", "\U0001f600𠮷"))]),
    ],
)
def test_text_sheets_record_by_record(tmp_path: Path, text: str, rows: list[tuple[int, tuple[str, ...]]]) -> None:
    path = tmp_path / "表.csv"
    path.write_text(text, "utf-8", newline="")
    assert [(row.number, row.cells) for row in rows_of(path)] == rows


def test_one_damaged_character_does_not_turn_the_text_to_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(("主题,内容\n" + "甲,东边的路灯不亮了\n" * 500).encode() + "乙,半个".encode()[:-1] + b"\n")
    rows = rows_of(path)
    assert rows[1].cells == ("甲", "东边的路灯不亮了")
    assert rows[-1].cells == ("乙", "半\ufffd")


def test_a_line_of_a_megabyte_is_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("题,文\n甲," + "长" * 1_000_000 + "\n乙,短\n", "utf-8")
    rows = rows_of(path)
    assert (len(str(rows[1].cells[1])), rows[2].cells) == (40_000, ("乙", "短"))


@pytest.mark.parametrize(
    "text",
    ['题,文\n甲,"没有结束\n乙,后面的行\n', '题,文\n甲,"没有结束', '题,文\n甲,"' + "长\n" * 1_200_000],
)
def test_an_open_quotation_mark_swallows_no_rows(tmp_path: Path, text: str) -> None:
    path = tmp_path / "表.csv"
    path.write_text(text, "utf-8")
    assert "第 2 行开始的内容里引号" in refusal(path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "空的"),
        (b"MZ\x90\0", "不是 CSV"),
        (b"%PDF-1.7", "不是 CSV"),
        (bytes(range(128, 256)) * 50, "文字编码"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(data)
    assert reason in refusal(path)
