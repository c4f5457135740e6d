"""Writing a table as .xlsx or .csv: row by row in little memory, every cell a text, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

import xlsxwriter

from opinion_app.rules.machine_text import sheet_cell

MOST_IN_A_CELL = 32_767  # characters; Excel's own limit
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
# Formulas and links are what a message could smuggle in (CWE-1236); numbers as text keep their leading zeros.
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the width of its column in characters."""

    heading: str
    width: int = 12


def write_xlsx(target: IO[bytes], name: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> int:
    """Write the table to `target`, a file open for writing and seeking; answers how many rows there were."""
    book = xlsxwriter.Workbook(cast(Any, target), _PLAIN)
    sheet = book.add_worksheet(_SHEET_NAME.sub(" ", name)[:31])
    heading = book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "valign": "vcenter"})
    text = book.add_format({"num_format": "@", "valign": "top"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, text)
        sheet.write_string(0, place, column.heading, heading)
    number = 0
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value:  # the column says already that an empty cell is a text
                sheet.write_string(number, place, value[:MOST_IN_A_CELL], text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
    book.close()
    return number


def write_csv(target: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> int:
    """Write the table to `target` as UTF-8 with the mark spreadsheets know, faster than a workbook; answers how many rows."""
    out = io.TextIOWrapper(cast(Any, target), "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(out)
    writer.writerow([column.heading for column in columns])
    written = 0
    for row in rows:
        writer.writerow([sheet_cell(cell) for cell in row])
        written += 1
    out.detach()
    return written
