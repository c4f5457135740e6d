"""How often each missing part is named on the real replies: `OPINION_REAL_DATA=… python -m tests.rules.hints.measure`."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from openpyxl import load_workbook

from opinion_app.rules.hints.parts import missing_parts

FILE = "messages-with-replies.xlsx"
TITLE, BODY, REPLY = 2, 4, 5  # columns


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


if __name__ == "__main__":
    main()
