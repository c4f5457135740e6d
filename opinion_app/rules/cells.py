"""The cells of an imported sheet as plain values, and what they read as text, number and moment."""

from datetime import datetime
from typing import Final

# A cell as it was typed. A date is its midnight; moments have no zone: the sheet has none, the office's clock is meant.
Cell = str | int | float | bool | datetime | None

IMPORT_ROWS_MAX: Final = 65_000


def cell_text(cell: Cell) -> str:
    """The cell as one sees it in the sheet: whole numbers without a point, midnight as a date, truth as 是 and 否."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        shown = cell.isoformat(" ", "seconds")
        return shown.removesuffix(" 00:00:00")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
