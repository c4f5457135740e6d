"""The workbook of rows that were not taken: put right and uploaded again, they come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import xlsxwriter

REASON = "未导入的原因"
ROW = "原行号"
CELL_MAX = 32_767  # characters, Excel's own limit


def write(target: BinaryIO, headers: Sequence[str], rows: Iterable[tuple[int, str, Sequence[str]]]) -> None:
    """Write headers and rows as plain text; nothing in a cell is ever a formula or a link."""
    options = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet("未导入的行")
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF5"})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#9C1C10"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 18)
    sheet.set_column(len(headers), len(headers), 40)
    for place, header in enumerate((*headers, REASON, ROW)):
        sheet.write_string(0, place, header, bold)
    for line, (number, reason, cells) in enumerate(rows, start=1):
        for place, cell in enumerate(cells[: len(headers)]):
            sheet.write_string(line, place, cell[:CELL_MAX])
        sheet.write_string(line, len(headers), reason, wrap)
        sheet.write_number(line, len(headers) + 1, number)
    book.close()
