"""Reading one sheet, in the child process: the only place where a workbook from outside is parsed."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import python_calamine as calamine

from opinion_app.files import sheet_guard, sheet_text
from opinion_app.files.sniff import sniff
from opinion_app.rules.cells import IMPORT_ROWS_MAX
from opinion_app.rules.file_kinds import IMPORT_LIMITS, Content, FileRefusedError, Group, check_content, kind_by_name

_BATCH: Final = 200_000  # characters
_CELL_MAX: Final = 40_000  # characters: more than any field takes and than Excel lets a cell hold; the rest is cut
_ROWS_MAX: Final = IMPORT_ROWS_MAX + sheet_guard.HEAD_ROWS_MAX
_SURE_WHOLE: Final = 10**15  # whole numbers up to here are exact in a sheet

Row = tuple[int, list[Any]]


def read(path: str, name: str, sheet: str | None) -> Iterator[Any]:
    """First what there is (sheets, the one taken, its count of filled rows), then the filled rows in batches.

    A row is its number in the sheet, from 1, and its cells as JSON can carry them. Raises FileRefusedError.
    """
    file = Path(path)
    kind = kind_by_name(name, IMPORT_LIMITS)
    with file.open("rb") as stream:
        content = sniff(stream)
    check_content(kind, content)
    if kind.group is Group.TEXT_SHEET:
        yield from _told(["CSV"], "CSV", lambda: _text(file))
    else:
        book = _opened(file, content)
        taken, found = _sheet(book, sheet)
        yield from _told(_names(book), taken, lambda: _cells(found))


def _told(names: list[str], taken: str, rows: Callable[[], Iterator[Row]]) -> Iterator[Any]:
    count = 0
    for count, _ in enumerate(rows(), start=1):
        if count > _ROWS_MAX:
            raise FileRefusedError(sheet_guard.TOO_MANY_ROWS)
    yield {"sheets": names, "sheet": taken, "rows": count}
    batch: list[Row] = []
    size = 0
    for number, cells in rows():
        batch.append((number, cells))
        size += sum(len(cell) if isinstance(cell, str) else 10 for cell in cells)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _text(file: Path) -> Iterator[Row]:
    for number, record in enumerate(sheet_text.text_rows(file), start=1):
        if any(cell.strip() for cell in record):
            yield number, [cell[:_CELL_MAX] or None for cell in record]


def _opened(file: Path, content: Content) -> calamine.CalamineWorkbook:
    with file.open("rb") as stream:
        if content is Content.OOXML_SHEET:
            sheet_guard.guard(stream)
        stream.seek(0)
        try:
            return calamine.CalamineWorkbook.from_filelike(stream)  # told by the bytes; from_path believes the name
        except calamine.CalamineError as error:
            raise _damaged() from error


def _names(book: calamine.CalamineWorkbook) -> list[str]:
    """Sheets of cells (no charts, no macros), those hidden last."""
    sheets = [each for each in book.sheets_metadata if each.typ is calamine.SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda each: each.visible is not calamine.SheetVisibleEnum.Visible)
    return [each.name for each in sheets]


def _sheet(book: calamine.CalamineWorkbook, wanted: str | None) -> tuple[str, calamine.CalamineSheet]:
    names = _names(book)
    if wanted is not None and wanted not in names:
        raise FileRefusedError(f"文件里没有名为“{wanted}”的工作表，请重新选择。")
    for name in [wanted] if wanted is not None else names:
        try:
            sheet = book.get_sheet_by_name(name)
        except calamine.CalamineError as error:
            raise _damaged() from error
        if sheet.end is not None:
            return name, sheet
    raise FileRefusedError("这个表格里没有内容，请检查是否选错了文件。")


def _cells(sheet: calamine.CalamineSheet) -> Iterator[Row]:
    first_column = sheet.start[1] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [None] * first_column + [_cell(value) for value in values]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, cells


def _cell(value: Any) -> Any:
    """One cell as JSON: a moment as {"at": ISO text}, since a sheet keeps a day and its midnight alike."""
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"at": datetime(value.year, value.month, value.day).isoformat()}  # noqa: DTZ001 - a sheet has no zone
    if isinstance(value, float) and value.is_integer() and abs(value) < _SURE_WHOLE:
        return int(value)
    if isinstance(value, bool | float | int):
        return value
    text = str(value)[:_CELL_MAX]
    return text if text.strip() else None


def _damaged() -> FileRefusedError:
    # An old workbook with a password looks to the library like a damaged one.
    return FileRefusedError("这个表格读不出来，可能已损坏或设置了打开密码。" + sheet_guard.SAVE_AGAIN)
