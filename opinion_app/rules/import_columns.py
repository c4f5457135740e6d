"""Which column of an imported sheet is which field: recognised by the usual headers, corrected by a person."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from opinion_app.rules.cells import Cell, cell_text
from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_fields import FIELD_OF, Field, exact, plain, within
from opinion_app.rules.text import clean_line

HEADER_WITHIN: Final = 20  # filled rows that are searched for the row of headers


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the headers are and which column, counted from 0, holds which field.

    `repeated` are headers that stand over several columns, `unused` those over columns no field takes.
    """

    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[Field, int]

    @property
    def repeated(self) -> tuple[str, ...]:
        counts = Counter(header for header in self.headers if header)
        return tuple(header for header, count in counts.items() if count > 1)

    @property
    def unused(self) -> tuple[str, ...]:
        taken = set(self.columns.values())
        return tuple(header for column, header in enumerate(self.headers) if header and column not in taken)

    def shown(self, field: Field) -> str:
        """How the column of a field is called in messages: by its header, or else its letter, or else the field."""
        column = self.columns.get(field)
        return field.label if column is None else header_of(self.headers, column)

    def cell(self, cells: Sequence[Cell], field: Field) -> Cell:
        """The cell of that field in a row; None where there is none."""
        column = self.columns.get(field)
        return cells[column] if column is not None and column < len(cells) else None

    def check(self) -> None:
        """Nothing when rows can be read by this layout. Raises Invalid when neither title nor text has a column."""
        if Field.BODY not in self.columns and Field.TITLE not in self.columns:
            raise Invalid("没有找到留言的标题或内容在哪一列，请在对应关系中至少选择其中一项。")

    def with_choices(self, choices: Mapping[Field, int | None]) -> "Layout":
        """The layout after a person's choices: a column for a field, or None for no column.

        A column taken over from another field is lost to that one, unless that one was chosen too: raises Invalid then,
        and for a column the sheet does not have.
        """
        chosen = {field: column for field, column in choices.items() if column is not None}
        for column, count in Counter(chosen.values()).items():
            if not 0 <= column < len(self.headers):
                raise Invalid("选择的列不在表格里，请重新选择。")
            if count > 1:
                raise Invalid(f"“{header_of(self.headers, column)}”这一列被选给了几个项目，每一列只能选给一项。")
        kept = {field: column for field, column in self.columns.items() if field not in choices and column not in chosen.values()}
        return replace(self, columns=kept | chosen)

    def as_data(self) -> dict[str, Any]:
        """What an import run keeps of it."""
        columns = {field.value: column for field, column in self.columns.items()}
        return {"header_row": self.header_row, "headers": list(self.headers), "columns": columns}


def layout_from_data(data: Mapping[str, Any]) -> Layout:
    """The layout that `as_data` gave."""
    columns = {FIELD_OF[name]: column for name, column in data["columns"].items()}
    return Layout(data["header_row"], tuple(data["headers"]), columns)


def recognise(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Layout:
    """The layout of a sheet from its first filled rows (number and cells).

    The row of headers is the one among the first in which most fields are recognised; a title may stand above it. Raises
    Invalid for a sheet without rows.
    """
    best: Layout | None = None
    best_score = (0, 0)
    for row_number, cells in islice(rows, HEADER_WITHIN):
        headers = tuple(clean_line(cell_text(cell)) for cell in cells)
        sure = _columns(headers, exact, {})
        columns = _columns(headers, within, sure)
        score = (len(sure), len(columns))
        if best is None or score > best_score:
            best, best_score = Layout(row_number, headers, columns), score
    if best is None:
        raise Invalid("这个表格里没有内容，请检查是否选错了文件。")
    return best


def choices_from_text(layout: Layout, pairs: Iterable[str]) -> dict[Field, int | None]:
    """Choices written as 标题=留言主题: a field's word or name, then a header, a column letter or nothing for no column.

    Raises Invalid for an unknown field or column.
    """
    choices: dict[Field, int | None] = {}
    for pair in pairs:
        name, _, wanted = (clean_line(part) for part in pair.partition("="))
        field = next((each for each in Field if name in {each.value, each.label}), None)
        if field is None:
            raise Invalid(f"没有“{name}”这个项目。可用的有：{'、'.join(each.label for each in Field)}。")
        choices[field] = _column_called(layout.headers, wanted) if wanted else None
    return choices


def header_of(headers: Sequence[str], column: int) -> str:
    """The header over a column, or the column's letter where there is none."""
    header = headers[column] if column < len(headers) else ""
    return header or f"{column_letters(column)} 列"


def column_letters(column: int) -> str:
    """The letters a sheet shows for a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _column_called(headers: Sequence[str], wanted: str) -> int:
    if wanted in headers:
        return headers.index(wanted)
    for column in range(len(headers)):
        if column_letters(column) == wanted.upper():
            return column
    raise Invalid(f"表格里没有“{wanted}”这一列。")


def _columns(
    headers: Sequence[str], find: Callable[[str], tuple[int, Field] | None], taken: Mapping[Field, int]
) -> dict[Field, int]:
    """What is taken already, and for the other fields the best of the other columns."""
    found = [
        (*match, column)
        for column, header in enumerate(headers)
        if column not in taken.values() and (match := find(plain(header)))
    ]
    columns = dict(taken)
    for _, field, column in sorted(found, key=lambda each: (each[0], each[2])):
        columns.setdefault(field, column)
    return columns
