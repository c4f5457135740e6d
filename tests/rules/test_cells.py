"""Cells as text: what one sees in the sheet."""

from datetime import datetime

import pytest

from opinion_app.rules.cells import Cell, cell_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("00188", "00188"),
        (188, "188"),
        (188.0, "188"),
        (1.5, "1.5"),
        (True, "是"),
        (False, "否"),
        (datetime.fromisoformat("2019-04-25T09:32:09"), "2019-04-25 09:32:09"),
        (datetime.fromisoformat("2019-04-25T00:00:00"), "2019-04-25"),
    ],
)
def test_cell_text(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text
