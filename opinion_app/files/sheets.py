"""Rows of an .xlsx, .xls or .csv for the importer, read in a confined child and streamed to keep memory small."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from opinion_app.files.confined import Limits, run_confined
from opinion_app.rules.cells import Cell
from opinion_app.rules.file_kinds import MEGABYTE

SHEET_LIMITS: Final = Limits(seconds=60, memory=1024 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled row: its number as the sheet shows it, from 1, and its cells from column A on."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """One sheet being read: names to choose from, the one taken, how many filled rows it has, and the rows, once."""

    names: tuple[str, ...]
    name: str
    row_count: int
    rows: Iterator[SheetRow]


@contextlib.contextmanager
def open_sheet(path: Path, name: str, sheet: str | None = None, limits: Limits = SHEET_LIMITS) -> Iterator[OpenSheet]:
    """The named sheet, or else the first that has content, of the file that lies at `path` and was called `name`.

    Taking no more rows and leaving the block ends the child. Raises FileRefusedError for a file that cannot be read,
    ConfinedError for one that took too much; both before the first row, except for time and memory used later.
    """
    arguments = {"path": str(path), "name": name, "sheet": sheet}
    with contextlib.closing(run_confined("opinion_app.files.sheet_child:read", arguments, limits)) as items:
        told: dict[str, Any] = next(items)
        yield OpenSheet(tuple(told["sheets"]), told["sheet"], told["rows"], _rows(items))


def _rows(batches: Generator[Any, None, None]) -> Iterator[SheetRow]:
    for batch in batches:
        for number, cells in batch:
            yield SheetRow(number, tuple(_cell(cell) for cell in cells))


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"])
    cell: Cell = value
    return cell
