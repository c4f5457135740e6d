"""The real message files, where they are at hand: every row becomes a message or is named with its reason, in seconds."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opinion_app.files.sheets import open_sheet
from opinion_app.rules.import_columns import recognise
from opinion_app.rules.import_rows import ImportOptions, RowOutcome, read_row

REAL = Path(os.environ.get("OPINION_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")
NOW = datetime(2026, 11, 23, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real messages are not here (OPINION_REAL_DATA)")


def outcomes(name: str) -> list[RowOutcome]:
    with open_sheet(REAL / name, name) as sheet:
        rows = list(sheet.rows)
    layout = recognise((row.number, row.cells) for row in rows)
    layout.check()
    assert layout.unused == ()
    options = ImportOptions(strict_width=name.endswith(".csv"))
    return [read_row(row.number, row.cells, layout, options, NOW) for row in rows if row.number > layout.header_row]


@pytest.mark.parametrize(
    ("name", "rows", "replies"),
    [("messages.xlsx", 3432, 0), ("messages-with-replies.xlsx", 2288, 2288), ("messages-labelled.csv", 6403, 0)],
)
def test_every_row_comes_in(name: str, rows: int, replies: int) -> None:
    started = time.monotonic()
    read = outcomes(name)
    assert time.monotonic() - started < 30
    messages = [outcome.message for outcome in read if outcome.message]
    # Numbers only: the texts themselves must not show in a report.
    assert (len(read), len(messages)) == (rows, rows)
    assert sum(1 for outcome in read if outcome.problems or outcome.warnings) == 0
    assert sum(1 for message in messages if message.reply and message.replied_at) == replies
    bodies = [message.case.body for message in messages]
    assert not any(mark in body for body in bodies for mark in ("_x000D_", "\t", "\xa0", "\u200b", "\n\n\n"))


def test_numbers_tell_the_messages_of_both_files_apart() -> None:
    both = outcomes("messages.xlsx") + outcomes("messages-with-replies.xlsx")
    assert len({outcome.message.identity_key for outcome in both if outcome.message}) == 3432 + 2288
