"""How often each hint is given on the real replies: `OPINION_REAL_DATA=… python -m tests.rules.hints.measure`."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from opinion_app.rules.hints import DEFAULT_LISTS, HintKind, Letter, look
from opinion_app.rules.hints.parts import missing_parts

FILE = "messages-with-replies.xlsx"
TITLE, ASKED_AT, BODY, REPLY = 2, 3, 4, 5  # columns
_DAY = re.compile(r"(20[0-9]{2})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_ANY_DAY = date(2026, 1, 1)


def main() -> None:
    """Print, for an office that shows a telephone number and for one that does not, how many replies have which hint."""
    folder = os.environ.get("OPINION_REAL_DATA", "")
    if not folder:
        sys.exit("OPINION_REAL_DATA names no folder")
    sheet = load_workbook(Path(folder) / FILE, read_only=True).worksheets[0]
    rows = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[REPLY]]
    for shown in (True, False):
        named: Counter[str] = Counter()
        hinted = 0
        for row in rows:
            found = list(missing_parts(str(row[REPLY]).strip(), f"{row[TITLE]}\n{row[BODY]}", phone_is_shown=shown))
            hinted += bool(found)
            named.update(each.message.split("，")[0] for each in found)
        sys.stdout.write(f"{'with' if shown else 'without'} a number of the office: {hinted} of {len(rows)} replies\n")
        sys.stdout.writelines(f"  {count:5d}  {message}\n" for message, count in named.most_common())
    kinds = Counter(kind for row in rows for kind in _kinds(row))
    sys.stdout.write("replies with a hint of each kind, the day of the letter for today\n")
    sys.stdout.writelines(f"  {count:5d}  {kind.label}\n" for kind, count in kinds.most_common())


def _kinds(row: tuple[Any, ...]) -> set[HintKind]:
    """The kinds of hints on one reply, for an office that shows a telephone number."""
    asked = _DAY.search(str(row[ASKED_AT]))
    today = date(*map(int, asked.groups())) if asked else _ANY_DAY
    letter = Letter(f"{row[TITLE]}\n{row[BODY]}", phone_is_shown=True)
    return {each.kind for each in look(str(row[REPLY]).strip(), letter, DEFAULT_LISTS, today)}


if __name__ == "__main__":
    main()
