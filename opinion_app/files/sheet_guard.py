"""What an .xlsx must not be before anything parses it: a bomb, a far cell, a foreign or disguised container."""

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from opinion_app.files import archive
from opinion_app.rules.cells import IMPORT_ROWS_MAX
from opinion_app.rules.file_kinds import MEGABYTE, FileRefusedError

UNPACKED_MAX: Final = 160 * MEGABYTE
COLUMNS_MAX: Final = 256
HEAD_ROWS_MAX: Final = 20  # title rows and the row of names stand above the rows that count
SAVE_AGAIN: Final = "请用 Excel 或 WPS 打开后另存为新的 .xlsx 文件再导入。"
TOO_MANY_ROWS: Final = f"表格超过 {IMPORT_ROWS_MAX:,} 行，一次最多导入 {IMPORT_ROWS_MAX:,} 行。请拆成几个文件后分别导入。"

_HEAD: Final = 4096
_CHUNK: Final = MEGABYTE
_OVERLAP: Final = 512
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
# A cell with something in it: coloured empty cells at the far end of a sheet are common and harmless.
_FILLED_CELL = re.compile(
    rb'<(?:\w{1,9}:)?c\s[^<>]{0,200}?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]{0,200}>\s{0,9}<(?:\w{1,9}:)?(?:v|is|f)\b'
)


def guard(stream: BinaryIO) -> None:
    """Nothing for a workbook that may be parsed. Raises FileRefusedError.

    Works on the table of contents, the start of every part and one pass over the sheets' cells.
    """
    try:
        with archive.open_archive(stream) as opened:
            parts = opened.infolist()
            if "[Content_Types].xml" not in opened.namelist():
                raise FileRefusedError("这个文件不是 Excel 表格。" + SAVE_AGAIN)
            if sum(part.file_size for part in parts) > UNPACKED_MAX:
                raise FileRefusedError(f"这个表格展开后超过 {UNPACKED_MAX // MEGABYTE} MB，不能导入。请拆成几个文件。")
            for part in parts:
                _check_head(opened, part)
            for part in parts:
                if _SHEET_PART.fullmatch(part.filename):
                    _check_cells(opened, part)
    except (archive.CrowdedArchiveError, archive.DamagedArchiveError, *archive.READ_ERRORS) as error:
        raise FileRefusedError("这个表格读不出来，可能已损坏。" + SAVE_AGAIN) from error


def _check_head(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.lower().endswith((".xml", ".rels")):
        return
    with opened.open(part) as stream:
        if b"<!DOCTYPE" in stream.read(_HEAD).upper().replace(b"\0", b""):
            raise FileRefusedError("这个表格里带有不安全的内容（文档类型声明），不能导入。" + SAVE_AGAIN)


def _check_cells(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    for text in _windows(opened, part):
        for found in _FILLED_CELL.finditer(text):
            if int(found[2]) > IMPORT_ROWS_MAX + HEAD_ROWS_MAX:
                raise FileRefusedError(TOO_MANY_ROWS)
            if _column(found[1]) > COLUMNS_MAX:
                place = (found[1] + found[2]).decode()
                raise FileRefusedError(f"表格在很靠右的 {place} 处还有内容，一张表最多 {COLUMNS_MAX} 列。请删去后再导入。")


def _windows(opened: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    kept = b""
    with opened.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield kept + chunk
            kept = chunk[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
