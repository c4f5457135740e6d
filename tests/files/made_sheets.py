"""Sheets made for the tests: good ones through the libraries, bad ones by hand."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import xlwt

SHEET_XML = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(path: Path, *sheets: Iterable[Iterable[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def xls(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("来信")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(path))
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The same container with one part replaced or added."""
    old = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
        target.writestr(name, content)
    return path


def with_cells(path: Path, cells: str, before: str = "") -> Path:
    """A workbook whose only sheet has this XML for its rows."""
    xlsx(path, [["x"]])
    text = f'<?xml version="1.0"?><worksheet {MAIN}>{before}<sheetData>{cells}</sheetData></worksheet>'
    return with_part(path, SHEET_XML, text.encode())


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
