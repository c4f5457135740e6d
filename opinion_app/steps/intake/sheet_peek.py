"""A first look into an uploaded sheet: its parts, its headers and some rows, read before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from opinion_app.files.sheets import SheetRow, open_sheet
from opinion_app.rules.cells import Cell, cell_text
from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_columns import HEADER_WITHIN, Layout, recognise
from opinion_app.rules.registration import check_not_secret

SAMPLE_ROWS = 5
SAMPLE_CHARACTERS = 80
HIDDEN = "（带有密级标识，不显示）"


@dataclass(frozen=True)
class Peek:
    """What was seen: the names of the parts, the one taken, the layout recognised, how many rows follow, and the first."""

    sheets: Sequence[str]
    sheet: str
    layout: Layout
    rows: int
    sample: Sequence[Sequence[str]]

    def as_data(self) -> dict[str, Any]:
        """What an import run keeps of it."""
        return {
            "sheets": list(self.sheets),
            "sheet": self.sheet,
            "layout": self.layout.as_data(),
            "sample": [list(row) for row in self.sample],
        }


def peek(path: Path, name: str, sheet: str | None = None) -> Peek:
    """Look into the file at `path`, called `name`. Raises Invalid or ConfinedError where it cannot be read."""
    with open_sheet(path, name, sheet) as opened:
        head = list(islice(opened.rows, HEADER_WITHIN + SAMPLE_ROWS))
        names, taken, filled = opened.names, opened.name, opened.row_count
    layout = recognise((row.number, row.cells) for row in head)
    below = [row for row in head if row.number > layout.header_row]
    rows = filled - (len(head) - len(below))
    if not rows:
        raise Invalid("这个表格只有表头，没有内容。请检查是否选错了文件或工作表。")
    return Peek(names, taken, layout, rows, [_shown(row, len(layout.headers)) for row in below[:SAMPLE_ROWS]])


def _shown(row: SheetRow, width: int) -> list[str]:
    cells = [_cell(cell) for cell in row.cells[:width]]
    return cells + [""] * (width - len(cells))


def _cell(cell: Cell) -> str:
    text = " ".join(cell_text(cell).split())
    try:
        check_not_secret(text)
    except Invalid:
        return HIDDEN
    return text if len(text) <= SAMPLE_CHARACTERS else text[: SAMPLE_CHARACTERS - 1] + "…"
